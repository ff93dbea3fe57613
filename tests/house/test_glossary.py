"""The glossary names things that exist."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings

PAGE = Path(settings.BASE_DIR) / "docs" / "glossary.md"
ROW = re.compile(r"^\| (?P<term>[^|]+) \| [^|]+ \| `(?P<name>[\w.]+)` \|$", re.MULTILINE)
NAMES = {row["term"]: row["name"] for row in ROW.finditer(PAGE.read_text())}


def test_glossary_has_a_name_in_every_row() -> None:
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    headings = [line for line in rows if line == "| term | here | code |"]
    assert len(rows) - len(headings) == len(NAMES) > 40


@pytest.mark.parametrize("term", NAMES)
def test_glossary_term_is_found_in_the_code(term: str) -> None:
    module, _dot, name = NAMES[term].rpartition(".")
    if name[0].islower() and not hasattr(import_module(module), name):
        import_module(NAMES[term])  # a module of its own
    else:
        assert hasattr(import_module(module), name), f"{module} has no {name}"
