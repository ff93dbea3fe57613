"""The table of docs/statistics.md that says what of the engine is reached from where, held to be true."""

import ast
import importlib
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
ENGINE = ROOT / "pilots" / "statistics"


def rows() -> list[tuple[str, str, str]]:
    text = (ROOT / "docs" / "statistics.md").read_text()
    table = text.split("## What is reached from where")[1].split("\n## ")[0]
    lines = [line for line in table.splitlines() if line.startswith("| `")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [(first, second, third) for first, second, third in cells]


def dotted(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {dotted(path): path for path in ENGINE.rglob("*.py") if path.name != "room.py"}


@cache
def imports(path: Path) -> frozenset[str]:
    """What of the engine a file imports, and what of the rooms beside it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(found)


def reached(path: Path) -> set[str]:
    """The modules of the engine that this file of the product reaches through its imports; from one
    package of the engine to the next only by what its modules import of each other."""
    seen: set[Path] = set()
    waiting = [path]
    while waiting:
        here = waiting.pop()
        if here in seen:
            continue
        seen.add(here)
        for name in imports(here):
            if name in MODULES:
                waiting.append(MODULES[name])
            elif here == path and name.startswith("pilots.management."):
                beside = ROOT.joinpath(*name.split(".")).with_suffix(".py")
                waiting += [beside] if beside.exists() else []
    return {name for name, file in MODULES.items() if file in seen}


def named(cell: str) -> list[str]:
    """The modules of a first cell: `a`, `b` or `package`: `a`, `b`."""
    package, colon, rest = cell.partition(":")
    words = re.findall(r"`([\w.]+)`", rest if colon else cell)
    if not colon:
        return words
    (home,) = re.findall(r"`(\w+)`", package)
    return [f"{home}.{word}" for word in words] or [home]


def test_every_part_of_the_engine_has_a_row() -> None:
    parts = {
        path.stem
        for path in ENGINE.iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    } - {"__init__", "room"}
    assert {name.split(".")[0] for cell, _from, _use in rows() for name in named(cell)} == parts


@pytest.mark.parametrize("row", [row for row in rows() if row[1]], ids=lambda row: row[0])
def test_what_is_said_to_be_reached_is_imported(row: tuple[str, str, str]) -> None:
    cell, source, _use = row
    files = re.findall(r"`([\w/]+\.py)`", source)
    assert files
    for file in files:
        found = reached(ROOT / "pilots" / file)
        for name in named(cell):
            # A kind of chart is a function of a module that its package brings.
            whole = f"pilots.statistics.{name}"
            assert (whole if whole in MODULES else whole.rpartition(".")[0]) in found, (file, name)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_each_line_of_use_runs(row: tuple[str, str, str]) -> None:
    lines = re.findall(r"`([^`]+)`", row[2])
    assert lines or row[1], "neither reached nor used"
    for line in lines:
        names = {
            name: importlib.import_module(f"pilots.statistics.{name}")
            for name in re.findall(r"\b([a-z_]+)\.", line)
            if f"pilots.statistics.{name}" in MODULES
        }
        # `package.module.function`: as `import pilots.statistics.package.module` has it.
        for package, module in re.findall(r"\b([a-z_]+)\.([a-z_]+)\b", line):
            if f"pilots.statistics.{package}.{module}" in MODULES:
                importlib.import_module(f"pilots.statistics.{package}.{module}")
        assert eval(line, names) is not None  # noqa: S307 -- a line of our own document
