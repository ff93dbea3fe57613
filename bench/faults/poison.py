"""Answers that no source should give: each row is kept or quarantined, and no worker dies."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

from bench.faults import numbers
from bench.faults.row import Round, Row
from bench.faults.stage import children_of, wait_until
from tests.pilots.metrics.server import Answer, serve

if TYPE_CHECKING:
    from bench.faults.stage import Stage

SOURCES = 20
DAYS = 20
SEVERAL = 250

# As they stand in the text of an answer: some are no JSON at all.
POISON = (
    "NaN", "-NaN", "Infinity", "-Infinity", "1e309", "-1e309", "1e-400", "0", "-0", "-1",
    '"NaN"', '"1e309"', '"\\u0000"', '"1\\u00005"', "null", "true", "[]", "{}", "[[[]]]",
    '""', '" "', '"12,5"', '"1.234.567,8"', '"０１２"', '"٣"', '"1_000"', '"0x10"', '"½"',
    "1" * 40, "0." + "3" * 60, '"' + "9" * 5000 + '"', "9223372036854775808", "1e18", "1e17",
    '"2026-02-30"', '"9999-12-31"', '"0001-01-01"', '"2026-W53"', '"\\ud800"', '"‮12"',
)  # fmt: skip


def poisoned(chance: random.Random, first: date) -> bytes:
    """An answer of up to twenty days, of which some fields, rows or bytes are poison."""
    rows = []
    for place in range(chance.randrange(1, DAYS)):
        fields = {
            "day": json.dumps(str(first + timedelta(days=place))),
            "late": str(chance.randrange(50)),
            "all": str(chance.randrange(50, 99)),
        }
        for name in fields:
            if chance.random() < 0.25:
                fields[name] = chance.choice(POISON)
        if chance.random() < 0.1:
            del fields[chance.choice(sorted(fields))]
        rows.append("{" + ", ".join(f'"{name}": {text}' for name, text in fields.items()) + "}")
    rows += chance.choices(rows, k=chance.choice((0, 0, 1, 3)))  # periods that come twice
    body = ('{"rows": [' + ", ".join(rows) + "]}").encode("utf-8", "surrogatepass")
    return chance.choices(WHOLE, WEIGHTS)[0](body, chance)


def _broken_bytes(body: bytes, chance: random.Random) -> bytes:
    whole = bytearray(body)
    for _byte in range(chance.randrange(1, 9)):
        whole[chance.randrange(len(whole))] = chance.randrange(256)
    return bytes(whole)


def _wide(_body: bytes, chance: random.Random) -> bytes:
    """One row of a hundred thousand columns."""
    columns = ",".join(f'"c{number}":{number}' for number in range(100_000))
    return b'{"rows": [{"day": "2026-01-05", "late": 1, "all": 2, %s}]}' % columns.encode()


WHOLE: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    lambda body, _chance: body,
    _broken_bytes,
    lambda body, chance: body[: chance.randrange(len(body))],
    lambda body, _chance: body.decode("utf-8", "replace").encode("utf-16"),
    lambda body, _chance: b"\xef\xbb\xbf" + body,
    lambda body, _chance: body.replace(b"}", b"\x00}"),
    lambda _body, _chance: b"[" * 100_000,
    lambda _body, _chance: b'{"rows": {"a": 1}}',
    lambda _body, _chance: b'{"rows": [1, null, "x", [], {}]}',
    _wide,
)
WEIGHTS = (60, 12, 8, 2, 2, 4, 1, 2, 4, 0.3)


def feed(size: int, chance: random.Random, stage: Stage) -> Round:
    """A real worker pulls from a source that poisons, a metric for each answer."""
    from django.db.models import F, Q

    from pilots.metrics.models import Metric, Observation, Pull
    from tests.factories.cast import make_cast

    found = Round()
    with serve() as hospital:
        answers: dict[int, bytes] = {}
        first = date(2026, 1, 5)
        hospital.answer = lambda path, _h: Answer(body=answers[int(path.split("?")[0].strip("/"))])
        cast = make_cast()
        worker = stage.worker()
        stage.beat()
        wait_until(lambda: len(children_of(worker.process.pid)) >= 2, "a worker")
        processes = set(children_of(worker.process.pid))
        for begin in range(0, size, SEVERAL):
            several = range(begin, min(begin + SEVERAL, size))
            answers |= {place: poisoned(chance, first) for place in range(len(several))}
            Metric.objects.update(next_pull_at=None)
            made = numbers.make_metrics(
                cast,
                hospital,
                count=len(several),
                sources=SOURCES,
                points=0,
                pull_from=first,
            )
            wait_until(partial(_all_pulled, [metric.pk for metric in made]), "the pulls")
            found.tried += len(several)
        found.check(processes == set(children_of(worker.process.pid)), "a worker process died")
        stage.stop()
    for pull in Pull.objects.exclude(finished_at=None).iterator():
        found.seen[pull.status] += 1
        kept = pull.added + pull.revised + pull.unchanged
        found.lost += abs(pull.received - kept - pull.quarantined)
        found.check("fault of its own" not in pull.problem, f"stumbled: {pull.problem[:100]}")
        found.check(pull.attempts <= 1, f"pull {pull.pk} was taken {pull.attempts} times")
        found.figures["rows received, at most by one pull"] = max(
            pull.received, found.figures.get("rows received, at most by one pull", 0)
        )
    right = Q(numerator__gte=0, denominator__gt=0, numerator__lte=F("denominator"))
    bad = Observation.objects.exclude(right).count()
    found.check(not bad, f"{bad} numbers that cannot be were kept")
    return found


def _all_pulled(metrics: list[int]) -> bool:
    from pilots.metrics.models import Pull

    ended = Pull.objects.filter(metric__in=metrics, finished_at__isnull=False)
    return ended.values("metric").distinct().count() == len(metrics)


ROWS = (Row("poison", "answers with poison in fields, rows and bytes", feed, size=1000, rounds=5),)
