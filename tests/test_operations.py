"""What docs/operations.md prints for an operator to type is what the walk types (tests/walk), and names
what there is. The walk itself is a long set: `python3 dev.py walk`, root, Debian."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

from tests.walk import document

ROOT = Path(settings.BASE_DIR)
BLOCKS = document.blocks()


def test_each_block_for_the_shell_is_walked_and_each_walked_section_has_one() -> None:
    """Each once: a section below another one would be typed twice."""
    walked = [set(one.headings) & set(document.WALKED) for one in BLOCKS]
    not_once = [one.headings for one, names in zip(BLOCKS, walked, strict=True) if len(names) != 1]
    assert not_once == []
    assert [name for name in document.WALKED if not document.commands(name)] == []


def test_walk_takes_every_section_that_the_document_walks() -> None:
    walk = (ROOT / "tests/walk/run.py").read_text()
    names = {name for name, value in vars(document).items() if value in document.WALKED}
    assert {name for name in names if f"walk.do(document.{name}" not in walk} == set()


@pytest.mark.parametrize("section", document.WALKED)
def test_bash_reads_the_commands(section: str) -> None:
    script = "\n".join(document.commands(section))
    done = subprocess.run(["bash", "-n"], check=False, input=script, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_files_units_and_commands_that_are_typed_are_there() -> None:
    typed = "\n".join(one.commands for one in BLOCKS)
    files = set(re.findall(r"\bdeploy/[\w./-]+\w", typed))
    assert len(files) > 8
    assert {name for name in files if not (ROOT / name).exists()} == set()
    units = set(re.findall(r"\bpilotlight-[a-z-]+@?", typed)) - {"pilotlight-next"}
    there = {path.stem.split("@")[0] for path in (ROOT / "deploy/systemd").iterdir()}
    assert {unit for unit in units if unit.rstrip("@") not in there} == set()
    commands = set(re.findall(r"(?m)^pilotlight (?:--owner )?([a-z_]+)", typed))
    assert {"migrate", "restore", "doctor", "verify_audit"} <= commands
    assert commands <= get_commands().keys()


def test_what_the_operator_writes_anew_is_replaced() -> None:
    (block,) = document.commands(document.MOMENT, MOMENT="2027-01-31 12:00:00+00")
    assert 'MOMENT="2027-01-31 12:00:00+00"\n' in block
    assert block.count("2026-11-29") == 0
