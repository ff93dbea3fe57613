"""Whatever is looked at: an interval around its estimate or a reason, never a crash or a warning."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pilots.statistics.confidence_sequences.looks import ConfidenceSequence
from pilots.statistics.confidence_sequences.means import (
    Sample,
    difference_sequence,
    mean_sequence,
    uplift_sequence,
)
from pilots.statistics.confidence_sequences.proportions import (
    difference_of_proportions_sequence,
    proportion_sequence,
)
from pilots.statistics.confidence_sequences.rates import rate_sequence
from pilots.statistics.monitoring.cusum import cusum
from pilots.statistics.monitoring.ewma import ewma
from pilots.statistics.series import Floats, Refusal
from tests.probes import examples

# Units since the last look, the share of events among them, and whether the look is missing.
PART = st.tuples(st.integers(0, 3000), st.floats(0, 1), st.booleans())
VALUE = st.one_of(st.just(math.nan), st.floats(-1e9, 1e9), st.integers(-2, 2).map(float))


def so_far(parts: list[tuple[int, float, bool]]) -> tuple[Floats, Floats]:
    n = np.cumsum([units for units, _share, _missing in parts]).astype(float)
    events = np.cumsum([round(units * share) for units, share, _missing in parts]).astype(float)
    n[[missing for _units, _share, missing in parts]] = math.nan
    return events, n


def sound(found: ConfidenceSequence) -> None:
    shown = ~np.isnan(found.lower)
    assert (shown == ~np.isnan(found.upper)).all()
    assert (found.lower[shown] <= found.estimate[shown] + 1e-9).all()
    assert (found.upper[shown] >= found.estimate[shown] - 1e-9).all()
    assert ((found.p_value >= 0) & (found.p_value <= 1)).all()
    assert (np.diff(found.p_value) <= 0).all()


@examples(30)
@given(
    control=st.lists(PART, min_size=12, max_size=12),
    treated=st.lists(PART, min_size=12, max_size=12),
    tuned=st.floats(1, 1e5),
    alpha=st.sampled_from([0.001, 0.05, 0.3]),
    strict=st.booleans(),
    side=st.sampled_from(["both", "lower", "upper"]),
)
def test_any_counts_are_looked_at(
    control: list[tuple[int, float, bool]],
    treated: list[tuple[int, float, bool]],
    tuned: float,
    alpha: float,
    strict: bool,
    side: str,
) -> None:
    (xc, nc), (xt, nt) = so_far(control), so_far(treated)
    arms = Sample.of_counts(xc, nc), Sample.of_counts(xt, nt)
    asked: dict[str, Any] = {"optimal_n": tuned, "alpha": alpha, "strict": strict, "side": side}
    asks: list[Callable[[], Any]] = [
        lambda: proportion_sequence(xc, nc, t_opt=tuned, alpha=alpha, null=0.3),
        lambda: rate_sequence(xc, nc / 7, exposure_opt=tuned, alpha=alpha, null=0.3),
        lambda: difference_of_proportions_sequence(xc, nc, xt, nt, t_opt=tuned, alpha=alpha),
        lambda: mean_sequence(arms[0], **asked),
        lambda: difference_sequence(*arms, **asked),
        lambda: uplift_sequence(*arms, **asked),
    ]
    for ask in asks:
        try:
            sound(ask())
        except Refusal as refusal:
            assert refusal.remark.code in ("too_few_units", "autocorrelated")


@examples(50)
@given(
    rows=st.lists(st.lists(VALUE, min_size=6, max_size=6), min_size=1, max_size=3),
    baseline=st.integers(0, 6),
)
def test_any_values_are_charted(rows: list[list[float]], baseline: int) -> None:
    for chart in (cusum, ewma):
        found = chart(rows, baseline=baseline) if len(rows) > 1 else None
        if found is not None:
            assert not found.signals[list(found.refused)].any()
        try:
            chart(rows[0], baseline=baseline)
        except Refusal as refusal:
            assert refusal.remark.code in ("too_few_points", "no_variation")
    Sample.of_values(rows)
