"""The simulation of pilots beside comparison sites: its sites are what they are called, and it sees what is plainly there."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import numpy as np
import pytest

from bench.simulations.sites import POWER, ROWS, WAVES, WRONG, counts, said
from bench.simulations.verdicts import BEGINS, YEAR


@pytest.mark.parametrize("name", ROWS | WRONG | POWER)
def test_sites_are_known_week_by_week_and_live_from_their_wave_on(name: str) -> None:
    drawn = (ROWS | WRONG | POWER)[name](np.random.default_rng(1))
    plan, sites = drawn.upto(YEAR)
    assert len(plan.sites) == len(sites) == len(drawn.others)
    assert {one.series.known for one in sites} == {drawn.own.baseline + YEAR}
    for wave, one in zip(drawn.waves or [None] * len(sites), sites, strict=True):
        first = None if wave is None else BEGINS + timedelta(weeks=drawn.own.baseline + wave)
        assert one.site.live_on == first
    early, _sites = drawn.upto(1)
    assert {one.live_on for one in early.sites} == {None}


def test_what_is_plainly_there_is_seen_and_what_all_have_is_not() -> None:
    season = partial(counts, season=0.3, baseline=12)
    first, harm = said(partial(season, to=0.4), 1, 1)
    assert 0 < first < 12 and not harm
    assert said(partial(season, to=2.0), 1, 1)[1]
    assert said(season, 1, 1) == (0, False)


def test_waves_are_of_their_sites() -> None:
    drawn = counts(np.random.default_rng(1), to=0.1, waves=WAVES, cases=(100_000,), unlike=0.0)
    share = drawn.others[0].upto(YEAR).values
    assert share[26 : 26 + 8].mean() > 0.1 > 0.02 > share[26 + 8 :].mean()
    assert drawn.others[4].upto(YEAR).values.mean() > 0.1
