"""What a metric's verdicts will rest on, as far as its plan says before anything is known. Pure."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import gettext as _

from innovation.rules import dates
from pilots.metrics.models import ComparisonDesign, Metric

# From what a season and an older trend are told.
TWO_YEARS = timedelta(days=728)


def rests_on(metric: Metric, *, first_day: date | None) -> str:
    """From what it will be known what the number would have been without the pilot, in a sentence, or
    that it will have no verdict. `first_day`: of the pilot, as planned."""
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


def _why(metric: Metric) -> str:
    if not metric.design_because:
        return ""
    return _("Chosen because %(because)s.") % {"because": metric.design_because.rstrip(". ")}
