"""Interrupted series: the fits against statsmodels and slow twins, what refuses, what warns."""

import warnings
from collections.abc import Iterator
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilots.statistics.series import Floats, Refusal
from pilots.statistics.time_series import covariances, residuals
from pilots.statistics.time_series.counterfactual import counterfactual
from pilots.statistics.time_series.designs import harmonic, segmented
from pilots.statistics.time_series.estimates import Errors
from pilots.statistics.time_series.interrupted import Interrupted, interrupted, interrupted_many
from pilots.statistics.time_series.regression import Family, fit
from tests.present import present
from tests.probes import examples
from tests.twins import time_series as twin


@pytest.fixture(scope="module")
def sm() -> Iterator[ModuleType]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import statsmodels.api

        yield statsmodels.api


def drifting(seed: int, r: float, shape: tuple[int, int]) -> np.ndarray:
    noise = np.random.default_rng(seed).standard_normal((shape[0], shape[1] + 40))
    for point in range(1, noise.shape[1]):
        noise[:, point] += r * noise[:, point - 1]
    return noise[:, 40:]


def codes(found: Interrupted) -> set[str]:
    return {remark.code for remark in found.warnings}


@pytest.mark.parametrize("family", ["poisson", "quasi_poisson", "binomial", "quasi_binomial"])
def test_many_fits_at_once_are_those_of_statsmodels_one_by_one(
    sm: ModuleType, family: Family
) -> None:
    rng = np.random.default_rng(4)
    design = segmented(40, 18, season="harmonic", pairs=1)
    n = rng.integers(50, 400, (6, 40)).astype(float)
    events = rng.binomial(n.astype(int), rng.uniform(0.02, 0.6, (6, 1)) * np.ones((6, 40))) * 1.0
    events[0, 3] = events[1, 30] = n[2, 7] = np.nan
    many = interrupted_many(events, design, family=family, denominators=n, errors="model")
    fits = fit(events, design, family=family, denominators=n)
    for row in range(6):
        use = np.isfinite(events[row]) & np.isfinite(n[row])
        x, k, m = design.matrix[use], events[row, use], n[row, use]
        if family.endswith("binomial"):
            model = sm.GLM(np.column_stack([k, m - k]), x, family=sm.families.Binomial())
        else:
            model = sm.GLM(k, x, family=sm.families.Poisson(), offset=np.log(m))
        known = model.fit(tol=1e-12)
        pearson = (known.resid_pearson**2).sum() / known.df_resid
        # Not scale="X2": statsmodels forgets the cases of two-column binomials there.
        widened = np.sqrt(pearson) if family.startswith("quasi") else 1.0
        assert many.estimates[row] == pytest.approx(known.params, abs=1e-8)
        assert many.se[row] == pytest.approx(known.bse * widened, abs=1e-8)
        assert fits.dispersion[row] == pytest.approx(pearson, rel=1e-8)
        assert fits.fitted[row, use] == pytest.approx(known.fittedvalues, abs=1e-8 * k.max())


@pytest.mark.parametrize("lags", [0, 1, 4])
@pytest.mark.parametrize("adjust", [True, False])
def test_newey_west_is_that_of_statsmodels(sm: ModuleType, lags: int, adjust: bool) -> None:
    y = drifting(2, 0.4, (1, 37))[0]
    design = segmented(37, 20)
    found = interrupted(y, design, errors="hac", lags=lags, adjust=adjust)
    known = sm.OLS(y, design.matrix).fit(
        cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": adjust}
    )
    assert [term.se for term in found.terms] == pytest.approx(known.bse, rel=1e-8)
    assert found.lag == lags


def test_newey_west_of_counts_is_that_of_statsmodels(sm: ModuleType) -> None:
    y = np.random.default_rng(1).poisson(40, 37)
    design = segmented(37, 20)
    found = interrupted(y, design, family="poisson", errors="hac", lags=2, adjust=False)
    known = sm.GLM(y, design.matrix, family=sm.families.Poisson()).fit(
        cov_type="HAC", cov_kwds={"maxlags": 2, "use_correction": False}
    )
    assert [term.se for term in found.terms] == pytest.approx(known.bse, rel=1e-6)


@examples(25)
@given(
    seed=st.integers(0, 10**6), gaps=st.sets(st.integers(0, 39), max_size=6), lag=st.integers(0, 5)
)
def test_errors_are_those_of_dense_matrices_with_gaps_or_without(
    seed: int, gaps: set[int], lag: int
) -> None:
    y = drifting(seed, 0.5, (1, 40))
    y[0, list(gaps)] = np.nan
    design = segmented(40, 20)
    use = np.isfinite(y[0])
    x, places = design.matrix[use], np.flatnonzero(use)
    fits = fit(y, design)
    seen, _lag = covariances.newey_west(fits, design, lags=lag)
    assert seen[0] == pytest.approx(twin.newey_west(x, y[0, use], places, lag, adjust=True))
    seen, rho, _dispersion = covariances.autoregressive(fits, design)
    known = twin.autoregressive(x, y[0, use], places, rho[0])
    assert np.diagonal(seen[0]) == pytest.approx(np.diagonal(known), rel=1e-2)
    beta, seen, _rest, rho = covariances.prais_winsten(y, design, fits)
    known_beta, known, known_rho = twin.prais_winsten(x, y[0, use], places)
    if abs(known_rho) < 0.95:
        assert rho[0] == pytest.approx(known_rho, abs=1e-5)
        assert beta[0] == pytest.approx(known_beta, abs=1e-4)
        assert np.diagonal(seen[0]) == pytest.approx(np.diagonal(known), rel=1e-3)


def test_prewhitening_is_that_of_r_sandwich() -> None:
    y = drifting(3, 0.5, (1, 50))
    design = segmented(50, 25)
    fits = fit(y, design)
    seen, _lag = covariances.newey_west(fits, design, lags=2, prewhite=True, adjust=False)
    assert seen[0] == pytest.approx(twin.prewhitened(design.matrix, y[0], 2))


def test_autocorrelation_is_corrected_for_what_the_fit_takes_away() -> None:
    design = segmented(30, 15)
    fits = fit(drifting(5, 0.0, (3000, 30)), design)
    seen = residuals.autocorrelation(fits.pearson, design).mean()
    expected = residuals.expected_autocorrelation(fits, design)
    assert expected == pytest.approx(twin.expected_autocorrelation(design.matrix, 0.0))
    assert seen == pytest.approx(expected[0], abs=0.01)
    fits = fit(drifting(5, 0.6, (3000, 30)), design)
    _covariance, rho, _dispersion = covariances.autoregressive(fits, design)
    known = twin.expected_autocorrelation(design.matrix, 0.6)
    assert residuals.autocorrelation(fits.pearson, design).mean() == pytest.approx(known, abs=0.05)
    assert rho.mean() == pytest.approx(0.55, abs=0.1)


@pytest.mark.parametrize(("r", "at_least"), [(0.0, 0.94), (0.3, 0.91), (0.6, 0.88)])
def test_interval_of_the_level_holds_the_truth_though_neighbours_are_alike(
    r: float, at_least: float
) -> None:
    series = drifting(11, r, (1500, 36)) + 2 * (np.arange(36) >= 18)
    many = interrupted_many(series, segmented(36, 18))
    assert ((many.lower[:, 2] <= 2) & (many.upper[:, 2] >= 2)).mean() >= at_least


def test_newey_west_in_a_short_series_is_too_sure() -> None:
    """Why it is not the default: 95 % intervals that hold in under 90 %, without autocorrelation."""
    series = drifting(12, 0.0, (1500, 24))
    many = interrupted_many(series, segmented(24, 12), errors="hac")
    assert ((many.lower[:, 2] <= 0) & (many.upper[:, 2] >= 0)).mean() < 0.9


def test_durbin_watson_and_ljung_box_are_those_of_statsmodels(sm: ModuleType) -> None:
    from statsmodels.stats.diagnostic import acorr_ljungbox
    from statsmodels.stats.stattools import durbin_watson

    y = drifting(6, 0.4, (1, 60))[0]
    design = segmented(60, 30)
    found = interrupted(y, design)
    rest = sm.OLS(y, design.matrix).fit().resid
    assert found.durbin_watson == pytest.approx(durbin_watson(rest))
    # statsmodels takes the mean out, which residuals with an intercept have not.
    assert found.ljung_box == pytest.approx(acorr_ljungbox(rest, [10])["lb_pvalue"].iloc[0])


def test_breusch_godfrey_is_its_definition_in_r() -> None:
    """R 4.2.2, as `lmtest::bgtest(y ~ x, order = 2)` defines it: residuals on x and their lags."""
    t = np.arange(1, 25)
    y = np.round(np.sin(t) * 3 + t * 0.2 + np.tile([1, -1, 2, 0], 6) * 0.7, 3)
    design = segmented(24, 12, slope=False)
    statistic, p = residuals.breusch_godfrey(fit(y, design), design, lags=2)
    assert (statistic[0], p[0]) == pytest.approx((8.096145594031, 0.017455983467), rel=1e-9)


@pytest.mark.parametrize("lags", [1, 4, 10])
def test_breusch_godfrey_is_that_of_statsmodels(sm: ModuleType, lags: int) -> None:
    from statsmodels.stats.diagnostic import acorr_breusch_godfrey

    many = drifting(7, 0.3, (5, 60))
    design = segmented(60, 30)
    statistic, p = residuals.breusch_godfrey(fit(many, design), design, lags=lags)
    for row, y in enumerate(many):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # about the type of its answer
            expected = acorr_breusch_godfrey(sm.OLS(y, design.matrix).fit(), nlags=lags)
        assert (statistic[row], p[row]) == pytest.approx(tuple(expected)[:2], rel=1e-8)
    if lags == 10:
        assert interrupted(many[0], design).breusch_godfrey == pytest.approx(p[0])


def test_breusch_godfrey_of_a_series_with_gaps_and_a_control_takes_only_real_neighbours() -> None:
    """Against n·R² of least squares written out, the point before by its place in time."""
    y = drifting(8, 0.5, (1, 80))[0]
    y[[5, 6, 40, 61]] = np.nan
    design = segmented(40, 20, control=True)
    fits = fit(y, design)
    x, rest = design.matrix, fits.pearson[0]
    known = np.isfinite(rest)
    before = np.array(
        [rest[i - 1] if i % 40 and np.isfinite(rest[i - 1]) else 0.0 for i in range(80)]
    )
    wide = np.column_stack([x, before])[known]
    fitted = wide @ np.linalg.lstsq(wide, rest[known], rcond=None)[0]
    expected = known.sum() * (fitted**2).sum() / (rest[known] ** 2).sum()
    assert residuals.breusch_godfrey(fits, design, lags=1)[0][0] == pytest.approx(expected)


def test_breusch_godfrey_calls_chance_at_its_level_and_finds_what_lag_one_hides() -> None:
    design = segmented(200, 100)
    counts = np.random.default_rng(9).poisson(40, (1000, 200))
    _, quiet = residuals.breusch_godfrey(fit(counts, design, family="poisson"), design, lags=4)
    assert 0.03 < (quiet < 0.05).mean() < 0.09
    design = segmented(60, 30)
    noise = np.random.default_rng(10).standard_normal((200, 64))
    echo = noise[:, 4:] + 0.7 * noise[:, :-4]
    _, loud = residuals.breusch_godfrey(fit(echo, design), design, lags=4)
    assert (loud < 0.05).mean() > 0.8
    short = residuals.breusch_godfrey(
        fit(echo[:, :18], segmented(18, 9)), segmented(18, 9), lags=15
    )
    assert np.isnan(short[1]).all()


def test_harmonics_are_those_of_r_tsmodel() -> None:
    month = np.arange(1, 13)
    columns = harmonic(month, 2, 12)
    assert columns[:, 0] == pytest.approx(np.sin(2 * np.pi * month / 12))
    assert columns[:, 1] == pytest.approx(np.sin(4 * np.pi * month / 12))
    assert columns[:, 3] == pytest.approx(np.cos(4 * np.pi * month / 12))


def test_slope_may_start_in_three_places_and_the_fit_stays_the_same() -> None:
    y = drifting(7, 0.0, (1, 40))[0]
    found = {
        where: interrupted(y, segmented(40, 20, slope_from=where))
        for where in ("first", "last_before", "origin")
    }
    slopes = [one.term("slope").estimate for one in found.values()]
    assert slopes == pytest.approx([slopes[0]] * 3)
    jump = found["first"].term("level").estimate
    assert found["last_before"].term("level").estimate + slopes[0] == pytest.approx(jump)
    assert found["origin"].term("level").estimate + 20 * slopes[0] == pytest.approx(jump)


def test_month_dummies_transition_and_several_interruptions() -> None:
    design = segmented(
        60, [20, 40], season="dummies", period=12, transition=3, slope_from="last_before"
    )
    assert design.names[:6] == ("intercept", "trend", "level 1", "slope 1", "level 2", "slope 2")
    assert len(design.names) == 6 + 11
    assert design.kept.sum() == 54
    index = np.arange(60)
    y = 5 + 0.1 * index + 3 * (index >= 20) - 2 * (index >= 40) + (index % 12 == 4) * 4
    y = y + drifting(8, 0.0, (1, 60))[0] * 0.01
    y[20:23] = 999
    found = interrupted(y, design)
    assert found.term("level 1").estimate == pytest.approx(3, abs=0.1)
    assert found.term("level 2").estimate == pytest.approx(-2, abs=0.1)
    assert (found.n, found.n_before, found.n_after) == (54, 20, 17)


def test_control_takes_out_what_happened_to_both() -> None:
    index = np.arange(40)
    noise = drifting(9, 0.0, (2, 40)) * 0.2
    other = 10 + 0.1 * index + 4 * (index >= 20) + noise[0]
    ours = 20 + 0.1 * index + 4 * (index >= 20) + 3 * (index >= 20) + noise[1]
    alone = interrupted(ours, segmented(40, 20))
    design = segmented(40, 20, control=True)
    both = interrupted(ours, design, control=other)
    assert alone.term("level").estimate == pytest.approx(7, abs=0.5)
    assert both.term("treated:level").estimate == pytest.approx(3, abs=0.5)
    assert {remark.code for remark in both.assumptions} == {"control"}
    # Complete series: the difference is that of the two fits.
    apart = interrupted(other, segmented(40, 20)).term("level").estimate
    assert both.term("treated:level").estimate == pytest.approx(
        alone.term("level").estimate - apart
    )
    departure = counterfactual(both)
    assert departure.difference.mean() == pytest.approx(3, abs=0.5)


def test_counterfactual_of_counts_agrees_with_draws_of_the_coefficients() -> None:
    rng = np.random.default_rng(10)
    n = rng.integers(900, 1100, 48)
    events = rng.poisson(n * 0.05 * np.where(np.arange(48) >= 24, 0.7, 1.0))
    found = interrupted(events, segmented(48, 24), family="quasi_poisson", denominators=n)
    delta, drawn = counterfactual(found), counterfactual(found, draws=20_000)
    assert delta.points.tolist() == list(range(24, 48))
    assert present(delta.ratio_lower)[0] == pytest.approx(present(drawn.ratio_lower)[0], rel=0.02)
    assert delta.total[1] == pytest.approx(drawn.total[1], rel=0.15)
    assert delta.total[0] == pytest.approx((delta.fitted - delta.without).sum())
    assert present(delta.total_ratio)[0] == pytest.approx(0.7, abs=0.1)
    level = found.term("level")
    at_first = counterfactual(found, 24)
    assert present(at_first.ratio_lower)[0] == pytest.approx(level.ratio_lower)
    assert present(at_first.ratio_upper)[0] == pytest.approx(level.ratio_upper)


def test_counterfactual_of_proportions_counts_events_in_the_total() -> None:
    rng = np.random.default_rng(3)
    n = np.full(40, 500)
    events = rng.binomial(n, np.where(np.arange(40) >= 20, 0.3, 0.2))
    design = segmented(40, 20, slope=False)
    found = interrupted(events, design, family="quasi_binomial", denominators=n)
    departure = counterfactual(found)
    assert departure.difference[0] == pytest.approx(0.1, abs=0.04)
    assert departure.total[0] == pytest.approx((departure.difference * 500).sum())
    assert departure.total[1] < departure.total[0] < departure.total[2]


def test_seven_points_on_a_side_are_refused() -> None:
    with pytest.raises(Refusal) as refused:
        segmented(40, 7)
    assert refused.value.remark.code == "few_points"
    y = drifting(1, 0, (2, 40))
    y[1, 2:36] = np.nan
    many = interrupted_many(y, segmented(40, 20))
    assert list(many.refused) == [1]
    assert np.isnan(many.estimates[1]).all() and np.isfinite(many.estimates[0]).all()
    with pytest.raises(Refusal):
        interrupted(y[1], segmented(40, 20))


@pytest.mark.parametrize(
    ("values", "family", "code"),
    [
        (np.r_[np.full(20, 3.0), np.zeros(20)], "quasi_poisson", "no_events"),
        (np.full(40, 4.0), "gaussian", "no_variation"),
        (np.full(40, np.nan), "gaussian", "few_points"),
    ],
)
def test_nothing_to_fit_is_refused_with_the_reason(
    values: Floats, family: Family, code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        interrupted(values, segmented(40, 20), family=family)
    assert refused.value.remark.code == code


def test_every_case_an_event_on_a_side_is_refused() -> None:
    n = np.full(40, 9.0)
    events = np.r_[np.full(20, 4.0), n[20:]]
    with pytest.raises(Refusal) as refused:
        interrupted(events, segmented(40, 20), family="binomial", denominators=n)
    assert refused.value.remark.code == "all_events"


def test_warnings_of_neighbours_dispersion_few_points_and_season() -> None:
    rng = np.random.default_rng(2)
    alike = interrupted(drifting(4, 0.6, (1, 80))[0], segmented(80, 40), errors="model")
    assert "autocorrelated" in codes(alike) and "too narrow" in alike.warnings[0].text
    walk = interrupted(drifting(7, 1.0, (1, 80))[0], segmented(80, 40))
    assert "drift" in codes(walk)
    wild = rng.negative_binomial(4, 0.04, 40)
    assert "overdispersed" in codes(interrupted(wild, segmented(40, 20), family="poisson"))
    assert "few_points" in codes(interrupted(rng.normal(size=20), segmented(20, 10)))
    wave = 3 * np.sin(2 * np.pi * np.arange(48) / 12) + rng.normal(size=48)
    assert "season" in codes(interrupted(wave, segmented(48, 24)))
    modelled = interrupted(wave, segmented(48, 24, season="harmonic"))
    assert "season" not in codes(modelled)
    calm = interrupted(rng.normal(size=48), segmented(48, 24))
    assert codes(calm) == set()


def test_nonsense_is_a_value_error() -> None:
    design = segmented(20, 10)
    for wrong in (
        lambda: segmented(20, [12, 5]),
        lambda: segmented(20, 10, level=False, slope=False),
        lambda: segmented(20, 10, season="weekly"),  # type: ignore[arg-type]  # nonsense on purpose
        lambda: interrupted(np.ones(19), design),
        lambda: interrupted([-1.0] * 20, design, family="poisson"),
        lambda: interrupted([2.0] * 20, design, family="binomial", denominators=[1.0] * 20),
        lambda: interrupted([2.0] * 20, design, family="binomial"),
        lambda: interrupted(np.arange(20.0), design, family="normal"),  # type: ignore[arg-type]  # nonsense on purpose
        lambda: interrupted(np.arange(20), design, family="poisson", errors="prais_winsten"),
        lambda: interrupted(np.arange(20.0), design, control=np.arange(20.0)),
        lambda: interrupted(np.arange(20.0), design, level=2),
        lambda: interrupted(np.random.default_rng(0).random(20), design, errors="hac", lags=-1),
    ):
        with pytest.raises(ValueError):
            wrong()


VALUE = st.one_of(st.just(np.nan), st.integers(0, 6).map(float), st.floats(0, 1e9))


@examples(50)
@given(
    values=st.lists(VALUE, min_size=20, max_size=40),
    family=st.sampled_from(["gaussian", "poisson", "quasi_poisson"]),
    errors=st.sampled_from(["autoregressive", "model", "hac"]),
)
def test_any_series_gets_numbers_or_a_reason(
    values: list[float], family: Family, errors: Errors
) -> None:
    design = segmented(len(values), len(values) // 2)
    many = interrupted_many([values, values[::-1]], design, family=family, errors=errors)
    for row in range(2):
        finite = np.isfinite(many.estimates[row]).all() and np.isfinite(many.se[row]).all()
        assert finite != (row in many.refused)


def test_one_point_beyond_all_measure_is_refused() -> None:
    values = np.random.default_rng(0).integers(0, 4, 40) * 1.0
    values[30] = 9e13
    with pytest.raises(Refusal) as refused:
        interrupted(values, segmented(40, 20), errors="hac")
    assert refused.value.remark.code == "extreme_point"


def test_a_thousand_series_are_one_batch() -> None:
    counts = np.random.default_rng(0).poisson(50, (1000, 60))
    many = interrupted_many(counts, segmented(60, 30), family="quasi_poisson")
    one = interrupted(counts[7], segmented(60, 30), family="quasi_poisson", errors="model")
    assert many.estimates[7] == pytest.approx([term.estimate for term in one.terms], abs=1e-9)
    assert not many.refused
