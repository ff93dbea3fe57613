"""Does a plan keep its word? Simulated pilots of the planned size, fixed seeds."""

import numpy as np
from numpy.typing import NDArray

from bench.simulations.table import Table
from pilots.statistics import before_after, effects, planning
from pilots.statistics import group_sequential as gs

Floats = NDArray[np.float64]

Z = 1.959963984540054
PILOTS = 40_000
WEEKLY_PILOTS = 4_000
BASELINE_WEEKS = 24


def single_looks() -> Table:
    """Plans for one look at the end: the share of simulated pilots that find the change."""
    rng = np.random.default_rng(101)
    rows = []

    def row(name: str, units: int, planned: float, found: NDArray[np.bool_]) -> None:
        rows.append([name, f"{units}", f"{planned:.1%}", f"{found.mean():.1%}"])

    for p1, p2 in ((0.2, 0.3), (0.05, 0.02)):
        plan = planning.sample_size_proportions(p1, p2)
        n = int(plan.units1)
        a, b = rng.binomial(n, p1, PILOTS) / n, rng.binomial(n, p2, PILOTS) / n
        both = (a + b) / 2
        found = np.abs(a - b) > Z * np.sqrt(2 * both * (1 - both) / n)
        row(f"proportions {p1:g} and {p2:g}, pooled z", 2 * n, 0.8, found)

    plan = planning.sample_size_proportions(0.85, 0.85, margin=-0.1, alpha=0.025, sided=1)
    n = int(plan.units1)
    a, b = rng.binomial(n, 0.85, PILOTS) / n, rng.binomial(n, 0.85, PILOTS) / n
    first, second = planning.restricted_proportions(a, b, -0.1)
    error = np.sqrt((first * (1 - first) + second * (1 - second)) / n)
    row("non-inferior within 0.1 at 0.85", 2 * n, 0.8, (a - b + 0.1) / error > Z)

    plan = planning.sample_size_means(0.8, 1.0)
    n = int(plan.units1)
    a, b = rng.standard_normal((2, PILOTS, n))
    spread = np.sqrt((a.var(axis=1, ddof=1) + b.var(axis=1, ddof=1)) / n)
    from scipy.special import stdtrit

    found = np.abs(a.mean(axis=1) + 0.8 - b.mean(axis=1)) > stdtrit(2 * n - 2, 0.975) * spread
    row("means 0.8 standard deviations apart, t", 2 * n, 0.8, found)

    plan = planning.sample_size_rates(0.08, 0.12)
    n = int(plan.units1)
    x, y = rng.poisson(n * 0.08, PILOTS), rng.poisson(n * 0.12, PILOTS)
    row("rates 0.08 and 0.12, log", 2 * n, 0.8, np.log(y / x) > Z * np.sqrt(1 / x + 1 / y))

    effect, size = 1 + 19 * 0.05, 20
    plan = planning.sample_size_proportions(0.3, 0.45).times(effect)
    clusters = int(np.ceil(plan.n1 / size))
    levels = [
        rng.beta(p * 19, (1 - p) * 19, (PILOTS // 4, clusters)) for p in (0.3, 0.45)
    ]  # intraclass correlation 1/(19 + 1) = 0.05
    a, b = (rng.binomial(size, level) / size for level in levels)
    spread = np.sqrt((a.var(axis=1, ddof=1) + b.var(axis=1, ddof=1)) / clusters)
    at = stdtrit(2 * clusters - 2, 0.975)
    found = np.abs(a.mean(axis=1) - b.mean(axis=1)) > at * spread
    name = f"0.3 and 0.45 in {2 * clusters} clusters of 20, ICC 0.05, t of clusters"
    row(name, 2 * clusters * size, 0.8, found)
    return Table("Power of plans for a single look", ["plan", "units", "planned", "found"], rows)


def planned_looks() -> Table:
    """Walks of a z under no change, and under the change planned for."""
    rng = np.random.default_rng(102)
    rows = []
    for name, design in (
        ("O'Brien-Fleming, 5 looks", gs.obrien_fleming(5)),
        ("Pocock, 5 looks", gs.pocock(5)),
        ("Lan-DeMets, looks at 0.1, 0.2, 0.5, 0.9, 1", gs.spending_design([0.1, 0.2, 0.5, 0.9, 1])),
        ("1.96 at 20 looks", gs.design_of(np.full(20, Z), 20, alpha=0.05)),
    ):
        drift = gs.drift_for_power(design, 0.8)
        seen = gs.operating(design, [0.0, drift], either_side=True)
        shares = []
        for mean in (0.0, drift):
            gaps = np.diff(design.information, prepend=0.0)
            steps = rng.standard_normal((PILOTS, len(gaps))) * np.sqrt(gaps) + mean * gaps
            z = steps.cumsum(axis=1) / np.sqrt(design.information)
            shares.append((np.abs(z) >= design.upper).any(axis=1).mean())
        rows.append(
            [
                name,
                f"{seen.power[0]:.1%}",
                f"{shares[0]:.1%}",
                f"{seen.power[1]:.1%}",
                f"{shares[1]:.1%}",
            ]
        )
    heads = ["design", "error", "simulated", "power", "simulated"]
    return Table("Error and power of designs with planned looks", heads, rows)


def weeks() -> Table:
    """Weeks planned from one baseline, then pilots like it, read as the product reads them."""
    rng = np.random.default_rng(103)
    rows = []
    baseline = _independent_like(rng.standard_normal(BASELINE_WEEKS))
    for change in (1.0, 1.5, 2.0):
        for reading in ("once", "any_time"):
            plan = planning.weeks_for_values(baseline, change, reading=reading)
            last = int(plan.weeks[0])
            before = rng.standard_normal((WEEKLY_PILOTS, BASELINE_WEEKS))
            after = rng.standard_normal((WEEKLY_PILOTS, last)) + change
            read = plan.read[plan.read <= last].astype(int)
            planned = float(plan.power[0][plan.read == last][0])
            if reading == "once":
                found = _t_test(before, after)
            else:
                found = _ever_clear(before, after, read)
            rows.append(
                [
                    f"{change:g} standard deviations, {reading.replace('_', ' ')}",
                    f"{last}",
                    f"{planned:.0%}",
                    f"{found.mean():.0%}",
                ]
            )
    heads = ["change of weekly values", "weeks", "planned", "found"]
    return Table(f"Weeks to an answer after {BASELINE_WEEKS} weeks of baseline", heads, rows)


def _independent_like(values: Floats) -> Floats:
    """Scaled to spread 1 and ordered so that neighbours are not alike: the plan is then exact."""
    scaled = (values - values.mean()) / values.std(ddof=1)
    up = np.sort(scaled)
    return np.ravel(np.column_stack([up[: len(up) // 2], up[: len(up) // 2 - 1 : -1]]))


def _t_test(before: Floats, after: Floats) -> NDArray[np.bool_]:
    from scipy.special import stdtrit

    n1, n2 = before.shape[1], after.shape[1]
    square = before.var(axis=1) * n1 + after.var(axis=1) * n2
    error = np.sqrt(square / (n1 + n2 - 2) * (1 / n1 + 1 / n2))
    far = np.abs(after.mean(axis=1) - before.mean(axis=1))
    rejects: NDArray[np.bool_] = far > stdtrit(n1 + n2 - 2, 0.975) * error
    return rejects


def _ever_clear(before: Floats, after: Floats, read: NDArray[np.int64]) -> NDArray[np.bool_]:
    found = np.zeros(len(before), dtype=bool)
    for week in read:
        halves = before_after.halves_of_values(before, after[:, :week])
        fit = before_after.fit_of(halves)
        half = before_after.effect_half_width(halves, fit, alpha=0.05)
        judged = fit.autocorrelation < effects.TOO_ALIKE
        found |= judged & (np.abs(fit.mean_after - fit.mean_before) > half)
    return found


TABLES = (single_looks, planned_looks, weeks)
