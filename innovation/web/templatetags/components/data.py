"""What was found: numbers with their sentence, verdicts, stages, trust, charts."""

from collections.abc import Mapping, Sequence

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from .library import draw, register


@register.simple_tag
def stat(label: object, value: object, sentence: object = "", tone: str = "") -> SafeString:
    """One number with its name and a sentence beneath."""
    return draw("stat", label=label, value=value, sentence=sentence, tone=tone)


def verdict_word(kind: str) -> str:
    """The word for a verdict."""
    words = {
        "better": _("Better"),
        "reached": _("Target reached"),
        "no_harm": _("No harm shown"),
        "inconclusive": _("Inconclusive"),
        "harm": _("Harm signal"),
        "no_data": _("No data"),
    }
    return words[kind]


TONES = {"better": "better", "reached": "better", "harm": "concern", "no_data": "muted"}


@register.simple_tag
def verdicts(items: Sequence[Sequence[str]]) -> SafeString:
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
def stages(items: Sequence[Sequence[object]], label: object = "") -> SafeString:
    """A track of stages. Items: (label, state) with done, current, ahead or stopped."""
    return draw("stages", items=items, label=label or _("Stages"))


@register.simple_tag
def trust(state: str, text: object = "") -> SafeString:
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
    pulled_at: object = None,
    source: object = "",
    n: object = None,
    n_unit: object = "",
    definition: object = "",
    interval: object = "",
    table: str = "",
    pack: str = "",
    links: Sequence[Sequence[str]] = (),
    by_hand: bool = False,
) -> SafeString:
    """What stands under every number that matters; `by_hand` where somebody typed it in."""
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
        by_hand=by_hand,
    )


@register.simple_tag
def chart_figure(
    svg: str,
    sentence: object,
    table: Mapping[str, object] | None = None,
    title: object = "",
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
