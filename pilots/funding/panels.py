"""What waits for a sponsor: expenses beyond their budget line."""

from __future__ import annotations

from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules.money import money
from innovation.web.panels import WaitingItem
from pilots.funding.models import Overrun


def overruns_waiting(user: User) -> list[WaitingItem]:
    """What the pilots that this person sponsors ask them for."""
    found = (
        Overrun.objects.waiting()
        .filter(award__pilot__sponsor=user.pk)
        .exclude(asked_by=user.pk)
        .select_related("award__pilot", "line", "asked_by")
    )
    return [
        WaitingItem(
            title=overrun.award.pilot.title,
            sentence=_("%(who)s asks for %(amount)s on “%(line)s”, more than it has left.")
            % {
                "who": overrun.asked_by.name,
                "amount": money(overrun.amount),
                "line": overrun.line.description,
            },
            url=overrun.get_absolute_url(),
            since=overrun.asked_at,
            kind=_("Money"),
            action_label=_("Say yes or no"),
        )
        for overrun in found[:50]
    ]
