"""A FHIR R4 server of a few resources, which searches dates as the specification says (3.1.1.4.5).

What it does with a parameter that it does not know is chosen: refuse it, leave it out, or answer 0 as
Medplum's router 4.5 does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

Span = tuple[datetime, datetime]  # the second is no part of it
_ALWAYS, _NEVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_VALUE = re.compile(r"(eq|ne|gt|lt|ge|le|sa|eb)?(\d{4}.*)\Z")


def span(text: str, zone: tzinfo = UTC) -> Span:
    """All moments that a date of any precision means."""
    if len(text) == 4:
        return _moment(f"{text}-01-01", zone), _moment(f"{int(text) + 1}-01-01", zone)
    if len(text) == 7:
        year, month = int(text[:4]), int(text[5:])
        after = f"{year + 1}-01" if month == 12 else f"{year}-{month + 1:02}"
        return _moment(f"{text}-01", zone), _moment(f"{after}-01", zone)
    begins = _moment(text, zone)
    if len(text) == 10:
        next_day = datetime.fromisoformat(text).date() + timedelta(days=1)
        return begins, _moment(next_day.isoformat(), zone)
    exact = re.match(r".{10}T\d\d:\d\d(:\d\d(\.\d+)?)?", text)
    assert exact
    length = timedelta(minutes=1) if not exact[1] else timedelta(seconds=1)
    return begins, begins + (timedelta(milliseconds=1) if exact[2] else length)


def _moment(text: str, zone: tzinfo) -> datetime:
    found = datetime.fromisoformat(text)
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)


def span_of(element: Any, zone: tzinfo = UTC) -> Span:
    """Of a dateTime or a Period, whose ends may be missing."""
    if isinstance(element, str):
        return span(element, zone)
    begins, ends = element.get("start"), element.get("end")
    return (
        span(begins, zone)[0] if begins else _ALWAYS,
        span(ends, zone)[1] if ends else _NEVER,
    )


def fits(value: str, element: Any, zone: tzinfo = UTC) -> bool:
    """Whether an element is found by a value with its prefix."""
    match = _VALUE.match(value)
    if not match:
        raise ValueError(value)
    low, high = span_of(element, zone)
    asked_low, asked_high = span(match[2], zone)
    contained = asked_low <= low and high <= asked_high
    return {
        "eq": contained,
        "ne": not contained,
        "gt": high > asked_high,
        "lt": low < asked_low,
        # What begins before the value and ends in it neither reaches above nor lies in it; servers find it.
        "ge": high > asked_low,
        "le": low < asked_high,
        "sa": low >= asked_high,
        "eb": high <= asked_low,
    }[match[1] or "eq"]


@dataclass
class FhirServer:
    """Resources and by what each may be searched: name of the parameter and the element."""

    resources: list[dict[str, Any]]
    searched: dict[str, str]
    unknown: Literal["refuse", "ignore", "zero"] = "ignore"
    lists: bool = True  # its CapabilityStatement says by what it can be searched
    echoes: bool = False  # its link “self” is the address that was asked for, whatever was used
    links: bool = True
    typed: bool = True
    touches: bool = False  # it takes sa for gt and eb for lt, as some do
    zone: tzinfo = UTC
    asked: list[str] = field(default_factory=list)

    def answer(self, url: str) -> Any:
        parts = urlsplit(url)
        name = parts.path.rpartition("/")[2]
        if name == "metadata":
            return self.statement()
        self.asked.append(f"{name}?{parts.query}")
        found = [one for one in self.resources if one["resourceType"] == name]
        used = []
        for parameter, value in parse_qsl(parts.query, keep_blank_values=True):
            if parameter == "_summary":
                used.append((parameter, value))
                continue
            plain, _colon, modifier = parameter.partition(":")
            element = self.searched.get(plain)
            if element is None:
                if self.unknown == "refuse":
                    return 400, _outcome(f"Unknown search parameter {parameter}")
                if self.unknown == "zero":
                    found = []
                continue
            used.append((parameter, value))
            try:
                found = [
                    one
                    for one in found
                    if self._fits(one.get(element), value) is not (modifier == "not")
                ]
            except ValueError:
                return 400, _outcome(f"{value} is not a date")
        bundle: dict[str, Any] = {"resourceType": "Bundle", "total": len(found)}
        if self.typed:
            bundle["type"] = "searchset"
        if self.links:
            own = (
                url if self.echoes else f"{parts.scheme}://{parts.netloc}/{name}?{urlencode(used)}"
            )
            bundle["link"] = [{"relation": "self", "url": own}]
        return bundle

    def _fits(self, element: Any, value: str) -> bool:
        if element is None:
            return False
        if isinstance(element, dict) or re.match(r"\d{4}-", str(element)):
            if self.touches:
                value = re.sub(r"\A(sa|eb)", lambda it: {"sa": "gt", "eb": "lt"}[it[0]], value)
            return fits(value, element, self.zone)
        return element in value.split(",")

    def statement(self) -> dict[str, Any]:
        names = {one["resourceType"] for one in self.resources}
        listed = [{"name": name} for name in self.searched] if self.lists else []
        return {
            "resourceType": "CapabilityStatement",
            "fhirVersion": "4.0.1",
            "rest": [
                {"mode": "server", "resource": [{"type": n, "searchParam": listed} for n in names]}
            ],
        }


def _outcome(text: str) -> dict[str, Any]:
    return {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": "invalid", "details": {"text": text}}],
    }
