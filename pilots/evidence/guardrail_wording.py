"""What a colleague would say aloud about a guardrail. Pure; in the reader's tongue."""

from __future__ import annotations

import math
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innovation.rules.numbers import number
from pilots.evidence.numbers import Numbers
from pilots.metrics.figures import Figures
from pilots.metrics.queries import length, period_name
from pilots.statistics.guardrails import GuardrailState
from pilots.statistics.monitoring.limit_cusum import LEAST_EVENTS
from pilots.statistics.series import MIN_POINTS_OF_A_LEVEL


def guardrail(numbers: Numbers, figures: Figures) -> str:
    """Where a guardrail stands against its limit; empty where there is nothing to say."""
    rail = numbers.guardrail
    if rail is None or rail.state is GuardrailState.NO_DATA:
        return ""
    limit = figures.planned(Decimal(repr(rail.limit)))
    if numbers.by_risk:
        limit = _("%(limit)s (patients' risks taken into account)") % {"limit": limit}
    facts = {"limit": limit, "last": figures.write(rail.last)}
    if rail.state is GuardrailState.BREACHED and math.isinf(rail.run_length or 0):
        return _("Its limit is none at all, and there is one since %(period)s.") % {
            "period": _period_of(numbers, rail.began)
        }
    if rail.state is GuardrailState.BREACHED:
        return _(
            "Beyond its limit of %(limit)s: %(level)s since %(period)s. A process that stays at its"
            " limit looks like this in one year of twenty."
        ) % {
            **facts,
            "level": figures.write(rail.beyond),
            "period": _period_of(numbers, rail.began),
        }
    if rail.state is GuardrailState.LOOK:
        return (
            _(
                "Look at this: %(last)s is beyond the limit of %(limit)s and unusual. That alone is no"
                " harm signal."
            )
            % facts
        )
    if rail.state is GuardrailState.NEAR:
        return _("Close to its limit of %(limit)s; usual variation could be all of it.") % facts
    return _("Within its limit of %(limit)s.") % facts


def _period_of(numbers: Numbers, place: int | None) -> str:
    """The name of a period, by its place among those since go-live."""
    since = (numbers.go_live or 0) + (place or 0)
    return period_name(numbers.series.periods[since], numbers.question.cadence)


def watch(numbers: Numbers) -> str:
    """By which rule a guardrail gives a harm signal; empty where none is watched."""
    rail = numbers.guardrail
    if rail is None or rail.state is GuardrailState.NO_DATA:
        return ""
    if rail.run_length is None and rail.level.points >= MIN_POINTS_OF_A_LEVEL:
        return _("Nothing can be beyond this limit, so it never gives a harm signal.")
    if rail.run_length is None:
        return ngettext(
            "No harm signal can be given yet: it takes %(n)s point to know how much it varies.",
            "No harm signal can be given yet: it takes %(n)s points to know how much it varies.",
            MIN_POINTS_OF_A_LEVEL,
        ) % {"n": MIN_POINTS_OF_A_LEVEL}
    if math.isinf(rail.run_length):
        return _("The limit is none at all, so the first event is a harm signal.")
    by_chance = _(
        "A harm signal adds up what lies beyond the limit (CUSUM); a process that stays at its limit"
        " gives one by chance in one year of twenty, one inside it far less often."
    )
    if rail.times is not None:
        return (
            by_chance
            + " "
            + _(
                "Events this rare are counted one by one; it takes at least %(events)s, and %(times)s"
                " times the limit is found soonest."
            )
            % {"events": number(LEAST_EVENTS, 0), "times": number(rail.times, 1)}
        )
    return (
        by_chance
        + " "
        + _(
            "One period alone gives none; a level beyond the limit by what one period usually varies is"
            " found after about %(length)s."
        )
        % {"length": length(math.ceil(rail.delay or 0), numbers.question.cadence)}
    )
