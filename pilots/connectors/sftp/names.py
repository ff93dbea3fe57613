"""Which of the files in a directory is meant: names with wildcards and the parts of a date."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

LONGEST = 255
_PARTS = {"year": 4, "yy": 2, "month": 2, "day": 2, "week": 2, "hour": 2, "minute": 2}
_PIECE = re.compile(r"\{(?P<part>[^{}]*)\}|(?P<many>\*)|(?P<one>\?)|(?P<other>[^{*?]|\{)")
# What programs that copy files call one that is not finished.
_UNFINISHED = (".part", ".filepart", ".tmp", ".temp", ".partial", ".writing", ".crdownload", ".swp")


def problem(pattern: str) -> str:
    """What is wrong with a pattern of names, or nothing."""
    if "/" in pattern or "\\" in pattern:
        return "Enter the name alone; the directory has a field of its own."
    if len(pattern) > LONGEST:
        return f"No file has a name of more than {LONGEST} characters."
    parts = re.findall(r"\{([^{}]*)\}", pattern)
    for name in parts:
        if name not in _PARTS:
            known = ", ".join(f"{{{one}}}" for one in _PARTS)
            return f"“{{{name}}}” is not known; there are {known}."
    rest = re.sub(r"\{[^{}]*\}", "", pattern)
    if "{" in rest or "}" in rest:
        return "There is a brace without its partner."
    if len(set(parts)) < len(parts):
        return "A part of the date stands in it twice."
    if parts and not {"year", "yy"} & set(parts):
        return (
            "A date in the name needs its year, or last December would be newer than this January."
        )
    if {"year", "yy"} <= set(parts):
        return "The year stands in it twice."
    if "day" in parts and "month" not in parts:
        return "A date in the name needs its month."
    if "week" in parts and "month" in parts:
        return "A date in the name is by month or by week."
    return ""


def marker_problem(marker: str) -> str:
    """What is wrong with the name of the file that says that another is finished."""
    if "/" in marker or "\\" in marker:
        return "Enter the name alone; it lies in the same directory."
    if marker.count("{name}") != 1 or marker == "{name}":
        return "It must hold {name} once, and more than that: {name}.done."
    return ""


@dataclass(frozen=True)
class Pattern:
    """A pattern, ready to be held against names."""

    expression: re.Pattern[str]
    parts: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> "Pattern":
        segments: list[str] = [""]
        parts: list[str] = []
        for piece in _PIECE.finditer(text):
            if piece["many"]:
                segments.append("")
            elif piece["one"]:
                segments[-1] += "."
            elif piece["part"] is not None:
                parts.append(piece["part"])
                segments[-1] += f"(?P<{piece['part']}>[0-9]{{{_PARTS[piece['part']]}}})"
            else:
                segments[-1] += re.escape(piece["other"])
        # What stands between two stars has a fixed length, so the first place where it fits is as good as any
        # other, and nothing is tried twice.
        first, *rest = segments
        middle = "".join(f"(?>.*?{segment})" for segment in rest[:-1])
        last = f".*{rest[-1]}" if rest else ""
        return cls(re.compile(f"{first}{middle}{last}", re.DOTALL), tuple(parts))

    def dated(self, name: str) -> tuple[int, ...] | None:
        """The date in a name, to be compared with those of others; None where the name does not fit."""
        if len(name) > LONGEST or name.startswith(".") or name.lower().endswith(_UNFINISHED):
            return None
        found = self.expression.fullmatch(name)
        if found is None:
            return None
        value = {part: int(text) for part, text in found.groupdict().items()}
        if "yy" in value:
            value["year"] = 2000 + value.pop("yy")
        if not value:
            return ()
        week = value.get("week")
        try:
            day = (
                datetime.fromisocalendar(value["year"], week, 1)
                if week is not None
                else datetime(value["year"], value.get("month", 1), value.get("day", 1))  # noqa: DTZ001 - a name has no zone
            ).replace(hour=value.get("hour", 0), minute=value.get("minute", 0))
        except ValueError:
            return None  # no such day: other digits than those of a date
        return (day.year, day.month, day.day, day.hour, day.minute)


def marked(names: Iterable[str], marker: str) -> frozenset[str]:
    """The names beside which a file says that they are finished."""
    before, _mark, after = marker.partition("{name}")
    return frozenset(
        name[len(before) : len(name) - len(after)]
        for name in names
        if len(name) > len(before) + len(after) and name.startswith(before) and name.endswith(after)
    )
