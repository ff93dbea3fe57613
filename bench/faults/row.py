"""A row of the table of faults, and what came of one round of it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bench.faults.stage import Stage


@dataclass
class Round:
    """`wrong` is what must not be and is neither lost nor doubled; `figures` is whatever else was
    measured: the worst of all rounds is printed."""

    tried: int = 0
    lost: int = 0
    doubled: int = 0
    back_after: list[float] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    figures: dict[str, float] = field(default_factory=dict)

    def add(self, other: Round) -> None:
        self.tried += other.tried
        self.lost += other.lost
        self.doubled += other.doubled
        self.back_after += other.back_after
        self.seen += other.seen
        self.wrong += other.wrong
        for name, value in other.figures.items():
            self.figures[name] = max(value, self.figures.get(name, value))

    def check(self, holds: bool, otherwise: str) -> None:
        if not holds:
            self.wrong.append(otherwise)

    def as_json(self) -> dict[str, Any]:
        return {**vars(self), "seen": dict(self.seen)}

    @classmethod
    def from_json(cls, known: dict[str, Any]) -> Round:
        return cls(**{**known, "seen": Counter(known["seen"])})


@dataclass(frozen=True)
class Row:
    """`run` does `size` faults of this kind with this chance; `rounds` of them make the row."""

    name: str
    says: str
    run: Callable[[int, random.Random, Stage], Round]
    size: int
    rounds: int = 1
    # Within so many seconds all of it must be back.
    within: float | None = None


def in_words(row: Row, whole: Round, *, rounds: int) -> str:
    """The row's line."""
    parts = [f"{row.name}: {whole.tried:,} tried", f"{whole.lost} lost", f"{whole.doubled} doubled"]
    if whole.back_after:
        worst = max(whole.back_after)
        parts.append(f"back after {median(whole.back_after):.2f} s, worst {worst:.2f} s")
    parts += [f"{name} {value:,.4g}" for name, value in sorted(whole.figures.items())]
    saw = ", ".join(f"{what} {count:,}" for what, count in whole.seen.most_common(6))
    parts.append(f"seen: {saw or 'nothing'}")
    if rounds < row.rounds:
        parts.append(f"{rounds} of {row.rounds} rounds")
    line = "; ".join(parts)
    return "\n".join([line, *(f"    WRONG: {one}" for one in whole.wrong[:10])])


def holds(row: Row, whole: Round) -> bool:
    late = row.within is not None and max(whole.back_after, default=0) > row.within
    return not (whole.lost or whole.doubled or whole.wrong or late)
