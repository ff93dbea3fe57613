"""SideBySide beside each other: which stand out, and when that is not said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilots.evidence import page_wording
from pilots.evidence.funnels import FunnelSite, SideBySide, beside_each_other
from pilots.metrics.series import Series
from tests.pilots.evidence import series as make
from tests.present import present
from tests.twins import funnels as twin

WEEKS, LIVE = 30, 20
LIVE_ON = make.FIRST + timedelta(weeks=LIVE)


def shares(share: float, *, cases: int, seed: int, weeks: int = WEEKS) -> Series:
    under = np.full(weeks, float(cases))
    over = np.random.default_rng(seed).binomial(cases, share, size=weeks).astype(float)
    ones = np.ones(weeks, dtype=np.int64)
    return Series(make.weeks(weeks), over / under, over, under, under, ones)


def ward(name: str, share: float, *, cases: int = 40, seed: int = 1, **more: Any) -> FunnelSite:
    live_on = more.pop("live_on", LIVE_ON)
    return FunnelSite(name, shares(share, cases=cases, seed=seed), live_on, **more)


def said(found: SideBySide) -> str:
    return page_wording.sites(found, make.written(found.placed[0].site.series))


def placed(
    *sites: FunnelSite, live_on: date | None = LIVE_ON, proportion: bool = True
) -> SideBySide:
    own = sites[0].series
    return beside_each_other(sites, own=own, cadence="week", proportion=proportion, live_on=live_on)


def twelve(**more: Any) -> list[FunnelSite]:
    return [ward(f"Ward {n}", 0.1, cases=20 + 10 * n, seed=n, **more) for n in range(12)]


def test_sites_that_chance_explains_do_not_stand_out() -> None:
    found = placed(*twelve())
    assert found.since_go_live and not found.beyond
    assert said(found) == ("None of 12 sites lies beyond what chance between sites explains.")


def test_a_site_that_chance_does_not_explain_stands_out_and_is_named() -> None:
    found = placed(*twelve(), ward("5 East", 0.3, cases=200, seed=99))
    assert [one.site.label for one in found.beyond] == ["5 East"]
    assert "1 of 13 sites lies beyond" in said(found)
    assert "5 East (higher)" in said(found)


def test_a_site_that_may_not_be_seen_counts_and_is_not_named() -> None:
    shown = placed(*twelve(), ward("5 East", 0.3, cases=200, seed=99))
    found = placed(*twelve(), ward("5 East", 0.3, cases=200, seed=99, shown=False))
    assert present(found.funnel).target == present(shown.funnel).target
    words = said(found)
    assert "1 of 13 sites lies beyond" in words and "1 that you may not see" in words
    assert "5 East" not in words and "1 of them is counted and not shown" in words
    assert [one.site.label for one in found.shown] == [f"Ward {n}" for n in range(12)]


def test_few_sites_have_an_interval_each_and_none_is_called_unusual() -> None:
    found = placed(*twelve()[:3], ward("5 East", 0.4, cases=200, seed=99))
    assert found.funnel is None and not found.beyond
    assert "It takes 5" in said(found)
    for one in found.placed:
        interval = present(one.interval)
        assert present(interval.lower) < one.level < present(interval.upper)


def test_a_site_with_few_cases_is_left_out_by_name() -> None:
    found = placed(*twelve(), ward("Hospice", 0.9, cases=1, seed=3))
    assert [site.label for site in found.few] == ["Hospice"]
    assert len(found.placed) == 12
    assert "Left out, with fewer than 30 cases: Hospice." in said(found)
    hidden = placed(*twelve(), ward("Hospice", 0.9, cases=1, seed=3, shown=False))
    assert "Hospice" not in said(hidden)
    assert "30 cases: 1 that you may not see." in said(hidden)


def test_few_events_at_all_sites_are_refused_in_words() -> None:
    rare = [ward(f"Ward {n}", 0.0, seed=n) for n in range(6)]
    found = placed(*rare)
    assert found.refused == "few_events" and found.funnel is None
    assert "fewer than 10 events" in said(found)


def test_one_site_alone_is_refused_in_words() -> None:
    found = placed(ward("4 West", 0.1))
    assert found.refused == "few_sites"
    assert "Fewer than two sites" in said(found)


def test_a_site_without_a_number_at_that_time_is_named() -> None:
    early = replace(ward("Closed", 0.1), series=shares(0.1, cases=40, seed=5, weeks=10))
    found = placed(*twelve(), early)
    assert [site.label for site in found.silent] == ["Closed"]
    assert "Without a number at that time: Closed." in said(found)


@given(st.integers(0, 26), st.integers(0, 2**32 - 1))
def test_each_site_counts_from_its_own_go_live_and_the_others_from_the_pilot_s(
    later: int, seed: int
) -> None:
    own = LIVE_ON + timedelta(days=later)
    sites = [
        ward("Own", 0.3, seed=seed),
        ward("Later", 0.3, seed=seed + 1, live_on=own),
        ward("Never", 0.3, seed=seed + 2, live_on=None),
    ]
    found = placed(*sites)
    for one, since in zip(found.placed, (LIVE_ON, own, LIVE_ON), strict=True):
        events, cases = twin.totals(_weeks(one.site.series), since=since, until=None)
        assert one.level == pytest.approx(events / cases)
        assert one.cases == cases


def test_before_go_live_the_last_twelve_weeks_are_looked_at() -> None:
    sites = twelve(live_on=None)
    for live_on, until in ((None, make.FIRST + timedelta(weeks=WEEKS)), (LIVE_ON, None)):
        some = sites
        if live_on is not None:  # three weeks since go-live say nothing yet
            some = [replace(one, series=_first(one.series, LIVE + 3)) for one in sites]
        found = placed(*some, live_on=live_on)
        assert not found.since_go_live
        end = until or LIVE_ON
        for one in found.placed:
            events, cases = twin.totals(
                _weeks(one.site.series), since=end - timedelta(weeks=12), until=end
            )
            assert one.level == pytest.approx(events / cases)
            assert one.cases == cases


def test_nothing_is_told_of_levels_of_which_none_may_be_seen() -> None:
    words = said(placed(*(ward(f"Ward {n}", 0.1, seed=n, shown=False) for n in range(3))))
    assert words.startswith("3 sites. It takes 5") and "%" not in words
    assert "3 of them are counted and not shown" in words


def test_values_have_intervals_and_no_limits() -> None:
    sites = [
        FunnelSite(f"Ward {n}", make.of_values(LIVE, 10, level=16.0 + n), LIVE_ON) for n in range(7)
    ]
    found = placed(*sites, proportion=False)
    assert found.funnel is None and len(found.placed) == 7
    assert "none is called unusual" in said(found)
    assert found.placed[3].level == pytest.approx(sites[3].series.values[LIVE:].mean())
    assert present(present(found.placed[0].interval).lower) < 16.5


def test_what_was_counted_otherwise_is_not_counted_in() -> None:
    site = ward("4 West", 0.2, seed=8)
    same = np.arange(WEEKS) >= 25
    found = placed(replace(site, same=same), ward("5 East", 0.2, seed=9))
    assert found.placed[0].cases == 5 * 40


def _weeks(series: Series) -> list[tuple[date, float, float]]:
    return list(
        zip(series.periods, present(series.numerators), present(series.denominators), strict=True)
    )


def _first(series: Series, weeks: int) -> Series:
    return Series(
        series.periods[:weeks],
        series.values[:weeks],
        present(series.numerators)[:weeks],
        present(series.denominators)[:weeks],
        series.n[:weeks],
        series.versions[:weeks],
    )
