"""The dates that an address or a query asks for: {start}, {end} and {last}; in a search of FHIR the moments
at which these days begin and end, with the offset that the zone has then."""

import re
from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from pilots.connectors.errors import BadConfig

_BRACES = re.compile(r"\{([^{}]*)\}")
# A time that follows was written by somebody who wants the day before it.
_MOMENT = re.compile(r"\{(start|end|before|last)\}(?!T\d)")
_SECOND = timedelta(seconds=1)

DAYS = ("start", "end", "last")
MOMENTS = ("start", "end", "before", "last", "start_day", "end_day", "last_day")


def problem(template: str, *, needed: bool, known: Collection[str] = DAYS) -> str:
    """What is wrong with a template, or nothing."""
    names = _BRACES.findall(template)
    for name in names:
        if name not in known:
            return f"“{{{name}}}” is not known; use {{start}}, {{end}} (exclusive) or {{last}}."
    if "{" in _BRACES.sub("", template) or "}" in _BRACES.sub("", template):
        return "There is a brace without its partner."
    lower, upper = {"start", "before", "start_day"}, {"end", "last", "end_day", "last_day"}
    if needed and not (lower & set(names) and upper & set(names)):
        return "It must hold {start} and {end}, so that each period is asked for by itself."
    return ""


def filled(template: str, start: date, end: date) -> str:
    """The template for the days from `start` to the day before `end`."""
    _refuse(template, DAYS)
    return _with_days(template, start, end)


def filled_with_moments(template: str, start: date, end: date, zone: tzinfo) -> str:
    """The template for the same days, from the moment at which the first begins in the zone to the one at
    which the last ends. {before} and {last} are the seconds before these two."""
    _refuse(template, MOMENTS)
    begins, ends = _midnight(start, zone), _midnight(end, zone)
    moments = {
        "start": begins,
        "end": ends,
        "before": begins - _SECOND,
        "last": ends - _SECOND,
    }
    found = _MOMENT.sub(lambda match: _written(moments[match[1]], zone), template)
    return _with_days(found, start, end)


def _refuse(template: str, known: Collection[str]) -> None:
    wrong = problem(template, needed=False, known=known)
    if wrong:
        raise BadConfig(wrong)


def _with_days(template: str, start: date, end: date) -> str:
    last, day = end - timedelta(days=1), timedelta(days=1)
    days = {
        "start": start, "end": end, "last": last, "before": start - day,
        "start_day": start, "end_day": end, "last_day": last,
    }  # fmt: skip
    return _BRACES.sub(lambda match: days[match[1]].isoformat(), template)


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def _written(moment: datetime, zone: tzinfo) -> str:
    """The moment in an address, where a plain plus would be a space."""
    text = moment.astimezone(zone).isoformat(timespec="seconds")
    return (
        text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text.replace("+", "%2B")
    )
