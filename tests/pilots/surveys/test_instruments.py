"""Ada enters an instrument under its licence; once people were asked with it, it stays."""

from __future__ import annotations

from dataclasses import replace

import pytest

from innovation.rules.refusal import Conflict, Malformed, NotAllowed, Refused
from pilots.lifecycle.models import Pilot
from pilots.surveys import actions
from pilots.surveys.actions.instruments import InstrumentWords
from tests.factories.cast import NOW, Cast
from tests.factories.surveys import ask

pytestmark = pytest.mark.django_db

WORDS = InstrumentWords(
    name="Listening",
    licence="Ward council, free for our use",
    questions=("They listened.", "They were in a hurry.", " "),
    reversed=frozenset({2}),
    lowest=0,
    highest=4,
    low_label="Never",
    high_label="Always",
)


def test_it_is_entered_corrected_and_stays_once_it_was_used(cast: Cast, pilot: Pilot) -> None:
    with pytest.raises(NotAllowed):
        actions.add_instrument(key="listening", words=WORDS, by=cast.maya, at=NOW)
    for wrong in (
        {"questions": (" ",)}, {"questions": ("?",) * 41}, {"highest": 0}, {"highest": 20},
        {"reversed": frozenset({3})}, {"missing_allowed": 2}, {"scoring": "median"},
        {"name": " "}, {"licence": "\u200b"},
    ):  # fmt: skip
        with pytest.raises(Malformed):
            actions.add_instrument(key="wrong", words=replace(WORDS, **wrong), by=cast.ada, at=NOW)
    made = actions.add_instrument(key="listening", words=WORDS, by=cast.ada, at=NOW)
    for key in ("listening", "adkar"):
        with pytest.raises(Conflict):
            actions.add_instrument(key=key, words=WORDS, by=cast.ada, at=NOW)
    other = replace(WORDS, questions=("They listened to me.", "They were in a hurry."))
    actions.change_instrument(made, words=other, by=cast.ada, at=NOW)
    assert [one.text for one in made.items.all()] == list(other.questions)
    assert [one.reversed for one in made.items.all()] == [False, True]
    with pytest.raises(NotAllowed):
        actions.change_instrument(made, words=WORDS, by=cast.jonas, at=NOW)
    ask(cast, pilot, instrument_key="listening")
    with pytest.raises(Refused, match="another key"):
        actions.change_instrument(made, words=WORDS, by=cast.ada, at=NOW)
    pulse = ask(cast, pilot)
    with pytest.raises(Refused, match="comes with"):
        actions.change_instrument(pulse.instrument, words=WORDS, by=cast.ada, at=NOW)
