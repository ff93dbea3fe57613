"""How amounts, shares and moments are written."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from pytest_django import Settings

from innovation.rules import dates, money, numbers
from innovation.web.templatetags.components import formats

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOON)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (12765, "12,765"),
        (11.7, "11.7"),
        (11.70, "11.7"),
        (0.1 + 0.2, "0.3"),
        (1 / 3, "0.33"),
        (2 / 3, "0.67"),
        (-0.001, "0"),
        (float("nan"), "–"),
        (1e9, "1,000,000,000"),
        (-4.4, "−4.4"),
        (100, "100"),
        (100.0, "100"),
        (Decimal("1200.50"), "1,200.5"),
        (0, "0"),
        (None, "–"),
        ("", "–"),
    ],
)
def test_write_number(value: Any, written: str) -> None:
    assert numbers.number(value) == written


def test_write_number_with_places_keeps_them() -> None:
    assert numbers.number(11, 1) == "11.0"


@pytest.mark.parametrize(
    ("value", "written"), [(11, "+11"), (-4.4, "−4.4"), (0, "0"), (0.001, "0"), (None, "–")]
)
def test_write_signed(value: Any, written: str) -> None:
    assert numbers.signed(value) == written


@pytest.mark.parametrize(
    ("value", "places", "written"),
    [
        (0.83, 0, "83%"),
        (0.0986, 1, "9.9%"),
        (0.836, 0, "84%"),
        (0.0981, 1, "9.8%"),
        (-0.21, 0, "−21%"),
        (None, 0, "–"),
    ],
)
def test_write_percent(value: Any, places: int, written: str) -> None:
    assert numbers.percent(value, places) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (310000, "$310,000"),
        (Decimal("1234.50"), "$1,234.50"),
        (Decimal("0.1"), "$0.10"),
        (-20, "−$20"),
        (None, "–"),
    ],
)
def test_write_money_in_dollars(settings: Settings, value: Any, written: str) -> None:
    settings.CURRENCY = "USD"
    assert money.money(value) == written


def test_write_money_without_a_symbol_uses_the_code(settings: Settings) -> None:
    settings.CURRENCY = "CHF"
    assert money.money(-1200) == "−CHF\u00a01,200"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (412_000, "$412k"),
        (1_250_000, "$1.3m"),
        (9_940, "$9.9k"),
        (9_960, "$10k"),
        (999, "$999"),
        (999_499, "$999k"),
        (999_950, "$1.0m"),
        (-236_000, "−$236k"),
    ],
)
def test_write_money_short(settings: Settings, value: Any, written: str) -> None:
    settings.CURRENCY = "USD"
    assert money.money_short(value) == written


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (NOON - timedelta(hours=7, minutes=48), "today 04:12"),
        (NOON - timedelta(hours=20), "yesterday 16:00"),
        (NOON + timedelta(hours=20), "tomorrow 08:00"),
        (NOON - timedelta(days=4), "4 days ago"),
        (NOON - timedelta(days=5), "5 days ago"),
        (NOON - timedelta(days=7), "16 November"),
        (datetime(2025, 2, 4, tzinfo=UTC), "4 February 2025"),
    ],
)
def test_say_when(value: datetime, words: str) -> None:
    assert dates.ago(value, NOON) == words


def test_say_when_on_the_clock_of_the_person() -> None:
    with timezone.override(ZoneInfo("Pacific/Auckland")):
        # Half past eleven in the morning in London is past midnight in Auckland.
        assert dates.ago(datetime(2026, 11, 23, 11, 30, tzinfo=UTC), NOON) == "today 00:30"


def test_write_when_has_the_exact_moment_beside_it() -> None:
    html = formats.when(NOON)
    assert 'datetime="2026-11-23T12:00+00:00"' in html
    assert 'title="23 November 2026, 12:00"' in html


def test_write_day_has_the_year_only_when_it_is_another() -> None:
    assert ">18 November<" in formats.day(date(2026, 11, 18))
    assert ">18 November 2025<" in formats.day(date(2025, 11, 18))
    assert formats.day(None) == "–"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (timedelta(seconds=20), "under a minute"),
        (timedelta(minutes=1), "1 minute"),
        (59, "59 minutes"),
        (90, "1 hour"),
        (timedelta(hours=23), "23 hours"),
        (timedelta(days=6), "6 days"),
        (timedelta(days=69), "69 days"),
        (timedelta(days=70), "10 weeks"),
        (timedelta(days=800), "2 years"),
        (None, "–"),
    ],
)
def test_say_duration(value: Any, words: str) -> None:
    assert dates.duration(value) == words


def test_say_waited_counts_days_of_a_date() -> None:
    assert dates.waited(date(2026, 11, 17)) == "6 days"
    assert dates.waited(NOON - timedelta(hours=5)) == "5 hours"
