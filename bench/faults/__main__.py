"""python3 dev.py faults: the table of faults, row by row, each in rounds of a seed of its own.

What is done is kept in .pilotlight/faults.jsonl, and the next run goes on where this one stopped; a row
whose results are older than the code is asked for anew by --anew.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from pathlib import Path

from bench.database import ROOT
from bench.faults.row import Round, Row, holds, in_words
from bench.faults.rows import ROWS
from bench.faults.stage import Stage, staged

RESULTS = ROOT / ".pilotlight" / "faults.jsonl"
Key = tuple[str, int, int, int]  # row, seed, its size, number of the round


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="dev.py faults", description=__doc__)
    parser.add_argument(
        "--only", action="append", metavar="ROW", choices=ROWS, help=", ".join(ROWS)
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, help="at most so many of each row, and not all")
    parser.add_argument("--size", type=int, help="faults in a round, instead of the row's own")
    parser.add_argument("--anew", action="store_true", help="whatever was done before")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where they are kept")
    asked = parser.parse_args(arguments)
    asked.results.parent.mkdir(exist_ok=True)
    known = {} if asked.anew else read(asked.results)
    rows = [ROWS[name] for name in asked.only or ROWS]
    wanted = [
        (row, key(row, asked, number))
        for row in rows
        for number in range(min(row.rounds, asked.rounds or row.rounds))
    ]
    missing = [(row, one) for row, one in wanted if one not in known]
    if missing:
        with staged() as stage:
            for row, one in missing:
                stage.empty()
                began = time.monotonic()
                known[one] = play(row, one, stage)
                stage.stop()
                write(asked.results, one, known[one])
                said = in_words(row, known[one], rounds=row.rounds)
                print(f"round {one[3] + 1}, {time.monotonic() - began:.0f} s: {said}", flush=True)
        print()
    return report(rows, wanted, known)


def play(row: Row, one: Key, stage: Stage) -> Round:
    """One round; what did not come to its end is wrong, and the next rows are run all the same."""
    chance = random.Random(f"{row.name} {one[1]} {one[3]}")
    try:
        return row.run(one[2], chance, stage)
    except TimeoutError as error:
        return Round(wrong=[str(error)])


def key(row: Row, asked: argparse.Namespace, number: int) -> Key:
    return (row.name, asked.seed, asked.size or row.size, number)


def read(path: Path) -> dict[Key, Round]:
    known: dict[Key, Round] = {}
    if path.exists():
        for line in path.read_text().splitlines():
            kept = json.loads(line)
            row, seed, size, number = kept["key"]
            known[row, seed, size, number] = Round.from_json(kept["round"])
    return known


def write(path: Path, done: Key, found: Round) -> None:
    with path.open("a") as file:
        file.write(json.dumps({"key": done, "round": found.as_json()}) + "\n")


def report(rows: list[Row], wanted: list[tuple[Row, Key]], known: dict[Key, Round]) -> int:
    """One line a row; 1 where one of them does not hold."""
    wrong = 0
    for row in rows:
        whole = Round()
        mine = [one for other, one in wanted if other is row]
        for one in mine:
            whole.add(known[one])
        print(in_words(row, whole, rounds=len(mine)))
        wrong += not holds(row, whole)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
