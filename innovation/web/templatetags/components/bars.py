"""Bars and small lines: how far something is, how it went, what it is made of.

Geometry is worked out here in percent; the templates are SVG that needs no style attribute.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from innovation.rules.numbers import exact, percent

from .library import draw, register

Amount = Decimal | float | str  # text where a template had none


@register.simple_tag
def progress(value: float, of: float = 1, label: object = "", text: object = "") -> SafeString:
    """How far something is, without judging it."""
    share = max(0.0, min(1.0, float(value) / float(of))) if of else 0.0
    return draw("progress", share=f"{share * 100:.1f}", label=label, text=text or percent(share))


@dataclass(frozen=True)
class Rail:
    """The line from start to target, longer where something lies beyond either."""

    left: float
    right: float

    def at(self, value: float | None) -> str | None:
        """Where a value stands on the line, in percent."""
        if value is None:
            return None
        share = (value - self.left) / ((self.right - self.left) or 1.0)
        return f"{max(0.0, min(1.0, share)) * 100:.2f}"


def _rail(start: float, target: float, others: Sequence[float]) -> Rail:
    """Up to a third of the way more at each end; what is further out is cut off there."""
    span = (target - start) or 1.0
    shares = [(x - start) / span for x in others]
    least, most = min([0.0, *shares]), max([1.0, *shares])
    return Rail(start + max(least, -1 / 3) * span, start + min(most, 4 / 3) * span)


def _tone(start: float, target: float, low: float | None, high: float | None) -> str:
    """Colour only where the interval lies on one side of the start; else usual variation."""
    if low is None or high is None:
        return "common"
    way = 1 if target >= start else -1
    ahead = [(x - start) * way > 0 for x in (low, high)]
    if all(ahead):
        return "better"
    behind = [(x - start) * way < 0 for x in (low, high)]
    return "concern" if all(behind) else "common"


def _written(value: Amount, unit: str) -> str:
    text = exact(Decimal(str(value)))
    return f"{text}%" if unit == "%" else f"{text} {unit}".strip()


@register.simple_tag
def target_bar(
    start: Amount,
    target: Amount,
    value: Amount | None = None,
    low: Amount | None = None,
    high: Amount | None = None,
    claimed: Amount | None = None,
    unit: str = "",
    label: object = "",
    tone: str = "",
    words: Mapping[str, str] | None = None,
) -> SafeString:
    """From start to target, with what was measured and its interval; dashed when only claimed.

    Blue where the whole interval is better than the start, orange where it is worse, grey where
    chance could explain it or no interval is given; `tone` says otherwise. `words` are the numbers
    as whoever knows them writes them (start, target, value, claimed); without, as they are typed.
    """
    # A name that a template does not find arrives as an empty text.
    measured, lower, upper, said = (
        None if x is None or x == "" else float(x) for x in (value, low, high, claimed)
    )
    first, last = float(start), float(target)
    if lower is not None and upper is not None and lower > upper:
        lower, upper = upper, lower
    rail = _rail(first, last, [x for x in (measured, lower, upper, said) if x is not None])
    written = {
        name: words[name] if words and name in words else _written(x, unit)
        for name, x in (
            ("start", start),
            ("target", target),
            ("value", value),
            ("claimed", claimed),
        )
        if x is not None and x != ""
    }
    if measured is not None:
        shown = written["value"]
        spoken = _("%(value)s measured, from %(start)s towards %(target)s")
    elif said is not None:
        shown = _("%(value)s claimed") % {"value": written["claimed"]}
        spoken = _("%(claimed)s claimed, not measured; target %(target)s")
    else:
        shown = _("not measured yet")
        spoken = _("Not measured yet; target %(target)s")
    ends = sorted(filter(None, (rail.at(lower), rail.at(upper))), key=float)
    return draw(
        "target_bar",
        tone=tone or _tone(first, last, lower, upper),
        zero=rail.at(first),
        value=rail.at(measured),
        low=ends[0] if len(ends) == 2 else None,
        high=ends[1] if len(ends) == 2 else None,
        claimed=rail.at(said) if measured is None else None,
        goal=rail.at(last),
        shown=shown,
        measured=measured is not None,
        target=written["target"],
        label=f"{label}: {spoken % written}" if label else spoken % written,
    )


WIDTH, HEIGHT, MARGIN = 120.0, 34.0, 4.0


@register.simple_tag
def sparkline(
    values: Sequence[float | None],
    label: object,
    bands: Sequence[Sequence[float]] = (),
    tone: str = "common",
) -> SafeString:
    """A small line. Bands: (first index, last index, low, mean, high), usual variation.

    A missing value breaks the line. The label says in words what the line shows.
    """
    known = [float(v) for v in values if v is not None]
    if len(known) < 2:
        return draw("sparkline", label=label, segments=[], bands=[], last=None)
    every = known + [float(x) for band in bands for x in (band[2], band[4])]
    lowest, highest = min(every), max(every)
    across = (WIDTH - 2 * MARGIN) / max(1, len(values) - 1)

    def x(i: float) -> float:
        return round(MARGIN + i * across, 1)

    def y(v: float) -> float:
        if highest == lowest:
            return HEIGHT / 2
        return round(
            HEIGHT - MARGIN - (float(v) - lowest) / (highest - lowest) * (HEIGHT - 2 * MARGIN), 1
        )

    segments: list[list[str]] = [[]]
    for i, v in enumerate(values):
        if v is None:
            segments.append([])
        else:
            segments[-1].append(f"{x(i)},{y(v)}")
    drawn = [
        {
            "x": x(a),
            "end": x(b),
            "width": round(x(b) - x(a), 1),
            "y": y(high),
            "height": round(y(low) - y(high), 1),
            "mean": y(mean),
        }
        for a, b, low, mean, high in bands
    ]
    end, latest = max((i, float(v)) for i, v in enumerate(values) if v is not None)
    return draw(
        "sparkline",
        label=label,
        segments=[" ".join(s) for s in segments if len(s) > 1],
        bands=drawn,
        last=(x(end), y(latest)),
        tone=tone,
        width=WIDTH,
        height=HEIGHT,
    )


@register.simple_tag
def share_bar(items: Sequence[tuple[object, float]], label: object) -> SafeString:
    """Parts of a whole in one bar with its legend. Items: (label, share from 0 to 1), up to six."""
    x, rows = 0.0, []
    for index, (name, share) in enumerate(items):
        width = max(0.0, float(share)) * 100
        rows.append(
            {"name": name, "share": share, "x": f"{x:.2f}", "width": f"{width:.2f}", "n": index + 1}
        )
        x += width
    return draw("share_bar", rows=rows, label=label)
