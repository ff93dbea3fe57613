"""Control charts: plain numbers and dates in, an SVG string out."""

import re
from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from innovation.rules import dates
from innovation.web.charts.axes import BELOW, RIGHT, frame_for
from innovation.web.charts.drawing import Sheet, drawing
from innovation.web.charts.layers import CLASSES, Plot, crowded, specification

Day = date | datetime | int  # an int is the number of a point
Number = float | int | None
TOO_LARGE = 1e15
UNSPEAKABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
SAME = {"better": "improvement", None: "common", "": "common"}


def control_chart(
    *,
    dates: Sequence[Day],
    values: Sequence[Number],
    centre: Sequence[Number] | None = None,
    lower: Sequence[Number] | None = None,
    upper: Sequence[Number] | None = None,
    classes: Sequence[str | None] | None = None,
    markers: Sequence[tuple[Day, str]] = (),
    alone: Collection[str] = (),
    target: float | None = None,
    limit: float | None = None,
    expected: Sequence[Number] | None = None,
    unit: str = "",
    title: str = "",
    description: str = "",
    width: int = 640,
    height: int | None = None,
    percent: bool = False,
) -> SafeString:
    """One control chart as an SVG string that scales to its place.

    `centre`, `lower` and `upper` have one value a point and may step; None or NaN leaves a gap.
    `classes` are the words of the statistics: common, improvement (or better), concern, special.
    `limit` is a line like the target's. `expected` has one value a point, like the limits, and is drawn
    as a line of dashes. `markers` are dates with a label; where they crowd, neighbours have one label
    that counts them, but for those that stand `alone`. With `percent`, values are shares (0.93 is
    written 93%).
    `title` and `description` are what a screen reader says instead of the picture. Without a
    single value there is no chart, and the answer is empty.
    """
    points = len(dates)
    y = [_number(value) for value in values]
    if len(y) != points:
        raise ValueError(f"{points} dates and {len(y)} values.")
    if all(value is None for value in y):
        return SafeString("")
    middle, low, high = (_line(given, points) for given in (centre, lower, upper))
    plot = Plot(
        x=[_day(day) for day in dates],
        y=y,
        middle=middle,
        low=low,
        high=high,
        kinds=[_kind(word) for word in (classes or [None] * points)],
        events=[(_day(day), _plain(label)) for day, label in markers],
        target=target,
        unit="" if percent else _plain(unit),
        limit=limit,
        expected=None if expected is None else _line(expected, points),
    )
    said = [_plain(part).strip().rstrip(".") for part in (title, description)]
    label = ". ".join(part for part in said if part)

    def specify() -> tuple[dict[str, object], Sheet]:
        frame = frame_for(
            plot.x,
            [*y, *low, *high, *(plot.expected or ()), target, limit],
            plot.events,
            unit=plot.unit,
            percent=percent,
            width=width,
            height=height,
            numbered=isinstance(dates[0], int),
            alone=alone,
        )
        words = [
            (frame.place(x), _says(day, value, kind, frame.write, plot.unit))
            for day, x, value, kind in zip(dates, plot.x, y, plot.kinds, strict=True)
            if value is not None and not crowded(plot, frame)
        ]
        sheet = Sheet(frame.left, frame.top, RIGHT, BELOW, label, tuple(words))
        return specification(plot, frame), sheet

    return drawing([vars(plot), sorted(alone), label, width, height, percent], specify)


def control_chart_pair(**given: Any) -> SafeString:
    """The same chart twice, for a wide and for a narrow place; the stylesheet shows one."""
    wide = control_chart(**{"width": 640, "height": 244, **given})
    narrow = control_chart(**{**given, "width": 340, "height": 230})
    return format_html(
        '<div class="chart-wide">{}</div><div class="chart-narrow">{}</div>', wide, narrow
    )


def bands(
    lower: Sequence[Number], centre: Sequence[Number], upper: Sequence[Number]
) -> list[tuple[int, int, float, float, float]]:
    """Limits as (first, last, low, mean, high) a phase: what the small line draws behind itself."""
    found: list[tuple[int, int, float, float, float]] = []
    start = 0
    for i in range(1, len(centre) + 1):
        if i < len(centre) and _number(centre[i]) == _number(centre[start]):
            continue
        low = [x for x in map(_number, lower[start:i]) if x is not None]
        high = [x for x in map(_number, upper[start:i]) if x is not None]
        mean = _number(centre[start])
        if mean is not None and low and high:
            edge = i if i < len(centre) else i - 1
            found.append((start, edge, sum(low) / len(low), mean, sum(high) / len(high)))
        start = i
    return found


def _says(day: Day, value: float, kind: str, write: Callable[..., str], unit: str) -> str:
    """What is under a point: its date, its value, and whether it is a signal."""
    words = {
        "improvement": _("improvement"),
        "concern": _("concern"),
        "special": _("more than usual variation"),
    }
    if isinstance(day, int):
        where = _("point %(number)d") % {"number": day}
    else:
        where = dates.day_in_words(day)
    text = f"{where}: {write(value, 1)} {unit}".rstrip()
    return f"{text}, {words[kind]}" if kind in words else text


def _line(given: Sequence[Number] | None, points: int) -> list[float | None]:
    return [None] * points if given is None else [_number(value) for value in given]


def _kind(word: str | None) -> str:
    kind = SAME.get(word, word)
    if kind not in CLASSES:
        raise ValueError(f"A point is {', '.join(CLASSES)}, not {word!r}.")
    return str(kind)


def _number(value: float | None) -> float | None:
    """The value, or None where there is none or where no axis could hold it."""
    return None if value is None or not abs(value) < TOO_LARGE else float(value)


def _plain(text: str) -> str:
    """Without the control characters that no markup may hold."""
    return UNSPEAKABLE.sub("", str(text))


def _day(day: Day) -> float:
    if isinstance(day, int):
        return float(day)
    fraction = (day.hour * 60 + day.minute) / 1440 if isinstance(day, datetime) else 0.0
    return day.toordinal() + fraction
