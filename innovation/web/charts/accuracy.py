"""Predicted risks against what happened, and what acting on them is worth, each with its words."""

from collections.abc import Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString

from innovation.web.charts.axes import BELOW, RIGHT, frame_for
from innovation.web.charts.drawing import Sheet, drawing
from innovation.web.charts.layers import Plot, specification

WIDE, NARROW = (640, 300), (340, 280)


def calibration_chart_pair(
    *,
    predicted: Sequence[float],
    observed: Sequence[float],
    lower: Sequence[float],
    upper: Sequence[float],
    says: Sequence[str],
    title: str = "",
    description: str = "",
) -> SafeString:
    """Observed shares with their intervals against predicted ones, and the diagonal on which they agree.

    All are shares between 0 and 1, in order of what was predicted; the axis along is in percent. Without
    two points there is no curve, and the answer is empty.
    """
    if len(predicted) < 2:
        return SafeString("")
    plot = _plot(
        [100 * share for share in predicted],
        [float(share) for share in observed],
        expected=[float(share) for share in predicted],
        bars=[(float(low), float(high)) for low, high in zip(lower, upper, strict=True)],
    )
    return _pair(plot, says, [0.0, *predicted, *upper], _label(title, description), percent=True)


def net_benefit_chart_pair(
    *,
    thresholds: Sequence[float],
    benefit: Sequence[float],
    treat_all: Sequence[float],
    says: Sequence[str],
    title: str = "",
    description: str = "",
) -> SafeString:
    """Net benefit by threshold, acting on everybody as a line of dashes; acting on nobody is 0.

    Where acting on everybody does more harm than the axis reaches, its line ends. Without two points
    there is no curve, and the answer is empty.
    """
    if len(thresholds) < 2:
        return SafeString("")
    floor = min(0.0, *benefit) - 0.1 * max(max(benefit) - min(0.0, *benefit), 1e-6)
    plot = _plot(
        [100 * share for share in thresholds],
        [float(value) for value in benefit],
        expected=[float(value) if value >= floor else None for value in treat_all],
    )
    seen = [value for value in plot.expected or () if value is not None]
    return _pair(plot, says, [0.0, floor, *benefit, *seen], _label(title, description))


def _plot(
    x: list[float],
    y: list[float | None] | list[float],
    *,
    expected: list[float | None] | list[float],
    bars: list[tuple[float, float]] | None = None,
) -> Plot:
    gap: list[float | None] = [None] * len(x)
    return Plot(
        x=x,
        y=list(y),
        middle=gap,
        low=gap,
        high=gap,
        kinds=["common"] * len(x),
        events=[],
        target=None,
        unit="",
        expected=list(expected),
        bars=bars,
    )


def _pair(
    plot: Plot,
    says: Sequence[str],
    reach: Sequence[float],
    label: str,
    *,
    percent: bool = False,
) -> SafeString:
    if len(says) != len(plot.x):
        raise ValueError(f"{len(plot.x)} points and {len(says)} sentences.")
    wide, narrow = (
        _drawn(plot, says, reach, label, percent, width, height) for width, height in (WIDE, NARROW)
    )
    return format_html(
        '<div class="chart-wide">{}</div><div class="chart-narrow">{}</div>', wide, narrow
    )


def _drawn(
    plot: Plot,
    says: Sequence[str],
    reach: Sequence[float],
    label: str,
    percent: bool,
    width: int,
    height: int,
) -> SafeString:
    def specify() -> tuple[dict[str, object], Sheet]:
        frame = frame_for(
            [0.0, *plot.x],
            list(reach),
            plot.events,
            unit="",
            percent=percent,
            width=width,
            height=height,
            measured=True,
        )
        words = tuple((frame.place(place), text) for place, text in zip(plot.x, says, strict=True))
        return specification(plot, frame), Sheet(frame.left, frame.top, RIGHT, BELOW, label, words)

    content = [vars(plot), list(says), list(reach), label, percent, width, height]
    return drawing(content, specify)


def _label(title: str, description: str) -> str:
    return ". ".join(part.strip().rstrip(".") for part in (title, description) if part.strip())
