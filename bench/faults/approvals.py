"""Many people approve at once, of funds that do not hold enough, while web servers are killed."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from bench.faults import numbers
from bench.faults.row import Round, Row
from bench.faults.stage import PATIENCE, Stage, wait_until
from bench.faults.visitors import Program

if TYPE_CHECKING:
    from dev import Program as Server
    from tests.factories.cast import Cast

CLIENTS = 16
SERVERS = 3
FUNDS = 16
# The funds hold so much of what is asked.
SHARE = Decimal("0.95")
# One review in so many is approved by two people at once.
BY_TWO = 10
# One kill for so many approvals.
A_KILL = 50


def approve(size: int, chance: random.Random, stage: Stage) -> Round:
    from innovation.people import actions as people
    from innovation.web.scopes import Scope
    from tests.factories.cast import NOW, make_cast

    found = Round()
    cast = make_cast()
    proposed = propose(size, chance, cast)
    tokens = [
        people.create_token(by=person, at=NOW, name="n", days=360, scopes=[Scope.DECISIONS])[1]
        for person in (cast.amara, cast.frank)
    ]
    servers = [stage.web(number) for number in range(SERVERS)]
    for program, _port in servers:
        wait_until(program.is_ready, "a web server")
    jobs: SimpleQueue[tuple[int, int, str]] = SimpleQueue()
    wanted = [(pk, chance.randrange(2)) for pk in proposed]
    wanted += [(pk, 1 - who) for pk, who in wanted[::BY_TWO]]
    chance.shuffle(wanted)
    for pk, who in wanted:
        jobs.put((pk, who, f"{chance.getrandbits(64):x}"))
    answers: list[tuple[int, int, str]] = []
    ports = [port for _program, port in servers]

    def client(number: int) -> None:
        mine = random.Random(f"{number}")
        programs = [Program(token, ports, mine) for token in tokens]
        while True:
            try:
                pk, who, key = jobs.get_nowait()
            except Empty:
                break
            said = programs[who].send(
                f"/api/v1/gates/{pk}/decide/",
                {"decision": "approve"},
                key,
                until=time.monotonic() + PATIENCE,
            )
            answers.append((pk, said.status, str(said.json().get("detail", ""))))
        for program in programs:
            found.seen.update(program.seen)
            found.back_after.extend(program.back_after)

    clients = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    began = time.monotonic()
    for one in clients:
        one.start()
    kills = _kill_servers(stage, servers, clients, answers, size // A_KILL, len(wanted), chance)
    for one in clients:
        one.join()
    found.figures["approvals a second"] = len(wanted) / (time.monotonic() - began)
    found.check(kills == size // A_KILL, f"only {kills} servers were killed")
    stage.stop()
    found.tried = len(wanted)
    found.figures["kills"] = kills
    _look(found, proposed, answers)
    numbers.differences(found)
    return found


def _kill_servers(
    stage: Stage,
    servers: list[tuple[Server, int]],
    clients: list[threading.Thread],
    answers: list[tuple[int, int, str]],
    wanted: int,
    all_of_them: int,
    chance: random.Random,
) -> int:
    """Spread over the approvals, one server at a time, so that another one answers meanwhile."""
    kills = 0
    while any(one.is_alive() for one in clients):
        if kills < wanted and len(answers) > all_of_them * kills / (wanted + 1):
            program, _port = chance.choice(servers)
            time.sleep(chance.uniform(0, 0.3))
            stage.again(program)
            kills += 1
            wait_until(program.is_ready, "a web server that was killed")
        time.sleep(0.02)
    return kills


def propose(
    size: int, chance: random.Random, cast: Cast, *, share: Decimal = SHARE
) -> dict[int, Decimal]:
    """Pilots that wait for their resources: each review and what it asks. Funds hold a share."""
    from innovation.workflow import actions as workflow
    from pilots.funding.models import BudgetLine, Request
    from pilots.gates.models import GateReview
    from pilots.lifecycle.models import Pilot
    from pilots.lifecycle.states import PILOT
    from tests.factories.cast import NOW
    from tests.factories.pilots import make_fund, make_need

    need = make_need(cast)
    asked = [Decimal(chance.randrange(10_000, 500_000)) / 100 for _pilot in range(size)]
    funds = []
    for place in range(FUNDS):
        holds = (sum(asked[place::FUNDS]) * share).quantize(Decimal("0.01"))
        funds.append(make_fund(cast, holds))
    pilots = Pilot.objects.bulk_create(
        Pilot(
            title=f"Pilot {number}",
            summary="What is tried.",
            unit=cast.brigid,
            lead=cast.jonas,
            sponsor=cast.rosa if number % 3 == 0 else None,
            opened_by=cast.maya,
            opened_at=NOW - timedelta(days=1),
        )
        for number in range(size)
    )
    requests = Request.objects.bulk_create(
        Request(pilot=pilot, fund=funds[number % FUNDS]) for number, pilot in enumerate(pilots)
    )
    BudgetLine.objects.bulk_create(
        BudgetLine(request=request, category="other", description="x", amount=amount)
        for request, amount in zip(requests, asked, strict=True)
    )
    found = {}
    for pilot, amount in zip(pilots, asked, strict=True):
        pilot.needs.add(need)
        review = GateReview.objects.create(
            pilot=pilot, gate="resources", opened_at=NOW, opened_by=cast.jonas
        )
        workflow.open_round(review, needed=1, by=cast.jonas, at=NOW)
        workflow.move(PILOT, pilot, "propose", by=cast.jonas, at=NOW)
        found[review.pk] = amount
    return found


def _look(found: Round, proposed: dict[int, Decimal], answers: list[tuple[int, int, str]]) -> None:
    """Each approval is whole or is not there; none that was answered is gone; money is right to
    the cent; nobody was refused for want of money that was there."""
    from pilots.funding.ledger import account
    from pilots.funding.models import Award, Fund, LedgerEntry
    from pilots.gates.models import GateReview

    said_yes = Counter(pk for pk, status, _detail in answers if status == 200)
    reviews = {
        review.pk: review
        for review in GateReview.objects.filter(pk__in=proposed).select_related("pilot")
    }
    awards = Counter(Award.objects.values_list("pilot_id", flat=True))
    entries = Counter(
        LedgerEntry.objects.filter(kind="award").values_list("award__pilot_id", flat=True)
    )
    balances = {}
    for fund in Fund.objects.all():
        balances[fund.pk] = fund.balance
        found.check(fund.balance >= 0, f"{fund} is overspent: {fund.balance}")
        booked = account(fund.entries.values_list("kind", "amount")).fund_balance
        found.check(booked == fund.balance, f"{fund} holds {fund.balance}, its ledger {booked}")
    given = dict(Award.objects.values_list("pilot_id", "amount"))
    for pk, review in reviews.items():
        yes = review.decision == "approve"
        pilot = review.pilot
        states = {
            yes,
            pilot.status == "approved",
            awards[pilot.pk] > 0,
            entries[pilot.pk] > 0,
            pilot.requests.get().awarded_at is not None,
        }
        found.check(len(states) == 1, f"half an approval of {pilot}: {review.decision or 'none'}")
        found.lost += said_yes[pk] > 0 and not yes
        found.doubled += max(awards[pilot.pk] - 1, 0) + max(entries[pilot.pk] - 1, 0)
        found.doubled += max(said_yes[pk] - 1, 0)
        if yes:
            found.check(given[pilot.pk] == proposed[pk], f"{pilot} was given {given[pilot.pk]}")
        else:
            left = balances[pilot.requests.get().fund_id]
            found.check(proposed[pk] > left, f"{pilot} was refused {proposed[pk]} of {left}")
    for pk, status, detail in answers:
        if status == 200:
            continue
        found.check(status == 409, f"review {pk} was answered {status}")
        short = "left, and this takes" in detail
        done = reviews[pk].decision == "approve"
        found.check(done or short, f"review {pk}, undecided, was answered: {detail}")
        what = "too little left" if short else "decided by another" if detail else "without a word"
        found.seen[f"409 {what}"] += 1


ROWS = (
    Row(
        "approvals",
        "approvals by 16 clients, of funds near their cap, under kill -9 of web servers",
        approve,
        size=500,
        rounds=20,
    ),
)
