"""Many people at once, in processes of their own: exactly what fits is given, and one decision
wins. Each process opens its own connections and commits."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from innovation.audit.queries import faults
from innovation.people.models import User
from innovation.rules.refusal import Conflict, Refused
from innovation.workflow import actions as workflow
from pilots.funding.ledger import account
from pilots.funding.models import Award, BudgetLine, Fund, LedgerEntry, Request
from pilots.gates import actions as gates
from pilots.gates.models import GateReview
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.states import PILOT
from pilots.staffing import actions as staffing
from pilots.staffing.models import Allocation
from pilots.staffing.queries import answers_for
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast, make_cast
from tests.patience import PATIENCE
from tests.probes import WHOLE

PROCESSES = 8
ASKING = 200 if WHOLE else 60
TODAY = NOW.date()


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The cast, committed, so that other processes see it."""
    return make_cast()


_inherited: list[Any] = []


def at_once(work: Any, jobs: list[Any]) -> Counter[str]:
    """Run `work(job)` for all jobs in eight processes that begin together; count what came back."""
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(PROCESSES)
    answers = context.Queue()
    connections.close_all()  # a forked process must not speak on its parent's connection
    shares = [jobs[n::PROCESSES] for n in range(PROCESSES)]
    started = [
        context.Process(target=_run, args=(work, share, barrier, answers), daemon=True)
        for share in shares
    ]
    for process in started:
        process.start()
    counted = Counter(answers.get(timeout=PATIENCE) for _job in jobs)
    for process in started:
        process.join(timeout=PATIENCE)
        assert process.exitcode == 0
    return counted


def forget_connections() -> None:
    """In a process that was forked: those of its parent are left to it."""
    # A browser's loop gives its thread a second set of connections, which closing the first leaves
    # open: forget them all. They are kept from being collected, which would end the parent's.
    _inherited.extend(connections.all(initialized_only=True))
    for alias in list(connections):
        if hasattr(connections._connections, alias):  # type: ignore[attr-defined]  # private to Django
            del connections[alias]


def _run(work: Any, share: list[Any], barrier: Any, answers: Any) -> None:
    forget_connections()
    barrier.wait(timeout=PATIENCE)
    for job in share:
        try:
            answers.put(work(job))
        except (Refused, Conflict) as refusal:
            answers.put(f"{type(refusal).__name__}: {refusal}"[:60])
        except Exception as error:  # reported to the test, which fails on it
            answers.put(f"ERROR {type(error).__name__}: {error}")
    connections.close_all()


def approve(job: tuple[int, int]) -> str:
    review, person = job
    gates.decide_resources(
        GateReview.objects.get(pk=review),
        approve=True,
        by=User.objects.get(pk=person),
        at=NOW,
    )
    return "approved"


@pytest.fixture
def proposals(cast: Cast) -> Iterator[tuple[Fund, list[int]]]:
    """Proposed pilots that ask one fund for 1,234.57 each; it holds half of them and 0.56."""
    amount = Decimal("1234.57")
    fund = make.make_fund(cast, amount * (ASKING // 2) + Decimal("0.56"))
    need = make.make_need(cast)
    reviews = []
    for number in range(ASKING):
        pilot = Pilot.objects.create(
            title=f"Pilot {number}",
            summary="",
            unit=cast.brigid,
            lead=cast.jonas,
            opened_by=cast.maya,
            opened_at=NOW,
        )
        pilot.needs.add(need)
        request = Request.objects.create(pilot=pilot, fund=fund)
        BudgetLine.objects.create(request=request, category="other", description="x", amount=amount)
        review = GateReview.objects.create(
            pilot=pilot, gate="resources", opened_at=NOW, opened_by=cast.jonas
        )
        workflow.open_round(review, needed=1, by=cast.jonas, at=NOW)
        workflow.move(PILOT, pilot, "propose", by=cast.jonas, at=NOW)
        reviews.append(review.pk)
    yield fund, reviews


def test_approve_all_by_8_processes_awards_exactly_what_the_fund_covers(
    cast: Cast, proposals: tuple[Fund, list[int]]
) -> None:
    fund, reviews = proposals
    counted = at_once(approve, [(review, cast.amara.pk) for review in reviews])
    refused = {key: n for key, n in counted.items() if key != "approved"}
    half = ASKING // 2
    assert counted["approved"] == half, counted
    assert set(refused) == {f"Refused: {fund} has $0.56 left, and this takes $1,234.57."[:60]}
    fund.refresh_from_db()
    assert fund.balance == Decimal("0.56")
    assert Award.objects.count() == half
    assert sum(Award.objects.values_list("amount", flat=True)) == Decimal("1234.57") * half
    assert fund.balance == account(LedgerEntry.objects.values_list("kind", "amount")).fund_balance
    assert Pilot.objects.filter(status="approved").count() == half
    assert Pilot.objects.filter(status="proposed").count() == half
    assert GateReview.objects.waiting().count() == half
    assert list(faults()) == []


def test_approve_the_same_by_two_people_at_once_books_once(
    cast: Cast, proposals: tuple[Fund, list[int]]
) -> None:
    _fund, reviews = proposals
    jobs = [(review, person.pk) for review in reviews[:20] for person in (cast.amara, cast.frank)]
    counted = at_once(approve, jobs)
    assert counted.pop("approved") == 20
    assert sum(counted.values()) == 20
    assert all(key.startswith("Conflict: “Approve” is not possible any more") for key in counted)
    assert Award.objects.count() == 20
    assert LedgerEntry.objects.filter(kind="award").count() == 20


def decide(job: tuple[int, int, str]) -> str:
    review, person, decision = job
    gates.decide_outcome(
        GateReview.objects.get(pk=review),
        decision=decision,
        reason=f"So says {person}.",
        against="Whatever the rule says.",
        until=TODAY + timedelta(weeks=6),
        by=User.objects.get(pk=person),
        at=NOW,
    )
    return decision


def test_decide_outcome_by_eight_at_once_takes_one_and_tells_the_others(cast: Cast) -> None:
    pilot = make.open_pilot(cast)
    review = make.evaluate(cast, pilot, make.make_fund(cast))
    decisions = ["scale", "stop", "extend", "pivot"]
    jobs = [
        (review.pk, (cast.amara, cast.frank)[n % 2].pk, decisions[n % 4]) for n in range(PROCESSES)
    ]
    counted = at_once(decide, jobs)
    won = [decision for decision in decisions if counted[decision]]
    assert len(won) == 1, counted
    assert counted[won[0]] == 1
    assert sum(n for key, n in counted.items() if key.startswith("Conflict: “")) == 7
    review.refresh_from_db()
    assert review.decision == won[0]
    assert list(faults()) == []


def allocate(job: tuple[int, int, int]) -> str:
    pilot, person, by = job
    make.on_team(
        Pilot.objects.get(pk=pilot),
        person=User.objects.get(pk=person),
        role="member",
        percent=30,
        starts_on=TODAY,
        ends_on=TODAY + timedelta(days=30),
        by=User.objects.get(pk=by),
        at=NOW,
    )
    return "promised"


def test_allocate_one_person_to_24_pilots_at_once_stays_within_capacity(cast: Cast) -> None:
    pilots = [make.open_pilot(cast, title=f"Pilot {n}") for n in range(24)]
    counted = at_once(allocate, [(p.pk, cast.ana.pk, cast.jonas.pk) for p in pilots])
    assert counted.pop("promised") == 3
    assert all(key.startswith("Conflict: Ana Ruiz has 90 %") for key in counted), counted
    assert sum(Allocation.objects.values_list("percent", flat=True)) == 90


def test_promising_time_takes_the_person_before_the_log(cast: Cast) -> None:
    """Two promises of one person waited for each other, 2026-11-30: one had the head of the log and
    wanted the person, the other the person and wanted the head."""
    pilot = make.open_pilot(cast)
    until = TODAY + timedelta(days=30)
    asked = staffing.ask(
        pilot, person=cast.ana, role="member", percent=30, starts_on=TODAY, ends_on=until,
        why="We need you.", by=cast.jonas, at=NOW,
    )  # fmt: skip

    def unit() -> None:
        assert asked.unit is not None
        staffing.agree_for_unit(asked, by=answers_for(asked.unit, asked)[0], at=NOW)

    def own() -> None:
        staffing.ask(
            pilot, person=cast.jonas, role="member", percent=5, starts_on=TODAY, ends_on=until,
            by=cast.jonas, at=NOW,
        )  # fmt: skip

    def herself() -> None:
        staffing.agree(asked, by=cast.ana, at=NOW)

    for verb in (herself, unit, own):
        with CaptureQueriesContext(connection) as seen:
            verb()
        locked = [
            "person" if '"innovation_user"' in one["sql"] else "log"
            for one in seen.captured_queries
            if "FOR NO KEY UPDATE" in one["sql"] or '"innovation_chainhead"' in one["sql"]
            if '"innovation_user"' in one["sql"] or '"innovation_chainhead"' in one["sql"]
        ]
        assert locked[0] == "person"
    assert Allocation.objects.count() == 2


def test_giving_time_back_waits_for_nobody_who_promises(cast: Cast) -> None:
    pilot = make.open_pilot(cast)
    make.on_team(
        pilot, person=cast.ana, role="member", percent=30, starts_on=TODAY,
        ends_on=TODAY + timedelta(days=30), by=cast.jonas,
    )  # fmt: skip
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(
                "SELECT 1 FROM innovation_user WHERE id = %s FOR NO KEY UPDATE", [cast.ana.pk]
            )
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '300ms'")
            assert staffing.free(pilot, by=cast.jonas, at=NOW + timedelta(days=3)) == 1
    finally:
        other.close()
    assert Allocation.objects.get().ends_on == TODAY + timedelta(days=3)
