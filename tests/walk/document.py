"""The commands that docs/operations.md prints, section by section."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

DOCUMENT = Path(__file__).parents[2] / "docs" / "operations.md"
# In the order of an operator's first weeks.
INSTALLING = "Installing on Debian 12"
DUMP = "A dump every night"
BASE_BACKUPS = "Base backups and the log"
MOMENT = "Going back to a moment"
RESTORING = "Restoring a dump"
UPGRADE = "Upgrading with a stop"
WITHOUT_STOP = "Upgrading without a stop"
GOING_BACK = "Going back to the version before"
REDIS = "Redis instead of RabbitMQ"
WALKED = [
    INSTALLING,
    DUMP,
    BASE_BACKUPS,
    MOMENT,
    RESTORING,
    UPGRADE,
    GOING_BACK,
    WITHOUT_STOP,
    REDIS,
]

_HEADING = re.compile(r"^(#{2,4}) (.+)$")


@dataclass(frozen=True)
class Block:
    """Commands that are printed together, and the headings that they stand under."""

    headings: tuple[str, ...]
    commands: str


def blocks() -> list[Block]:
    """Every block that is marked as commands of a shell."""
    found: list[Block] = []
    above: dict[int, str] = {}
    lines = iter(DOCUMENT.read_text(encoding="utf-8").splitlines())
    for line in lines:
        if heading := _HEADING.match(line):
            depth = len(heading[1])
            above = {level: title for level, title in above.items() if level < depth}
            above[depth] = heading[2]
        elif line.startswith("```"):
            inside = []
            for line_inside in lines:
                if line_inside.startswith("```"):
                    break
                inside.append(line_inside)
            if line == "```sh":
                found.append(Block(tuple(above.values()), "\n".join(inside) + "\n"))
    return found


def commands(section: str, **replaced: str) -> list[str]:
    """The blocks of a section and what is below it; `replaced` is what the operator writes anew."""
    found = [one.commands for one in blocks() if section in one.headings]
    for name, value in replaced.items():
        found = [re.sub(rf"(?m)^{name}=.*$", f'{name}="{value}"', one) for one in found]
    return found
