"""Who covers for whom, and what of a budget line is planned for it."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum

from pilots.funding.models import BudgetLine
from pilots.funding.queries import current_request
from pilots.lifecycle.models import Pilot
from pilots.protected_time.models import Backfill
from pilots.staffing.models import TimeAnswer, TimeRequest


def backfills_of(asked: TimeRequest) -> list[Backfill]:
    """What was planned for it, the newest first: that one counts."""
    return list(Backfill.objects.filter(request=asked).for_list())


def current_backfill(asked: TimeRequest) -> Backfill | None:
    return Backfill.objects.filter(request=asked).for_list().first()


def current() -> QuerySet[Backfill]:
    """The newest of each request."""
    newest = Backfill.objects.filter(request=OuterRef("request")).order_by("-pk").values("pk")[:1]
    return Backfill.objects.filter(pk=Subquery(newest))


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


def planned_on(line: BudgetLine, *, but: TimeRequest | None = None) -> Decimal:
    """What is planned to be paid from a line for cover: the newest plans of what is open or agreed."""
    made_anew = Q(
        line=None,
        line_category=line.category,
        line_name=line.description,
        request__pilot=line.request.pilot_id,
    )
    found = current().filter(Q(line=line) | made_anew, request__answer__in=["", TimeAnswer.AGREED])
    if but is not None:
        found = found.exclude(request=but)
    total: Decimal | None = found.aggregate(total=Sum("cost"))["total"]
    return total or Decimal(0)
