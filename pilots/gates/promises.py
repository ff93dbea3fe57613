"""Answers that were promised by a day: which are late, and how often the promise was kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from innovation.people.models import User
from innovation.rules import dates
from pilots.gates.models import GateReview, GateReviewQuerySet
from pilots.lifecycle.room import PilotsPermission

# So far back promises are counted.
COUNTED = timedelta(days=365)


@dataclass(frozen=True)
class AnswersPromised:
    """Of the promises since a day: how many were kept, how many answers came late or are late now, how many
    are still to come in time; and how many days an answer took, the middle one of all."""

    since: date
    promised: int
    kept: int
    late: int
    to_come: int
    median_days: float | None


def answers_promised(found: GateReviewQuerySet, *, today: date) -> AnswersPromised:
    since = today - COUNTED
    rows = [
        (dates.day_of(opened), by, decided and dates.day_of(decided))
        for opened, by, decided in found.promised()
        .filter(opened_at__gte=dates.begins(since))
        .values_list("opened_at", "answer_by", "decided_at")
        if by is not None
    ]
    kept = sum(decided is not None and decided <= by for _asked, by, decided in rows)
    late = sum((decided or today) > by for _asked, by, decided in rows)
    took = [(decided - asked).days for asked, _by, decided in rows if decided is not None]
    return AnswersPromised(
        since,
        promised=len(rows),
        kept=kept,
        late=late,
        to_come=len(rows) - kept - late,
        median_days=median(took) if took else None,
    )


def late_for_the_office(user: User, *, today: date) -> GateReviewQuerySet:
    """Reviews past their promised day, where this person is of the innovation office; longest first."""
    return (
        GateReview.objects.waiting()
        .promised()
        .filter(answer_by__lt=today, pilot__unit__within=user.reach(PilotsPermission.OPEN))
        .select_related("pilot")
        .order_by("answer_by", "pk")
    )


def waiting_with_promise(pilot_id: int) -> GateReview | None:
    """The open review of a pilot, where its team was promised an answer."""
    return GateReview.objects.waiting().promised().filter(pilot=pilot_id).first()
