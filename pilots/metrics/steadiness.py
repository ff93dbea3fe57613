"""What a metric's verdicts will rest on, as far as its plan says before anything is known. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innovation.rules import dates
from pilots.metrics.models import ComparisonDesign, Metric, Sibling, SiblingKind

# From what a season and an older trend are told.
TWO_YEARS = timedelta(days=728)


# So many sites are named; a reader of a sentence counts the others.
NAMED = 6


def comparison_sites(siblings: Iterable[Sibling]) -> int:
    return sum(one.kind == SiblingKind.SITE for one in siblings)


def rests_on(
    metric: Metric, *, first_day: date | None, sites: int = 0, names: Sequence[str] = ()
) -> str:
    """From what it will be known what the number would have been without the pilot, in a sentence, or
    that it will have no verdict. `first_day`: of the pilot, as planned; `sites`: with how many others it
    is compared, and their `names`, where it is known that who reads may see them."""
    if metric.design == ComparisonDesign.SITES and not sites:
        return _(
            "It is to be compared with the same number at other sites, and none is named: it will have"
            " no verdict until one is added."
        )
    if sites and metric.design in ("", ComparisonDesign.SITES):
        return f"{_beside(sites, names)} {_why(metric)}".strip()
    opens = first_day or dates.day_of(metric.created_at)
    long = metric.pull_from <= opens - TWO_YEARS
    if metric.design == ComparisonDesign.INTERRUPTED or (long and not metric.design):
        said = _(
            "Compared with what its own history leads to expect, with trend and season: numbers from"
            " %(day)s on."
        ) % {"day": dates.day_in_words(metric.pull_from)}
        return f"{said} {_why(metric)}".strip()
    if metric.steady_from:
        said = _("It is taken to be steady without the pilot. %(basis)s: %(because)s") % {
            "basis": metric.get_steady_from_display(),
            "because": metric.steady_because,
        }
        return f"{said} {_why(metric)}".strip()
    return _(
        "Its plan does not say from what it is known that it would stay as it is without the pilot, so"
        " it will have no verdict. Numbers from two years before the first day on would answer for a"
        " season and a trend."
    )


def _beside(sites: int, names: Sequence[str]) -> str:
    said = ngettext(
        "Compared with the same number at %(n)s other site%(which)s: it is taken that without the pilot"
        " it would have moved as that did.",
        "Compared with the same number at %(n)s other sites%(which)s: it is taken that without the pilot"
        " it would have moved as they did.",
        sites,
    )
    which = ""
    if names:
        shown = list(names[:NAMED])
        if more := sites - len(shown):
            shown.append(ngettext("%(n)s more", "%(n)s more", more) % {"n": more})
        which = f" ({get_text_list(shown, _('and'))})"
    return said % {"n": sites, "which": which}


def _why(metric: Metric) -> str:
    if not metric.design_because:
        return ""
    return _("Chosen because %(because)s.") % {"because": metric.design_because.rstrip(". ")}
