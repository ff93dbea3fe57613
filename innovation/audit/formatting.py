"""Filling the sentence of an event: as plain text, or as safe HTML with links."""

from __future__ import annotations

import string
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from innovation.audit.sentences import address
from innovation.rules import dates, money, numbers


def plain(sentence: str, values: Mapping[str, object]) -> str:
    return _Plain().vformat(sentence, (), values)


def linked(
    sentence: str, values: Mapping[str, object], *, no_link: Collection[str] = ()
) -> SafeString:
    """Names link to their pages, but for those in `no_link`; all else is escaped."""
    filled = _Linked(no_link).vformat(conditional_escape(sentence), (), values)
    return mark_safe(filled)  # noqa: S308 - the sentence and each value were escaped


class _Plain(string.Formatter):
    """Fills a sentence; what an event does not know is a dash, never an error on a page."""

    def get_field(
        self, field_name: str, args: Sequence[object], kwargs: Mapping[str, object]
    ) -> tuple[object, str]:
        # Only names: no attributes and no indexes, whatever a sentence says.
        return kwargs.get(field_name, numbers.NOTHING), field_name

    def convert_field(self, value: object, conversion: str | None) -> object:
        return value

    def format_field(self, value: object, format_spec: str) -> str:
        if isinstance(value, dict):
            return str(value.get("name") or value.get("ref") or numbers.NOTHING)
        if isinstance(value, list):
            return ", ".join(self.format_field(item, format_spec) for item in value)
        return _written(value, format_spec)


class _Linked(_Plain):
    def __init__(self, no_link: Collection[str]) -> None:
        self.no_link = no_link

    def format_field(self, value: object, format_spec: str) -> str:
        if isinstance(value, list):
            return ", ".join(self.format_field(item, format_spec) for item in value)
        text = super().format_field(value, format_spec)
        reference = str(value.get("ref", "")) if isinstance(value, dict) else ""
        url = address(reference) if reference not in self.no_link else None
        return format_html('<a href="{}">{}</a>', url, text) if url else conditional_escape(text)


def _written(value: object, style: str) -> str:
    """A detail (JSON, so numbers and dates are text) in the way a sentence asks for it."""
    if value is None or value == "":
        return numbers.NOTHING
    text = str(value)
    try:
        if style == "money":
            return money.money(Decimal(text))
        if style == "number":
            return numbers.number(Decimal(text))
        if style == "percent":
            return numbers.percent(float(text))
        if style == "day":
            return _day(text)
    except (InvalidOperation, ValueError):
        return text
    return text


def _day(text: str) -> str:
    value: date | None = parse_datetime(text) or parse_date(text)
    return dates.day_in_words(value) if value else text
