"""How a pilot ended, and what a stop spared. Pure.

A stop is honoured where it keeps the rule that was agreed before the first number; which is something else
than one against the rule, without one, or by the team before its outcome was decided. Where harm, an alarm
or safety's own hold was the reason, it is said so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from pilots.staffing.capacity import hours_a_week


class CardOutcome(models.TextChoices):
    SCALED = "scaled", _("Scaled")
    STOPPED = "stopped", _("Stopped")
    PIVOTED = "pivoted", _("Tried another way")
    TAKEN_OUT = "taken_out", _("Taken out of use")


# The verbs of the lifecycle that end a try.
OUTCOME_OF = {
    "scale": CardOutcome.SCALED,
    "stop": CardOutcome.STOPPED,
    "pivot": CardOutcome.PIVOTED,
    "take_out": CardOutcome.TAKEN_OUT,
}


class StopGround(models.TextChoices):
    RULE = "rule", _("Stopped by its rule")
    SAFETY = "safety", _("Stopped for safety")
    AGAINST = "against", _("Stopped against its rule")
    NO_RULE = "no_rule", _("Stopped without a rule")
    EARLY = "early", _("Ended before its outcome was decided")


@dataclass(frozen=True)
class StopCase:
    """What was known of a stop when it was made. `decided`: at the outcome gate; `recommended`: what the
    agreed rule said there, empty where it said nothing; `unsafe`: harm was shown, an alarm was open, or
    safety held it."""

    decided: bool
    recommended: str = ""
    against: bool = False
    unsafe: bool = False

    @property
    def keeps_rule(self) -> bool:
        """Whether the rule said that it is over (or paused, which a stop is, too)."""
        return self.decided and self.recommended in ("stop", "pause") and not self.against

    @property
    def ground(self) -> StopGround:
        """
        >>> StopCase(decided=True, recommended="stop").ground.value
        'rule'
        >>> StopCase(decided=True, recommended="scale", against=True).ground.value
        'against'
        >>> StopCase(decided=False, unsafe=True).ground.value
        'safety'
        """
        if self.unsafe:
            return StopGround.SAFETY
        if not self.decided:
            return StopGround.EARLY
        if self.against:
            return StopGround.AGAINST
        return StopGround.RULE if self.keeps_rule else StopGround.NO_RULE


@dataclass(frozen=True)
class FreedShare:
    """A share of somebody's time that nobody gives any more, between two days, both counted."""

    percent: int
    starts_on: date
    ends_on: date

    @property
    def hours(self) -> Decimal:
        """
        >>> FreedShare(50, date(2026, 11, 2), date(2026, 11, 15)).hours
        Decimal('40.0')
        """
        days = (self.ends_on - self.starts_on).days + 1
        return _tenths(hours_a_week(self.percent) * days / 7)


def freed(shares: Iterable[tuple[int, date, date]], *, today: date) -> list[FreedShare]:
    """What is left after today of what was promised."""
    tomorrow = today + timedelta(days=1)
    return [
        FreedShare(percent, max(starts_on, tomorrow), ends_on)
        for percent, starts_on, ends_on in shares
        if ends_on >= tomorrow
    ]


def _tenths(hours: Decimal) -> Decimal:
    return hours.quantize(Decimal("0.1"), ROUND_HALF_UP)
