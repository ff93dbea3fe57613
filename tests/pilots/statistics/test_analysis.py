"""A metric read as a page needs it."""

import numpy as np
import pytest

from pilots.statistics import analysis
from tests.present import present


def improving(quiet: int = 0) -> np.ndarray:
    rng = np.random.default_rng(3)
    parts = rng.normal(16.1, 1, 28), rng.normal(16.1, 1, quiet), rng.normal(11.7, 0.6, 20)
    return np.concatenate(parts)


def test_reading_of_a_change_says_when_it_began_and_how_long_it_holds() -> None:
    values = improving(quiet=2)
    values[28:30] = 16.5
    read = analysis.analyse_values(values, direction="lower", go_live=28, target=11)
    assert read.effect is not None
    assert present(read.effect.upper) < 0
    assert read.shift_began == 30
    assert read.held == 20
    assert read.variation == "improvement_low"
    assert set(read.classes[30:]) == {"improvement"}
    assert not read.slipping


def test_points_that_lay_better_by_chance_before_go_live_do_not_count_as_held() -> None:
    values = improving()
    values[26:28] = 15
    read = analysis.analyse_values(values, direction="lower", go_live=28)
    assert (read.shift_began, read.held) == (28, 20)


def test_drawn_limits_step_at_go_live_and_judged_ones_stay() -> None:
    read = analysis.analyse_values(improving(), direction="lower", go_live=28)
    assert read.step == 28
    assert read.drawn.centre[27] > read.drawn.centre[28]
    assert read.judged.centre[27] == read.judged.centre[-1]


def test_drawn_limits_do_not_step_before_there_are_points_enough() -> None:
    read = analysis.analyse_values(improving()[:35], direction="lower", go_live=28)
    assert read.step is None
    assert read.drawn is read.judged


def test_points_of_the_settling_time_belong_to_neither_side() -> None:
    values = improving(quiet=3)
    read = analysis.analyse_values(values, direction="lower", go_live=28, settle=3)
    assert read.effect is not None
    assert (read.effect.points_before, read.effect.points_after) == (28, 20)
    assert read.effect.after == pytest.approx(values[31:].mean())
    assert read.step == 31


def test_change_that_was_a_signal_before_go_live_began_before_it() -> None:
    values = improving()
    values[27] = 17
    read = analysis.analyse_values(values, direction="lower", baseline=20, go_live=40)
    assert read.shift_began == 28


def test_change_that_did_not_last_holds_for_no_points() -> None:
    values = np.r_[improving(), [17.0, 17.5, 18.0]]
    read = analysis.analyse_values(values, direction="lower", go_live=28)
    assert read.shift_began == 28
    assert read.held == 0
    assert read.slipping


def test_metric_before_go_live_has_a_chart_and_no_effect() -> None:
    read = analysis.analyse_proportions([5, 6, 4, 5] * 4, [100] * 16, direction="lower")
    assert read.effect is None
    assert read.step is None
    assert np.isfinite(read.drawn.upper).all()


def test_reading_without_any_point_says_so_instead_of_failing() -> None:
    read = analysis.analyse_values([np.nan] * 5, direction="lower", go_live=3)
    assert read.effect is not None
    assert read.effect.refused is not None
    assert read.variation == "none"


def test_baseline_that_reaches_past_go_live_is_refused() -> None:
    with pytest.raises(ValueError, match="past go-live"):
        analysis.analyse_values(improving(), direction="lower", baseline=30, go_live=28)
