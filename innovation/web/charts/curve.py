"""Curves: how one number goes with another, as a line of points with their words."""

from collections.abc import Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString

from innovation.web.charts.axes import BELOW, RIGHT, frame_for
from innovation.web.charts.drawing import Sheet, drawing
from innovation.web.charts.layers import Plot, specification


def curve_chart_pair(
    *,
    x: Sequence[float],
    y: Sequence[float],
    says: Sequence[str],
    rules: Sequence[tuple[float, str]] = (),
    whole: bool = False,
    title: str = "",
    description: str = "",
) -> SafeString:
    """A curve of shares twice, for a wide and for a narrow place; the stylesheet shows one.

    `y`: shares between 0 and 1, on an axis that holds both. `says`: what is under each point. `rules`:
    places along x with a label. `whole`: x is counted. What is on the axes is said beside the chart.
    Without two points there is no curve, and the answer is empty.
    """
    if len(x) < 2:
        return SafeString("")
    if not len(x) == len(y) == len(says):
        raise ValueError(f"{len(x)} places, {len(y)} shares and {len(says)} sentences.")
    label = ". ".join(part.strip().rstrip(".") for part in (title, description) if part.strip())
    wide, narrow = (
        _drawn(x, y, says, rules, whole, label, width, height)
        for width, height in ((640, 220), (340, 210))
    )
    return format_html(
        '<div class="chart-wide">{}</div><div class="chart-narrow">{}</div>', wide, narrow
    )


def _drawn(
    x: Sequence[float],
    y: Sequence[float],
    says: Sequence[str],
    rules: Sequence[tuple[float, str]],
    whole: bool,
    label: str,
    width: int,
    height: int,
) -> SafeString:
    gap: list[float | None] = [None] * len(x)
    plot = Plot(
        x=[float(place) for place in x],
        y=[float(share) for share in y],
        middle=gap,
        low=gap,
        high=gap,
        kinds=["common"] * len(x),
        events=[(float(place), text) for place, text in rules],
        target=None,
        unit="",
    )

    def specify() -> tuple[dict[str, object], Sheet]:
        frame = frame_for(
            plot.x,
            [0.0, 1.0],
            plot.events,
            unit="",
            percent=True,
            width=width,
            height=height,
            numbered=whole,
            measured=not whole,
        )
        words = tuple((frame.place(place), text) for place, text in zip(plot.x, says, strict=True))
        return specification(plot, frame), Sheet(frame.left, frame.top, RIGHT, BELOW, label, words)

    return drawing([vars(plot), list(says), whole, label, width, height], specify)
