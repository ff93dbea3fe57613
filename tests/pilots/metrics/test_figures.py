"""One way to scale, write and convert a metric's number."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from innovation.rules.refusal import Refused
from pilots.metrics.figures import (
    Figures,
    RangeFigures,
    convert,
    converts,
    decimals_between,
    figures,
    unit,
    unit_of,
    unit_of_range,
)

SHARE = unit_of(SimpleNamespace(kind="proportion", measure_unit=""))


@pytest.mark.parametrize(
    ("value", "source", "target", "told"),
    [
        ("85.6", "%", "%", "85.6"),
        ("85.6", "%", "percent", "85.6"),
        ("85.6", "per cent", "%", "85.6"),
        ("85.6", "% of visits", "%", "85.6"),
        ("85.6", "%", "share", "0.856"),
        ("0.856", "share", "%", "85.6"),
        ("1.2", "%", "per 1,000", "12"),
        ("12", "per 1000", "%", "1.2"),
        ("12", "‰", "per 100", "1.2"),
        ("3.4", "per 1,000 bed days", "per 1000 bed days", "3.4"),
        ("3.4", "per 1,000 bed days", "per 10,000 bed days", "34"),
        ("0.0034", "per bed day", "per 1,000 bed days", "3.4"),
        ("3.4", "falls per 1,000 bed days", "fall / 1000 bed-days", None),
        ("3.4", "falls per 1,000 bed days", "fall / 1000 bed day", "3.4"),
        ("3.4", "falls per 1,000 bed days", "per 1,000 bed days", None),
        ("90", "minutes", "h", "1.5"),
        ("1.5", "hours", "min", "90"),
        ("2", "days", "hours", "48"),
        ("90", "seconds", "minutes", "1.5"),
        ("90", "min per visit", "hours / visit", "1.5"),
        ("7", "working days", "days", None),
        ("44", "points", "Points", "44"),
        ("44", "points", "%", None),
        ("44", "minutes", "%", None),
        ("44", "", "", "44"),
        ("44", "", "%", None),
        ("44", "%", "", None),
        ("0.012", "per bed", "per bed", "0.012"),
    ],
)
def test_convert_every_pair_of_units(
    value: str, source: str, target: str, told: str | None
) -> None:
    if told is None:
        assert not converts(unit(source), unit(target))
        with pytest.raises(Refused):
            convert(Decimal(value), unit(source), unit(target))
    else:
        assert convert(Decimal(value), unit(source), unit(target)) == Decimal(told)


def test_convert_of_a_float_is_exact_to_six_decimals() -> None:
    assert convert(0.856, SHARE, unit("%")) == Decimal("85.6")
    assert convert(2 / 3, SHARE, unit("%")) == Decimal("66.666667")


@pytest.mark.parametrize(
    ("source", "target", "sentence"),
    [
        ("%", "", "write the same unit at the key result"),
        ("", "%", "write it at both"),
        ("minutes", "%", "A number in “minutes” cannot be told in “%”"),
    ],
)
def test_convert_what_makes_no_sense_says_what_to_do(
    source: str, target: str, sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        convert(Decimal(1), unit(source), unit(target))


UNITS = ["%", "share", "per 1,000", "per 100,000", "minutes", "h", "days", "per 1,000 bed days"]


@given(st.decimals(0, 1000, places=3), st.sampled_from(UNITS), st.sampled_from(UNITS))
def test_convert_there_and_back_is_where_it_began(value: Decimal, source: str, target: str) -> None:
    one, other = unit(source), unit(target)
    if not converts(one, other):
        return
    # What is smaller than the sixth decimal of the coarser unit is lost on the way.
    lost = Decimal("0.000001") * max(Decimal(1), other.size / one.size)
    back = convert(convert(value, one, other), other, one)
    assert abs(back - value) <= lost


@pytest.mark.parametrize(
    ("text", "start", "target", "kind_is_share"),
    [("", "0.80", "0.90", True), ("", "80", "90", False), ("percent", "80", "90", True)],
)
def test_unit_of_a_key_result_without_a_word_is_a_share_only_between_0_and_1(
    text: str, start: str, target: str, kind_is_share: bool
) -> None:
    found = unit_of_range(text, Decimal(start), Decimal(target), beside=SHARE)
    assert converts(SHARE, found) is kind_is_share


@pytest.mark.parametrize(
    ("value", "written"), [(16.08, "16.1"), (7.856, "7.86"), (412.4, "412"), (0.0314, "0.031")]
)
def test_a_level_is_written_with_three_figures(value: float, written: str) -> None:
    assert figures(SimpleNamespace(kind="value", measure_unit=""), value).write(value) == written


@pytest.mark.parametrize(
    ("entered", "written"),
    [("8", "8%"), ("12.5", "12.5%"), ("99.95", "99.95%"), ("0.0125", "0.0125%")],
)
def test_a_planned_share_is_written_as_it_was_typed(entered: str, written: str) -> None:
    share = Figures(share=True, unit="")
    kept = share.kept(Decimal(entered))
    assert share.planned(kept) == written
    assert share.entered(kept) == Decimal(entered)


def test_a_margin_of_a_number_in_percent_is_in_points() -> None:
    share, value = Figures(share=True, unit=""), Figures(share=False, unit="%")
    assert (share.margin(Decimal("0.01")), share.margin(Decimal("0.005"))) == (
        "1 point",
        "0.5 points",
    )
    assert (value.margin(Decimal(1)), value.difference(3.2)) == ("1 point", "3.20 points")


@pytest.mark.parametrize(
    ("start", "target", "unit", "way", "level", "written"),
    [
        # Targets once shown as another number: 100%, 0.01 and 10.3.
        ("99.5", "99.95", "%", "from 99.5% to 99.95%", "99.9612", "99.96%"),
        ("0.012", "0.004", "per bed", "from 0.012 to 0.004 per bed", "0.0078", "0.0078 per bed"),
        ("5", "10.25", "h", "from 5 to 10.25 h", "7.333333", "7.33 h"),
        ("80", "90", "%", "from 80% to 90%", "85.6", "85.6%"),
        ("1000", "1200", "visits", "from 1,000 to 1,200 visits", "1100.4", "1,100 visits"),
    ],
)
def test_a_key_result_is_written_as_typed_and_its_level_as_fine_as_the_way_needs(
    start: str, target: str, unit: str, way: str, level: str, written: str
) -> None:
    figures = RangeFigures(
        Decimal(start + "000"[: 0 if "." not in start else 3]), Decimal(target), unit
    )
    assert figures.way == way
    assert figures.write(Decimal(level)) == written


def test_a_change_has_its_sign_and_is_nothing_where_it_rounds_to_nothing() -> None:
    figures = RangeFigures(Decimal(80), Decimal(90), "%")
    assert figures.claimed(Decimal("-0.004")) == "−0.004"
    assert (figures.moved(Decimal("5.6")), figures.moved(Decimal("0.01"))) == ("+5.6", "0")
    assert figures.difference_unit == "points"


@given(st.decimals(-1000, 1000, places=4), st.decimals(-1000, 1000, places=4))
def test_a_level_never_has_fewer_decimals_than_were_typed(start: Decimal, target: Decimal) -> None:
    if start == target:
        return
    typed = max(0, *(-int(end.normalize().as_tuple().exponent) for end in (start, target)))
    assert typed <= decimals_between(start, target) <= 6
