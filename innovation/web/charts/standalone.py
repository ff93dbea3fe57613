"""A chart as a file of its own, for a report or a slide."""

import re
from functools import cache
from pathlib import Path

TOKENS = Path(__file__).resolve().parents[2] / "static" / "css" / "tokens.css"
ROOM = 12
FONT = "'Source Sans 3', 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"


def standalone(svg: str, *, font: str = FONT) -> str:
    """The drawing with its light colours, its font and a ground written in: most programs that
    place a picture read no custom properties."""
    found = re.search(r'viewBox="(\S+) (\S+) (\S+) (\S+)" width="[^\s"]+" height="[^\s"]+"', svg)
    assert found is not None
    x, y, width, height = (float(part) for part in found.groups())
    # Another program's sans may be wider than ours: room for the numbers on the left.
    x, width = x - ROOM, width + ROOM
    box = f'viewBox="{x:g} {y:g} {width:g} {height:g}" width="{width:g}" height="{height:g}"'
    coloured = re.sub(r"var\((--[a-z0-9-]+)\)", lambda name: _colours()[name[1]], svg)
    head, rest = coloured.replace(found[0], box, 1).split(">", 1)
    ground = f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" fill="#ffffff"/>'
    return f'{head} font-family="{font}">{ground}{rest}'


@cache
def _colours() -> dict[str, str]:
    """The light colours of the design system, by their names."""
    written = dict(re.findall(r"(?<![a-z0-9-])(--[a-z0-9-]+):\s*+([^;:{}]+);", TOKENS.read_text()))

    def light(value: str) -> str:
        if found := re.match(r"light-dark\(([^,]+),", value):
            return found[1]
        if found := re.match(r"var\((--[a-z0-9-]+)\)", value):
            return light(written[found[1]])
        return value

    return {name: light(value) for name, value in written.items()}
