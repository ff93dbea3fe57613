"""Plant one fault after the other in copies of the tree, and see whether a test near it notices.

    python -m tests.mutants.run [WORDS …] [--jobs 2] [--most 20]

Called by `python3 dev.py mutants`, which brings the services. Without WORDS all of them are tried;
with some, those whose name or file has one of them.

The tests run once without any fault, and what is noted is which of them enter the functions that
faults will stand in: only those are run for a fault, for no other could notice it.
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

import psycopg
from coverage import CoverageData
from psycopg.sql import SQL, Composed, Identifier

from tests.mutants import Drop, Edit, Mutant
from tests.mutants.catalogue import MUTANTS

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = shutil.ignore_patterns(
    ".venv", ".git", ".pilotlight", "__pycache__", ".*_cache", ".hypothesis", ".stubs", "media"
)
PYTEST = ("-m", "pytest", "-q", "-x", "--tb=no", "-rfE", "-p", "no:cacheprovider")
# Of a fault that makes something wait for ever.
PATIENCE = 600
ENOUGH = 0.95
_NOTICED = re.compile(r"^(?:FAILED|ERROR) (tests/\S+?::[^\s\[]+)", re.MULTILINE)

Fate = Literal["died", "lived", "broken", "slow"]


@dataclass(frozen=True)
class Outcome:
    mutant: Mutant
    fate: Fate
    noticed_by: str = ""  # the test that failed
    said: str = ""  # by pytest, where it could not run the tests


class Plot:
    """A copy of the tree with a test database of its own, in which one fault at a time stands."""

    def __init__(self, home: Path, number: int) -> None:
        self.tree = home / f"tree{number}"
        shutil.copytree(ROOT, self.tree, ignore=LEFT_OUT, symlinks=True)
        url = urlsplit(os.environ["DATABASE_URL"])
        name = f"mutants{number}_{os.getpid()}"
        self.environment = {
            **os.environ,
            "DATABASE_URL": urlunsplit(url._replace(path=f"/{name}")),
            "PYTHONDONTWRITEBYTECODE": "1",  # a copy's time of change may be the original's
        }
        self._own = urlunsplit(url._replace(path=f"/test_{name}"))
        self._any = urlunsplit(url._replace(path="/postgres"))
        self._name = f"test_{name}"

    def prepare(self, tests: Sequence[str], files: Sequence[str]) -> CoverageData:
        """Make the database, run the tests, and note which of them enter which lines of files."""
        (self.tree / "noted.ini").write_text("[run]\ninclude =\n  " + "\n  ".join(files) + "\n")
        note = ("--cov", "--cov-config=noted.ini", "--cov-context=test", "--cov-report=")
        done = self.pytest(tests, "--create-db", "--maxfail=20", *note)
        if done.returncode != 0:
            raise RuntimeError(f"some tests fail without any fault:\n{done.stdout[-2000:]}")
        noted = CoverageData(str(self.tree / ".coverage"))
        noted.read()
        return noted

    def pytest(
        self, tests: Sequence[str], *options: str, seconds: float | None = None
    ) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *PYTEST, "-m", "not browser", "--reuse-db", *options, *tests]
        return subprocess.run(
            command,
            cwd=self.tree,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=seconds,
            check=False,
        )

    def try_out(self, mutant: Mutant, tests: Sequence[str]) -> Outcome:
        if not tests:
            return Outcome(mutant, "lived", said="  no test enters the place\n")
        with self._edited(mutant) if isinstance(mutant, Edit) else self._without(mutant):
            try:
                done = self.pytest(tests, seconds=PATIENCE)
            except subprocess.TimeoutExpired:
                return Outcome(mutant, "slow")
        if done.returncode == 0:
            return Outcome(mutant, "lived")
        found = _NOTICED.search(done.stdout)
        if done.returncode != 1 or found is None:
            return Outcome(mutant, "broken", said=done.stdout[-800:])
        return Outcome(mutant, "died", noticed_by=found[1])

    @contextmanager
    def _edited(self, edit: Edit) -> Iterator[None]:
        path = self.tree / edit.path
        whole = path.read_text()
        if whole.count(edit.old) != 1:
            raise ValueError(f"{edit.name}: its old text stands {whole.count(edit.old)} times")
        path.write_text(whole.replace(edit.old, edit.new))
        try:
            yield
        finally:
            path.write_text(whole)

    @contextmanager
    def _without(self, drop: Drop) -> Iterator[None]:
        with psycopg.connect(self._own, autocommit=True) as database:
            away, back = ways(database, drop)
            database.execute(away)
        try:
            yield
        finally:
            with psycopg.connect(self._own, autocommit=True) as database:
                database.execute(back)

    def close(self) -> None:
        with psycopg.connect(self._any, autocommit=True) as database:
            database.execute(
                SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(self._name))
            )


def ways(database: psycopg.Connection, drop: Drop) -> tuple[Composed, Composed]:
    """The statement that takes the rule away, and the one that brings it back."""
    table, name = Identifier(drop.table), Identifier(drop.object)

    def first(query: str) -> str | None:
        row = database.execute(query, {"table": drop.table, "name": drop.object}).fetchone()
        return str(row[0]) if row else None

    trigger = first(
        "SELECT tgname FROM pg_trigger WHERE tgrelid = %(table)s::regclass AND NOT tgisinternal"
        " AND (tgname = %(name)s OR tgname ~ ('^pgtrigger_' || %(name)s || '_[0-9a-f]+$'))"
    )
    if trigger:
        return (
            SQL("ALTER TABLE {} DISABLE TRIGGER {}").format(table, Identifier(trigger)),
            SQL("ALTER TABLE {} ENABLE TRIGGER {}").format(table, Identifier(trigger)),
        )
    constraint = first(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = %(table)s::regclass AND conname = %(name)s"
    )
    if constraint:
        again = SQL("ALTER TABLE {} ADD CONSTRAINT {} ").format(table, name)
        # What the catalogue of PostgreSQL wrote, not what anybody typed.
        return (
            SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(table, name),
            again + SQL(constraint),
        )
    index = first(
        "SELECT indexdef FROM pg_indexes WHERE tablename = %(table)s AND indexname = %(name)s"
    )
    if index:
        return SQL("DROP INDEX {}").format(name), Composed([SQL(index)])
    raise ValueError(f"{drop.name}: {drop.table} has no {drop.object}")


def chosen(words: Sequence[str]) -> list[Mutant]:
    def place(mutant: Mutant) -> str:
        return f"{mutant.name} {mutant.path if isinstance(mutant, Edit) else mutant.table}"

    return [one for one in MUTANTS if not words or any(word in place(one) for word in words)]


def entered(edit: Edit, tree: Path = ROOT) -> range | None:
    """The lines of the innermost function that the fault stands in; None outside of all."""
    text = (tree / edit.path).read_text()
    first = text[: text.index(edit.old)].count("\n") + 1
    found = None
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and node.end_lineno is not None:
            begins = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            inside = begins <= first <= node.end_lineno
            if inside and (found is None or begins > found.start):
                found = range(begins, node.end_lineno + 1)
    return found


class Notes:
    """Which tests enter a place."""

    def __init__(self, noted: Sequence[tuple[Path, CoverageData]]) -> None:
        self._noted = noted

    def tests_for(self, mutant: Mutant) -> tuple[str, ...]:
        tree = self._noted[0][0]  # where nobody edits meanwhile
        lines = entered(mutant, tree) if isinstance(mutant, Edit) else None
        if lines is None:
            return mutant.near
        assert isinstance(mutant, Edit)
        near = tuple(mutant.near)
        found: set[str] = set()
        for tree, data in self._noted:
            by_line = data.contexts_by_lineno(str(tree / mutant.path))
            for line in lines[1:]:
                found.update(
                    test.partition("|")[0].partition("[")[0] for test in by_line.get(line, ())
                )
        return tuple(sorted(test for test in found if test.startswith(near)))


def files_of(places: Sequence[str]) -> list[str]:
    """The files of tests in these places."""
    found: set[str] = set()
    for place in places:
        path = ROOT / place
        files = [path] if path.is_file() else path.rglob("test_*.py")
        found.update(str(file.relative_to(ROOT)) for file in files)
    return sorted(found)


def run(
    mutants: Sequence[Mutant], *, jobs: int, told: Callable[[Outcome], None] = lambda _one: None
) -> list[Outcome]:
    """What became of each, in the order in which they were done."""
    for mutant in mutants:
        if isinstance(mutant, Edit) and mutant.old not in (ROOT / mutant.path).read_text():
            raise SystemExit(f"{mutant.name} has lost its place in {mutant.path}.")
    home = Path(tempfile.mkdtemp(prefix="pilotlight-mutants-"))
    plots: list[Plot] = []
    free: SimpleQueue[Plot] = SimpleQueue()
    near = files_of([place for mutant in mutants for place in mutant.near])
    edited = sorted({mutant.path for mutant in mutants if isinstance(mutant, Edit)})

    def one(mutant: Mutant, tests: Sequence[str]) -> Outcome:
        plot = free.get()
        try:
            return plot.try_out(mutant, tests)
        finally:
            free.put(plot)

    try:
        plots.extend(Plot(home, number) for number in range(jobs))
        with ThreadPoolExecutor(jobs) as pool:
            prepared = [
                pool.submit(plot.prepare, near[number::jobs], edited)
                for number, plot in enumerate(plots)
            ]
            notes = Notes(
                [(plot.tree, done.result()) for plot, done in zip(plots, prepared, strict=True)]
            )
            for plot in plots:
                free.put(plot)
            # Asked of all before the first fault stands anywhere.
            tests = [notes.tests_for(mutant) for mutant in mutants]
            outcomes = []
            for future in as_completed(
                [pool.submit(one, *each) for each in zip(mutants, tests, strict=True)]
            ):
                outcomes.append(future.result())
                told(outcomes[-1])
        return outcomes
    finally:
        for plot in plots:
            plot.close()
        shutil.rmtree(home, ignore_errors=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python3 dev.py mutants")
    parser.add_argument("words", nargs="*", help="parts of names or files; all without")
    parser.add_argument("--jobs", type=int, default=2, help="trees beside each other (2)")
    parser.add_argument("--most", type=int, default=0, help="at most so many, spread over all")
    options = parser.parse_args()
    mutants = chosen(options.words)
    if options.most:
        mutants = mutants[:: max(1, len(mutants) // options.most)][: options.most]
    began, count = time.monotonic(), 0

    def told(outcome: Outcome) -> None:
        nonlocal count
        count += 1
        by = f"  {outcome.noticed_by}" if outcome.noticed_by else ""
        sys.stdout.write(f"{count:4} {outcome.fate:6} {outcome.mutant.name}{by}\n")
        sys.stdout.flush()

    outcomes = run(mutants, jobs=options.jobs, told=told)
    for outcome in outcomes:
        if outcome.fate != "died":
            sys.stdout.write(
                f"\n{outcome.mutant.name} {outcome.fate}: {outcome.mutant.why}\n"
                f"  not by {' '.join(outcome.mutant.near)}\n{outcome.said}"
            )
    died = sum(outcome.fate == "died" for outcome in outcomes)
    minutes = (time.monotonic() - began) / 60
    sys.stdout.write(f"\n{died} of {len(outcomes)} planted faults died in {minutes:.0f} minutes.\n")
    return 0 if died >= ENOUGH * len(outcomes) else 1


if __name__ == "__main__":
    raise SystemExit(main())
