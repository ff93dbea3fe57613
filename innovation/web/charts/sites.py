"""Sites beside each other: a funnel of shares against their cases, and levels with their intervals."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString

from innovation.web.charts.axes import (
    BELOW,
    NARROW,
    RIGHT,
    PlotFrame,
    breadth,
    frame_for,
    number_ticks,
    number_writer,
)
from innovation.web.charts.drawing import (
    COMMON,
    GRID,
    INK,
    LINE,
    MEAN,
    MUTED,
    SURFACE,
    Sheet,
    drawing,
)
from innovation.web.charts.layers import Json, Layers

ROW = 26  # height of a site's row
LONGEST = 22  # characters of a name that have room beside the plot


@dataclass(frozen=True)
class SiteDot:
    """A site: where it lies, and the words under it. `beyond`: whether it stands out; `filled`: drawn
    as a dot, else as a ring."""

    label: str
    value: float
    says: str
    size: float = 0.0
    low: float | None = None
    high: float | None = None
    beyond: bool = False
    filled: bool = True


@dataclass(frozen=True)
class LimitCurve:
    """The limits of a funnel at these sizes."""

    sizes: Sequence[float]
    lower: Sequence[float]
    upper: Sequence[float]


def funnel_chart_pair(
    *,
    sites: Sequence[SiteDot],
    centre: float,
    curves: Sequence[LimitCurve],
    title: str = "",
    description: str = "",
) -> SafeString:
    """A funnel of shares, wide and narrow; the outermost of `curves` last. Empty without a site."""
    if not sites:
        return SafeString("")
    label = _said(title, description)
    wide, narrow = (
        _funnel(sites, centre, curves, label, width, height)
        for width, height in ((640, 280), (340, 260))
    )
    return _pair(wide, narrow)


def interval_chart_pair(
    *,
    sites: Sequence[SiteDot],
    unit: str = "",
    percent: bool = False,
    title: str = "",
    description: str = "",
) -> SafeString:
    """A row for each site with its level and its interval, wide and narrow. Empty without a site."""
    if not sites:
        return SafeString("")
    label = _said(title, description)
    wide, narrow = (
        _intervals(sites, "" if percent else unit, percent, label, width) for width in (640, 340)
    )
    return _pair(wide, narrow)


def _pair(wide: str, narrow: str) -> SafeString:
    return format_html(
        '<div class="chart-wide">{}</div><div class="chart-narrow">{}</div>', wide, narrow
    )


def _said(title: str, description: str) -> str:
    return ". ".join(part.strip().rstrip(".") for part in (title, description) if part.strip())


def _funnel(
    sites: Sequence[SiteDot],
    centre: float,
    curves: Sequence[LimitCurve],
    label: str,
    width: int,
    height: int,
) -> SafeString:
    def specify() -> tuple[Json, Sheet]:
        ends = [0.0, 1.08 * max(site.size for site in sites)]
        # The wide mouth of the outer limits would leave the sites a small part of the height.
        limits = [
            end
            for curve in curves
            for line in (curve.lower, curve.upper)
            for end in line[len(line) // 2 :]
        ]
        numbers = [*(site.value for site in sites), *limits, centre]
        frame = frame_for(
            ends, numbers, [], unit="", percent=True, width=width, height=height, measured=True
        )
        layers: Layers = []
        for n, curve in enumerate(curves):
            mark = {"type": "line", "color": MUTED, "strokeWidth": 1}
            if n == 0:
                mark["strokeDash"] = [4, 3]
            for line in (curve.lower, curve.upper):
                rows = [
                    {"x": x, "y": y}
                    for x, y in zip(curve.sizes, line, strict=True)
                    if frame.first <= x <= frame.last and frame.low <= y <= frame.high
                ]
                layers.append(_layer(rows, mark, x=frame.x, y=frame.y))
        rule = {"type": "rule", "color": MEAN, "strokeWidth": 1}
        layers.append(_layer([{"y": centre}], rule, y=frame.y))
        rows = [vars(site) | {"x": site.size, "y": site.value} for site in sites]
        layers += _dots(rows, frame.x, frame.y)
        layers += _names([row for row in rows if row["beyond"]], frame)
        words = _words([(frame.place(site.size), site.says) for site in sites])
        return _specification(layers, frame.wide, frame.tall), Sheet(
            frame.left, frame.top, RIGHT, BELOW, label, words
        )

    content = [
        [vars(site) for site in sites],
        centre,
        [[list(part) for part in vars(curve).values()] for curve in curves],
        label,
        width,
        height,
    ]
    return drawing(content, specify)


def _intervals(
    sites: Sequence[SiteDot], unit: str, percent: bool, label: str, width: int
) -> SafeString:
    def specify() -> tuple[Json, Sheet]:
        size, longest = 12, LONGEST if width >= NARROW else LONGEST * 2 // 3
        names = [_short(site.label, longest) for site in sites]
        left = 12 + round(max(breadth(name, size) for name in names))
        wide, tall = width - left - RIGHT, ROW * len(sites)
        ends = [end for site in sites for end in (site.low, site.value, site.high)]
        ticks, places = number_ticks(ends, count=4 if width < NARROW else 6)
        write = number_writer(places, percent)
        low, high = ticks[0], ticks[-1]
        x: Json = {
            "field": "x",
            "type": "quantitative",
            "scale": {"domain": [low, high], "nice": False, "zero": False},
            "axis": None,
        }
        y: Json = {
            "field": "y",
            "type": "quantitative",
            "scale": {"domain": [len(sites) - 0.5, -0.5], "nice": False, "zero": False},
            "axis": None,
        }
        grid = {"type": "rule", "color": GRID, "strokeWidth": 1}
        text = {"type": "text", "fontSize": size, "color": MUTED, "baseline": "alphabetic"}
        rows = [vars(site) | {"x": site.value, "y": row} for row, site in enumerate(sites)]
        layers = [
            _layer([{"x": tick} for tick in ticks], grid, x=x),
            _layer(
                [{"x": tick, "text": write(tick)} for tick in ticks],
                {**text, "align": "center", "y": tall + size + 4},
                x=x,
                text={"field": "text"},
            ),
            _layer(
                [{"y": row, "text": name} for row, name in enumerate(names)],
                {**text, "color": INK, "align": "right", "x": -8, "dy": 4},
                y=y,
                text={"field": "text"},
            ),
            _layer(
                [row for row in rows if row["low"] is not None],
                {"type": "rule", "color": LINE, "strokeWidth": 1.4},
                x={**x, "field": "low"},
                x2={"field": "high"},
                y=y,
            ),
            *_dots(rows, x, y),
        ]
        if unit:
            above = {**text, "align": "left", "x": 0, "y": -6}
            layers.append(_layer([{"text": unit}], above, text={"field": "text"}))
        words = _words([((site.value - low) / (high - low) * wide, site.says) for site in sites])
        # One strip across all rows would give a site the words of another one.
        return _specification(layers, wide, tall), Sheet(
            left, 22 if unit else 8, RIGHT, BELOW, label, words if len(sites) == 1 else ()
        )

    content = [[vars(site) for site in sites], unit, percent, label, width]
    return drawing(content, specify)


def _dots(rows: Sequence[Json], x: Json, y: Json) -> Layers:
    """Dots, rings for those that are not live, and a larger diamond for those that stand out: colour
    alone says nothing."""
    layers = []
    for beyond in (False, True):
        for filled in (True, False):
            colour = INK if beyond else COMMON
            mark = {
                "type": "point",
                "filled": True,
                "shape": "diamond" if beyond else "circle",
                "size": 110 if beyond else 62,
                "color": colour if filled else SURFACE,
                "stroke": SURFACE if filled else colour,
                "strokeWidth": 0.9 if filled else 1.6,
                "opacity": 1,
            }
            some = [row for row in rows if row["beyond"] is beyond and row["filled"] is filled]
            layers.append(_layer(some, mark, x=x, y=y))
    return layers


def _names(rows: Sequence[Json], frame: PlotFrame) -> Layers:
    """The names of those that stand out, on the side where there is room."""
    layers = []
    for row in rows:
        leftwards = frame.place(row["x"]) + breadth(row["label"], frame.size) + 10 > frame.wide
        mark = {
            "type": "text",
            "fontSize": frame.size,
            "color": INK,
            "baseline": "middle",
            "align": "right" if leftwards else "left",
            "dx": -9 if leftwards else 9,
        }
        rim = {**mark, "color": SURFACE, "stroke": SURFACE, "strokeWidth": 3.5}
        where = {"x": frame.x, "y": frame.y, "text": {"field": "label"}}
        layers += [_layer([row], rim, **where), _layer([row], mark, **where)]
    return layers


def _words(placed: Sequence[tuple[float, str]]) -> tuple[tuple[float, str], ...]:
    """From left to right; those of one place together."""
    found: dict[float, str] = {}
    for place, says in sorted(placed):
        found[place] = f"{found[place]}; {says}" if place in found else says
    return tuple(found.items())


def _short(name: str, longest: int) -> str:
    return name if len(name) <= longest else f"{name[: longest - 1].rstrip()}…"


def _layer(rows: Sequence[Json], mark: Json, **encoding: object) -> Json:
    return {"data": {"values": list(rows)}, "mark": mark, "encoding": encoding}


def _specification(layers: Layers, wide: int, tall: int) -> Json:
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "autosize": {"type": "none"},
        "padding": 0,
        "width": wide,
        "height": tall,
        "background": None,
        "layer": [layer for layer in layers if layer["data"]["values"]],
        "config": {"view": {"stroke": None}},
    }
