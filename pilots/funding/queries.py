"""Money as it stands: by fund, by pilot, by budget line; few queries, however many rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.db.models import (
    Case,
    DecimalField,
    F,
    Prefetch,
    QuerySet,
    Sum,
    When,
    prefetch_related_objects,
)

from innovation.people.models import Unit
from pilots.funding import promises
from pilots.funding.ledger import Account, account
from pilots.funding.models import (
    REVERSALS,
    Award,
    BudgetLine,
    Fund,
    LedgerEntry,
    Overrun,
    OverrunQuerySet,
    Receipt,
    Request,
)
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.states import PilotStatus

# Spent on a line: expenses without what was taken back.
_NET = Sum(
    Case(When(kind__in=REVERSALS, then=-F("amount")), default=F("amount")),
    output_field=DecimalField(max_digits=14, decimal_places=2),
)


@dataclass(frozen=True)
class LineAccount:
    """One budget line against what was spent on it."""

    line: BudgetLine
    spent: Decimal

    @property
    def left(self) -> Decimal:
        return self.line.amount - self.spent

    @property
    def over(self) -> Decimal:
        return max(self.spent - self.line.amount, Decimal(0))


def requests_of(pilot: Pilot) -> list[Request]:
    """All that the pilot ever asked, newest first; read once for a pilot that is at hand."""
    asked = Request.objects.select_related("fund__unit").prefetch_related("lines").order_by("-id")
    prefetch_related_objects([pilot], Prefetch("requests", asked))
    return list(pilot.requests.all())


def current_request(pilot: Pilot) -> Request | None:
    """The budget that counts: what is asked now, else what was asked for last."""
    return next(iter(requests_of(pilot)), None)


def open_request(pilot: Pilot) -> Request | None:
    """What is asked and not awarded."""
    return next((asked for asked in requests_of(pilot) if asked.awarded_at is None), None)


def current_award(pilot: Pilot) -> Award | None:
    """The award that the pilot spends from: its last one."""
    return (
        Award.objects.filter(pilot=pilot).select_related("fund", "request").order_by("-id").first()
    )


def of_pilots(pilots: Iterable[Pilot | int]) -> dict[int, Account]:
    """Awarded, spent and returned for each pilot, in one query; zeros where there was nothing."""
    moves: dict[int, list[tuple[str, Decimal]]] = defaultdict(list)
    ids = [pilot.pk if isinstance(pilot, Pilot) else pilot for pilot in pilots]
    for pilot_id, kind, amount in (
        LedgerEntry.objects.filter(award__pilot__in=ids)
        .order_by()
        .values_list("award__pilot_id", "kind")
        .annotate(Sum("amount"))
    ):
        moves[pilot_id].append((kind, amount))
    return {pk: account(moves[pk]) for pk in ids}


def of_funds(funds: Iterable[Fund]) -> dict[int, Account]:
    """Deposited, awarded, spent and returned for each fund, in one query."""
    moves: dict[int, list[tuple[str, Decimal]]] = defaultdict(list)
    ids = [fund.pk for fund in funds]
    for fund_id, kind, amount in (
        LedgerEntry.objects.filter(fund__in=ids)
        .order_by()
        .values_list("fund_id", "kind")
        .annotate(Sum("amount"))
    ):
        moves[fund_id].append((kind, amount))
    return {pk: account(moves[pk]) for pk in ids}


def asked_of(funds: Iterable[Fund]) -> dict[int, Decimal]:
    """What proposed pilots ask of each fund right now, in one query."""
    found = dict(
        BudgetLine.objects.filter(
            request__fund__in=[fund.pk for fund in funds],
            request__awarded_at=None,
            request__pilot__status=PilotStatus.PROPOSED,
        )
        .order_by()
        .values_list("request__fund_id")
        .annotate(Sum("amount"))
    )
    return {fund.pk: found.get(fund.pk, Decimal(0)) for fund in funds}


def lines_of(request: Request) -> list[LineAccount]:
    """Each budget line with what was spent on it."""
    spent = dict(
        LedgerEntry.objects.filter(line__request=request)
        .order_by()
        .values_list("line_id")
        .annotate(net=_NET)
    )
    return [LineAccount(line, spent.get(line.pk, Decimal(0))) for line in request.lines.all()]


def left_on(line: BudgetLine) -> Decimal:
    """What a line has left now; below zero where more was spent before lines were held to."""
    spent: Decimal | None = LedgerEntry.objects.filter(line=line).aggregate(net=_NET)["net"]
    return line.amount - (spent or Decimal(0))


_LEFT_OF_EACH = (
    "SELECT held.id, LEFT_TO_PROMISE FROM pilots_budgetline held WHERE held.id = ANY(%(lines)s)"
)


def left_to_promise(
    lines: Iterable[BudgetLine], *, but_cover: int = 0, but_offer: int = 0
) -> dict[int, Decimal]:
    """What each line has left to be promised, beside this request's cover or this offer; below zero where a
    budget was made anew with less. One statement for all, the same as the database holds it to."""
    left = promises.left_to_promise(but_cover="%(but_cover)s", but_offer="%(but_offer)s")
    with connection.cursor() as cursor:
        cursor.execute(
            _LEFT_OF_EACH.replace("LEFT_TO_PROMISE", left),
            {
                "lines": [line.pk for line in lines],
                "but_cover": but_cover,
                "but_offer": but_offer,
            },
        )
        return dict(cursor.fetchall())


def funds_for(unit: Unit) -> QuerySet[Fund]:
    """The funds a pilot of this unit may ask: the unit's own and those of the units above it."""
    return (
        Fund.objects.filter(unit__in=list(unit.ancestors(include_self=True)))
        .select_related("unit")
        .order_by("-fiscal_year", "name")
    )


def ledger_of(fund: Fund) -> QuerySet[LedgerEntry]:
    """The fund's entries, newest first, each with its pilot and line."""
    return LedgerEntry.objects.filter(fund=fund).select_related(
        "by", "award__pilot", "line", "reverses", "reversed_by"
    )


def awards_of(fund: Fund) -> list[tuple[Award, Account]]:
    """Each award of the fund with what was spent and returned of it, in two queries."""
    awards = list(Award.objects.filter(fund=fund).select_related("pilot").order_by("-id")[:200])
    moves: dict[int, list[tuple[str, Decimal]]] = defaultdict(list)
    for award_id, kind, amount in (
        LedgerEntry.objects.filter(award__in=awards)
        .order_by()
        .values_list("award_id", "kind")
        .annotate(Sum("amount"))
    ):
        moves[award_id].append((kind, amount))
    return [(award, account(moves[award.pk])) for award in awards]


def proposals_of(fund: Fund) -> list[Request]:
    """What waits for a decision on this fund's money: requests of proposed pilots."""
    return list(
        Request.objects.open()
        .filter(fund=fund, pilot__status=PilotStatus.PROPOSED)
        .with_amount()
        .select_related("pilot__lead")
        .order_by("-total")  # type: ignore[misc]  # of with_amount
    )


def expenses_of(pilot: Pilot) -> QuerySet[LedgerEntry]:
    """What the pilot spent and what was taken back of it, newest first, with its receipts."""
    receipts = Receipt.objects.defer("content").order_by("pk")
    return (
        LedgerEntry.objects.filter(award__pilot=pilot, line__isnull=False)
        .select_related("by", "line", "reverses", "reversed_by", "overrun__asked_by")
        .prefetch_related(Prefetch("receipts", receipts))
        .order_by("-on", "-id")
    )


def overruns_of(pilot: Pilot) -> OverrunQuerySet:
    """What the pilot asked its sponsor for beyond a line, newest first."""
    return Overrun.objects.filter(award__pilot=pilot).select_related(
        "line", "asked_by", "answered_by", "award__pilot"
    )
