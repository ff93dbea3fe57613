"""How long a pilot runs at the most: weeks from its first day by pathway, and one extension. At its end it
is scaled, stopped or extended; a pilot without an end is the old way of working with a new bill."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from innovation.rules.dates import day_in_words


@dataclass(frozen=True)
class RunTime:
    """The longest run, and by how much it may be extended, once."""

    weeks: int
    extension_weeks: int


# By pathway. What touches care is measured longer; what saves time shows it within half a year.
LONGEST: dict[str, RunTime] = {
    "efficiency": RunTime(26, 13),
    "clinical_workflow": RunTime(39, 13),
    "decision_support": RunTime(52, 26),
    "device": RunTime(52, 26),
}


def weeks_in_sql(pathway: str, *, extended: bool = False) -> str:
    """The table for the database's own checks; nothing where there is no pathway."""
    whens = " ".join(
        f"WHEN '{key}' THEN {one.weeks + (one.extension_weeks if extended else 0)}"
        for key, one in LONGEST.items()
    )
    return f"(CASE {pathway} {whens} END)"


@dataclass(frozen=True)
class PilotClock:
    """The time of a pilot that went live, as of `today`."""

    live_on: date
    longest: RunTime
    extended_until: date | None
    today: date

    @property
    def ends_on(self) -> date:
        """The last day."""
        return self.extended_until or self.live_on + timedelta(weeks=self.longest.weeks)

    @property
    def latest(self) -> date:
        """Beyond which it is not extended any more."""
        if self.extended_until is not None:
            return self.extended_until
        return self.live_on + timedelta(weeks=self.longest.weeks + self.longest.extension_weeks)

    @property
    def may_be_extended(self) -> bool:
        return self.extended_until is None

    @property
    def is_over(self) -> bool:
        return self.today > self.ends_on

    @property
    def weeks(self) -> int:
        """In all, a week that began counting whole."""
        return -(-(self.ends_on - self.live_on).days // 7)

    @property
    def week(self) -> int:
        """In which it is; the last one once they are over."""
        return min(max((self.today - self.live_on).days, 0) // 7 + 1, self.weeks)

    @property
    def sentence(self) -> str:
        facts = {
            "week": self.week,
            "weeks": self.weeks,
            "end": day_in_words(self.ends_on),
            "latest": day_in_words(self.latest),
        }
        if not self.is_over and self.may_be_extended:
            said = _("Week %(week)s of %(weeks)s, until %(end)s.")
        elif not self.is_over:
            said = _(
                "Week %(week)s of %(weeks)s, until %(end)s. It was extended, and is not again."
            )
        elif self.may_be_extended:
            said = _(
                "Its %(weeks)s weeks were over on %(end)s. It is scaled, stopped, or extended once, until"
                " %(latest)s at the latest. Nothing else goes on."
            )
        else:
            said = _(
                "Its %(weeks)s weeks, with its extension, were over on %(end)s. It is scaled or stopped."
                " Nothing else goes on."
            )
        return said % facts
