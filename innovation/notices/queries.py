"""What people have chosen."""

from __future__ import annotations

from innovation.notices.kinds import kinds
from innovation.notices.models import DailyMail, NewsDelivery
from innovation.people.models import User


def delivery_to(person: User, kind: str) -> NewsDelivery:
    """How news of this kind reaches the person; at once where they chose nothing."""
    if kind in person.inbox_news:
        return NewsDelivery.INBOX
    return NewsDelivery.DAILY if kind in person.daily_news else NewsDelivery.AT_ONCE


def deliveries(person: User) -> dict[str, NewsDelivery]:
    """How each kind of news reaches the person, in the order of the page."""
    return {kind: delivery_to(person, kind) for kind in kinds()}


def hour_of_daily_mail(person: User) -> int:
    own = DailyMail.objects.filter(person=person).first()
    return DailyMail().hour if own is None else own.hour
