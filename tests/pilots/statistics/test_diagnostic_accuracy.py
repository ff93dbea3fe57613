"""Decision support against slow twins, statsmodels and numbers in print."""

import doctest
import importlib
import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilots.statistics import diagnostic_accuracy as accuracy_of
from pilots.statistics import effect_sizes, intervals
from pilots.statistics.diagnostic_accuracy.discrimination import delong
from pilots.statistics.intervals.interval import Interval
from pilots.statistics.series import Floats, Refusal
from tests.present import present
from tests.probes import examples
from tests.twins import comparisons as twin

MODULES = ("tables", "discrimination", "calibration", "alerts", "decision_curve")
NAN = math.nan
LIVER = (231, 32, 27, 54)
SCORE = st.integers(0, 8).map(float)


@pytest.mark.parametrize("module", MODULES)
def test_examples_run(module: str) -> None:
    name = f"pilots.statistics.diagnostic_accuracy.{module}"
    found = doctest.testmod(importlib.import_module(name))
    assert found.attempted > 0 and found.failed == 0


def ends(found: Interval) -> tuple[float, float]:
    return float(found.lower), float(found.upper)


def test_altman_and_bland_liver_scans() -> None:
    # BMJ 1994;308:1552 and 309:102: 344 patients, and the same test where 25 % have the disease.
    found = accuracy_of.accuracy(*LIVER)
    for measure, want in (
        ("sensitivity", 0.90), ("specificity", 0.63), ("ppv", 0.88), ("npv", 0.67),
        ("prevalence", 0.75), ("accuracy", 0.83), ("lr_positive", 2.41),
    ):  # fmt: skip
        assert float(getattr(found, measure).estimate) == pytest.approx(want, abs=5e-3), measure
    assert ends(found.sensitivity) == ends(intervals.proportion(231, 258))
    other = accuracy_of.predictive_values(*LIVER, prevalence=0.25)
    assert float(other.ppv.estimate) == pytest.approx(0.45, abs=5e-3)
    assert float(other.npv.estimate) == pytest.approx(0.95, abs=5e-3)


def test_likelihood_ratios_by_simels_logarithms() -> None:
    tp, fp, fn, tn = LIVER
    found = accuracy_of.accuracy(*LIVER)
    for measure, (a, b) in (("lr_positive", (tp, fp)), ("lr_negative", (fn, tn))):
        ratio = (a / (tp + fn)) / (b / (fp + tn))
        error = math.sqrt(1 / a - 1 / (tp + fn) + 1 / b - 1 / (fp + tn))
        want = (ratio * math.exp(-1.959964 * error), ratio * math.exp(1.959964 * error))
        assert ends(getattr(found, measure)) == pytest.approx(want, rel=1e-6)


def test_predictive_values_by_mercaldos_logits() -> None:
    tp, fp, fn, tn = LIVER
    sens, spec, prev = tp / (tp + fn), tn / (fp + tn), 0.1
    found = accuracy_of.predictive_values(*LIVER, prevalence=prev)
    for interval, odds, variance in (
        (
            found.ppv,
            sens * prev / ((1 - spec) * (1 - prev)),
            (1 - sens) / sens / (tp + fn) + spec / (1 - spec) / (fp + tn),
        ),
        (
            found.npv,
            spec * (1 - prev) / ((1 - sens) * prev),
            sens / (1 - sens) / (tp + fn) + (1 - spec) / spec / (fp + tn),
        ),
    ):
        for end, z in zip(ends(interval), (-1.959964, 1.959964), strict=True):
            logit = math.log(odds) + z * math.sqrt(variance)
            assert end == pytest.approx(1 / (1 + math.exp(-logit)), abs=1e-6)


def test_predictive_values_at_the_prevalence_of_the_study_are_its_own() -> None:
    found = accuracy_of.accuracy(*LIVER)
    same = accuracy_of.predictive_values(*LIVER, prevalence=258 / 344)
    assert float(same.ppv.estimate) == pytest.approx(float(found.ppv.estimate))
    assert float(same.npv.estimate) == pytest.approx(float(found.npv.estimate))


def test_an_empty_cell_leaves_the_other_measures_standing() -> None:
    found = accuracy_of.accuracy(20, 0, 3, 40)
    assert found.specificity.estimate == 1 and np.isfinite(found.specificity.lower)
    assert found.lr_positive.refused[0].code == "zero_events"
    assert math.isnan(found.lr_positive.estimate) and math.isnan(found.odds_ratio.lower)
    score = accuracy_of.accuracy(20, 0, 3, 40, ratio="koopman")
    assert score.lr_positive.estimate == math.inf and score.lr_positive.lower > 1
    assert (
        accuracy_of.predictive_values(20, 0, 3, 40, prevalence=0.1, ratio="koopman").ppv.upper == 1
    )
    none = accuracy_of.accuracy([20, 0], [5, 0], [3, 0], [40, 10])
    assert none.sensitivity.refused[1].code == "no_cases" and none.specificity.estimate[1] == 1


def test_f1_and_its_interval() -> None:
    found = accuracy_of.accuracy(30, 10, 20, 100).f1
    assert float(found.estimate) == pytest.approx(2 * 30 / (2 * 30 + 10 + 20))
    rng = np.random.default_rng(7)
    draws = rng.multinomial(160, [30 / 160, 10 / 160, 20 / 160, 100 / 160], 4000)
    spread = 2 * draws[:, 0] / (2 * draws[:, 0] + draws[:, 1] + draws[:, 2])
    assert ends(found) == pytest.approx(tuple(np.quantile(spread, (0.025, 0.975))), abs=0.015)


@examples(40)
@given(
    patients=st.lists(st.tuples(SCORE, SCORE, st.integers(0, 1)), min_size=6, max_size=30),
)
def test_areas_agree_with_their_twin(patients: list[tuple[float, float, int]]) -> None:
    first, second, outcome = (
        np.array(column, dtype=float) for column in zip(*patients, strict=True)
    )
    event = outcome == 1
    if min(event.sum(), (~event).sum()) < 2:
        with pytest.raises(Refusal, match="it takes 2"):
            accuracy_of.auroc(first, outcome)
        return
    areas, matrix = delong(np.stack((first, second)), event)
    slow_areas, slow_matrix = twin.delong(
        [list(first[event]), list(second[event])], [list(first[~event]), list(second[~event])]
    )
    np.testing.assert_allclose(areas, slow_areas, atol=1e-12)
    np.testing.assert_allclose(matrix, slow_matrix, atol=1e-12)
    for method in ("delong", "delong_logit", "hanley_mcneil", "newcombe"):
        try:
            found = accuracy_of.auroc(first, outcome, method=method)
        except Refusal as refusal:
            assert refusal.remark.code in ("no_overlap", "no_variation")
            continue
        assert 0 <= found.lower <= found.estimate <= found.upper <= 1


# The case study of R's pROC: WFNS grade and poor outcome of 113 patients with subarachnoid
# haemorrhage (Turck et al., Intensive Care Medicine 36 (2010) 107), as a table. Checked too, with
# the patients' values at hand: S100β 0.7314 (0.6301 to 0.8326), NDKA 0.6120 (0.5012 to 0.7227);
# paired tests Z = 2.20898, 2.79778, −1.39077; unpaired D = 1.43491, 3.10125, −1.55996.
def test_proc_area_of_wfns() -> None:
    good, poor = (37, 20, 3, 8, 4), (2, 12, 1, 8, 18)
    score = np.repeat([1, 2, 3, 4, 5, 1, 2, 3, 4, 5], [*good, *poor])
    outcome = np.repeat([0, 1], [sum(good), sum(poor)])
    found = accuracy_of.auroc(score, outcome)
    assert float(found.estimate) == pytest.approx(0.823678861788618, rel=1e-12)
    assert float(present(found.standard_error)) ** 2 == pytest.approx(
        0.00146991470882363, rel=1e-10
    )


def test_hanley_and_mcneil_tomograms() -> None:
    # Radiology 1982;143:29: 58 normal and 51 abnormal tomograms in five grades, W = 0.893.
    score = np.repeat([1, 2, 3, 4, 5] * 2, [33, 6, 6, 11, 2, 3, 2, 2, 11, 33])
    outcome = np.repeat([0, 1], [58, 51])
    found = accuracy_of.auroc(score, outcome, method="hanley_mcneil")
    assert float(found.estimate) == pytest.approx(0.893, abs=5e-4)
    q1, q2 = 0.8931711 / (2 - 0.8931711), 2 * 0.8931711**2 / 1.8931711
    want = 0.8931711 * (1 - 0.8931711) + 50 * (q1 - 0.8931711**2) + 57 * (q2 - 0.8931711**2)
    assert float(present(found.standard_error)) ** 2 == pytest.approx(want / (58 * 51), rel=1e-5)
    # Their own standard error, from the data's Q1 and Q2, is 0.032.
    assert float(present(found.standard_error)) == pytest.approx(0.032, abs=6e-4)


def test_the_area_is_the_probability_of_superiority() -> None:
    rng = np.random.default_rng(1)
    cases, controls = rng.integers(2, 9, 20).astype(float), rng.integers(0, 7, 30).astype(float)
    scores = np.concatenate((cases, controls))
    area = accuracy_of.auroc(scores, np.repeat([1, 0], [20, 30]))
    other = effect_sizes.probability_of_superiority(cases, controls)
    assert float(area.estimate) == pytest.approx(float(other.estimate))


def test_two_scores_turned_around_and_alike() -> None:
    rng = np.random.default_rng(5)
    outcome = rng.integers(0, 2, 60)
    first, second = outcome + rng.normal(size=60), 0.4 * outcome + rng.normal(size=60)
    here = accuracy_of.compare_auroc(first, second, outcome)
    there = accuracy_of.compare_auroc(second, first, outcome)
    assert (here.lower, here.p_value) == pytest.approx((-there.upper, there.p_value))
    assert here.correlation is not None and -1 <= here.correlation <= 1
    with pytest.raises(Refusal, match="alike"):
        accuracy_of.compare_auroc(first, 2 * first + 1, outcome)
    apart = accuracy_of.compare_auroc_unpaired(first, outcome, second, outcome)
    assert apart.degrees is not None and apart.difference == pytest.approx(here.difference)


def test_perfect_separation_is_refused_except_by_newcombe() -> None:
    scores, outcome = [1, 2, 3, 4, 5, 6], [0, 0, 0, 1, 1, 1]
    with pytest.raises(Refusal, match="newcombe"):
        accuracy_of.auroc(scores, outcome)
    found = accuracy_of.auroc(scores, outcome, method="newcombe")
    assert found.estimate == 1 and 0.3 < found.lower < 0.9 and found.upper == 1
    assert not found.warnings
    logit = accuracy_of.auroc([1, 4, 2, 3, 5, 6], outcome, method="delong_logit")
    assert logit.warnings[0].code == "few_events"
    many = accuracy_of.auroc([scores, [1, 4, 2, 3, 5, 6]], outcome)
    assert many.refused[0].code == "no_overlap" and np.isfinite(many.lower[1])


def test_delong_and_newcombe_keep_their_level() -> None:
    rng = np.random.default_rng(3)
    from scipy.stats import norm

    truth = float(norm.cdf(1 / math.sqrt(2)))
    outcome = np.repeat([1, 0], [30, 40])
    scores = rng.normal(size=(1500, 70)) + outcome
    for method in ("delong_logit", "newcombe"):
        found = accuracy_of.auroc(scores[:400], outcome, method=method)
        hit = np.mean((found.lower < truth) & (truth < found.upper))
        assert 0.92 < hit < 0.985, method


def risks_and_outcomes(
    n: int = 900, shift: float = 0.0, stretch: float = 1.0
) -> tuple[Floats, Floats, Floats]:
    rng = np.random.default_rng(12)
    logit = rng.normal(-1, 1.2, n)
    outcome = (rng.random(n) < 1 / (1 + np.exp(-(shift + stretch * logit)))).astype(float)
    return 1 / (1 + np.exp(-logit)), outcome, logit


def test_recalibration_agrees_with_statsmodels() -> None:
    import statsmodels.api as sm

    risks, outcome, logit = risks_and_outcomes(4000, shift=0.4, stretch=0.7)
    found = accuracy_of.calibration(risks, outcome)
    both = sm.GLM(outcome, sm.add_constant(logit), family=sm.families.Binomial()).fit()
    large = sm.GLM(
        outcome, np.ones((len(logit), 1)), family=sm.families.Binomial(), offset=logit
    ).fit()
    for ours, b, s in (
        (found.intercept, both.params[0], both.bse[0]),
        (found.slope, both.params[1], both.bse[1]),
        (found.in_the_large, large.params[0], large.bse[0]),
    ):
        assert (ours.estimate, ours.standard_error) == pytest.approx((b, s), rel=1e-6)
    assert found.slope.upper < 1 and found.in_the_large.lower > 0
    assert found.observed_expected.estimate == pytest.approx(outcome.sum() / risks.sum())


def test_brier_score_skill_and_curve() -> None:
    risks, outcome, _ = risks_and_outcomes()
    found = accuracy_of.calibration(risks, outcome, bins=5)
    brier = sum((p - y) ** 2 for p, y in zip(risks, outcome, strict=True)) / len(risks)
    share = outcome.mean()
    assert found.brier.estimate == pytest.approx(brier)
    assert found.skill.estimate == pytest.approx(1 - brier / (share * (1 - share)))
    rng = np.random.default_rng(0)
    picks = rng.integers(0, len(risks), (400, len(risks)))
    squares, y = (risks - outcome) ** 2, outcome
    skills = [1 - squares[i].mean() / (y[i].mean() * (1 - y[i].mean())) for i in picks]
    assert found.skill.standard_error == pytest.approx(np.std(skills), rel=0.12)
    order = np.argsort(risks)
    for number, rows in enumerate(np.array_split(order, 5)):
        assert found.curve.predicted[number] == pytest.approx(risks[rows].mean())
        assert found.curve.observed[number] == pytest.approx(outcome[rows].mean())
    gap = np.abs(found.curve.observed - found.curve.predicted)
    assert found.ece == pytest.approx((found.curve.n * gap).sum() / len(risks))
    assert abs(found.spiegelhalter_z) < 3 and found.curve.n.sum() == len(risks)


def test_equal_risks_share_a_bin() -> None:
    risks = np.repeat([0.1, 0.5, 0.9], [60, 60, 60])
    outcome = np.concatenate([np.repeat([1, 0], [k, 60 - k]) for k in (8, 31, 50)])
    found = accuracy_of.calibration(risks, outcome, bins=10)
    np.testing.assert_allclose(found.curve.predicted, [0.1, 0.5, 0.9])
    np.testing.assert_allclose(found.curve.observed, [8 / 60, 31 / 60, 50 / 60])


def test_calibration_refuses_what_it_cannot_judge() -> None:
    rng = np.random.default_rng(2)
    risks = rng.uniform(0.1, 0.9, 100)
    with pytest.raises(Refusal, match="events or non-events"):
        accuracy_of.calibration(risks, np.arange(100) < 5)
    with pytest.raises(Refusal, match="same risk"):
        accuracy_of.calibration(np.full(100, 0.3), np.arange(100) < 30)
    with pytest.raises(Refusal, match="separate"):
        accuracy_of.calibration(risks, risks > 0.5)
    codes = {
        w.code
        for w in accuracy_of.calibration(
            [*risks, 1.0, NAN], [*(risks > rng.random(100)), 1, 1]
        ).warnings
    }
    assert codes == {"few_events", "certain"}
    with pytest.raises(ValueError, match="between 0 and 1"):
        accuracy_of.calibration(risks * 100, risks > 0.5)
    with pytest.raises(ValueError, match="0 or 1"):
        accuracy_of.calibration(risks, risks)


def test_alert_burden_counts_and_widens_with_bursts() -> None:
    total = accuracy_of.alert_burden(420, days=30, patients=1500, shifts=90, true_alerts=63)
    assert ends(total.per_day) == pytest.approx(ends(intervals.rate(420, 30)))
    assert float(present(total.per_100_patients).estimate) == pytest.approx(28)
    assert float(present(total.per_shift).estimate) == pytest.approx(420 / 90)
    ppv = present(total.ppv)
    assert ends(present(total.number_needed)) == pytest.approx((1 / ppv.upper, 1 / ppv.lower))
    assert total.override_rate is None and total.warnings[0].code == "total_only"
    rng = np.random.default_rng(9)
    calm = accuracy_of.alert_burden(rng.poisson(14, 60))
    wild = accuracy_of.alert_burden(rng.negative_binomial(2, 2 / 16, 60).astype(float))
    assert present(calm.dispersion) < 1.6 and present(wild.dispersion) > 3
    half = [float(f.per_day.upper - f.per_day.lower) / 2 for f in (calm, wild)]
    assert half[1] > 1.7 * half[0] and not wild.warnings
    # For many days quasi-Poisson comes to the mean's own normal interval.
    mean = wild.alerts / 60
    assert half[1] == pytest.approx(
        1.96 * math.sqrt(present(wild.dispersion) * mean / 60), rel=0.02
    )


def test_alert_burden_of_nothing() -> None:
    none = accuracy_of.alert_burden([0, 0, 0.0], true_alerts=0)
    assert none.per_day.estimate == 0 and none.ppv is None and none.per_day.upper > 0
    useless = accuracy_of.alert_burden([5.0, 4, NAN, 6], true_alerts=0)
    assert present(useless.number_needed).estimate == math.inf and useless.days == 3
    with pytest.raises(Refusal):
        accuracy_of.alert_burden([NAN])
    for wrong in ({"days": None}, {"days": 3, "true_alerts": 9}):
        with pytest.raises(ValueError):
            accuracy_of.alert_burden(5, **wrong)


@examples(40)
@given(
    patients=st.lists(
        st.tuples(st.integers(0, 20).map(lambda k: k / 20), st.integers(0, 1)), min_size=3
    ),
    cut=st.integers(1, 19).map(lambda k: k / 20),
)
def test_net_benefit_counts_hits_and_weighs_false_alarms(
    patients: list[tuple[float, int]], cut: float
) -> None:
    risks, outcome = zip(*patients, strict=True)
    hits = sum(1 for p, y in patients if p >= cut and y)
    false = sum(1 for p, y in patients if p >= cut and not y)
    tp, fp, fn, tn = accuracy_of.confusion(risks, outcome, cut)
    assert tp == hits and fp == false and tp + fn == sum(outcome)
    assert fp + tn == len(patients) - sum(outcome)
    if sum(outcome) in (0, len(patients)):
        with pytest.raises(Refusal):
            accuracy_of.net_benefit(risks, outcome, cut)
        return
    found = accuracy_of.net_benefit(risks, outcome, [cut, cut])
    odds = cut / (1 - cut)
    single = [1.0 if p >= cut and y else -odds if p >= cut else 0.0 for p, y in patients]
    mean = sum(single) / len(single)
    error = math.sqrt(sum((v - mean) ** 2 for v in single) / (len(single) - 1) / len(single))
    assert found.net_benefit[1] == pytest.approx(mean, abs=1e-12)
    assert found.upper[1] - mean == pytest.approx(1.959964 * error, abs=1e-6)
    all_in = [1.0 if y else -odds for _, y in patients]
    assert found.treat_all[0] == pytest.approx(sum(all_in) / len(all_in))


def test_a_missing_value_leaves_the_patient_out() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        counts = accuracy_of.confusion([0.9, NAN, 0.2, 0.7], [1, 1, 0, NAN], [0.5, 0.1])
    assert [v.tolist() for v in counts] == [[1, 1], [0, 1], [0, 0], [1, 0]]


def test_nonsense_is_an_error() -> None:
    for ask in (
        lambda: accuracy_of.accuracy(-1, 2, 3, 4),
        lambda: accuracy_of.predictive_values(*LIVER, prevalence=1.0),
        lambda: accuracy_of.auroc([1, 2, 3], [0, 1]),
        lambda: accuracy_of.auroc([1, 2, 3, math.inf], [0, 1, 0, 1]),
        lambda: accuracy_of.auroc([1, 2, 3, 4], [0, 1, 2, 1]),
        lambda: accuracy_of.compare_auroc([[1, 2]], [1, 2], [0, 1]),
        lambda: accuracy_of.net_benefit([0.1, 0.2], [0, 1], 0.0),
        lambda: accuracy_of.net_benefit([1.1, 0.2], [0, 1], 0.2),
        lambda: accuracy_of.confusion([0.1, 0.2], [0, 1], NAN),
    ):
        with pytest.raises(ValueError) as caught:
            ask()
        assert not isinstance(caught.value, Refusal)
