"""A file at an address that is read while it is written: a part of it is never taken for the whole."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from bench.faults.row import Round, Row
from tests.pilots.metrics.server import Answer, serve

if TYPE_CHECKING:
    from bench.faults.stage import Stage

FIRST = date(2025, 1, 6)
WEEKS = 60
LOOKS = 4


def number(week: int) -> tuple[int, int]:
    return 1210 + week * 7 % 900, 13_000 + week


def file(weeks: int) -> bytes:
    lines = [f"{FIRST + timedelta(weeks=w)},{number(w)[0]},{number(w)[1]}" for w in range(weeks)]
    return "\n".join(["week,late,all", *lines, ""]).encode()


def cut(size: int, chance: random.Random) -> Round:
    """A file grows by a week; the first look finds it cut at some byte, the next ones whole. What is
    kept is right after each look, nothing that was known goes, and in the end all of it is kept."""
    from django.test import override_settings

    from pilots.metrics import actions
    from pilots.metrics.models import Observation
    from tests.factories.cast import NOW, make_cast

    found, cast = Round(), make_cast()
    with serve() as hospital, override_settings(INTERNAL_HOSTS=["127.0.0.1"]):
        at: datetime = NOW
        for turn in range(size):
            source = actions.create_source(
                by=cast.jonas,
                at=NOW,
                unit=cast.brigid,
                name=f"Export {turn}",
                kind="csv_url",
                config={"url": f"{hospital.url}/{turn}.csv"},
            )
            before = chance.randrange(5, WEEKS - 1)
            hospital.answer = Answer(body=file(before), type="text/csv")
            metric = actions.create_metric(
                by=cast.jonas,
                at=NOW,
                unit=cast.brigid,
                source=source,
                name="Late",
                definition="late ÷ all",
                kind="proportion",
                direction="lower",
                dimension="workflow",
                cadence="week",
                binding={"date": "week", "numerator": "late", "denominator": "all"},
                pull_from=FIRST,
            )
            whole = file(before + 1)
            part = whole[: chance.randrange(len(whole))]
            for look, content in enumerate([file(before), part, *[whole] * LOOKS]):
                hospital.answer = Answer(body=content, type="text/csv")
                at += timedelta(minutes=10)
                done = actions.run_pull(actions.request_pull(metric, at=at).pk, at=at)
                assert done is not None
                kept = {
                    o.period: (int(o.numerator or 0), int(o.denominator or 0))
                    for o in Observation.objects.filter(metric=metric)
                }
                wrong = sum(kept[day] != number((day - FIRST).days // 7) for day in kept)
                found.check(not wrong, f"look {look}: {wrong} numbers are not the source's")
                if look:
                    found.lost += max(before - len(kept), 0)
                if look == 1:
                    found.seen[f"a part: {done.status}"] += 1
            found.lost += before + 1 - len(kept)
            found.tried += 1
    return found


def _run(size: int, chance: random.Random, _stage: Stage) -> Round:
    return cut(size, chance)


ROWS = (Row("files", "files cut at some byte while they are read", _run, size=200),)
