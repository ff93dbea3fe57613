"""A table of a simulation."""

from collections.abc import Sequence
from typing import NamedTuple


class Table(NamedTuple):
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""

    def __str__(self) -> str:
        """As Markdown, ready for docs/statistics.md."""
        lines = [self.columns, ["---"] * len(self.columns), *self.rows]
        drawn = "\n".join("| " + " | ".join(line) + " |" for line in lines)
        return f"**{self.title}**\n\n{drawn}\n" + (f"\n{self.note}\n" if self.note else "")
