"""Sites against sites: the estimate, its errors, its placebo, and group-time effects."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilots.statistics.series import Refusal
from pilots.statistics.time_series.difference_in_differences import (
    Difference,
    cluster_error,
    difference_in_differences,
)
from pilots.statistics.time_series.overall import Summary, overall_effect
from pilots.statistics.time_series.placebo import placebo
from pilots.statistics.time_series.staggered import Base, Comparison, GroupTime, group_time_effects
from tests.present import present
from tests.probes import examples
from tests.twins import time_series as twin


def codes(found: Difference | GroupTime) -> set[str]:
    return {remark.code for remark in found.warnings}


def sites(seed: int, units: int, periods: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(0, 1, (units, periods)) + rng.normal(0, 2, (units, 1))


@examples(30)
@given(
    seed=st.integers(0, 10**6),
    gaps=st.sets(st.tuples(st.integers(0, 9), st.integers(0, 5)), max_size=8),
)
def test_estimate_and_cluster_error_are_those_of_dummies_with_gaps_or_without(
    seed: int, gaps: set[tuple[int, int]]
) -> None:
    y = sites(seed, 10, 6)
    for cell in gaps:
        y[cell] = np.nan
    treated, clusters = np.arange(10) < 4, np.array([0, 0, 1, 1, 2, 2, 3, 3, 4, 5])
    found = difference_in_differences(y, treated, 3, clusters=clusters, bootstrap=0)
    estimate, error = twin.two_way(y, treated, clusters, 3)
    assert found.estimate == pytest.approx(estimate, abs=1e-9)
    raw = cluster_error(y, treated, 3, clusters=clusters, small_sample="CR0")
    assert raw == pytest.approx(error, abs=1e-9)
    assert found.se == pytest.approx(error * np.sqrt(6 / 5), abs=1e-9)
    assert present(found.lower) < found.estimate < present(found.upper)


def test_pooled_errors_are_the_closed_form_of_four_cells() -> None:
    y = np.array([[1.0, 2, 3, 6], [2, 4, 7, 7], [0, 1, 1, 2], [3, 3, 4, 6], [2, 1, 2, 3]])
    treated = np.arange(5) < 2
    found = difference_in_differences(y, treated, 2, errors="pooled")
    a, b, c, d = y[:2, 2:], y[:2, :2], y[2:, 2:], y[2:, :2]
    assert found.estimate == pytest.approx((a.mean() - b.mean()) - (c.mean() - d.mean()))
    rest = sum(float(((cell - cell.mean()) ** 2).sum()) for cell in (a, b, c, d))
    se = np.sqrt(rest / 16 * (1 / 4 + 1 / 4 + 1 / 6 + 1 / 6))
    assert found.se == pytest.approx(se)
    assert found.upper == pytest.approx(found.estimate + 2.119905 * se)  # t(16), 97.5 %
    # R 4.2.2: summary(lm(y ~ treated * since))$coefficients["treated:since", ]
    in_r = (2.16666666667, 1.42217068049, 0.14715510659)
    assert (found.estimate, found.se, found.p) == pytest.approx(in_r, rel=1e-9)
    assert found.wild_p is None
    fixed = difference_in_differences(y, treated, 2)
    assert fixed.estimate == pytest.approx(found.estimate)
    assert present(found.se) > present(fixed.se)


def test_pooled_errors_with_gaps_are_those_of_statsmodels() -> None:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import statsmodels.api as sm
    y, treated = sites(4, 9, 8), np.arange(9) < 3
    y[0, 1] = y[5, 6] = y[8, 0] = np.nan
    rows = [
        (1.0, float(treated[i]), float(t >= 3), float(treated[i] and t >= 3), y[i, t])
        for i in range(9)
        for t in range(8)
        if np.isfinite(y[i, t])
    ]
    table = np.array(rows)
    fit = sm.OLS(table[:, 4], table[:, :4]).fit()
    found = difference_in_differences(y, treated, 3, errors="pooled")
    assert (found.estimate, found.se, found.p) == pytest.approx(
        (fit.params[3], fit.bse[3], fit.pvalues[3])
    )


def test_pooled_errors_warn_and_say_how_much_too_narrow_they_are() -> None:
    noise = np.random.default_rng(5).standard_normal((20, 60))
    for t in range(1, 60):
        noise[:, t] += 0.9 * noise[:, t - 1]
    found = difference_in_differences(noise[:, 40:], np.arange(20) < 10, 10, errors="pooled")
    (remark,) = (r for r in found.warnings if r.code == "pooled_errors")
    assert "too narrow" in remark.text
    assert "read that one" in remark.text
    assert present(found.se) < cluster_error(noise[:, 40:], np.arange(20) < 10, 10)
    alone = difference_in_differences(noise[:, 40:], np.arange(20) < 1, 10, errors="pooled")
    assert alone.se is not None
    assert {"one_cluster", "pooled_errors"} <= codes(alone)
    with pytest.raises(ValueError, match="Errors are"):
        difference_in_differences(noise, np.arange(20) < 10, 10, errors="robust")  # type: ignore[arg-type]


def test_cluster_error_without_gaps_is_that_of_statsmodels() -> None:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import statsmodels.api as sm
    y, treated = sites(3, 12, 6), np.arange(12) < 5
    rows = [
        (1.0, float(treated[i]), float(t >= 3), float(treated[i] and t >= 3))
        for i in range(12)
        for t in range(6)
    ]
    known = sm.OLS(y.ravel(), np.array(rows)).fit(
        cov_type="cluster", cov_kwds={"groups": np.repeat(np.arange(12), 6)}
    )
    found = difference_in_differences(y, treated, 3, bootstrap=0)
    assert found.estimate == pytest.approx(known.params[3])
    assert found.se * np.sqrt(71 / 68) == pytest.approx(known.bse[3])


@pytest.mark.parametrize("seed", range(4))
def test_placebo_and_wild_bootstrap_are_those_of_every_pattern(seed: int) -> None:
    y, treated = sites(seed, 8, 6), np.arange(8) < 3
    y[treated, 3:] += seed
    found = difference_in_differences(y, treated, 3)
    changes = y[:, 3:].mean(1) - y[:, :3].mean(1)
    assert found.placebo_p == pytest.approx(twin.placebo_p(changes, list(range(8)), treated))
    assert found.placebos == 56
    assert found.wild_p == pytest.approx(twin.wild_p(y, treated, 3))


def test_placebo_of_clusters_of_unlike_size_is_that_of_every_set() -> None:
    changes = np.random.default_rng(1).normal(size=9)
    clusters = np.array([0, 0, 0, 1, 2, 2, 3, 4, 5])
    chosen = np.isin(clusters, [0, 3])
    p, tried, _error = placebo(changes, chosen, clusters)
    assert p == pytest.approx(twin.placebo_p(changes, clusters.tolist(), chosen))
    assert tried == 15


def test_one_treated_site_gets_no_error_but_a_loud_warning_and_a_placebo() -> None:
    y = sites(1, 12, 10)
    y[0, 5:] += 8
    found = difference_in_differences(y, np.arange(12) < 1, 5)
    assert found.se is found.lower is found.p is found.wild_p is None
    assert "one_cluster" in codes(found)
    assert found.placebo_p == pytest.approx(1 / 12)
    assert present(found.placebo_se) > 0
    assert all(lead.se is None for lead in found.leads)


def test_one_treated_site_would_be_called_significant_every_other_time() -> None:
    """Why its cluster error is not shown: chance alone is "significant" in about half of panels."""
    hits = 0
    for seed in range(200):
        y, treated = sites(seed, 12, 6), np.arange(12) < 1
        estimate = difference_in_differences(y, treated, 3, bootstrap=0).estimate
        hits += abs(estimate / cluster_error(y, treated, 3)) > 2.2
    assert hits > 60


def test_few_treated_sites_are_warned_of_and_many_are_not() -> None:
    assert "few_treated" in codes(difference_in_differences(sites(2, 12, 8), np.arange(12) < 3, 4))
    assert "few_clusters" in codes(difference_in_differences(sites(2, 14, 8), np.arange(14) < 7, 4))
    many = difference_in_differences(sites(2, 40, 8), np.arange(40) < 20, 4)
    assert codes(many) == set()


def test_groups_that_were_already_moving_apart_are_warned_of() -> None:
    y, treated = sites(5, 40, 10), np.arange(40) < 20
    y[treated] += 0.5 * np.arange(10)
    found = difference_in_differences(y, treated, 5)
    assert "not_parallel" in codes(found)
    assert present(found.pretrend)[0] == pytest.approx(0.5, abs=0.2)
    assert len(found.leads) == 4
    assert found.leads[0].estimate < -1
    base = y[:, 4]
    first = (y[:, 0] - base)[treated].mean() - (y[:, 0] - base)[~treated].mean()
    assert found.leads[0].estimate == pytest.approx(first)


def test_no_comparison_and_no_period_before_are_refused() -> None:
    y = sites(1, 6, 6)
    for treated, start in ((np.ones(6, bool), 3), (np.zeros(6, bool), 3), (np.arange(6) < 2, 0)):
        with pytest.raises(Refusal):
            difference_in_differences(y, treated, start)
    with pytest.raises(ValueError):
        difference_in_differences(y, [2, 0, 0, 0, 0, 0], 3)
    with pytest.raises(ValueError):
        difference_in_differences(y, np.arange(6) < 2, 3, small_sample="CR9")  # type: ignore[arg-type]  # nonsense on purpose


def test_sites_that_moved_alike_have_no_intervals() -> None:
    found = difference_in_differences(np.ones((4, 6)), [1, 1, 0, 0], 3)
    assert (found.lower, found.p) == (None, None)
    assert [(lead.estimate, lead.se, lead.upper) for lead in found.leads] == [(0.0, None, None)] * 2


def staggered(seed: int) -> tuple[np.ndarray, np.ndarray]:
    y = sites(seed, 30, 5)
    first = np.repeat([2.0, 3.0, 4.0, np.inf], [6, 7, 7, 10])
    y += (np.arange(5) >= first[:, np.newaxis]) * 1.5
    return y, first


@pytest.mark.parametrize("comparison", ["never", "not_yet"])
@pytest.mark.parametrize("base", ["varying", "universal"])
def test_group_time_effects_are_differences_of_four_means(
    comparison: Comparison, base: Base
) -> None:
    y, first = staggered(1)
    found = group_time_effects(y, first, comparison=comparison, base=base)
    for cell in range(len(found.group)):
        group, at = int(found.group[cell]), int(found.period[cell])
        if base == "universal" and at == group - 1:
            assert found.estimate[cell] == 0 and np.isnan(found.se[cell])
            continue
        estimate, error = twin.group_time(y, first, group, at, comparison, base)
        assert found.estimate[cell] == pytest.approx(estimate)
        assert found.se[cell] == pytest.approx(error)


@pytest.mark.parametrize("kind", ["simple", "group", "dynamic", "calendar"])
def test_summaries_and_their_errors_are_those_of_the_infinitesimal_jackknife(kind: Summary) -> None:
    y, first = staggered(2)
    found = overall_effect(group_time_effects(y, first), kind)
    assert found.estimate == pytest.approx(twin.overall(y, first, np.ones(30), kind))
    assert found.se == pytest.approx(twin.overall_error(y, first, kind), rel=1e-4)


def test_errors_by_cluster_are_those_of_the_summed_influences() -> None:
    y, first = staggered(3)
    clusters = np.arange(30) // 2
    found = group_time_effects(y, first, clusters=clusters)
    alone = group_time_effects(y, first)
    summed = np.array([alone.influence[clusters == one].sum(axis=0) for one in range(15)])
    assert found.se == pytest.approx(np.sqrt((summed**2).sum(axis=0)) / 30)
    assert found.clusters == 15


def test_without_never_treated_the_last_group_serves_until_it_changes() -> None:
    y, first = staggered(4)
    first = np.where(np.isinf(first), 4.0, first)
    with pytest.raises(Refusal):
        group_time_effects(y, first)
    found = group_time_effects(y, first, comparison="not_yet")
    assert set(found.group) == {2.0, 3.0} and found.period.max() == 3


def test_staggered_refuses_gaps_and_leaves_out_who_had_always_changed() -> None:
    y, first = staggered(5)
    y[3, 2] = np.nan
    with pytest.raises(Refusal) as refused:
        group_time_effects(y, first)
    assert refused.value.remark.code == "gaps"
    y, first = staggered(5)
    first[0] = 0
    found = group_time_effects(y, first)
    assert found.n == 29 and "always_treated" in codes(found)


def test_staggered_warns_of_a_group_of_one_site() -> None:
    y, first = staggered(6)
    first[:5] = np.inf
    assert "one_cluster" in codes(group_time_effects(y, first))
