"""Decisions by eight processes of which one after the other is killed in the middle of its work: each is made once,
whole or not at all."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from multiprocessing.context import ForkProcess

import pytest
from django.db import connections

from innovation.audit.models import Event
from innovation.audit.queries import faults
from innovation.people.models import User
from innovation.rules.refusal import Conflict
from innovation.workflow import actions as workflow
from innovation.workflow.models import StateChange
from pilots.funding.ledger import account
from pilots.funding.models import Award, BudgetLine, Fund, LedgerEntry, Request
from pilots.gates import actions as gates
from pilots.gates.models import GateReview
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.states import PILOT
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast, make_cast
from tests.patience import PATIENCE
from tests.pilots.gates.test_concurrency import forget_connections
from tests.probes import WHOLE

PROCESSES = 8
AMOUNT = Decimal("1234.57")
COUNT = 2000 if WHOLE else 64


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The cast, committed, so that other processes see it."""
    return make_cast()


@pytest.fixture
def fund(cast: Cast) -> Iterator[Fund]:
    """Of which every pilot asks its part, and which has enough for all."""
    fund = make.make_fund(cast, AMOUNT * COUNT)
    need = make.make_need(cast)
    for number in range(COUNT):
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
        BudgetLine.objects.create(request=request, category="other", description="x", amount=AMOUNT)
        review = GateReview.objects.create(
            pilot=pilot, gate="resources", opened_at=NOW, opened_by=cast.jonas
        )
        workflow.open_round(review, needed=1, by=cast.jonas, at=NOW)
        workflow.move(PILOT, pilot, "propose", by=cast.jonas, at=NOW)
    yield fund


def decide_all(people: list[int], seed: int) -> None:
    """Decide on whatever waits, in an order of one's own, until nothing does."""
    forget_connections()
    own = random.Random(seed)
    while waiting := list(GateReview.objects.waiting().values_list("pk", flat=True)):
        for pk in own.sample(waiting, len(waiting)):
            with suppress(Conflict):  # another was sooner
                gates.decide_resources(
                    GateReview.objects.get(pk=pk),
                    approve=pk % 4 > 0,
                    reason="" if pk % 4 else "Not this year.",
                    by=User.objects.get(pk=own.choice(people)),
                    at=NOW,
                )
    connections.close_all()


def test_decisions_of_processes_that_are_killed_are_made_once_and_whole(
    cast: Cast, fund: Fund
) -> None:
    context = multiprocessing.get_context("fork")
    people = [cast.amara.pk, cast.frank.pk]

    def begin(seed: int) -> ForkProcess:
        connections.close_all()  # a forked process must not speak on its parent's connection
        process = context.Process(target=decide_all, args=(people, seed), daemon=True)
        process.start()
        return process

    own = random.Random(7)
    running = [begin(seed) for seed in range(PROCESSES)]
    killed, until = 0, time.monotonic() + PATIENCE * 10
    while any(process.is_alive() for process in running):
        assert time.monotonic() < until
        time.sleep(own.uniform(0.02, 0.25))
        place = own.randrange(PROCESSES)
        pid = running[place].pid
        if running[place].is_alive() and pid is not None and killed < COUNT:
            os.kill(pid, signal.SIGKILL)
            running[place].join(timeout=PATIENCE)
            killed += 1
            running[place] = begin(PROCESSES + killed)
    assert killed >= PROCESSES

    assert not GateReview.objects.waiting().exists()
    returned = {pk for pk in GateReview.objects.values_list("pk", flat=True) if pk % 4 == 0}
    decided = dict(GateReview.objects.values_list("pk", "decision"))
    assert decided == {pk: "return" if pk in returned else "approve" for pk in decided}
    approved = COUNT - len(returned)
    of_pilots = StateChange.objects.filter(subject__startswith="pilot:")
    steps = Counter(of_pilots.values_list("verb", flat=True))
    assert steps == {"propose": COUNT, "approve": approved, "return": len(returned)}
    assert Pilot.objects.filter(status="approved").count() == approved
    assert Pilot.objects.filter(status="shaping").count() == len(returned)
    assert Award.objects.count() == approved
    assert LedgerEntry.objects.filter(kind="award").count() == approved
    fund.refresh_from_db()
    assert fund.balance == AMOUNT * len(returned)
    assert fund.balance == account(LedgerEntry.objects.values_list("kind", "amount")).fund_balance
    told = Counter(Event.objects.filter(type__startswith="pilot.").values_list("type", flat=True))
    assert (told["pilot.approved"], told["pilot.returned"]) == (approved, len(returned))
    assert list(faults()) == []
