"""Templates can be read: short lines, formatted by a tool, each tag loaded where it is used."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from innovation.web.templatetags.components import register

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
LONGEST = 160


def test_no_line_of_a_template_is_too_long() -> None:
    for path in TEMPLATES:
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            assert len(line) <= LONGEST, f"{path.relative_to(ROOT)}:{number} has {len(line)}"


def test_templates_are_formatted() -> None:
    formatter = Path(sys.executable).with_name("djangofmt")
    result = subprocess.run(
        [formatter, "--check", "templates"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_loads_the_components_that_it_uses(path: Path) -> None:
    """So that an editor can follow a tag to its function; a builtin it cannot."""
    text = path.read_text()
    used = set(re.findall(r"{%\s*(\w+)", text)) & set(register.tags)
    loaded = any("components" in names.split() for names in re.findall(r"{% load ([^%]*)%}", text))
    assert loaded or not used, f"add {{% load components %}} for {', '.join(sorted(used))}"


def test_no_template_holds_text_whose_indentation_counts() -> None:
    """The loader leaves indentation out (innovation/web/loading.py)."""
    for path in TEMPLATES:
        assert not re.search(r"<pre\b(?![^>]*><code>{{)|<textarea[^>]*>\s", path.read_text()), (
            path.relative_to(ROOT)
        )
