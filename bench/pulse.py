"""A pulse of many people against the real web server, and the heat map of many groups beside its floor.

    eval "$(python3 dev.py services)" && .venv/bin/python -m bench.pulse [--answers 20000] [--minutes 3]

Each answer is a person with an address and a browser of their own: the page is fetched, then sent. First
in the pace of an hour (20,000 in 3,600 s) for some minutes, then as fast as the machine takes them, until
all are in. The client runs on the same processors. What was sent and what was counted is compared value
by value; a round that loses one answer ends the run.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bench import database
from bench.pages import count_queries, middle_and_tail, server, session_cookie, timings

CLIENTS = 8
GROUPS = 200
_SLIP = re.compile(rb'name="slip" value="([^"]+)"')
_CSRF = re.compile(rb'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass
class Sent:
    """What the people sent, and how long each request took."""

    counts: Counter[tuple[int, int]] = field(default_factory=Counter)
    answers: int = 0
    shown: list[float] = field(default_factory=list)
    taken: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)


def one_person(pool: Any, path: str, number: int, sent: Sent) -> None:
    """Open the page on a phone and send it; a server error is tried again, as a person would."""
    headers = {
        "Host": "localhost",
        "X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
    }
    began = time.perf_counter()
    page = pool.request("GET", path, headers=headers)
    shown = (time.perf_counter() - began) * 1000
    slip, csrf = _SLIP.search(page.data), _CSRF.search(page.data)
    if page.status != 200 or slip is None or csrf is None:
        with sent.lock:
            sent.errors[f"page {page.status}"] += 1
        return
    cookie = page.headers["Set-Cookie"].partition(";")[0]
    chosen = random.Random(number)
    values = {n: chosen.choices(range(1, 6), (1, 2, 3, 3, 2))[0] for n in range(1, 6)}
    given = {f"q{n}": str(value) for n, value in values.items()}
    given |= {"slip": slip[1].decode(), "csrfmiddlewaretoken": csrf[1].decode()}
    for _try in range(3):
        began = time.perf_counter()
        answer = pool.request(
            "POST",
            path,
            fields=given,
            encode_multipart=False,
            headers=headers | {"Cookie": cookie},
            redirect=False,
        )
        taken = (time.perf_counter() - began) * 1000
        if answer.status in (302, 409):  # counted now, or by the sending before
            with sent.lock:
                sent.answers += 1
                sent.shown.append(shown)
                sent.taken.append(taken)
                sent.counts.update(values.items())
            return
        with sent.lock:
            sent.errors[f"answer {answer.status}"] += 1


def people(port: int, path: str, numbers: range, sent: Sent, *, every: float = 0.0) -> float:
    """So many people, one after the other in each of the clients; `every` seconds one begins."""
    import urllib3

    waiting = iter(numbers)
    began = time.perf_counter()

    def run() -> None:
        pool = urllib3.HTTPConnectionPool("127.0.0.1", port, maxsize=1)
        while True:
            with sent.lock:
                number = next(waiting, None)
            if number is None:
                return
            ahead = began + (number - numbers.start) * every - time.perf_counter()
            if every and ahead > 0:
                time.sleep(ahead)
            one_person(pool, path, number, sent)

    clients = [threading.Thread(target=run) for _client in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return time.perf_counter() - began


def tell(name: str, sent: Sent, seconds: float) -> None:
    (page, page95), (answer, answer95) = middle_and_tail(sent.shown), middle_and_tail(sent.taken)
    print(
        f"{name}: {sent.answers} answers in {seconds:.0f} s ({sent.answers / seconds:.1f}/s); page p50"
        f" {page:.0f} p95 {page95:.0f} ms, answer p50 {answer:.0f} p95 {answer95:.0f} ms;"
        f" errors {dict(sent.errors) or 'none'}",
        flush=True,
    )


def check_none_lost(survey: Any, *all_sent: Sent) -> None:
    from pilots.surveys.models import AnswerTally, ScoreTally

    want: Counter[tuple[int, int]] = sum((one.counts for one in all_sent), Counter())
    rows = AnswerTally.objects.filter(round=survey).values_list("item__position", "value", "n")
    found = Counter({(position, value): n for position, value, n in rows})
    people = sum(ScoreTally.objects.filter(round=survey).values_list("n", flat=True))
    answers = sum(one.answers for one in all_sent)
    if found != want or people != answers:
        raise SystemExit(f"LOST: {answers} were sent, {people} are counted; {want - found}")
    print(f"none lost: {answers} sent, {people} counted, each value of each question the same")


def opened(asked: int) -> Any:
    from django.utils import timezone

    from innovation.people.models import User
    from innovation.rules import dates
    from pilots.lifecycle.models import Pilot
    from pilots.surveys import actions
    from pilots.surveys.models import SurveyRound

    at = timezone.now()
    instrument = actions.keep_instrument_of("adkar", at=at)
    closes_at = dates.begins(dates.days_after(dates.today(), 14))
    return SurveyRound.objects.create(
        pilot=Pilot.objects.order_by("pk")[0],
        instrument=instrument,
        label="Everybody",
        wave=dates.today(),
        asked=asked,
        by_name=False,
        key=f"bench{asked}",
        opened_at=at,
        opened_by=User.objects.get(pk=1),
        closes_at=closes_at,
        again_from=closes_at,
    )


def heat_map(pilot: Any) -> None:
    """Two hundred groups, each asked twice by seven people, counted, and one helped."""
    from django.utils import timezone

    from innovation.people.models import User
    from innovation.rules import dates
    from pilots.adoption.models import AffectedGroup, BarrierAction, GroupPulse, UseCount
    from pilots.surveys import actions
    from pilots.surveys.models import AnswerTally, ScoreTally, SurveyRound

    by, at = User.objects.get(pk=1), timezone.now()
    instrument = actions.keep_instrument_of("adkar", at=at)
    items = list(instrument.items.all())
    groups = AffectedGroup.objects.bulk_create(
        AffectedGroup(
            pilot=pilot,
            name=f"Group {n}",
            people=30,
            unit=pilot.unit,
            changes="The note is drafted.",
            by=by,
            at=at,
        )
        for n in range(GROUPS)
    )
    chosen = random.Random(1)
    for wave in (60, 20):
        began = at - timedelta(days=wave)
        rounds = SurveyRound.objects.bulk_create(
            SurveyRound(
                pilot=pilot,
                instrument=instrument,
                label=group.name,
                wave=dates.day_of(began),
                asked=30,
                by_name=False,
                key=f"heat{wave}-{group.pk}",
                opened_at=began,
                opened_by=by,
                closes_at=began + timedelta(days=10),
                again_from=began + timedelta(days=14),
            )
            for group in groups
        )
        answers: list[AnswerTally] = []
        scores: list[ScoreTally] = []
        for survey in rounds:
            for item in items:
                low = chosen.randint(1, 4)
                answers += [
                    AnswerTally(round=survey, item=item, value=low, n=3),
                    AnswerTally(round=survey, item=item, value=low + 1, n=4),
                ]
            scores.append(ScoreTally(round=survey, points=chosen.randint(10, 20), n=7))
        AnswerTally.objects.bulk_create(answers)
        ScoreTally.objects.bulk_create(scores)
        SurveyRound.objects.filter(pk__in=[one.pk for one in rounds]).update(
            closed_at=began + timedelta(days=10)
        )
        pulses = GroupPulse.objects.bulk_create(
            GroupPulse(group=group, round=survey)
            for group, survey in zip(groups, rounds, strict=True)
        )
    UseCount.objects.bulk_create(
        UseCount(
            group=group,
            on=dates.today(),
            eligible=30,
            trained=chosen.randint(5, 30),
            active=chosen.randint(5, 30),
            source="Vendor report",
            by=by,
            at=at,
        )
        for group in groups
    )
    BarrierAction.objects.bulk_create(
        BarrierAction(
            group=group,
            pulse=pulse,
            barrier="desire",
            what="Ask in an open hour.",
            owner=by,
            until=dates.today(),
            by=by,
            at=at,
        )
        for group, pulse in zip(groups, pulses, strict=True)
    )


def measure_heat_map(port: int, pilot: Any) -> None:
    """In turns with its floor: as many rows of as many cells, drawn by a bare template."""
    path, floor, cookie = (
        f"/pilots/{pilot.pk}/adoption/readiness/",
        "/floor/heat/",
        session_cookie(),
    )
    status, queries, size = count_queries(path, cookie)
    own: list[float] = []
    least: list[float] = []
    for _turn in range(6):
        least += timings(port, floor, cookie, 1, 20)
        own += timings(port, path, cookie, 1, 20)
    (p50, p95), (f50, f95) = middle_and_tail(own), middle_and_tail(least)
    print(
        f"heat map of {GROUPS} groups: {status}, {queries} statements, {size / 1000:.0f} kB, p50 {p50:.0f}"
        f" p95 {p95:.0f} ms; floor p50 {f50:.0f} p95 {f95:.0f} ms; ratio of p50 {p50 / f50:.1f},"
        f" of p95 {p95 / f95:.1f}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=int, default=20_000)
    parser.add_argument("--minutes", type=float, default=3.0, help="in the pace of an hour")
    parser.add_argument("--hour", type=int, default=20_000, help="how many answer in an hour")
    arguments = parser.parse_args()
    database.NAME = "pilotlight_bench_pulse"
    os.environ["PILOTLIGHT_BEHIND_PROXY"] = "true"  # so that each person has an address
    database.set_up()
    from bench.data import Size, fill

    with database.empty_database():
        fill(Size(5_000, 50, 1_000))
        survey = opened(arguments.answers)
        heat_map(survey.pilot)
        with server() as port:
            measure_heat_map(port, survey.pilot)
            path = f"/a/{survey.key}/"
            pace = 3600 / arguments.hour
            first = min(arguments.answers, int(arguments.minutes * 60 / pace))
            steady, rushed = Sent(), Sent()
            tell(
                "in the pace of an hour",
                steady,
                people(port, path, range(first), steady, every=pace),
            )
            rest = range(first, arguments.answers)
            if rest:
                tell("as fast as it goes", rushed, people(port, path, rest, rushed))
            check_none_lost(survey, steady, rushed)


if __name__ == "__main__":
    main()
