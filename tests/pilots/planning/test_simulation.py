"""Simulated pilots are judged as the product judges, and the planner says what the product then does."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from pilots.evidence.numbers import SeriesPlan, answer
from pilots.metrics.series import Series
from pilots.planning.simulation import (
    Judge,
    Process,
    better,
    better_at_a_planned_look,
    better_by_history,
    draw,
    least_found,
    looks_until,
    planned_looks,
    weeks_until_harm,
)
from pilots.statistics.before_after import fit_of
from pilots.statistics.effects import MIN_EVENTS, TOO_ALIKE
from pilots.statistics.group_sequential import operating, spending_design
from pilots.statistics.verdicts import Verdict

BEGINS = date(2025, 1, 6)
SHARE = Process(True, 0.12, 0.15, 0.4, 12, (300.0,) * 12)
PROCESSES = {
    "a share": SHARE,
    "a share of few cases": Process(True, 0.1, 0.0, 0.0, 8, (20.0, 5.0, 12.0)),
    "a rare share": Process(True, 0.004, 0.0, 0.0, 12, (60.0,)),
    "values": Process(False, 20.0, 2.0, 0.6, 12),
    "means of known numbers of cases": Process(False, 20.0, 10.0, 0.0, 10, (8.0, 100.0, 30.0)),
}


@pytest.mark.parametrize("process", PROCESSES.values(), ids=PROCESSES)
@pytest.mark.parametrize("direction", ["lower", "higher"])
def test_simulated_pilots_hear_what_the_product_says(process: Process, direction: str) -> None:
    """Every simulated pilot at each of several looks, against the path that gives its verdicts."""
    drawn = draw(process, periods=26, pilots=12)
    change = (-0.3 if direction == "lower" else 0.3) * process.level
    since, rows = drawn.since(change, 26), np.arange(12)
    said = 0
    for look in (3, 4, 9, 26):
        judged = better(drawn.halves(since, look, rows), direction=direction, level=0.96)
        for row in rows:
            over, under = (
                np.r_[before[row], after[row, :look]]
                for before, after in zip(drawn.before, since, strict=True)
            )
            whole = answer(_series(process, over, under), _plan(process, direction, level=0.96))
            assert (whole.verdict is Verdict.BETTER) == judged[row], (look, row)
            said += int(judged[row])
    if process in (SHARE, PROCESSES["values"]):
        assert said  # not all of them say nothing


@pytest.mark.parametrize("process", [SHARE, PROCESSES["values"]], ids=["a share", "values"])
def test_simulated_pilots_of_a_long_history_hear_what_the_product_says(process: Process) -> None:
    long = replace(process, points=110, alike=0.3, a_year=365.25 / 7)
    drawn = draw(long, periods=30, pilots=8)
    since, rows = drawn.since(-0.35 * process.level, 30), np.arange(8)
    said = 0
    for look in (3, 4, 12, 30):
        judged = better_by_history(drawn, since, look, rows, direction="lower", level=0.96)
        for row in rows:
            over, under = (
                np.r_[before[row], after[row, :look]]
                for before, after in zip(drawn.before, since, strict=True)
            )
            plan = replace(_plan(long, "lower", level=0.96), live_on=BEGINS + timedelta(weeks=110))
            whole = answer(_series(long, over, under), plan)
            assert (whole.verdict is Verdict.BETTER) == judged[row], (look, row)
            said += int(judged[row])
    assert said


def test_a_long_history_takes_longer_to_answer_and_is_fooled_by_no_season() -> None:
    long = replace(SHARE, points=110, alike=0.0, spread=0.05, a_year=365.25 / 7)
    short = replace(long, points=12, a_year=0.0)
    looks = [4, 12, 20, 26]
    by_history, plain = (
        Judge(draw(process, periods=26, pilots=60), "lower", 0.95).chance(-0.03, looks)
        for process in (long, short)
    )
    assert 0.2 < by_history < plain


def _series(process: Process, over: np.ndarray, under: np.ndarray) -> Series:
    periods = [BEGINS + timedelta(weeks=week) for week in range(len(over))]
    versions = np.ones(len(over), dtype=np.int64)
    if process.proportion:
        return Series(periods, over / under, over, under, under, versions)
    return Series(periods, over, None, None, under, versions)


def _plan(process: Process, direction: str, *, level: float) -> SeriesPlan:
    return SeriesPlan(
        proportion=process.proportion,
        cadence="week",
        direction=direction,
        live_on=BEGINS + timedelta(weeks=process.points),
        level=level,
        steady=True,
    )


@pytest.mark.parametrize(
    ("alike", "spread", "expected"), [(0.0, 0.0, 0.91), (0.4, 0.15, 0.62), (0.4, 0.3, 0.28)]
)
def test_chance_is_what_pilots_of_the_bench_have(
    alike: float, spread: float, expected: float
) -> None:
    """12 to 9 % of 300 cases, twelve weeks before: what `bench/simulate.py power` finds by week 26."""
    process = replace(SHARE, alike=alike, spread=spread)
    judge = Judge(draw(process, periods=26), "lower", 0.95)
    assert judge.chance(-0.03, range(4, 27)) == pytest.approx(expected, abs=0.06)


def test_same_baseline_gives_the_same_answer_and_no_effect_hardly_any() -> None:
    judge = Judge(draw(SHARE, periods=52), "lower", 0.95)
    again = Judge(draw(SHARE, periods=104), "lower", 0.95)
    looks = looks_until(52)
    assert judge.chance(-0.03, looks) == again.chance(-0.03, looks)
    assert judge.chance(0.0, looks) < 0.05


def test_larger_effects_are_found_more_often_and_the_least_is_found_as_often_as_asked() -> None:
    judge = Judge(draw(SHARE, periods=26), "lower", 0.95)
    looks = looks_until(26)
    chances = [judge.chance(-size, looks) for size in (0.0, 0.01, 0.02, 0.03, 0.05)]
    assert chances == sorted(chances)
    least = least_found(judge, gain=-1, largest=0.11, end=26)
    assert least is not None
    assert judge.chance(-least, looks) >= 0.8 > judge.chance(-0.9 * least, looks)
    assert least_found(judge, gain=-1, largest=0.01, end=26) is None
    assert least_found(judge, gain=-1, largest=0.11, end=3) is None


def test_harm_that_is_larger_is_found_sooner() -> None:
    process = Process(True, 0.1, 0.0, 0.0, 12, (200.0,))
    near, far = (
        np.median(
            weeks_until_harm(
                process, to=to, limit=0.125, direction="lower", looks_a_year=52, periods=52
            )
        )
        for to in (0.15, 0.20)
    )
    assert far <= 4 < near <= 10


def test_a_season_that_is_simulated_is_taken_for_an_effect() -> None:
    """A baseline at the peak of a season, and no effect at all."""
    peak = tuple(0.3 * np.cos(np.linspace(-0.7, 0.7, 12)))
    falling = tuple(0.3 * np.cos(np.linspace(0.7, 0.7 + 2 * np.pi, 52)))
    seasonal = replace(SHARE, season_before=peak, season_after=falling)
    judge = Judge(draw(seasonal, periods=26), "lower", 0.95)
    assert judge.chance(0.0, looks_until(26)) > 0.2


@pytest.mark.parametrize("count", [1, 2, 4])
def test_planned_looks_find_what_theory_says_where_the_spread_is_nearly_known(count: int) -> None:
    """The power of the same boundaries by recursive integration, for independent periods after a long
    baseline: the simulation shares no line with it but the boundaries."""
    before, end, change = 60, 40, 0.55
    process = Process(False, 20.0, 1.0, 0.0, before)
    judge = Judge(draw(process, periods=end, pilots=3000), "lower", 0.95)
    looks = planned_looks(count, end)
    design = spending_design([1 / (1 / before + 1 / look) for look in looks], alpha=0.05)
    drift = change / math.sqrt(1 / before + 1 / end)
    expected = float(operating(design, drift).power)
    assert 0.6 < expected < 0.85
    # The product widens for neighbours that are alike, as some are by chance: it costs some points.
    assert expected - 0.06 < judge.chance_at_planned(-change, looks) < expected + 0.015
    assert 0.01 < judge.chance_at_planned(0.0, looks) < 0.033


def test_a_look_alone_is_a_test_at_the_end_and_more_cost_little() -> None:
    judge = Judge(draw(SHARE, periods=26), "lower", 0.95)
    assert planned_looks(4, 26) == [6, 13, 20, 26]
    assert planned_looks(4, 12) == [6, 9, 12]  # nothing is compared after three weeks
    assert judge.boundaries([26]) == pytest.approx([1.959964])
    four = judge.boundaries(planned_looks(4, 26))
    assert four == sorted(four, reverse=True)
    assert 1.96 < four[-1] < 2.2
    alone, often = (judge.chance_at_planned(-0.03, planned_looks(count, 26)) for count in (1, 4))
    any_time = judge.chance(-0.03, looks_until(26))
    assert often == pytest.approx(alone, abs=0.04)
    assert often > any_time + 0.1


@pytest.mark.parametrize("process", PROCESSES.values(), ids=PROCESSES)
def test_planned_looks_are_refused_what_the_product_refuses(process: Process) -> None:
    """Few events, few cases, neighbours too alike: no answer by either way of reading."""
    drawn = draw(process, periods=26, pilots=60)
    since, rows = drawn.since(-0.9 * process.level, 26), np.arange(60)
    halves = drawn.halves(since, 26, rows)
    low = better_at_a_planned_look(halves, direction="lower", z=0.0)
    fit = fit_of(halves)
    refused = fit.autocorrelation >= TOO_ALIKE
    if halves.events is not None and halves.non_events is not None:
        refused |= np.minimum(halves.events, halves.non_events) < MIN_EVENTS
    assert not (low & refused).any()
    # Wherever the interval that may be read at any time shows it, the narrower one of one look does.
    anytime = better(halves, direction="lower", level=0.95)
    once = better_at_a_planned_look(halves, direction="lower", z=1.96)
    assert not (anytime & ~once).any()
