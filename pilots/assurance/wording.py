"""Where a review stands, in a sentence."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innovation.rules import dates
from innovation.rules.dates import day_in_words
from pilots.assurance.queries import AssessmentState, Turn


def said_of(state: AssessmentState) -> str:
    """Where one review stands, in a sentence."""
    assessment = state.assessment
    if state.turn is Turn.DONE:
        assert assessment.reviewed_at is not None and assessment.reviewed_by is not None
        return _("%(who)s, %(day)s: “%(what)s”") % {
            "who": assessment.reviewed_by.name,
            "day": day_in_words(dates.day_of(assessment.reviewed_at)),
            "what": assessment.conclusion,
        }
    if state.turn is Turn.REVIEWER:
        who = assessment.reviewer
        if who is None:
            return _("It has waited for a reviewer since %(day)s; nobody has taken it yet.") % {
                "day": day_in_words(dates.day_of(state.since))
            }
        return _("It has waited for %(who)s since %(day)s.") % {
            "who": who.name,
            "day": day_in_words(dates.day_of(state.since)),
        }
    left = sum(one.with_team for one in state.questions)
    return ngettext(
        "The team owes one answer of %(of)s.", "The team owes %(n)s answers of %(of)s.", left
    ) % {"n": left, "of": len(state.questions)}
