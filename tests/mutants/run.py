"""Plant one fault after the other, and see whether a test near it notices.

    python -m tests.mutants.run [WORDS …] [--most 20]

Called by `python3 dev.py mutants`, which brings the services. Without WORDS all of them are tried;
with some, those whose name or file has one of them. Nearly all are planted by `session`, in one run
of pytest; those that stand outside of functions, here, in a copy of the tree.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.mutants import Edit, Mutant
from tests.mutants.catalogue import MUTANTS

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = shutil.ignore_patterns(
    ".venv", ".git", ".pilotlight", "__pycache__", ".*_cache", ".hypothesis", ".stubs", "media"
)
PYTEST = (
    *(sys.executable, "-m", "pytest", "-q", "-x", "--tb=no", "-rfE", "-p", "no:cacheprovider"),
    *("-m", "not browser", "--reuse-db"),
)
PATIENCE = 600
ENOUGH = 0.95
_NOTICED = re.compile(r"^(?:FAILED|ERROR) (tests/\S+)", re.MULTILINE)


@dataclass(frozen=True)
class Outcome:
    mutant: Mutant
    fate: str  # died, lived, broken or slow
    noticed_by: str = ""  # the test that failed
    said: str = ""


def chosen(words: Sequence[str]) -> list[Mutant]:
    def place(mutant: Mutant) -> str:
        return f"{mutant.name} {mutant.path if isinstance(mutant, Edit) else mutant.table}"

    return [one for one in MUTANTS if not words or any(word in place(one) for word in words)]


def files_of(places: Sequence[str]) -> list[str]:
    """The files of tests in these places."""
    found: set[str] = set()
    for place in places:
        path = ROOT / place
        files = [path] if path.is_file() else path.rglob("test_*.py")
        found.update(str(file.relative_to(ROOT)) for file in files)
    return sorted(found)


def in_one_run(mutants: Sequence[Mutant], tree: Path) -> Iterator[Outcome]:
    """Those that a run of pytest can plant by itself, as they are done."""
    known = {mutant.name: mutant for mutant in mutants}
    reading, writing = os.pipe()
    run = subprocess.Popen(
        [
            *(*PYTEST, "--create-db", "-p", "tests.mutants.session"),
            *files_of([place for mutant in mutants for place in mutant.near]),
        ],
        cwd=tree,
        env={**os.environ, "MUTANTS": json.dumps(list(known)), "MUTANTS_TELL": str(writing)},
        pass_fds=[writing],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    os.close(writing)
    with os.fdopen(reading) as told:
        for line in told:
            said = json.loads(line)
            if said["event"] == "tried":
                yield Outcome(known[said["name"]], said["fate"], said["by"])
            elif said["event"] == "unsound":
                sys.stdout.write(f"fails without any fault, so it is not asked: {said['test']}\n")
            else:
                sys.stdout.write(f"{said['tests']} tests noted\n")
    output = run.communicate()[0].decode(errors="replace")
    if run.returncode not in (0, 1, 5):
        raise SystemExit(output[-3000:])


@contextmanager
def a_copy() -> Iterator[Path]:
    """The tree as it is now, in which nobody works meanwhile."""
    home = Path(tempfile.mkdtemp(prefix="pilotlight-mutants-"))
    try:
        shutil.copytree(ROOT, home / "tree", ignore=LEFT_OUT, symlinks=True)
        yield home / "tree"
    finally:
        shutil.rmtree(home, ignore_errors=True)


def in_a_copy(mutants: Sequence[Edit], tree: Path) -> Iterator[Outcome]:
    """The others, each written into the tree."""
    for edit in mutants:
        path = tree / edit.path
        sound = path.read_text()
        path.write_text(sound.replace(edit.old, edit.new))
        yield _tried(edit, tree)
        path.write_text(sound)


def _tried(edit: Edit, tree: Path) -> Outcome:
    try:
        done = subprocess.run(
            [*PYTEST, *edit.near],
            cwd=tree,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Outcome(edit, "slow")
    if done.returncode == 0:
        return Outcome(edit, "lived")
    found = _NOTICED.search(done.stdout)
    if done.returncode != 1 or found is None:
        return Outcome(edit, "broken", said=done.stdout[-800:])
    return Outcome(edit, "died", noticed_by=found[1])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python3 dev.py mutants")
    parser.add_argument("words", nargs="*", help="parts of names or files; all without")
    parser.add_argument("--most", type=int, default=0, help="at most so many, spread over all")
    options = parser.parse_args()
    mutants = chosen(options.words)
    if options.most:
        mutants = mutants[:: max(1, len(mutants) // options.most)][: options.most]
    for mutant in mutants:
        if isinstance(mutant, Edit) and mutant.old not in (ROOT / mutant.path).read_text():
            raise SystemExit(f"{mutant.name} has lost its place in {mutant.path}.")
    began = time.monotonic()
    outcomes: list[Outcome] = []
    with a_copy() as tree:
        for outcome in in_one_run(mutants, tree):
            outcomes.append(_told(outcome, len(outcomes) + 1))
        done = {outcome.mutant.name for outcome in outcomes}
        left = [one for one in mutants if isinstance(one, Edit) and one.name not in done]
        for outcome in in_a_copy(left, tree):
            outcomes.append(_told(outcome, len(outcomes) + 1))
    for outcome in outcomes:
        if outcome.fate != "died":
            sys.stdout.write(
                f"\n{outcome.mutant.name} {outcome.fate}: {outcome.mutant.why}\n"
                f"  not noticed by {' '.join(outcome.mutant.near)}\n{outcome.said}"
            )
    died = sum(outcome.fate == "died" for outcome in outcomes)
    minutes = (time.monotonic() - began) / 60
    sys.stdout.write(f"\n{died} of {len(outcomes)} planted faults died in {minutes:.0f} minutes.\n")
    return 0 if died >= ENOUGH * len(outcomes) else 1


def _told(outcome: Outcome, number: int) -> Outcome:
    by = f"  {outcome.noticed_by}" if outcome.noticed_by else ""
    sys.stdout.write(f"{number:4} {outcome.fate:6} {outcome.mutant.name}{by}\n")
    sys.stdout.flush()
    return outcome


if __name__ == "__main__":
    raise SystemExit(main())
