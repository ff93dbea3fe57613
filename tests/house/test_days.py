"""One day for everybody: what counts by days asks `innovation.rules.dates`, not a clock."""

from __future__ import annotations

import ast
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
