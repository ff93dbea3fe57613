"""What a control chart is made of, from the back to the front, as Vega-Lite layers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from innovation.web.charts.axes import PlotFrame, breadth
from innovation.web.charts.drawing import (
    BAND,
    BETTER,
    COMMON,
    CONCERN,
    EVENT,
    INK,
    LINE,
    MEAN,
    MUTED,
    SURFACE,
    TARGET,
)

# Colour is never alone: each class has a shape and words of its own.
CLASSES = {
    "common": (COMMON, "circle", 38),
    "improvement": (BETTER, "square", 44),
    "concern": (CONCERN, "diamond", 72),
    "special": (INK, "triangle-up", 50),
}
Json = dict[str, Any]  # of a Vega-Lite specification, as deep as it goes
Layers = list[Json]


@dataclass(frozen=True)
class Plot:
    """What is plotted: days as numbers, None where a point or a limit is missing."""

    x: list[float]
    y: list[float | None]
    middle: list[float | None]
    low: list[float | None]
    high: list[float | None]
    kinds: list[str]
    events: list[tuple[float, str]]
    target: float | None
    unit: str
    limit: float | None = None
    expected: list[float | None] | None = None
    bars: list[tuple[float, float]] | None = None  # an interval at each point


def specification(plot: Plot, frame: PlotFrame) -> Json:
    """The Vega-Lite specification, in sentinel colours; the sheet holds what lies around it."""
    layers = [
        *_limits(plot, frame),
        *_events(plot, frame),
        *_expected(plot, frame),
        *_bars(plot, frame),
        *_line(plot, frame),
        *_dots(plot, frame),
        *_goal(plot, frame, plot.target, _("Target %(value)s")),
        *_goal(plot, frame, plot.limit, _("Limit %(value)s")),
        *_unit(plot, frame),
    ]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "autosize": {"type": "none"},
        "padding": 0,
        "width": frame.wide,
        "height": frame.tall,
        "background": None,
        "layer": [layer for layer in layers if layer["data"]["values"]],
        "config": {"view": {"stroke": None}},
    }


def crowded(plot: Plot, frame: PlotFrame) -> bool:
    """Whether the points stand too close for a dot each: then only signals have one."""
    return frame.wide / len(plot.x) < 4


def _limits(plot: Plot, frame: PlotFrame) -> Layers:
    """The band of usual variation with the centre line in it."""
    both = [None if b is None else a for a, b in zip(plot.low, plot.high, strict=True)]
    band = _steps(plot, both, {"low": plot.low, "high": plot.high})
    line = _steps(plot, plot.middle, {"y": plot.middle})
    part = {"field": "part"}
    return [
        _layer(
            band,
            {"type": "area", "color": BAND, "opacity": 1},
            x=frame.x,
            y={**frame.y, "field": "low"},
            y2={"field": "high"},
            detail=part,
        ),
        _layer(
            line,
            {"type": "line", "color": MEAN, "strokeWidth": 1},
            x=frame.x,
            y=frame.y,
            detail=part,
        ),
    ]


def _events(plot: Plot, frame: PlotFrame) -> Layers:
    """A dashed rule at each event, its label above the plot on the side where there is room."""
    layers = []
    told = zip(plot.events, frame.labels, frame.rows, frame.leftwards, strict=True)
    for (at, _name), label, row, leftwards in told:
        height = 8 + row * (frame.size + 6)
        data = [{"x": at, "text": label}]
        rule = {"type": "rule", "color": EVENT, "strokeWidth": 1, "strokeDash": [3, 3]}
        # One that a neighbour counts has a short stroke: a dozen rules would hide the points.
        rule |= {"y": -height - frame.size, "y2": frame.tall} if label else {"y": 0, "y2": 12}
        text = {
            "type": "text",
            "align": "right" if leftwards else "left",
            "dx": -5 if leftwards else 5,
            "y": -height,
            **_text(EVENT, frame),
        }
        layers.append(_layer(data, rule, x=frame.x))
        if label:
            layers.append(_layer(data, text, x=frame.x, text={"field": "text"}))
    return layers


def _expected(plot: Plot, frame: PlotFrame) -> Layers:
    """What was to be expected, as a line of dashes through or beside the points."""
    if plot.expected is None:
        return []
    mark = {"type": "line", "color": INK, "strokeWidth": 1.4, "strokeDash": [5, 3]}
    data = [
        {"x": plot.x[i], "y": plot.expected[i], "part": part}
        for part, i in _unbroken(plot.expected)
    ]
    return [_layer(data, mark, x=frame.x, y=frame.y, detail={"field": "part"})]


def _bars(plot: Plot, frame: PlotFrame) -> Layers:
    """The interval of each point, upright through it."""
    if plot.bars is None:
        return []
    mark = {"type": "rule", "color": MEAN, "strokeWidth": 1.4}
    data = [
        {"x": x, "low": low, "high": high} for x, (low, high) in zip(plot.x, plot.bars, strict=True)
    ]
    return [_layer(data, mark, x=frame.x, y={**frame.y, "field": "low"}, y2={"field": "high"})]


def _line(plot: Plot, frame: PlotFrame) -> Layers:
    mark = {"type": "line", "color": LINE, "strokeWidth": 1.1, "strokeJoin": "round"}
    data = [{"x": plot.x[i], "y": plot.y[i], "part": part} for part, i in _unbroken(plot.y)]
    return [_layer(data, mark, x=frame.x, y=frame.y, detail={"field": "part"})]


def _dots(plot: Plot, frame: PlotFrame) -> Layers:
    # Many points stand close together: smaller dots, so that the line is still seen.
    shrink = min(1.0, frame.wide / len(plot.x) / 8)
    layers = []
    for name, (colour, shape, area) in CLASSES.items():
        if name == "common" and crowded(plot, frame):
            continue
        mark = {
            "type": "point",
            "filled": True,
            "shape": shape,
            "size": max(area * shrink, 14),
            "color": colour,
            "stroke": SURFACE,
            "strokeWidth": 0.9,
            "opacity": 1,
        }
        data = [
            {"x": x, "y": y}
            for x, y, kind in zip(plot.x, plot.y, plot.kinds, strict=True)
            if kind == name and y is not None
        ]
        layers.append(_layer(data, mark, x=frame.x, y=frame.y))
    return layers


def _goal(plot: Plot, frame: PlotFrame, target: float | None, name: str) -> Layers:
    """A dashed line across, its value written at the end and on the side where the least is."""
    if target is None:
        return []
    text = name % {"value": frame.write(target, None)}
    wide = (breadth(text, frame.size) + 8) / frame.wide * (frame.last - frame.first)
    tall = (frame.size + 6) / frame.tall * (frame.high - frame.low)

    def crowd(at_end: bool, above: bool) -> int:
        room = frame.high - target > tall if above else target - frame.low > tall
        return (0 if room else 99) + sum(
            y is not None
            and (x > frame.last - wide if at_end else x < frame.first + wide)
            and (0 <= y - target < tall if above else 0 <= target - y < tall)
            for x, y in zip(plot.x, plot.y, strict=True)
        )

    places = [(end, above) for end in (True, False) for above in (True, False)]
    at_end, above = min(places, key=lambda place: crowd(*place))
    data = [{"y": target, "x": frame.last if at_end else frame.first, "text": text}]
    rule = {"type": "rule", "color": TARGET, "strokeWidth": 1, "strokeDash": [6, 4]}
    mark = {
        "type": "text",
        "align": "right" if at_end else "left",
        "dx": 0 if at_end else 4,
        "dy": -4 if above else frame.size + 1,
        **_text(TARGET, frame),
    }
    # A rim in the colour of the paper keeps the words apart from a line behind them.
    rim = {**mark, "stroke": SURFACE, "strokeWidth": 3.5, "strokeJoin": "round"}
    where = {"x": frame.x, "y": frame.y, "text": {"field": "text"}}
    return [_layer(data, rule, y=frame.y), _layer(data, rim, **where), _layer(data, mark, **where)]


def _unit(plot: Plot, frame: PlotFrame) -> Layers:
    """The unit, above the numbers of the axis."""
    if not plot.unit:
        return []
    place = {"x": -frame.left, "y": frame.size + 1 - frame.top}
    mark = {"type": "text", "align": "left", **place, **_text(MUTED, frame)}
    return [_layer([{"unit": plot.unit}], mark, text={"field": "unit"})]


def _layer(rows: Sequence[Json], mark: Mapping[str, object], **encoding: object) -> Json:
    return {"data": {"values": rows}, "mark": mark, "encoding": encoding}


def _text(colour: str, frame: PlotFrame) -> Json:
    return {"fontSize": frame.size, "color": colour, "baseline": "alphabetic"}


def _unbroken(values: Sequence[float | None]) -> list[tuple[int, int]]:
    """The points that are there as (part, position); a missing one starts a new part."""
    found, part = [], 0
    for i, value in enumerate(values):
        if value is None:
            part += 1
        else:
            found.append((part, i))
    return found


def _steps(
    plot: Plot, there: Sequence[float | None], lines: dict[str, list[float | None]]
) -> list[Json]:
    """Limits as flat pieces: they change halfway between points, and at the point where the
    centre line steps. Equal neighbours are one piece."""
    x, middle = plot.x, plot.middle
    unbroken = _unbroken(there)
    rows: list[Json] = []
    for (part, i), after in zip(unbroken, [*unbroken[1:], None], strict=False):
        here = {name: values[i] for name, values in lines.items()}
        if after is None or after[0] != part:
            end = x[i]
        elif middle[i + 1] != middle[i]:
            end = x[i + 1]
        else:
            end = (x[i] + x[i + 1]) / 2
        begun = rows[-1] if rows and rows[-1]["part"] == part else None
        if begun and all(begun[name] == value for name, value in here.items()):
            begun["x"] = end
            continue
        start = begun["x"] if begun else x[i]
        rows += [{"x": edge, "part": part, **here} for edge in (start, end)]
    return rows
