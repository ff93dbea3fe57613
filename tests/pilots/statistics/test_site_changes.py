"""What going live changed beside other sites: against a slow twin, and what it must survive."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from pilots.statistics.confidence_sequences.half_widths import half_width_student
from pilots.statistics.time_series.site_changes import SiteChange, site_change, usable

Table = NDArray[np.float64]
SITES, BEFORE, SINCE = 5, 26, 20


def live_from(*weeks: int | None, points: int = BEFORE + SINCE) -> NDArray[np.bool_]:
    live = np.zeros((len(weeks), points), dtype=bool)
    for site, week in enumerate(weeks):
        if week is not None:
            live[site, week:] = True
    return live


ONE = live_from(BEFORE, None, None, None, None)
WEDGE = live_from(12, 18, 24, 30, 36)


def shares(rng: np.random.Generator, live: NDArray[np.bool_], cases: Table, to: float) -> Table:
    """Sites of unlike level with one winter among them."""
    sites, points = live.shape
    level = 0.1 * np.exp(rng.normal(0, 0.4, (sites, 1)))
    winter = 1 + 0.3 * np.sin(2 * np.pi * np.arange(points) / 52)
    part = np.minimum(level * winter * np.where(live, to, 1.0), 1.0)
    return np.asarray(rng.binomial(cases.astype(int), part) / cases)


def change(values: Table, cases: Table, live: NDArray[np.bool_], **more: Any) -> SiteChange:
    given = {"alpha": 0.05, "multiplied": True, "counted": True, "tightest_after": 26} | more
    return site_change(values, cases, live, **given)


def twin(
    values: Table, cases: Table, live: NDArray[np.bool_], *, multiplied: bool, counted: bool
) -> tuple[float, float, float]:
    """Cell by cell as docs/statistics.md says it: a design matrix written out, and no care for speed."""
    sites, points = values.shape
    cells = [(i, t) for i in range(sites) for t in range(points) if math.isfinite(values[i, t])]
    y = np.array([values[c] for c in cells])
    now = np.array([live[c] for c in cells])
    known = all(math.isfinite(cases[c]) for c in cells)
    over = np.array([1 / cases[c] if known else 0.0 for c in cells])
    of_site = np.array([c[0] for c in cells])
    x = np.zeros((len(cells), sites + points))
    for row, (i, t) in enumerate(cells):
        x[row, i] = x[row, sites + t] = 1
    free = ~now

    def fit(w: Table) -> tuple[Table, Table]:
        level = np.array(
            [
                (w[free & (of_site == i)] * y[free & (of_site == i)]).sum()
                / w[free & (of_site == i)].sum()
                for i in range(sites)
            ]
        )
        if not multiplied:
            root = np.sqrt(w[free])
            beta = np.linalg.lstsq(root[:, None] * x[free], root * y[free], rcond=None)[0]
            return x @ beta, level[of_site]
        beta = np.concatenate([np.log(level), np.zeros(points)])
        for _ in range(100):  # Newton on the score of a logarithmic link
            mean = np.exp(x[free] @ beta)
            score = x[free].T @ (w[free] * (y[free] - mean))
            curve = (x[free] * (w[free] * mean)[:, None]).T @ x[free]
            beta = beta + np.linalg.pinv(curve) @ score
        return np.exp(x @ beta), level[of_site]

    fitted, level = fit(1 / over if known else np.ones(len(cells)))
    s = over
    if counted:
        s = over * (1 - level) / level
    size = fitted if multiplied else np.ones(len(cells))
    rest = ((y - fitted) / size)[free]
    terms = sites + len({t for (_i, t), is_now in zip(cells, now, strict=True) if not is_now}) - 1
    inflated = (rest**2).sum() / (free.sum() - terms)
    sf = s[free]
    if counted:
        variance = max(inflated - sf.mean(), 0.0) + s
    elif not known:
        variance = np.full(len(cells), inflated)
    else:
        scale = free.sum() / (free.sum() - terms)
        slope = max(((sf - sf.mean()) * rest**2).sum() / ((sf - sf.mean()) ** 2).sum() * scale, 0)
        base = inflated - slope * sf.mean()
        if base < 0:
            slope, base = (sf * rest**2).sum() / (sf**2).sum() * scale, 0.0
        variance = base + slope * s
    weights = 1 / variance / (level if multiplied else 1.0)
    fitted, _level = fit(weights)
    size = fitted if multiplied else np.ones(len(cells))
    expected = (weights * fitted)[now].sum() / weights[now].sum()
    seen = (weights * y)[now].sum() / weights[now].sum()
    found = seen - expected
    if multiplied:
        found = 2 * found / (seen + expected)
    information = weights * size
    part = np.where(now, weights * size, 0.0)
    part /= part.sum()
    left = (y - fitted) / size
    own = np.zeros((len(cells), 0))
    for i in range(sites):
        mine = now & (of_site == i)
        if mine.any():
            left[mine] -= (part * left)[mine].sum() / part[mine].sum()
            own = np.column_stack([own, mine.astype(float)])
    whole = np.column_stack([x, own]) * np.sqrt(information)[:, None]
    hat = whole @ np.linalg.pinv(whole.T @ whole) @ whole.T
    cosines = []
    for i in range(sites):
        for j in range(1, max(2, math.ceil(16 / sites)) + 1):
            if j > math.floor(0.4 * (of_site == i).sum()):
                continue
            cosines.append(
                [
                    math.sqrt(2 / points) * math.cos(math.pi * j * (t + 0.5) / points)
                    if site == i
                    else 0.0
                    for site, t in cells
                ]
            )
    c = np.array(cosines).T
    off = c.T @ (np.eye(len(cells)) - hat) @ c
    root = np.sqrt(information) * left
    slow = ((root @ c) ** 2).sum() / np.trace(off)
    freedom = np.trace(off) ** 2 / (off**2).sum()
    degrees = len(cells) - np.linalg.matrix_rank(whole)
    white = (root**2).sum() / degrees
    if counted:
        white = max(white, 1.0)
    normal = (x[free] * information[free][:, None]).T @ x[free]
    asked = part @ x
    of_change = (part[now] ** 2 / information[now]).sum() + asked @ np.linalg.pinv(normal) @ asked
    first = min(t for i, t in cells if live[i, t])
    before = np.array([t < first for _i, t in cells])
    ours = np.array([live[i, first] for i, _t in cells])
    mine = information[before & ours].sum()
    points_before = len({t for (_i, t), b, o in zip(cells, before, ours, strict=True) if b and o})
    tuned = (1 / mine + points_before / (26 * mine)) * (
        1 + mine / information[before & ~ours].sum()
    )
    halves = [
        float(half_width_student(of_change, v * d, d + 1, alpha=0.05, optimal=tuned))
        for v, d in ((slow, freedom), (white, degrees))
    ]
    return float(found), max(halves), float(expected)


@pytest.mark.parametrize("live", [ONE, WEDGE], ids=["one site", "stepped wedge"])
@pytest.mark.parametrize(
    ("multiplied", "counted", "known"),
    [(True, True, True), (True, False, True), (True, False, False), (False, False, True)],
)
def test_it_is_what_the_slow_twin_says(
    live: NDArray[np.bool_], multiplied: bool, counted: bool, known: bool
) -> None:
    rng = np.random.default_rng(5)
    cases = rng.integers(40, 900, live.shape).astype(np.float64)
    values = shares(rng, live, cases, 0.8)
    values[2, 7] = values[0, 3] = np.nan
    values[~usable(np.isfinite(values), live)] = np.nan
    given = cases if known else np.full(cases.shape, np.nan)
    found = change(values, given, live, multiplied=multiplied, counted=counted)
    slow = twin(values, given, live, multiplied=multiplied, counted=counted)
    assert (found.change, found.half, found.expected) == pytest.approx(slow, rel=1e-7)


def test_what_moves_all_sites_is_no_change() -> None:
    rng = np.random.default_rng(6)
    cases = np.full(ONE.shape, 1e6)
    found = change(shares(rng, ONE, cases, 1.0), cases, ONE)
    assert found.change == pytest.approx(0, abs=0.01)
    assert found.lower < 0 < found.upper


def test_a_change_is_found_by_its_size_at_each_kind_of_site() -> None:
    rng = np.random.default_rng(7)
    cases = np.full(WEDGE.shape, 1e5)
    for live in (ONE, WEDGE):
        found = change(shares(rng, live, cases, 0.75), cases, live)
        assert found.seen / found.expected == pytest.approx(0.75, abs=0.01)
        assert found.upper < 0


def test_where_nothing_is_seen_any_more_there_is_still_an_interval() -> None:
    rng = np.random.default_rng(8)
    cases = np.full(ONE.shape, 300.0)
    values = shares(rng, ONE, cases, 1.0)
    values[ONE] = 0.0
    found = change(values, cases, ONE)
    assert found.change == -2.0
    assert -found.expected <= found.lower < found.upper < 0


def test_a_period_in_which_other_sites_saw_nothing_breaks_nothing() -> None:
    rng = np.random.default_rng(9)
    cases = np.full(ONE.shape, 300.0)
    values = shares(rng, ONE, cases, 1.0)
    values[1:, 30] = 0.0
    found = change(values, cases, ONE)
    assert math.isfinite(found.half)
    assert found.lower < 0 < found.upper


def test_cells_say_nothing_once_all_are_live_or_where_none_was_before() -> None:
    live = live_from(4, 8, 0, points=12)
    there = usable(np.ones(live.shape, dtype=bool), live)
    assert not there[2].any()  # live from the beginning
    assert not there[:, 8:].any()  # nobody is left to compare with
    assert there[:2, :8].all()


def test_sites_that_drifted_apart_before_are_found_out() -> None:
    rng = np.random.default_rng(10)
    live = live_from(52, None, None, None, None, points=72)
    cases = np.full(live.shape, 300.0)
    apart = []
    for fall in (0.0, 0.5):
        part = np.full(live.shape, 0.12)
        part[0] *= (1 - fall) ** (np.arange(72) / 52)
        many = (rng.binomial(300, part) / cases for _ in range(40))
        apart.append([abs(change(values, cases, live).apart) > 2 for values in many])
    assert sum(apart[0]) <= 5
    assert sum(apart[1]) >= 38


def test_site_that_was_live_from_the_first_does_not_say_when_the_others_began() -> None:
    rng = np.random.default_rng(11)
    cases = np.full((5, BEFORE + SINCE), 300.0)
    values = shares(rng, ONE, cases, 0.7)
    alone = change(values, cases, ONE)
    early = np.vstack([ONE, np.ones((1, BEFORE + SINCE), dtype=bool)])
    found = change(np.vstack([values, values[:1]]), np.vstack([cases, cases[:1]]), early)
    assert not found.used[5].any()
    assert (found.change, found.expected) == (alone.change, alone.expected)
    assert math.isfinite(found.half)


def test_sites_that_moved_exactly_alike_have_no_spread() -> None:
    values = np.add.outer(np.arange(5.0), np.arange(BEFORE + SINCE) % 7)
    cases = np.full(values.shape, np.nan)
    found = change(values, cases, ONE, multiplied=False, counted=False)
    assert found.half == pytest.approx(0, abs=1e-10)
    assert found.apart == pytest.approx(0, abs=3)


def test_where_nothing_was_to_be_expected_there_is_no_end() -> None:
    """The others saw nothing since, and so did it: that is no proof of anything."""
    rng = np.random.default_rng(12)
    cases = np.full((5, BEFORE + SINCE), 300.0)
    values = shares(rng, ONE, cases, 1.0)
    values[:, BEFORE:] = 0.0
    found = change(values, cases, ONE)
    assert (found.expected, found.seen) == (0.0, 0.0)
    assert not math.isfinite(found.upper - found.lower)


def test_a_site_that_nothing_links_to_the_others_says_nothing_since() -> None:
    """Its numbers from before end where those of the others begin, so their levels are apart by nobody
    knows how much."""
    values = np.full(ONE.shape, 0.1)
    values[0, :BEFORE], values[1:, :BEFORE] = 0.3, np.nan
    there = usable(np.isfinite(values), ONE)
    assert not there[0, BEFORE:].any()
    assert there[0, :BEFORE].all() and there[1:, BEFORE:].all()
    values[1, BEFORE - 1] = 0.1  # one week in which both are known is enough
    assert usable(np.isfinite(values), ONE)[0].all()
