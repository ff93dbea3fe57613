"""Do the methods keep their word? Simulations with fixed seeds, printed for docs/statistics.md.

    .venv/bin/python -m bench.simulate [name …]

Without names, every table, in a quarter of an hour or so. A new one is a function that gives a `Table`, in
`TABLES` of its family's module in bench/simulations/.
"""

from __future__ import annotations

import argparse
import sys
import time

from bench.simulations import (
    placebo,
    planner,
    planning,
    rates,
    risks,
    rules,
    sequential,
    sites,
    time_series,
    verdicts,
)

TABLES = {
    make.__name__: make
    for family in (
        rules,
        sequential,
        planning,
        planner,
        time_series,
        verdicts,
        risks,
        rates,
        sites,
        placebo,
    )
    for make in family.TABLES
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(TABLES))
    asked = parser.parse_args()
    if unknown := sorted(set(asked.names) - set(TABLES)):
        parser.error(f"there is no table {', '.join(unknown)}; there are {', '.join(TABLES)}")
    for name in asked.names or TABLES:
        began = time.perf_counter()
        print(TABLES[name]())
        print(f"{name}: {time.perf_counter() - began:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
