"""What nobody sees decides nothing: dropped from every text, but where real writing needs it."""

import doctest
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from innovation.rules import reasons, text
from innovation.rules.refusal import Malformed
from innovation.rules.text import visible, without_hidden

# Signs of category Cf that are drawn: they stand around the number or the word that follows.
_DRAWN = {0x600, 0x601, 0x602, 0x603, 0x604, 0x605, 0x6DD, 0x70F, 0x890, 0x891, 0x8E2}
_DRAWN |= {0x110BD, 0x110CD}
_BLANKS = "\u2800\u3164\u115f\u1160\uffa0\u034f\u17b4\u17b5\ufe0f\U000e0100\u180b"


def test_examples_run() -> None:
    assert doctest.testmod(text).failed == 0


def test_no_character_without_a_shape_is_a_text_alone_or_repeated() -> None:
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        hidden = unicodedata.category(character) in ("Cf", "Cc", "Zs", "Zl", "Zp")
        if (hidden and code not in _DRAWN) or character in _BLANKS:
            assert visible(character) == "", hex(code)
            assert visible(f" {character}{character}\n{character} ") == "", hex(code)


@given(
    st.text(
        alphabet=st.sampled_from(
            "\u200b\u200c\u200d\u200e\u200f\u061c\u180b\u1680\ufe0f\u2800\u3164 \n\r\u202e"
        )
    )
)
def test_no_row_of_them_is_a_text(hidden: str) -> None:
    assert visible(hidden) == ""
    with pytest.raises(Malformed, match="Say why"):
        reasons.required(hidden)


@given(
    st.text()
    | st.text(
        alphabet=st.sampled_from(
            "aه👩⚕字\u200b\u200c\u200d\u200e\u061c\u180b\ufe0f\u2800 \r\n#\u20e3"
        )
    )
)
def test_what_was_made_visible_stays_as_it_is(given_text: str) -> None:
    once = visible(given_text)
    assert visible(once) == once
    assert without_hidden(without_hidden(given_text)) == without_hidden(given_text)


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126)))
def test_plain_words_stay_as_they_are(words: str) -> None:
    assert without_hidden(words) == words
    assert visible(words) == words.strip()


@pytest.mark.parametrize(
    "real",
    [
        "Sepsis alert – 3 °C, “quoted”, naïve, Zoë, ½ dose, 5 µg",
        "می\u200cخواهم",  # Persian, with a joiner that keeps two letters apart
        "അവന\u0d4d\u200d",  # Malayalam, whose last letter is made by one
        "ක\u0dca\u200dෂ",  # Sinhala
        "١٤٤٥ ه\u200d",  # the year of the Hijra
        "ward 4 (\u200fقسم 4\u200f) is full",
        "שלום \u200e(ICU)\u200e עולם",
        "👩\u200d⚕\ufe0f 👨\u200d👩\u200d👧 ❤\ufe0f 1\ufe0f\u20e3",
        "葛\U000e0100城",
        "first\r\nsecond\n\tthird",
    ],
)
def test_real_writing_keeps_what_it_needs(real: str) -> None:
    assert visible(real) == real


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("M\u200dr Sm\u200cith", "Mr Smith"),
        ("pay \u202e001\u202c now", "pay 001 now"),
        ("\u2066safe\u2069", "safe"),
        ("in\u00adfor\u2060ma\ufefftion", "information"),
        ("Mr\u200e Smith", "Mr Smith"),
        ("\u200fقسم\u200f", "قسم"),
        ("a\u2800\u3164b", "a  b"),
        ("one\x0btwo\rthree\x00", "one\ntwo\nthree"),
        ("9\ufe0f4", "94"),
        ("hidden\U000e0061\U000e0062", "hidden"),
    ],
)
def test_the_rest_goes(typed: str, read: str) -> None:
    assert visible(typed) == read


def test_a_long_text_costs_little() -> None:
    assert visible("a" + "\u200b " * 200_000 + "b").endswith("b")
