"""Do anytime-valid methods and monitoring charts keep their word? Simulated, fixed seeds."""

import math
from collections.abc import Callable

import numpy as np

from bench.simulations.table import Table
from pilots.statistics.confidence_sequences import boundaries, half_widths
from pilots.statistics.confidence_sequences.looks import always_valid_p
from pilots.statistics.confidence_sequences.means import (
    Sample,
    difference_sequence,
    mean_sequence,
    uplift_sequence,
)
from pilots.statistics.confidence_sequences.proportions import (
    bernoulli_log_e_value,
    difference_of_proportions_sequence,
)
from pilots.statistics.confidence_sequences.rates import poisson_log_e_value
from pilots.statistics.monitoring.cusum import cusum
from pilots.statistics.monitoring.ewma import ewma
from pilots.statistics.monitoring.risk_adjusted import risk_adjusted_cusum
from pilots.statistics.monitoring.risk_adjusted_run_length import risk_adjusted_arl
from pilots.statistics.monitoring.run_length import cusum_arl, cusum_limit, ewma_arl
from pilots.statistics.monitoring.run_rules import (
    RunRules,
    shewhart_arl,
    shewhart_arl_simulated,
)
from pilots.statistics.series import Bools, Floats

Draw = Callable[[tuple[int, int]], Floats]

RUNS = 20_000
SLOW_RUNS = 4_000
# The exact difference seeks the worst pair of proportions for each candidate: it is the slow one.
FEW_RUNS = 1_000
WEEKS = 52
ALPHA = 0.05
WEEK = np.arange(1.0, WEEKS + 1)


def false_alarms() -> Table:
    """How often the truth is excluded at any of 52 weekly looks; at most 5 % is promised."""
    rng = np.random.default_rng(301)
    rows: list[list[str]] = []

    def row(name: str, excluded: Bools) -> None:
        ever = np.asarray(excluded.any(axis=1))
        rows.append([name, f"{ever.mean():.2%}", f"{len(ever):,}"])

    n = np.broadcast_to(WEEK * 20, (RUNS, WEEKS))
    for p in (0.02, 0.12, 0.5):
        x = counts(rng, 20, p, RUNS)
        log_e = bernoulli_log_e_value(x, n, p, t_opt=500)
        row(f"beta-binomial, proportion {p:g}, 20 a week", log_e >= -math.log(ALPHA))
    x, y = counts(rng, 20, 0.1, FEW_RUNS), counts(rng, 20, 0.1, FEW_RUNS)
    found = difference_of_proportions_sequence(x, n[:FEW_RUNS], y, n[:FEW_RUNS], t_opt=500)
    row("beta-binomial difference, both 0.1, 20 a week and arm", found.p_value <= ALPHA)
    for rate in (0.5, 5.0):
        events = rng.poisson(rate, (RUNS, WEEKS)).cumsum(axis=1)
        log_e = poisson_log_e_value(events, WEEK, rate, exposure_opt=26)
        row(f"gamma-Poisson, {rate:g} events a week", log_e >= -math.log(ALPHA))

    total = rng.normal(0, 1, (RUNS, WEEKS)).cumsum(axis=1)
    for one_sided in (False, True):
        bound = boundaries.normal_mixture_bound(WEEK, alpha=ALPHA, optimal=26, one_sided=one_sided)
        strayed = total if one_sided else np.abs(total)
        row(f"normal mixture, {'one' if one_sided else 'two'}-sided, normal", strayed > bound)
    bound = boundaries.poly_stitching_bound(WEEK, alpha=ALPHA, v_min=4)
    row("stitched, one-sided, normal", total > bound)
    events = rng.poisson(3, (RUNS, WEEKS)).cumsum(axis=1) - 3 * WEEK
    bound = boundaries.gamma_poisson_bound(3 * WEEK, alpha=ALPHA, optimal=78, c=1)
    row("gamma-Poisson boundary, one-sided, 3 events a week", events > bound)
    waits = rng.exponential(1, (RUNS, WEEKS)).cumsum(axis=1) - WEEK
    bound = boundaries.gamma_exponential_bound(WEEK, alpha=ALPHA, optimal=26, c=1)
    row("gamma-exponential boundary, one-sided, exponential waits", waits > bound)

    draws: dict[str, tuple[Draw, float]] = {
        "normal": (lambda shape: rng.normal(0, 1, shape), 0.0),
        "exponential": (lambda shape: rng.exponential(1, shape), 1.0),
        "lognormal (σ = 1)": (lambda shape: rng.lognormal(0, 1, shape), math.exp(0.5)),
    }
    for name, (draw, mean) in draws.items():
        sample = weekly(draw, 20)
        found = mean_sequence(sample, optimal_n=500, null=mean)
        row(f"asymptotic mean, {name}, 20 a week", outside(found.lower, found.upper, mean))
        found = mean_sequence(sample, optimal_n=500, null=mean, strict=False)
        row("the same from the first week (strict=False)", outside(found.lower, found.upper, mean))
    for p in (0.1, 0.4):
        control = Sample.of_counts(counts(rng, 20, p, RUNS), n)
        treated = Sample.of_counts(counts(rng, 20, p, RUNS), n)
        found = difference_sequence(control, treated, optimal_n=1000)
        row(f"asymptotic difference, both {p:g}, 20 a week and arm", found.p_value <= ALPHA)
        found = uplift_sequence(control, treated, optimal_n=1000)
        row(f"asymptotic uplift, both {p:g}, 20 a week and arm", found.p_value <= ALPHA)

    values = rng.normal(0, 1, (RUNS, WEEKS))
    sample = Sample.of_values(values)
    half = half_widths.half_width_student(
        1 / WEEK[1:],
        (sample.deviation[:, 1:] ** 2) * (WEEK[1:] - 1),
        WEEK[1:],
        alpha=ALPHA,
        optimal=1 / 26,
    )
    row("sequential t, normal weeks, from week 2", np.abs(sample.mean[:, 1:]) > half)
    fixed = 1.96 * sample.deviation[:, 3:] / np.sqrt(WEEK[3:])
    row("fixed-sample 95 % interval, from week 4", np.abs(sample.mean[:, 3:]) > fixed)
    return Table(
        "The truth excluded at any of 52 weekly looks (promised: at most 5 %)",
        ["method and data", "ever excluded", "runs"],
        rows,
    )


def price_of_looking() -> Table:
    """Proportion 0.15, 20 a week, null 0.2: how often it is found, and when."""
    rng = np.random.default_rng(302)
    n = np.broadcast_to(WEEK * 20, (SLOW_RUNS, WEEKS))
    x = counts(rng, 20, 0.15, SLOW_RUNS)
    rows = []

    def row(name: str, found: Bools) -> None:
        ever = found.any(axis=1)
        when = np.where(ever, found.argmax(axis=1) + 1, WEEKS + 1)
        half = np.median(when)
        rows.append([name, f"{ever.mean():.1%}", f"{half:.0f}" if half <= WEEKS else "later"])

    for t_opt in (50, 200, 500, 2000):
        log_e = bernoulli_log_e_value(x, n, 0.2, t_opt=t_opt)
        row(f"beta-binomial, tightest at {t_opt} units", always_valid_p(-log_e) <= ALPHA)
    found = mean_sequence(Sample.of_counts(x, n), optimal_n=500, null=0.2)
    row("asymptotic, tightest at 500 units, from 100", found.p_value <= ALPHA)
    z = np.abs(x / n - 0.2) / np.sqrt(0.2 * 0.8 / n)
    for week in (13, 26):
        once = np.zeros_like(z, dtype=bool)
        once[:, week - 1] = z[:, week - 1] > 1.96
        row(f"one look, in week {week}", once)
    return Table(
        "A proportion of 0.15 told from 0.2, 20 cases a week",
        ["method", "found within 52 weeks", "half of them by week"],
        rows,
    )


def run_lengths() -> Table:
    """Average run lengths of the charts themselves, against those designed."""
    rng = np.random.default_rng(303)
    rows: list[list[str]] = []

    def row(name: str, designed: float, simulated: float, charts: int) -> None:
        off = simulated / designed - 1
        rows.append([name, f"{designed:.2f}", f"{simulated:.2f}", f"{off:+.1%}", f"{charts:,}"])

    h = float(cusum_limit(0.5, 370))
    charts: list[tuple[str, Callable[[float], Floats], Callable[[Floats], Bools]]] = [
        (
            f"CUSUM k 0.5, h {h:.3f}",
            lambda shift: cusum_arl(0.5, h, shift=shift),
            lambda values: cusum(values, centre=0, sigma=1, h=h).signals,
        ),
        (
            "CUSUM k 0.25, h 8",
            lambda shift: cusum_arl(0.25, 8, shift=shift),
            lambda values: cusum(values, centre=0, sigma=1, k=0.25, h=8).signals,
        ),
        (
            "CUSUM k 0.5, h 5, head start 2.5",
            lambda shift: cusum_arl(0.5, 5, shift=shift, head_start=2.5),
            lambda values: cusum(values, centre=0, sigma=1, head_start=2.5).signals,
        ),
        (
            "EWMA λ 0.2, L 2.86, exact limits",
            lambda shift: ewma_arl(0.2, 2.86, shift=shift),
            lambda values: ewma(values, centre=0, sigma=1, nsigmas=2.86).signals,
        ),
        (
            "EWMA λ 0.1, L 2.7, final limits",
            lambda shift: ewma_arl(0.1, 2.7, shift=shift, limits="asymptotic"),
            lambda values: (
                ewma(values, centre=0, sigma=1, lam=0.1, nsigmas=2.7, limits="asymptotic").signals
            ),
        ),
    ]
    for name, design, signals in charts:
        for shift in (0.0, 1.0):
            row(
                f"{name}, shift {shift:g}",
                float(design(shift)),
                first_signal(signals, shifted(rng, shift)),
                SLOW_RUNS,
            )
    for name, rules in (
        ("Western Electric", RunRules.western_electric()),
        ("Making Data Count without trend", RunRules(3, 2, None, 7, None, True)),
    ):
        found = shewhart_arl_simulated(rules, charts=RUNS, seed=304)
        row(name, float(shewhart_arl(rules)), found.mean, found.charts)
    trend = shewhart_arl_simulated(RunRules.making_data_count(), charts=RUNS, seed=305)
    rows.append(["Making Data Count", "", f"{trend.mean:.2f}", "", f"{RUNS:,}"])

    risks = np.array([0.01, 0.03, 0.1, 0.3])
    share = np.array([0.4, 0.3, 0.2, 0.1])
    for ratio in (1.0, 2.0):

        def draw(shape: tuple[int, int], ratio: float = ratio) -> Floats:
            p = rng.choice(risks, size=shape, p=share)
            real = ratio * p / (1 - p + ratio * p)
            return np.stack([p, (rng.random(shape) < real).astype(float)])

        row(
            f"risk-adjusted CUSUM, h 3, true odds × {ratio:g}",
            risk_adjusted_arl(risks, share=share, h=3.0, true_ratio=ratio),
            first_signal(
                lambda drawn: risk_adjusted_cusum(drawn[1], drawn[0], h_worse=3).worse, draw
            ),
            SLOW_RUNS,
        )
    return Table(
        "Average run lengths, simulated with the charts and as designed",
        ["chart", "designed", "simulated", "off by", "charts"],
        rows,
    )


def estimated_baselines() -> Table:
    """What a baseline of few points does to a design (k 0.5, h 5) that holds for known values."""
    rng = np.random.default_rng(306)
    rows = []
    for points in (12, 25, 50, 100, 400):
        values = rng.normal(0, 1, (RUNS, points + WEEKS))
        later = cusum(values, baseline=points).signals[:, points:]
        # The chart starts at go-live: what the baseline itself left behind is not counted.
        chart = cusum(values, baseline=points)
        fresh = cusum(values[:, points:], centre=chart.centre, sigma=chart.sigma).signals
        rows.append(
            [f"{points}", f"{fresh.any(axis=1).mean():.1%}", f"{later.any(axis=1).mean():.1%}"]
        )
    fresh = cusum(rng.normal(0, 1, (RUNS, WEEKS)), centre=0, sigma=1).signals
    rows.append(["known", f"{fresh.any(axis=1).mean():.1%}", ""])
    return Table(
        "CUSUM (k 0.5, h 5): a false alarm within 52 weeks of a stable series",
        ["baseline points", "started at go-live", "started with the baseline"],
        rows,
    )


def counts(rng: np.random.Generator, units: int, p: float, runs: int) -> Floats:
    """Events up to each week."""
    return rng.binomial(units, p, (runs, WEEKS)).cumsum(axis=1).astype(np.float64)


def shifted(rng: np.random.Generator, shift: float) -> Draw:
    return lambda shape: rng.normal(shift, 1, shape)


def weekly(draw: Draw, units: int) -> Sample:
    """Sums, squares, cubes and units up to each week, drawn week by week."""
    sums = np.empty((3, RUNS, WEEKS))
    for week in range(WEEKS):
        values = draw((RUNS, units))
        for power in (1, 2, 3):
            sums[power - 1, :, week] = (values**power).sum(axis=1)
    total, squares, cubes = sums.cumsum(axis=2)
    n = np.broadcast_to(WEEK * units, (RUNS, WEEKS))
    return Sample.of_sums(total, squares, n, cubes=cubes)


def outside(lower: Floats, upper: Floats, truth: float) -> Bools:
    """Where an interval excludes the truth; a look without an interval does not."""
    below = np.nan_to_num(lower, nan=-np.inf) > truth
    return below | (np.nan_to_num(upper, nan=np.inf) < truth)


def first_signal(signals: Callable[[Floats], Bools], draw: Draw) -> float:
    """The mean first signal of many charts, long enough for almost all of them to signal."""
    points, runs = 6000, SLOW_RUNS // 8
    lengths = []
    for _part in range(8):
        found = signals(draw((runs, points)))
        ever = found.any(axis=1)
        lengths.append(np.where(ever, found.argmax(axis=1) + 1, points))
    return float(np.concatenate(lengths).mean())


TABLES = (false_alarms, price_of_looking, run_lengths, estimated_baselines)
