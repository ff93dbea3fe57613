"""One day for everybody: what counts by days asks `innovation.rules.dates`, not a clock."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
# Where a moment is shown, which is on the reader's own clock.
ON_THE_READERS_CLOCK = {
    "innovation/rules/dates.py",
    "innovation/web/templatetags/components/formats.py",
    "innovation/web/gallery.py",
    "pilots/metrics/schedule.py",  # given the installation's zone
}
PRODUCT = [
    path
    for app in ("innovation", "pilots", "okrs")
    for path in sorted((ROOT / app).rglob("*.py"))
    if not {"migrations", "statistics", "connectors"} & set(path.parts)
    and str(path.relative_to(ROOT)) not in ON_THE_READERS_CLOCK
]


@pytest.mark.parametrize("name", ["localdate", "date", "today"])
def test_no_day_is_taken_from_a_clock(name: str) -> None:
    for path in PRODUCT:
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if node.func.attr != name or ast.unparse(node.func) == "dates.today":
                continue
            raise AssertionError(
                f"{path.relative_to(ROOT)}:{node.lineno} asks {ast.unparse(node.func)}(); "
                "use dates.day_of(at) or dates.today()"
            )


def test_no_query_takes_the_day_of_a_moment_on_the_readers_clock() -> None:
    for path in PRODUCT:
        assert "_at__date" not in path.read_text(), f"{path.relative_to(ROOT)}: use dates.begins()"


# Where days and moments are put into words, and what speaks to machines.
WRITES = ("innovation/rules/dates.py", "pilots/connectors/", "pilots/statistics/")
_OF_A_TEMPLATE = re.compile(
    r"\|\s*(?:date|time|naturalday|naturaltime|timesince|timeuntil)\b|{%\s*now\b"
)
_CALLS = {"date_format", "time_format", "strftime", "ctime"}
_NAMES = re.compile(r"(?:SHORT_)?(?:DATE|TIME|DATETIME)_FORMAT")
_ISO = re.compile(r"%Y-%m-%d")  # which is nobody's language


def writings(source: str) -> list[int]:
    """The lines of a module on which a day or a moment is put into words by other means."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            other = name in _CALLS
        elif isinstance(node, ast.FormattedValue):
            spec = ast.unparse(node.format_spec) if node.format_spec else ""
            other = re.search(r"%[a-zA-Z]", spec) is not None and not _ISO.search(spec)
        else:
            text = getattr(node, "value", None) if isinstance(node, ast.Constant) else None
            other = isinstance(text, str) and _NAMES.fullmatch(text) is not None
        if other:
            found.append(getattr(node, "lineno", 0))
    return found


def test_a_day_that_is_written_by_other_means_is_found() -> None:
    source = "date_format(day)\nday.strftime('%Y')\nf'{day:%d %B}'\nday.isoformat()\nf'{n:.0%}'\n"
    assert writings(source) == [1, 2, 3]
    assert _OF_A_TEMPLATE.search('{{ pilot.ends_on|date:"j F" }}')
    assert not _OF_A_TEMPLATE.search("{{ pilot.ends_on|day }}")


def test_days_and_moments_are_put_into_words_in_one_place() -> None:
    """So that a reader's language decides about all of them: 18 November 2026 or November 18, 2026."""
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for app in ("innovation", "pilots", "okrs")
        for path in sorted((ROOT / app).rglob("*.py"))
        if not str(path.relative_to(ROOT)).startswith(WRITES) and "migrations" not in path.parts
        for line in writings(path.read_text())
    ]
    found += [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in sorted((ROOT / "templates").rglob("*.*"))
        for match in _OF_A_TEMPLATE.finditer(path.read_text())
    ]
    assert found == []
