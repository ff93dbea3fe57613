"""The frame of a chart: its scales, round numbers and dates along them, room for what is written.

Numbers and dates are written as the reader's language writes them, so the ticks are chosen here
and not left to the drawing.
"""

import json
import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import formats
from django.utils.translation import gettext as _

from innovation.rules import dates
from innovation.web.charts.drawing import GRID, MUTED

NARROW = 480
RIGHT, BELOW = 18, 24
# How wide a character is, in font sizes: enough to keep labels apart without measuring them.
CHARACTER = 0.54
# More rows of labels would leave no room for the numbers: what happened close together is counted.
MOST_ROWS = 4
NEARER = (0.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, math.inf)  # pixels


@dataclass(frozen=True)
class PlotFrame:
    """Where the plot lies on its sheet and what its scales are; x in days, y in the unit."""

    first: float
    last: float
    low: float
    high: float
    left: int
    top: int
    wide: int
    tall: int
    size: int
    x: dict[str, object]
    y: dict[str, object]
    write: Callable[..., str]
    # What is written above each event, in which row, on which side; nothing where a neighbour counts it.
    labels: tuple[str, ...]
    rows: tuple[int, ...]
    leftwards: tuple[bool, ...]

    def place(self, day: float) -> float:
        """Where a day stands, in pixels from the left edge of the plot."""
        return (day - self.first) / (self.last - self.first) * self.wide


def frame_for(
    days: Sequence[float],
    numbers: Sequence[float | None],
    events: Sequence[tuple[float, str]],
    *,
    unit: str,
    percent: bool,
    width: int,
    height: int | None,
    numbered: bool = False,
    measured: bool = False,
    alone: Collection[str] = (),
) -> PlotFrame:
    """A frame in which these days and numbers fit, with the events' labels above the plot.

    `numbered`: the points are numbered, not dated. `measured`: they are numbers of any size.
    `alone`: labels that are never counted together with others.
    """
    narrow = width < NARROW
    size = 12
    every = [*days, *(day for day, _label in events)]
    first, last = min(every), max(every)
    if first == last:
        first, last = first - 1, last + 1
    ticks, places = number_ticks(numbers, count=5 if narrow else 7)
    write = number_writer(places, percent)
    written = {tick: write(tick) for tick in ticks}
    left = 10 + round(max(map(len, written.values())) * size * CHARACTER)
    wide = width - left - RIGHT
    taken = [(-float(left), breadth(unit, size) - left)] if unit else []
    labels, rows, leftwards = labels_above(
        [(day - first) / (last - first) * wide for day, _label in events],
        [label for _day, label in events],
        taken,
        wide=wide,
        size=size,
        alone=alone,
    )
    top = 10 + (size + 6) * (max([*rows, 0 if unit else -1]) + 1)
    axis = {
        "labelFontSize": size,
        "labelColor": MUTED,
        "labelOverlap": False,
        "title": None,
        "grid": False,
    }
    if measured:
        marks = measured_ticks(first, last, count=4 if narrow else 7)
    else:
        marks = (point_ticks if numbered else day_ticks)(first, last, wide, size)
    return PlotFrame(
        first=first,
        last=last,
        low=ticks[0],
        high=ticks[-1],
        left=left,
        top=top,
        wide=wide,
        tall=(height or (230 if narrow else 244)) - top - BELOW,
        size=size,
        x={
            "field": "x",
            "type": "quantitative",
            "scale": {"domain": [first, last], "nice": False, "zero": False, "padding": 0},
            "axis": {
                **axis,
                "values": [day for day, _label in marks],
                "labelExpr": _lookup(dict(marks), _step_of(marks) if measured else 1.0),
                "labelFlush": False,
                "labelPadding": 3,
                "domainColor": GRID,
                "tickColor": GRID,
            },
        },
        y={
            "field": "y",
            "type": "quantitative",
            "scale": {"domain": [ticks[0], ticks[-1]], "nice": False, "zero": False},
            "axis": {
                **axis,
                "values": ticks,
                "labelExpr": _lookup(written, ticks[1] - ticks[0]),
                "labelPadding": 6,
                "ticks": False,
                "domain": False,
            },
        },
        write=write,
        labels=tuple(labels),
        rows=tuple(rows),
        leftwards=tuple(leftwards),
    )


def number_ticks(values: Sequence[float | None], *, count: int) -> tuple[list[float], int]:
    """About `count` round numbers that span the values, and the decimals it takes to write them."""
    known = [v for v in values if v is not None]
    low, high = min(known), max(known)
    if high - low < 1e-9 * max(abs(high), 1):
        room = abs(high) * 0.1 or 1.0
        low, high = low - room, high + room
    rough = (high - low) / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough * 0.999)
    start, stop = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    places = max(0, -math.floor(math.log10(step) + 1e-9))
    if round(step, places) != round(step, places + 1):
        places += 1
    return [round(n * step, places + 2) for n in range(start, stop + 1)], places


def number_writer(places: int, percent: bool) -> Callable[..., str]:
    """Writes a number with these decimals, some `more`, or (None) as many as it has."""

    def write(value: float, more: int | None = 0) -> str:
        shown = value * 100 if percent else value
        if more is None:
            digits = next((n for n in range(6) if abs(round(shown, n) - shown) < 1e-9), 6)
        else:
            digits = min(max(0, places - 2 if percent else places) + more, 9)
        text = formats.number_format(shown, digits, use_l10n=True, force_grouping=True)
        return _("%(number)s%%") % {"number": text} if percent else str(text)

    return write


def day_ticks(first: float, last: float, width: int, size: int) -> list[tuple[float, str]]:
    """Days or months to mark, every so many with a label so that the labels do not touch."""
    span = last - first
    character = size * CHARACTER
    if span <= 45:
        every = next((n for n in (1, 2, 7) if span / n * 8 * character <= width), 14)
        days = range(math.ceil(first), math.floor(last) + 1, every)
        return [(float(d), dates.day_on_axis(date.fromordinal(d))) for d in days]
    begin, end = date.fromordinal(int(first)), date.fromordinal(int(last))
    months = [
        (number, at)
        for number in range(begin.year * 12 + begin.month - 1, end.year * 12 + end.month)
        if first <= (at := date(number // 12, number % 12 + 1, 1)).toordinal() <= last
    ]
    room = width / (character * 10)
    every = next((n for n in (1, 2, 3, 6, 12, 24, 60) if len(months) / n <= room), 120)
    mark = 1 if len(months) <= 48 else every
    # Labels fall on the same months whatever the window: January, and every so many from it.
    return [
        (float(at.toordinal()), dates.month_on_axis(at) if number % every == 0 else "")
        for number, at in months
        if number % mark == 0
    ]


def point_ticks(first: float, last: float, width: int, size: int) -> list[tuple[float, str]]:
    """Numbers of points to mark, every so many so that their labels do not touch."""
    room = width / (size * CHARACTER * (len(str(round(last))) + 2))
    every = next(
        n for p in range(9) for n in (10**p, 2 * 10**p, 5 * 10**p) if (last - first) / n <= room
    )
    from_one = range(math.ceil(first / every) * every, math.floor(last) + 1, every)
    return [(float(n), formats.number_format(n, 0)) for n in from_one]


def measured_ticks(first: float, last: float, *, count: int) -> list[tuple[float, str]]:
    """Round numbers between the ends, with their labels."""
    ticks, places = number_ticks([first, last], count=count)
    write = number_writer(places, percent=False)
    return [(tick, write(tick)) for tick in ticks if first <= tick <= last]


def labels_above(
    places: Sequence[float],
    names: Sequence[str],
    taken: Sequence[tuple[float, float]],
    *,
    wide: float,
    size: int,
    alone: Collection[str],
) -> tuple[list[str], list[int], list[bool]]:
    """What is written above each event, in which row, and whether to the left of its rule: in as many
    words as there are rows for."""
    for nearer in NEARER:
        labels = gathered(places, names, nearer, alone)
        told_at = [places[n] for n, label in enumerate(labels) if label]
        spans = {
            n: span_of(places[n], breadth(label, size) + 5, wide, told_at)
            for n, label in enumerate(labels)
            if label
        }
        told = label_rows([(places[n], span) for n, span in spans.items()], taken)
        if max(told, default=0) < MOST_ROWS:
            break
    rows = dict(zip(spans, told, strict=True))
    every = range(len(places))
    leftwards = [n in spans and spans[n][0] < places[n] for n in every]
    return labels, [rows.get(n, 0) for n in every], leftwards


def gathered(
    places: Sequence[float], labels: Sequence[str], nearer: float, alone: Collection[str] = ()
) -> list[str]:
    """What is written at each event, from left to right, when those nearer to each other than that have
    one label: it stands at the first of them, says how many they are, and leaves the others empty.

    >>> gathered([0, 3, 50], ["Training", "Alarm", "Go-live"], 4)
    ['2 events', '', 'Go-live']
    """
    groups: list[list[int]] = []
    for n in sorted(range(len(places)), key=lambda n: places[n]):
        group = groups[-1] if groups else []
        apart = not group or labels[n] in alone or labels[group[0]] in alone
        if apart or places[n] - places[group[-1]] >= nearer:
            groups.append([n])
        else:
            group.append(n)
    found = [""] * len(places)
    for group in groups:
        names = {labels[n] for n in group}
        if len(group) == 1:
            told = labels[group[0]]
        elif len(names) == 1:
            told = f"{names.pop()} × {len(group)}"
        else:
            told = _("%(n)s events") % {"n": len(group)}
        found[group[0]] = told
    return found


def span_of(place: float, long: float, wide: float, rules: Sequence[float]) -> tuple[float, float]:
    """What a label of that length covers: to the right of its rule, unless there is no room, or it
    covers another rule there and none on the left."""
    left, right = (place - long, place), (place, place + long)
    if right[1] > wide + RIGHT - 4:
        return left
    covers = [any(span[0] < rule < span[1] for rule in rules) for span in (left, right)]
    return left if covers == [False, True] and left[0] > 0 else right


def label_rows(
    spans: Sequence[tuple[float, tuple[float, float]]], taken: Sequence[tuple[float, float]]
) -> list[int]:
    """For each label, given its place and the span it covers, the row above the plot where it
    meets no other label and no rule; `taken` is what the lowest row holds already."""
    rows = [0] * len(spans)
    lines: list[list[tuple[float, float]]] = [list(taken)]
    # A label stands above the rules that it covers. Of two that cover each other's the one that runs to
    # the left stands above.
    covered = [
        {m for m, (place, _span) in enumerate(spans) if span[0] < place < span[1]}
        for _place, span in spans
    ]
    waiting = set(range(len(spans)))
    while waiting:
        n = min(
            waiting,
            key=lambda n: (
                len(covered[n] & waiting), spans[n][1][0] < spans[n][0], -spans[n][0], n,
            ),
        )  # fmt: skip
        waiting.remove(n)
        span = spans[n][1]
        row = max((rows[m] + 1 for m in covered[n] - waiting), default=0)
        while row < len(lines) and any(a < span[1] and span[0] < b for a, b in lines[row]):
            row += 1
        lines += [[] for _missing in range(row + 1 - len(lines))]
        lines[row].append(span)
        rows[n] = row
    return rows


def breadth(text: str, size: int) -> float:
    return len(text) * size * CHARACTER + 4


def _step_of(marks: Sequence[tuple[float, str]]) -> float:
    return marks[1][0] - marks[0][0] if len(marks) > 1 else 1.0


def _lookup(labels: dict[float, str], step: float = 1.0) -> str:
    """A Vega expression that writes these labels at the multiples of a step."""
    written = {str(round(value / step)): text for value, text in labels.items()}
    return f"{json.dumps(written)}[toString(round(datum.value / {step!r}))]"
