"""Numbers that are looked at: stats, bars towards a target, small lines, verdicts, charts."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from .formats import number, percent
from .library import draw, register


@register.simple_tag
def stat(label: Any, value: Any, sentence: Any = "", tone: str = "") -> SafeString:
    """One number with its name and a sentence beneath."""
    return draw("stat", label=label, value=value, sentence=sentence, tone=tone)


@register.simple_tag
def progress(value: float, of: float = 1, label: Any = "", text: Any = "") -> SafeString:
    """How far something is, without judging it."""
    share = max(0.0, min(1.0, float(value) / float(of))) if of else 0.0
    return draw("progress", share=f"{share * 100:.1f}", label=label, text=text or percent(share))


@register.simple_tag
def target_bar(
    start: Any,
    target: Any,
    value: Any = None,
    low: Any = None,
    high: Any = None,
    claimed: Any = None,
    unit: str = "",
    label: Any = "",
    places: int | None = None,
) -> SafeString:
    """From start to target, with what was measured and its interval; dashed when only claimed."""
    numbers = [float(x) for x in (start, target, value, low, high, claimed) if x is not None]
    first, last = float(start), float(target)
    worst = max(numbers) if last < first else min(numbers)
    best = min(numbers) if last < first else max(numbers)
    # Worse than the start may take a quarter of the bar at most; the rest is cut off there.
    span = (last - first) or 1.0
    left = (
        first
        if (worst - first) * span >= 0
        else max(worst, first - span / 3, key=lambda x: x * span)
    )
    right = (
        last if (best - last) * span <= 0 else min(best, last + span / 3, key=lambda x: x * span)
    )

    def at(x: Any) -> str | None:
        if x is None:
            return None
        share = (float(x) - left) / ((right - left) or 1.0)
        return f"{max(0.0, min(1.0, share)) * 100:.2f}"

    low_at, high_at = at(low), at(high)
    if low_at is not None and high_at is not None and float(low_at) > float(high_at):
        low_at, high_at = high_at, low_at

    def write(x: Any) -> str:
        return f"{number(x, places)} {unit}".strip() if unit != "%" else f"{number(x, places)}%"

    if value is not None:
        shown = write(value)
        spoken = _("%(value)s measured, from %(start)s towards %(target)s") % {
            "value": shown,
            "start": write(start),
            "target": write(target),
        }
    elif claimed is not None:
        shown = _("%(value)s claimed") % {"value": write(claimed)}
        spoken = _("%(value)s claimed, not measured; target %(target)s") % {
            "value": write(claimed),
            "target": write(target),
        }
    else:
        shown = _("not measured yet")
        spoken = _("Not measured yet; target %(target)s") % {"target": write(target)}
    return draw(
        "target_bar",
        zero=at(start),
        value=at(value),
        low=low_at,
        high=high_at,
        claimed=at(claimed) if value is None else None,
        goal=at(target),
        shown=shown,
        measured=value is not None,
        target=number(target, places) if unit != "%" else write(target),
        label=f"{label}: {spoken}" if label else spoken,
    )


WIDTH, HEIGHT, MARGIN = 120.0, 34.0, 4.0


@register.simple_tag
def sparkline(
    values: Sequence[float | None],
    label: Any,
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


def verdict_word(kind: str) -> str:
    """The word for a verdict."""
    words = {
        "better": _("Better"),
        "no_harm": _("No harm shown"),
        "inconclusive": _("Inconclusive"),
        "harm": _("Harm signal"),
        "no_data": _("No data"),
    }
    return words[kind]


TONES = {"better": "better", "harm": "concern", "no_data": "muted"}


@register.simple_tag
def verdicts(items: Sequence[Sequence[Any]]) -> SafeString:
    """A strip of verdicts. Items: (dimension, kind, sentence) or with an address as the fourth."""
    rows = [
        {
            "dimension": dimension,
            "word": verdict_word(kind),
            "tone": TONES.get(kind, "plain"),
            "sentence": sentence,
            "url": (*rest, "")[0],
        }
        for dimension, kind, sentence, *rest in items
    ]
    return draw("verdicts", rows=rows)


@register.simple_tag
def stages(items: Sequence[Sequence[Any]], label: Any = "") -> SafeString:
    """A track of stages. Items: (label, state) with done, current, ahead or stopped."""
    return draw("stages", items=items, label=label or _("Stages"))


@register.simple_tag
def share_bar(items: Sequence[Sequence[Any]], label: Any) -> SafeString:
    """Parts of a whole in one bar with its legend. Items: (label, share from 0 to 1), up to six."""
    x, rows = 0.0, []
    for index, (name, share) in enumerate(items):
        width = max(0.0, float(share)) * 100
        rows.append(
            {"name": name, "share": share, "x": f"{x:.2f}", "width": f"{width:.2f}", "n": index + 1}
        )
        x += width
    return draw("share_bar", rows=rows, label=label)


@register.simple_tag
def trust(state: str, text: Any = "") -> SafeString:
    """Whether to lean on a number: measured, claimed, stale, failing, by_hand, none."""
    words = {
        "measured": _("Measured"),
        "claimed": _("Claimed, not measured"),
        "stale": _("Out of date"),
        "failing": _("Source failing"),
        "by_hand": _("Typed in by hand"),
        "none": _("No data yet"),
    }
    return draw("trust", state=state, text=text or words[state])


@register.simple_tag
def trust_line(
    pulled_at: Any = None,
    source: Any = "",
    n: Any = None,
    n_unit: Any = "",
    definition: Any = "",
    interval: Any = "",
    table: str = "",
    pack: str = "",
    links: Sequence[Sequence[str]] = (),
) -> SafeString:
    """What stands under every number that matters."""
    every = [(_("Table"), table)] * bool(table) + [(_("Evidence pack"), pack)] * bool(pack)
    return draw(
        "trust_line",
        pulled_at=pulled_at,
        source=source,
        n=n,
        n_unit=n_unit,
        definition=definition,
        interval=interval,
        links=[*every, *links],
    )


@register.simple_tag
def chart_figure(
    svg: str,
    sentence: Any,
    table: Mapping[str, Any] | None = None,
    title: Any = "",
    anchor: str = "",
    level: int = 2,
    legend: Sequence[Sequence[str]] = (),
) -> SafeString:
    """Sentence, chart, table. The SVG is one that `innovation.web.charts` drew.

    `table`: {"caption": …, "columns": […], "rows": [[…], …]}.
    `legend`: (tone, label) with better, concern, common, band, target, event.
    """
    return draw(
        "chart_figure",
        svg=SafeString(svg),
        sentence=sentence,
        table=table,
        title=title,
        anchor=anchor,
        level=level,
        legend=legend,
    )
