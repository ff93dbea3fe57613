"""How a person wants to be told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.notices import queries
from innovation.notices.kinds import kinds
from innovation.notices.mail_off import DAILY, MailOff
from innovation.notices.models import DailyMail, NewsDelivery, Notice
from innovation.people.models import User
from innovation.rules import dates
from innovation.rules.refusal import Malformed
from innovation.rules.transactions import atomic

BY_LINK = audit.System("link in a mail")


@atomic
def choose(*, by: User, at: datetime, deliveries: Mapping[str, str], hour: int) -> None:
    """Choose for oneself how each of these kinds of news comes, and at which hour the mail of the
    day does."""
    if not set(deliveries) <= set(kinds()) or not set(deliveries.values()) <= set(
        NewsDelivery.values
    ):
        raise Malformed(_("Choose one of the ways for each kind of news."))
    if hour not in range(24):
        raise Malformed(_("Choose an hour of the day."))
    told = _change(by, deliveries)
    own, is_new = DailyMail.objects.select_for_update().get_or_create(
        person=by, defaults={"hour": hour}
    )
    if own.hour != hour or (is_new and hour != DailyMail().hour):
        # What was planned is planned anew.
        own.hour, own.due_at, own.try_at = hour, None, None
        own.save(update_fields=["hour", "due_at", "try_at"])
        told.append(_("the mail of the day at %(clock)s") % {"clock": dates.hour_in_words(hour)})
    if told:
        audit.record("person.mail_chosen", by, by=by, at=at, what="; ".join(told))


@atomic
def stop(link: MailOff, *, at: datetime) -> None:
    """Whoever has the mail switched off what it is one of; the inbox goes on holding all of it."""
    before = queries.deliveries(link.person)
    meant = [
        kind
        for kind, delivery in before.items()
        if (delivery == NewsDelivery.DAILY if link.kind == DAILY else kind == link.kind)
    ]
    told = _change(link.person, dict.fromkeys(meant, NewsDelivery.INBOX.value))
    if told:
        audit.record("person.mail_stopped", link.person, by=BY_LINK, at=at, what="; ".join(told))


def _change(person: User, deliveries: Mapping[str, str]) -> list[str]:
    """Keep what differs, and mail nothing that was on its way and is not wanted any more; what
    changed, in words."""
    person.refresh_from_db(
        fields=["daily_news", "inbox_news"],
        from_queryset=User.objects.select_for_update(no_key=True),
    )
    before = queries.deliveries(person)
    changed = {
        kind: NewsDelivery(delivery)
        for kind, delivery in deliveries.items()
        if before[kind] != delivery
    }
    after = {**before, **changed}
    person.daily_news = [kind for kind, way in after.items() if way == NewsDelivery.DAILY]
    person.inbox_news = [kind for kind, way in after.items() if way == NewsDelivery.INBOX]
    person.save(update_fields=["daily_news", "inbox_news"])
    Notice.objects.filter(person=person, kind__in=person.inbox_news, emailed_at=None).update(
        mail_due_at=None, in_daily_mail=False
    )
    return [f"{kinds()[kind].label}: {delivery.label}" for kind, delivery in changed.items()]
