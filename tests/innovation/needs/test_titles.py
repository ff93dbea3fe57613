"""A title from what somebody said first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from innovation.needs.titles import LONGEST, title_from


@pytest.mark.parametrize(
    ("problem", "title"),
    [
        ("We type twice. Every day.", "We type twice"),
        ("We type twice", "We type twice"),
        ("Why do we type twice? Nobody knows.", "Why do we type twice?"),
        ("  We type\n\ntwice.  ", "We type"),
        ("It takes approx. 30 minutes, e.g. at night. Then more.",
         "It takes approx. 30 minutes, e.g. at night"),
        ("Dr. Sato waits. Always.", "Dr. Sato waits"),
    ],
)  # fmt: skip
def test_title_from_takes_the_first_sentence(problem: str, title: str) -> None:
    assert title_from(problem) == title


def test_title_from_a_long_sentence_ends_at_a_word() -> None:
    title = title_from("The monitor does not talk to the record " * 10)
    assert len(title) <= LONGEST
    assert title.endswith("…")
    assert title.removesuffix("…").split()[-1] in [
        "The",
        "monitor",
        "does",
        "not",
        "talk",
        "to",
        "the",
        "record",
    ]


@given(st.text(min_size=1, max_size=500))
def test_title_from_anything_fits(problem: str) -> None:
    assert len(title_from(problem)) <= LONGEST
