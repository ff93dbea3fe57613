"""The dates that an address or a query asks for: {start}, {end} and {last}."""

import re
from datetime import date, timedelta

from pilots.connectors.errors import BadConfig

_BRACES = re.compile(r"\{([^{}]*)\}")
_KNOWN = ("start", "end", "last")


def problem(template: str, *, needed: bool) -> str:
    """What is wrong with a template, or nothing."""
    names = _BRACES.findall(template)
    for name in names:
        if name not in _KNOWN:
            return f"“{{{name}}}” is not known; use {{start}}, {{end}} (exclusive) or {{last}}."
    if "{" in _BRACES.sub("", template) or "}" in _BRACES.sub("", template):
        return "There is a brace without its partner."
    if needed and not ("start" in names and ("end" in names or "last" in names)):
        return "It must hold {start} and {end}, so that each period is asked for by itself."
    return ""


def filled(template: str, start: date, end: date) -> str:
    """The template for the days from `start` to the day before `end`."""
    wrong = problem(template, needed=False)
    if wrong:
        raise BadConfig(wrong)
    days = {"start": start, "end": end, "last": end - timedelta(days=1)}
    return _BRACES.sub(lambda match: days[match[1]].isoformat(), template)
