"""A CUSUM against a limit: seldom on what stays inside it, soon on what does not."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from statistics import median

import numpy as np
import pytest
from scipy import stats

from pilots.statistics import guardrails
from pilots.statistics.guardrails import Guardrail, GuardrailState
from pilots.statistics.monitoring import event_designs
from pilots.statistics.monitoring import limit_cusum as under_test
from pilots.statistics.monitoring.limit_cusum import LimitCusum, Points, limit_cusum
from pilots.statistics.monitoring.run_length import cusum_arl
from pilots.statistics.series import MIN_POINTS_OF_A_LEVEL, Floats
from tests.present import present

BASELINE, YEAR = 12, 52


def of_values(before: Floats, after: Floats, limit: float = 0.0) -> Points:
    return Points(
        before - limit, after - limit, np.ones(len(before)), np.ones(len(after)), counted=False
    )


def of_counts(before: Floats, after: Floats, cases: float, limit: float) -> Points:
    return Points(
        before / cases - limit,
        after / cases - limit,
        np.full(len(before), limit * (1 - limit) / cases),
        np.full(len(after), limit * (1 - limit) / cases),
        counted=True,
        events=after,
        expected=np.full(len(after), limit * cases),
    )


def of_shares(over: Floats, cases: Floats, limit: float, *, before: int) -> Points:
    excess, sampling = over / cases - limit, limit * (1 - limit) / cases
    return Points(
        excess[:before],
        excess[before:],
        sampling[:before],
        sampling[before:],
        counted=True,
        events=over[before:],
        expected=limit * cases[before:],
        expected_before=limit * cases[:before],
        share=limit,
    )


def slow(points: Points, *, looks_a_year: int) -> tuple[list[bool], list[int]]:
    """Slow, obvious: look by look, each from what was known then, with plain loops."""
    h = present(limit_cusum(points, looks_a_year=looks_a_year)).h
    signals, onsets = [], []
    before = [
        (float(y), float(v))
        for y, v in zip(points.excess_before, points.sampling_before, strict=True)
    ]
    every = [
        (float(y), float(v))
        for y, v in zip(points.excess_after, points.sampling_after, strict=True)
    ]
    for look in range(1, len(every) + 1):
        after = every[:look]
        steps = [differences(before), differences(after)]
        degrees = sum(map(len, steps))
        ratio = sum(d * d for part in steps for d in part) / 2 / degrees if degrees else 1.0
        if points.counted:
            ratio = max(ratio, 1.0)
        first = [math.sqrt(ratio * v) for _y, v in after]
        _total, onset = summed(after, first, math.inf, h)
        spread, known_by = settled(points, before, after[:onset], after, first)
        total, onset = summed(after, spread, known_by, h)
        signals.append(
            total > h and (points.counted or len(before) + look >= MIN_POINTS_OF_A_LEVEL)
        )
        onsets.append(onset)
    return signals, onsets


def differences(points: list[tuple[float, float]]) -> list[float]:
    scaled = [y / math.sqrt(v) for y, v in points]
    return [b - a for a, b in itertools.pairwise(scaled)]


def summed(
    points: list[tuple[float, float]], spread: list[float], known_by: float, h: float
) -> tuple[float, int]:
    total, onset = 0.0, 0
    for number, ((y, _v), sd) in enumerate(zip(points, spread, strict=True)):
        z = y / sd
        if math.isfinite(known_by):
            z = float(math.copysign(-stats.norm.ppf(stats.t.sf(abs(z), known_by)), z))
        total = max(0.0, total + min(z - 0.5, 0.75 * h))
        if total == 0:
            onset = number + 1
    return total, onset


def settled(
    points: Points,
    before: list[tuple[float, float]],
    calm: list[tuple[float, float]],
    after: list[tuple[float, float]],
    first: list[float],
) -> tuple[list[float], float]:
    rest: list[tuple[float, float]] = []
    for part in (before, calm):
        if part:
            mean = sum(y / v for y, v in part) / sum(1 / v for _y, v in part)
            rest += [(y - mean, 1 / v) for y, v in part]
    means = bool(before) + bool(calm)
    degrees = len(rest) - means
    if degrees < MIN_POINTS_OF_A_LEVEL - 1:
        neighbours = len(after) - 1 + max(len(before) - 1, 1)
        return first, math.inf if points.counted else float(neighbours)
    q = sum(w * r * r for r, w in rest)
    weight = sum(w for _r, w in rest)
    room = weight - sum(w * w for _r, w in rest) / weight
    between = (q - degrees) / room if q - degrees > math.sqrt(2 * degrees) else 0.0
    scaled = [math.sqrt(w) * r for r, w in rest]
    square = sum(s * s for s in scaled)
    r = sum(a * b for a, b in itertools.pairwise(scaled)) / square
    r += means * (1 + 4 * max(r, 0)) / len(rest)
    r = min(max(r, 0), 0.9) if r > 1 / math.sqrt(len(rest)) else 0.0
    wider = (1 + r) / (1 - r)
    if points.counted:
        spread = [math.sqrt((v + between) * wider) for _y, v in after]
        return spread, max(degrees / wider, 1) if between or r else math.inf
    return [math.sqrt(q / degrees * v * wider) for _y, v in after], max(degrees / wider, 1)


@pytest.mark.parametrize("seed", range(12))
def test_every_look_says_what_a_look_by_look_reckoning_says(seed: int) -> None:
    rng = np.random.default_rng(seed)
    turn = np.repeat([0.0, 1.5], [14, 10])
    cases = rng.choice([120.0, 200.0, 700.0], size=BASELINE + 24)
    share = 0.12 + np.r_[np.zeros(BASELINE), turn * 0.03] + rng.normal(0, 0.02, BASELINE + 24)
    over = rng.binomial(cases.astype(int), np.clip(share, 0, 1)).astype(float)
    limit = 0.13
    counted = Points(
        (over / cases - limit)[:BASELINE],
        (over / cases - limit)[BASELINE:],
        (limit * (1 - limit) / cases)[:BASELINE],
        (limit * (1 - limit) / cases)[BASELINE:],
        counted=True,
        events=over[BASELINE:],
        expected=(limit * cases)[BASELINE:],
    )
    valued = of_values(rng.normal(-1, 1, seed), rng.normal(-1, 1, 24) + turn)
    for points in (counted, valued):
        found = present(limit_cusum(points, looks_a_year=52))
        signals, onsets = slow(points, looks_a_year=52)
        assert found.signals.tolist() == signals
        assert found.onset.tolist() == onsets


@pytest.mark.parametrize("looks", [12, 52, 365])
def test_the_boundary_runs_as_long_as_the_integral_equation_says(looks: int) -> None:
    """Siegmund's correction against Vance's equation: one false alarm in 19.5 years."""
    points = of_values(np.zeros(8) + [1, -1] * 4, np.zeros(8))
    found = present(limit_cusum(points, looks_a_year=looks))
    assert found.run_length / looks == pytest.approx(19.5, abs=0.01)
    exact = float(cusum_arl(0.5, found.h, sided="one"))
    assert exact == pytest.approx(found.run_length, rel=0.025)
    assert under_test.delay(found.h) == pytest.approx(
        float(cusum_arl(0.5, found.h, shift=1.0, sided="one")), rel=0.01
    )


@pytest.mark.parametrize("mean", [0.1, 0.6, 3.0])
def test_the_boundary_of_rare_events_runs_as_long_as_simulated(mean: float) -> None:
    times = min(max(1 + 3 / math.sqrt(mean), 2.0), 5.0)
    lets_pass, h = event_designs._design_of_events(mean, times, 200.0)
    rng = np.random.default_rng(3)
    total, run = np.zeros(4000), np.zeros(4000)
    running = np.ones(4000, dtype=bool)
    while running.any():
        total = np.maximum(0, total + rng.poisson(mean, 4000) - lets_pass)
        run += running
        running &= total <= h + 1e-9
    exact = event_designs._run_length_of_events(mean, round(lets_pass * 20), round(h * 20))
    assert 200 <= exact < 260
    assert run.mean() == pytest.approx(exact, rel=0.05)


def alarms(draw: Callable[[np.random.Generator], LimitCusum | None], pilots: int) -> list[int]:
    """The look at which each pilot's guardrail first said harm; 999 where it never did."""
    found = []
    for seed in range(pilots):
        signals = present(draw(np.random.default_rng(seed))).signals
        found.append(int(np.argmax(signals)) + 1 if signals.any() else 999)
    return found


def counts(
    rng: np.random.Generator, level: float, limit: float, *, cases: int = 300, icc: float = 0.0,
    rise: float | None = None, at: int = 0,
) -> LimitCusum | None:  # fmt: skip
    share = np.full(BASELINE + YEAR, level)
    if rise is not None:
        share[BASELINE + at :] = rise
    if icc:
        share = rng.beta(share * (1 / icc - 1), (1 - share) * (1 / icc - 1))
    over = rng.binomial(cases, share).astype(float)
    return limit_cusum(of_counts(over[:BASELINE], over[BASELINE:], cases, limit), looks_a_year=52)


def values(rng: np.random.Generator, limit: float) -> LimitCusum | None:
    drawn = rng.normal(20, 2, BASELINE + YEAR)
    return limit_cusum(of_values(drawn[:BASELINE], drawn[BASELINE:], limit), looks_a_year=52)


@pytest.mark.parametrize(
    "draw",
    [
        lambda rng: counts(rng, 0.12, 0.12),
        lambda rng: counts(rng, 0.12, 0.14),
        lambda rng: counts(rng, 0.12, 0.14, icc=0.005),
        lambda rng: counts(rng, 0.12, 0.18, icc=0.02),
        lambda rng: values(rng, 20.0),
        lambda rng: values(rng, 24.0),
        lambda rng: counts(rng, 1 / 500, 1 / 500),
        lambda rng: counts(rng, 1 / 2000, 1 / 500),
    ],
    ids=[
        "at the limit", "inside", "weeks that differ", "weeks that differ much", "values at it",
        "values inside", "rare at it", "rare inside",
    ],
)  # fmt: skip
def test_no_more_than_one_year_in_twenty_says_harm_of_what_stays_inside(
    draw: Callable[[np.random.Generator], LimitCusum | None],
) -> None:
    said = np.mean([look < 999 for look in alarms(draw, 300)])
    assert said <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / 300)


@pytest.mark.parametrize("at", [0, 10])
@pytest.mark.parametrize(("rise", "weeks"), [(0.15, 10), (0.20, 4)])
def test_a_jump_is_found_soon(rise: float, weeks: int, at: int) -> None:
    """Level 10 %, limit 12.5 %, 200 cases a week, at go-live or after a calm."""
    looks = alarms(lambda rng: counts(rng, 0.10, 0.125, cases=200, rise=rise, at=at), 200)
    assert median(look - at for look in looks if look > at) <= weeks


def test_a_rare_event_that_rises_fivefold_over_its_limit_is_found_by_the_eighth() -> None:
    events = []
    for seed in range(300):
        rng = np.random.default_rng(seed)
        share = np.repeat([1 / 2000, 1 / 100], [BASELINE + 10, YEAR - 10])
        over = rng.binomial(200, share).astype(float)
        points = of_counts(over[:BASELINE], over[BASELINE:], 200, 1 / 500)
        signals = present(limit_cusum(points, looks_a_year=52)).signals
        events.append(float(over[BASELINE + 10 : BASELINE + int(np.argmax(signals)) + 1].sum()))
    assert median(events) <= 8


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(("limit", "level"), [(0.15, 0.22), (0.1, 0.12), (0.02, 0.05), (0.5, 0.6)])
def test_what_a_look_said_never_changes_with_what_comes_later(
    seed: int, limit: float, level: float
) -> None:
    """An answered alarm was raised again: the design rested on all cases to date, and past looks were
    judged by it anew."""
    rng = np.random.default_rng(seed)
    cases = rng.integers(5, 60, BASELINE + 30).astype(float)
    over = rng.binomial(cases.astype(int), level).astype(float)

    def until(end: int) -> LimitCusum:
        points = of_shares(over[:end], cases[:end], limit, before=BASELINE)
        return present(limit_cusum(points, looks_a_year=52))

    whole = until(BASELINE + 30)
    for looks in range(1, 31):
        part = until(BASELINE + looks)
        assert part.signals.tolist() == whole.signals[:looks].tolist()
        assert part.onset.tolist() == whole.onset[:looks].tolist()


@pytest.mark.parametrize(("limit", "cases"), [(0.5, 1), (0.5, 2), (0.5, 4), (0.3, 9), (0.15, 3)])
def test_few_cases_that_are_all_bad_are_found_and_few_at_their_limit_are_not(
    limit: float, cases: int
) -> None:
    """Held against five times a limit of a half, which is no share, two cases a week that were all
    bad were never found."""
    under = [float(cases)] * 52
    found = guardrails.guardrail_of_proportions(
        [], [], under, under, limit=limit, direction="lower"
    )
    assert found.state is GuardrailState.BREACHED
    assert present(found.since) <= 26
    said = 0
    for seed in range(100):
        over = np.random.default_rng(seed).binomial(cases, limit, 52).astype(float)
        points = of_shares(over, np.array(under), limit, before=0)
        rail = limit_cusum(points, looks_a_year=52)
        said += bool(present(rail).signals.any())
    assert said <= 10


def test_one_wild_point_is_no_harm_signal_and_two_are() -> None:
    rng = np.random.default_rng(3)
    calm = rng.normal(6, 0.4, 60)
    once = judged(calm[:30], [*calm[30:], 60.0])
    assert once.state is GuardrailState.LOOK
    assert (once.since, once.began) == (30, None)
    twice = judged(calm[:30], [*calm[30:], 60.0, 60.0])
    assert twice.state is GuardrailState.BREACHED
    assert (twice.since, twice.began) == (31, 30)
    assert twice.beyond == 60.0


def judged(before: Floats, after: list[float], limit: float = 8) -> Guardrail:
    return guardrails.guardrail_of_values(before, after, limit=limit, direction="lower")


def rare(events: list[int], *, limit: float = 1 / 500, direction: str = "lower") -> Guardrail:
    cases = [200.0] * len(events)
    over = [float(n) for n in events]
    if direction == "higher":
        over, limit = [200.0 - n for n in over], 1 - limit
    return guardrails.guardrail_of_proportions(
        [], [], over, cases, limit=limit, direction=direction
    )


@pytest.mark.parametrize("direction", ["lower", "higher"])
def test_one_case_is_never_harm_and_a_cluster_is_with_no_baseline_at_all(direction: str) -> None:
    """A single case in a week of an event of 1 in 2,000 was "more than usual variation could
    explain" in 71 to 78 of 100 years (2026-11); misses of what should always be done, the same."""
    assert rare([0] * 20 + [1], direction=direction).state is GuardrailState.LOOK
    assert rare([0] * 20 + [2], direction=direction).state is GuardrailState.LOOK
    cluster = rare([0] * 20 + [3, 3], direction=direction)
    assert cluster.state is GuardrailState.BREACHED
    assert cluster.began == 20
    assert present(cluster.times) == pytest.approx(5.0)


def test_a_limit_of_none_at_all_is_passed_by_the_first_event() -> None:
    assert rare([0] * 9, limit=0.0).state is GuardrailState.WITHIN
    found = rare([0] * 9 + [1, 0], limit=0.0)
    assert found.state is GuardrailState.BREACHED
    assert (found.since, found.began) == (9, 9)
    assert found.run_length == math.inf


def test_a_limit_that_nothing_can_pass_is_never_passed() -> None:
    everyone = guardrails.guardrail_of_proportions(
        [], [], [50.0] * 9, [50.0] * 9, limit=1.0, direction="lower"
    )
    assert everyone.state is GuardrailState.WITHIN


def test_values_too_few_to_know_their_spread_give_no_harm_signal() -> None:
    few = judged(np.array([5.0, 6.0]), [30.0, 31.0, 29.0])
    assert few.state is GuardrailState.NEAR
    assert few.run_length is None


def test_a_shift_to_beyond_the_limit_does_not_hide_in_the_spread_that_it_makes() -> None:
    """The spread of the points since go-live held the jump itself, and the jump was never found."""
    rng = np.random.default_rng(11)
    drawn = rng.normal(18, 2, BASELINE + 30)
    drawn[-12:] += 6
    assert judged(drawn[:BASELINE], drawn[BASELINE:].tolist(), 20).state is GuardrailState.BREACHED


def test_a_design_has_at_least_one_look_a_year() -> None:
    with pytest.raises(ValueError, match="at least one look"):
        limit_cusum(of_values(np.zeros(8), np.zeros(8)), looks_a_year=0)


@pytest.mark.parametrize("points", range(20, 66))
def test_what_never_changes_is_not_taken_for_neighbours_that_are_alike(points: int) -> None:
    """None of a hundred a week where a fifth has to be done: what rounding left of equal numbers had
    been read as an autocorrelation of 0.9, and 9 of these 46 were called near instead of harm."""
    over, under = [0.0] * points, [100.0] * points
    found = guardrails.guardrail_of_proportions(
        over[:-9], under[:-9], over[-9:], under[-9:], limit=0.192, direction="higher"
    )
    assert found.state is GuardrailState.BREACHED
