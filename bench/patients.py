"""How well does the product see a patient in a text? Measured on the notes of bench/patients_said.py.

    .venv/bin/python -m bench.patients [--notes 10000] [--seed 20261130] [--missed KIND]

A finding is right where it lies on something that was put in; recall is by what was put in, precision by
what was found.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from bench.patients_said import SAID, Note, note, notes
from innovation.web.identifiers import findings


@dataclass(frozen=True)
class Figures:
    put_in: Counter[str]
    seen: Counter[str]
    found: Counter[str]
    right: Counter[str]
    notes: Counter[str]  # clean, alarmed (clean ones), told, missed (told ones)

    def recall(self, kind: str) -> float:
        return self.seen[kind] / self.put_in[kind]

    def precision(self, kind: str) -> float | None:
        return self.right[kind] / self.found[kind] if self.found[kind] else None

    @property
    def recall_of_all(self) -> float:
        return self.seen.total() / self.put_in.total()

    @property
    def precision_of_all(self) -> float:
        return self.right.total() / self.found.total()


def measured(generated: Iterator[Note]) -> Figures:
    figures = Figures(Counter(), Counter(), Counter(), Counter(), Counter())
    for one in generated:
        found = findings(one.text)
        for kind, start, end in one.put_in:
            figures.put_in[kind] += 1
            figures.seen[kind] += any(f.start < end and start < f.end for f in found)
        for f in found:
            figures.found[f.kind] += 1
            figures.right[f.kind] += any(
                f.start < end and start < f.end for _k, start, end in one.put_in
            )
        if one.put_in:
            figures.notes["told"] += 1
            figures.notes["missed"] += not found
        else:
            figures.notes["clean"] += 1
            figures.notes["alarmed"] += bool(found)
    return figures


def milliseconds(*, seed: int, kilobytes: int = 10, rounds: int = 30) -> float:
    """The median time of the processor that a text of so many kilobytes takes."""
    spent = []
    for text in texts_of(rounds, kilobytes * 1000, seed=seed):
        began = time.process_time()
        findings(text)
        spent.append(1000 * (time.process_time() - began))
    return statistics.median(spent)


def texts_of(count: int, length: int, *, seed: int) -> Iterator[str]:
    r = Random(seed)
    for _ in range(count):
        text = ""
        while len(text) < length:
            text += note(r).text
        yield text[:length]


def missed(kind: str, generated: Iterator[Note]) -> Iterator[str]:
    """What was put in and not seen, or found where nothing was put in: for who improves it."""
    for one in generated:
        found = findings(one.text)
        for put, start, end in one.put_in:
            if put == kind and not any(f.start < end and start < f.end for f in found):
                yield "missed: " + one.text[max(0, start - 40) : end + 30].replace("\n", " ")
        for f in found:
            if f.kind == kind and not any(f.start < end and s < f.end for _k, s, end in one.put_in):
                yield "found: " + one.text[max(0, f.start - 40) : f.end + 30].replace("\n", " ")


def show(figures: Figures) -> None:
    print(f"{'kind':<15}{'put in':>8}{'recall':>9}{'found':>8}{'precision':>11}")
    for kind in SAID:
        right = figures.precision(kind)
        said = f"{100 * right:.1f} %" if right is not None else "–"
        print(
            f"{kind:<15}{figures.put_in[kind]:>8}{100 * figures.recall(kind):>7.1f} %{figures.found[kind]:>8}{said:>11}"
        )
    print(
        f"{'all':<15}{figures.put_in.total():>8}{100 * figures.recall_of_all:>7.1f} %"
        f"{figures.found.total():>8}{100 * figures.precision_of_all:>9.1f} %"
    )
    clean, told = figures.notes["clean"], figures.notes["told"]
    print(
        f"notes that name nobody: {clean}, asked about for nothing: {100 * figures.notes['alarmed'] / clean:.1f} %"
    )
    print(
        f"notes that name somebody: {told}, not asked about: {100 * figures.notes['missed'] / told:.1f} %"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notes", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=20261130)
    parser.add_argument("--missed", metavar="KIND", help="show thirty that were judged wrong")
    asked = parser.parse_args()
    if asked.missed:
        for _n, line in zip(
            range(30), missed(asked.missed, notes(asked.notes, seed=asked.seed)), strict=False
        ):
            print(line)
        return
    print("Sentences that the detector was taught by:")
    show(measured(notes(asked.notes, seed=asked.seed)))
    print("\nSentences that are new to it:")
    show(measured(notes(asked.notes, seed=asked.seed, unseen=True)))
    print(f"\n10 kB of text: {milliseconds(seed=asked.seed):.1f} ms")


if __name__ == "__main__":
    main()
