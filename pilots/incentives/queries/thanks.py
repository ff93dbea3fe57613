"""Which thanks are read by whom. They are told, and never counted."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from innovation.needs.models import Need
from innovation.people.models import User
from pilots.incentives.models import Thanks, ThanksQuerySet, ThanksTo
from pilots.lifecycle.models import Pilot


@dataclass(frozen=True)
class SaidThanks:
    """Public thanks as others read them: without those who would rather not be read there."""

    thanks: Thanks
    to: tuple[str, ...]


def thanks_about(thing: Pilot | Need, *, most: int | None = None) -> list[SaidThanks]:
    """Those for everybody who sees it, the last first."""
    return [SaidThanks(one, _names(one)) for one in read_about(thing)[:most]]


def read_about(thing: Pilot | Need) -> ThanksQuerySet:
    """Public thanks, not taken back, that at least one of those who were thanked lets others read."""
    of = {"pilot": thing} if isinstance(thing, Pilot) else {"need": thing}
    shown = ThanksTo.objects.filter(thanks=OuterRef("pk"), hidden_at=None)
    found = Thanks.objects.filter(Exists(shown), public=True, taken_back_at=None, **of)
    return found.select_related("by").prefetch_related(
        "to__person"
    )  # what they are about is at hand


def _names(thanks: Thanks) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.name for one in thanks.to.all() if one.hidden_at is None))


def received_by(person: User) -> QuerySet[ThanksTo]:
    """What somebody was thanked for, by name and without, the last first."""
    found = ThanksTo.objects.of(person).filter(thanks__taken_back_at=None)
    return found.select_related(
        "thanks__by", "thanks__pilot", "thanks__need", "author_of"
    ).order_by("-thanks_id", "pk")


def given_by(person: User) -> QuerySet[Thanks]:
    return Thanks.objects.filter(by=person, taken_back_at=None).for_list()
