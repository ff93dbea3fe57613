"""From a Vega-Lite spec to markup that may stand in a page.

vl-convert draws; what it returns is then cleaned: colours become custom properties (so that one
drawing serves light, dark and print), fonts and roles go, each point gets its words. Drawing takes
about 40 ms and holds the interpreter lock meanwhile, so a drawing is cached by what is in it; a
process's first takes half a second.
"""

import hashlib
import itertools
import json
import os
import re
import subprocess
import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import vl_convert
from django.core.cache import caches
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

# Colours to draw with, swapped afterwards for the custom properties of the same name.
INK, MUTED, LINE, GRID = "#010101", "#020202", "#030303", "#040404"
BAND, MEAN, TARGET, EVENT, SURFACE = "#050505", "#060606", "#070707", "#080808", "#090909"
COMMON, BETTER, CONCERN = "#0a0a0a", "#0b0b0b", "#0c0c0c"
PROPERTIES = {
    INK: "var(--chart-ink)",
    MUTED: "var(--chart-muted)",
    LINE: "var(--chart-line)",
    GRID: "var(--chart-grid)",
    BAND: "var(--chart-band)",
    MEAN: "var(--chart-mean)",
    TARGET: "var(--chart-target)",
    EVENT: "var(--chart-event)",
    SURFACE: "var(--chart-surface)",
    COMMON: "var(--chart-common)",
    BETTER: "var(--chart-better)",
    CONCERN: "var(--chart-concern)",
}

DRAWING_SECONDS = 20
# What draws, as a fingerprint: a new release does not show the drawings of the one before.
CODE = hashlib.sha256(
    b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
).hexdigest()
CACHED_SECONDS = 7 * 24 * 3600
SVG = "http://www.w3.org/2000/svg"
_first_drawn_by: int | None = None


@dataclass(frozen=True)
class Sheet:
    """What a drawing is put on: margins in pixels, what is said instead of it, and the words
    under each point with the point's place from the left edge of the plot."""

    left: int
    top: int
    right: int
    below: int
    label: str
    words: tuple[tuple[float, str], ...] = ()


def drawing(content: object, specify: Callable[[], tuple[dict[str, object], Sheet]]) -> SafeString:
    """A drawing of this content, from the cache where it was drawn before.

    `content` is all that decides what is drawn, as plain values; the language of the reader and
    the code that draws are added here. Only what is not there yet is specified and drawn.
    """
    what = json.dumps([content, get_language()], separators=(",", ":"))
    key = f"chart:{hashlib.sha256(f'{CODE} {what}'.encode()).hexdigest()}"
    kept: bytes | None = caches["drawings"].get(key)
    if kept is not None:
        svg = zlib.decompress(kept).decode()
    else:
        spec, sheet = specify()
        svg = _clean(_draw(spec), sheet)
        caches["drawings"].set(key, zlib.compress(svg.encode(), level=1), CACHED_SECONDS)
    return mark_safe(svg)  # noqa: S308 - ElementTree wrote and escaped it


def _draw(spec: dict[str, object]) -> str:
    """The spec as SVG.

    vl-convert draws in a thread of its own that a forked child does not inherit: there a call
    waits for ever. A process whose parent has drawn before it was forked draws in a fresh one.
    """
    global _first_drawn_by
    if _first_drawn_by is None:
        _first_drawn_by = os.getpid()
    if _first_drawn_by == os.getpid():
        return vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
    code = (
        "import sys, vl_convert; sys.stdout.write(vl_convert.vegalite_to_svg("
        "sys.stdin.read(), allowed_base_urls=[]))"
    )
    drawn = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps(spec),
        capture_output=True,
        text=True,
        timeout=DRAWING_SECONDS,
        check=True,
    )
    return drawn.stdout


KEPT = {
    "d", "x", "y", "x2", "y2", "width", "height", "transform", "fill", "stroke", "stroke-width",
    "stroke-dasharray", "stroke-linejoin", "text-anchor", "font-size",
}  # fmt: skip
LONG = re.compile(r"-?(?<!\d)\d+\.\d{3,}")


def _clean(svg: str, sheet: Sheet) -> str:
    """The drawing on its sheet: our colours, our words, nothing a strict style policy refuses."""
    ElementTree.register_namespace("", SVG)
    drawn = ElementTree.fromstring(svg)  # noqa: S314 - vl-convert wrote it a moment ago
    inner, tall = float(drawn.get("width", 0)), float(drawn.get("height", 0))
    width, height = inner + sheet.left + sheet.right, tall + sheet.top + sheet.below
    root = ElementTree.Element(
        f"{{{SVG}}}svg",
        {
            "viewBox": f"{-sheet.left} {-sheet.top} {width:g} {height:g}",
            "width": f"{width:g}",
            "height": f"{height:g}",
            "role": "img",
            "aria-label": sheet.label,
        },
    )
    for child in drawn:
        root.extend(_cleaned(child))
    # A strip across each point, so that its words are found without aiming at the dot.
    places = [place for place, _words in sheet.words]
    edges = [0.0, *((a + b) / 2 for a, b in itertools.pairwise(places)), inner]
    for n, (_place, words) in enumerate(sheet.words):
        strip = {"x": f"{edges[n]:.1f}", "y": "0", "height": f"{tall:g}"}
        strip |= {
            "width": f"{edges[n + 1] - edges[n]:.1f}",
            "fill": "none",
            "pointer-events": "all",
        }
        ElementTree.SubElement(
            ElementTree.SubElement(root, f"{{{SVG}}}rect", strip), f"{{{SVG}}}title"
        ).text = words
    return ElementTree.tostring(root, encoding="unicode")


def _cleaned(element: ElementTree.Element) -> list[ElementTree.Element]:
    """What is left of an element: none where nothing is seen of it, its children where it is a
    group without a place or colour of its own."""
    tag = element.tag.removeprefix(f"{{{SVG}}}")
    if element.get("display") == "none" or element.get("opacity") == "0":
        return []
    if tag == "path" and (not element.get("d") or element.get("class") == "background"):
        return []
    if tag == "text" and not element.text:
        return []
    children = [kept for child in element for kept in _cleaned(child)]
    kept = {
        name: PROPERTIES.get(value, LONG.sub(_short, value))
        for name, value in element.attrib.items()
        if name in KEPT
    }
    if kept.get("transform") == "translate(0,0)":
        del kept["transform"]
    if kept.get("fill") == "none" and tag == "g":
        del kept["fill"]
    if (
        tag == "g"
        and not kept
        and (len(children) < 2 or all(c.tag == element.tag for c in children))
    ):
        return children
    clean = ElementTree.Element(element.tag, kept)
    clean.text = element.text if tag == "text" else None
    if tag in ("path", "line") and "stroke" in kept and "fill" not in kept:
        clean.set("fill", "none")
    clean.extend(children)
    if tag == "g":
        _lift(clean)
    return [clean]


def _lift(group: ElementTree.Element) -> None:
    """What all children of a group share is said once, on the group."""
    for name in ("fill", "stroke", "stroke-width", "font-size", "text-anchor"):
        values = {child.get(name) for child in group}
        if len(values) == 1 and None not in values and len(group) > 1:
            group.set(name, values.pop() or "")
            for child in group:
                del child.attrib[name]


def _short(found: re.Match[str]) -> str:
    return f"{float(found[0]):.2f}".rstrip("0").rstrip(".")
