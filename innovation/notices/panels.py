"""What this room puts in other places: on one's own account, how one is told."""

from __future__ import annotations

from django.utils.translation import gettext as _

from innovation.notices import queries
from innovation.notices.kinds import kinds
from innovation.notices.models import NewsDelivery
from innovation.people.models import User
from innovation.rules import dates
from innovation.web import panels


def what_is_sent(user: User, person: User) -> panels.Panel | None:
    if user.pk != person.pk:
        return None
    chosen = queries.deliveries(person)
    hour = dates.hour_in_words(queries.hour_of_daily_mail(person))
    ways = {
        NewsDelivery.AT_ONCE: _("By mail, at once"),
        NewsDelivery.DAILY: _("In one mail a day, at %(clock)s") % {"clock": hour},
        NewsDelivery.INBOX: _("Only in the inbox"),
    }
    lines = [
        (label, [kinds()[key].label for key, delivery in chosen.items() if delivery == way])
        for way, label in ways.items()
    ]
    return panels.Panel(
        _("What is sent to you"),
        "innovation/notices/_what_is_sent.html",
        {"lines": [(label, found) for label, found in lines if found]},
    )
