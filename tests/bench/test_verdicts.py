"""The simulation of what the site says of pilots: its series are what they are called, and it sees what is plainly there."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from bench.simulations.verdicts import (
    POWER,
    RAILS,
    RISES,
    ROWS,
    UNSTEADY,
    YEAR,
    Draw,
    Said,
    counts,
)

DRAWS = {name: draw for name, (draw, _metrics) in (ROWS | UNSTEADY).items()} | RAILS | POWER
DRAWS |= {name: draw for name, (draw, _since) in RISES.items()}


@pytest.mark.parametrize("name", DRAWS)
def test_series_is_a_baseline_and_a_year_and_is_known_week_by_week(name: str) -> None:
    drawn = DRAWS[name](np.random.default_rng(1))
    assert len(drawn.over) == drawn.baseline + YEAR
    assert drawn.upto(1).known == drawn.baseline + 1
    last = drawn.upto(YEAR)
    assert last.known == drawn.baseline + YEAR
    assert last.position(drawn.plan(0.95).live_on or last.periods[0], "week") == drawn.baseline


@pytest.mark.parametrize(
    ("draw", "better", "harm"),
    [
        (partial(counts, to=0.03), True, False),
        (partial(counts, to=0.3), False, True),
        (partial(counts, to=0.3, limit=0.15), False, True),
    ],
)
def test_what_is_plainly_there_is_seen(draw: Draw, better: bool, harm: bool) -> None:
    said = Said.of(draw(np.random.default_rng(1)))
    assert (said.better, said.better_by_26, said.harm) == (better, better, harm)
    assert (said.breached is not None) is (draw(np.random.default_rng(1)).limit is not None)


def test_nothing_is_told_of_what_may_not_be_steady() -> None:
    drawn = counts(np.random.default_rng(1), to=0.03)
    assert Said.of(drawn).better
    assert not Said.of(drawn, steady=False).better


def test_the_first_harm_signal_after_a_calm_comes_after_it() -> None:
    said = Said.of(counts(np.random.default_rng(1), to=0.3, since=20, limit=0.15))
    assert said.breached is not None
    assert 20 < said.breached <= 24


def test_season_begins_at_its_worst_where_the_baseline_is_at_the_peak() -> None:
    draw = partial(counts, baseline=26, season=0.2, peak=True, cases=1_000_000)
    share = draw(np.random.default_rng(1)).upto(YEAR).values
    assert 11 <= int(np.argmax(share[:26])) <= 15
    assert share[:26].mean() > share[26:52].mean()
