"""One reading of an interval and its margin, for a pilot's verdict and for `equivalence` alike."""

import doctest

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilots.statistics import equivalence, margins, verdicts
from pilots.statistics.margins import WORDS, Finding, findings
from tests.probes import examples

END = st.one_of(st.sampled_from([-1.0, -0.1, 0.0, 0.1, 1.0]), st.floats(-2, 2))


def test_examples_run() -> None:
    assert doctest.testmod(margins) == (0, 2)


def worded(
    lower: float,
    upper: float,
    *,
    low: float | None = None,
    high: float | None = None,
    null: float | None = None,
) -> Finding:
    return WORDS[int(findings(np.array(lower), np.array(upper), low=low, high=high, null=null))]


def test_on_the_limit_itself_nothing_is_shown() -> None:
    assert worded(-1.0, 3.0, low=-1.0, null=0.0) is Finding.NOT_SHOWN
    assert worded(-0.99, 3.0, low=-1.0, null=0.0) is Finding.NON_INFERIOR
    assert worded(0.0, 3.0, low=-1.0, null=0.0) is Finding.NON_INFERIOR
    assert worded(0.01, 3.0, low=-1.0, null=0.0) is Finding.SUPERIOR
    assert worded(-3.0, -1.01, low=-1.0, null=0.0) is Finding.BEYOND
    assert worded(-3.0, -0.5, high=1.0, null=0.0) is Finding.SUPERIOR
    assert worded(-0.5, 0.5, low=-1.0, high=1.0, null=0.0) is Finding.EQUIVALENT
    assert worded(np.nan, np.nan, low=-1.0) is Finding.REFUSED


@pytest.mark.parametrize("direction", ["higher", "lower"])
@examples(200)
@given(ends=st.tuples(END, END), margin=st.sampled_from([None, 0.0, 0.1, 1.0]))
def test_a_verdict_says_of_its_interval_what_the_margin_says(
    direction: str, ends: tuple[float, float], margin: float | None
) -> None:
    lower, upper = sorted(ends)
    said = verdicts.verdicts(
        np.array([lower]),
        np.array([upper]),
        np.array([True]),
        direction=direction,
        margin=np.array([np.nan if margin is None else margin]),
        breached=np.array([False]),
        comparable=np.array([True]),
    )[0]
    # Case by case, from the words of docs/statistics.md.
    worst, best = (lower, upper) if direction == "higher" else (-upper, -lower)
    if worst > 0:
        expected = verdicts.Verdict.BETTER
    elif margin is not None and worst > -margin:
        expected = verdicts.Verdict.NO_HARM_SHOWN
    elif best < 0:
        expected = verdicts.Verdict.HARM_SIGNAL
    else:
        expected = verdicts.Verdict.INCONCLUSIVE
    assert said is expected


def test_no_harm_of_a_pilot_is_non_inferiority_of_two_groups() -> None:
    """The same interval, the same margin, asked in both places."""
    two = equivalence.proportion_difference(
        [178, 178, 150], 200, 180, 200, low=-0.1, alpha=0.025, method="newcombe"
    )
    said = verdicts.verdicts(
        two.lower,
        two.upper,
        np.array([True] * 3),
        direction="higher",
        margin=np.array([0.1, np.nan, 0.1]),
        breached=np.array([False] * 3),
        comparable=np.array([True] * 3),
    )
    assert list(np.atleast_1d(two.finding)) == ["non_inferior", "non_inferior", "not_shown"]
    assert said == ["no_harm", "inconclusive", "harm"]
