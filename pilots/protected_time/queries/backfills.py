"""Who covers for whom, and from which line of the budget."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from innovation.people.models import User
from pilots.funding.models import BudgetLine
from pilots.funding.queries import current_request
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.states import ENDED
from pilots.protected_time.models import Backfill
from pilots.staffing.models import Allocation, TimeRequest


def backfills_of(asked: TimeRequest) -> list[Backfill]:
    """What was planned for it, the newest first: that one counts."""
    return list(Backfill.objects.filter(request=asked).for_list())


def current_backfill(asked: TimeRequest) -> Backfill | None:
    return Backfill.objects.filter(request=asked).for_list().first()


def current() -> QuerySet[Backfill]:
    """The newest of each request."""
    newest = Backfill.objects.filter(request=OuterRef("request")).order_by("-pk").values("pk")[:1]
    return Backfill.objects.filter(pk=Subquery(newest))


def covered_by(person: User, *, today: date) -> list[Backfill]:
    """For whom this person is named as cover, in time that is asked for or given and not over."""
    goes_on = Allocation.objects.filter(request=OuterRef("request"), ends_on__gte=today)
    found = current().filter(
        Q(request__answer="") | Exists(goes_on), person=person, request__ends_on__gte=today
    )
    return list(
        found.exclude(request__pilot__status__in=ENDED)
        .select_related("request__person", "request__pilot", "by")
        .order_by("request__starts_on", "pk")
    )


def with_cover(requests: Iterable[TimeRequest]) -> dict[int, Backfill]:
    """The newest plan of each of these requests that has one. One query for all."""
    found = current().filter(request__in=[one.pk for one in requests])
    return {one.request_id: one for one in found.select_related("person", "line", "by")}


def lines_for(pilot: Pilot) -> list[BudgetLine]:
    """What cover may be paid from: the lines of the pilot's budget that counts."""
    budget = current_request(pilot)
    return [] if budget is None else list(budget.lines.all())


def line_of(planned: Backfill, lines: Iterable[BudgetLine]) -> BudgetLine | None:
    """The line that it is paid from, in the budget as it is now: itself, or the one that was made anew."""
    called = (planned.line_category, planned.line_name)
    return next(
        (
            line
            for line in lines
            if line.pk == planned.line_id or (line.category, line.description) == called
        ),
        None,
    )
