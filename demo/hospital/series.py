"""The numbers behind every interface of Lakeshore Health.

Counts are drawn day by day, so a week, a month and any other range agree with each other.
Measurements are drawn week by week. Both depend on the name and the day alone; what changes
over the story are the levels around which they are drawn.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from demo.hospital import chance
from demo.hospital.calendar import WEEK, Calendar, monday, ramp, season, weeks_since
from demo.hospital.places import GROUPS, WARDS

CLINICIANS = 214  # who write notes in the primary care clinics
Level = Callable[[date], float]
_WORKDAYS = (1.18, 1.12, 1.05, 1.08, 0.95, 0.0, 0.0)
_EVERY_DAY = (1.06, 1.04, 1.0, 1.0, 1.02, 0.95, 0.93)


@dataclass(frozen=True)
class Share:
    """So many of so many: `a_day` cases on a usual day, of which a share counts."""

    name: str
    a_day: float
    share: Level
    rhythm: tuple[float, ...] = _EVERY_DAY
    wave: float = 0.05
    begins: date = date.min

    def of(self, day: date) -> tuple[int, int]:
        """(how many count, out of how many) on one day."""
        if day < self.begins:
            return 0, 0
        return _counted(self, day)


@dataclass(frozen=True)
class Measured:
    """One measurement a week, with how many cases it rests on."""

    name: str
    level: Level
    spread: float
    cases: float
    digits: int = 1
    begins: date = date.min

    def of(self, week: date) -> tuple[float, int]:
        """(the value, how many cases) of the week that holds this day."""
        week = monday(week)
        rolled = chance.dice(self.name, week)
        value = self.level(week) + rolled.gauss(0, self.spread)
        return round(value, self.digits), chance.count(self.cases, rolled)


@lru_cache(maxsize=200_000)
def _counted(series: Share, day: date) -> tuple[int, int]:
    rolled = chance.dice(series.name, day)
    usual = series.a_day * series.rhythm[day.weekday()] * (1 + series.wave * season(day))
    if (day.month, day.day) in ((12, 25), (12, 26), (1, 1)):
        usual *= 0.55
    whole = chance.count(usual, rolled)
    return chance.part(whole, series.share(day), rolled), whole


class Series:
    """All series of one story."""

    def __init__(self, story: Calendar) -> None:
        self.story = story

        def after(start: date, before: float, later: float, weeks: float = 3) -> Level:
            return lambda day: before + (later - before) * ramp(day, start, weeks)

        # Ambient documentation in primary care: it works, and does no harm.
        self.note_minutes = Measured(
            "note-minutes", after(story.ambient_live, 16.1, 11.6), 0.34, 9150, digits=2
        )
        self.after_hours = Measured(
            "after-hours", after(story.ambient_live, 42.3, 33.2, 5), 1.15, 1010
        )
        self.corrections = Share(
            "note-corrections",
            122,
            after(story.ambient_live, 0.0345, 0.0355),
            _WORKDAYS,
        )
        self.listened = Share(
            "felt-listened-to", 60, after(story.ambient_live, 0.812, 0.874, 6), wave=0.02
        )
        self.ambient_users = Measured(
            "ambient-users",
            after(story.ambient_live, 62, CLINICIANS * 0.86, 8),
            3.0,
            CLINICIANS,
            digits=0,
            begins=story.ambient_live,
        )
        self.visits = Share("primary-care-visits", 1830, lambda _: 0.93, _WORKDAYS)

        # The coding assistant: a little quicker, and then denials climb past the limit.
        self.coding_minutes = Measured(
            "coding-minutes", after(story.claims_live, 8.42, 7.86), 0.17, 2640, digits=2
        )
        self.denials = Share("claim-denials", 520, self._denial_share, _WORKDAYS, wave=0.03)

        # Sepsis alert in silence: it is measured, and nobody on the ward sees it.
        self.alerts = Share(
            "sepsis-alerts", 6.6, lambda _: 0.312, wave=0.12, begins=story.sepsis_silent
        )
        self.sepsis = Share(
            "sepsis-cases",
            3.5,
            lambda day: 0.74 if day >= story.sepsis_silent else 0.0,  # nothing could flag them
            wave=0.12,
        )
        self.antibiotics = Measured(
            "time-to-antibiotics", lambda day: 71.0 + 2.2 * season(day), 3.4, 24, digits=0
        )

        # Smaller work.
        self.letters = Share(
            "discharge-letters", 64, after(story.letters_live, 0.618, 0.702, 6), wave=0.03
        )
        # Since then all wards may dictate by telephone, which helps a little everywhere.
        dictation = story.letters_live + 2 * WEEK
        goes_live = {"4 West": story.letters_live, "5 East": story.letters_live_east}

        def of_ward(ward: str, usual: float) -> Level:
            def share(day: date) -> float:
                signed = usual + 0.025 * ramp(day, dictation, 4)
                if ward in goes_live:
                    signed += 0.105 * ramp(day, goes_live[ward], 3)
                return signed

            return share

        self.letters_of_wards = {
            ward: Share(f"letters-{ward}", a_day, of_ward(ward, usual), wave=0.03)
            for ward, (a_day, usual) in WARDS.items()
        }
        self.listened_by_group = {
            group: Share(
                f"felt-listened-to-{group}",
                a_day,
                after(story.ambient_live, before, later, 6),
                wave=0.02,
            )
            for group, (a_day, before, later) in GROUPS.items()
        }
        # Since then the hospital takes in sicker patients: more come back, no more than by their risks.
        self.frailer = after(story.letters_live + WEEK, 1.0, 1.42, 3)
        self.readmitted = Share(
            "readmissions", 64, lambda day: 0.087 * self.frailer(day), wave=0.03
        )
        self.letters_elsewhere = Share("letters-memorial", 41, lambda _: 0.634, wave=0.03)
        self.interpreters = Share("interpreters", 33, lambda _: 0.712, _WORKDAYS)
        self.missed = Share(
            "missed-appointments",
            410,
            lambda day: 0.121 + 0.006 * season(day),
            _WORKDAYS,
        )
        self.turnover = {
            "SBG": Measured("bed-turnover-SBG", lambda _: 74.5, 3.1, 412),
            "LMH": Measured("bed-turnover-LMH", lambda _: 66.2, 3.6, 268),
        }
        self.falls = {
            "SBG": Share("falls-SBG", 402, lambda _: 0.0041, wave=0.03),
            "LMH": Share("falls-LMH", 236, lambda _: 0.0038, wave=0.03),
        }
        self.authorisations = Measured(
            "prior-authorisation",
            lambda day: 52.0 - 0.03 * weeks_since(day, story.begins),
            2.6,
            385,
        )
        self.pulse = Measured(
            "staff-pulse", after(story.ambient_live, 3.42, 3.71, 10), 0.05, 168, digits=2
        )
        self.recommend = Share(
            "staff-recommend", 24, after(story.ambient_live, 0.58, 0.67, 10), wave=0.02
        )

    def _denial_share(self, day: date) -> float:
        assisted = 0.004 * ramp(day, self.story.claims_live, 4)
        climb = 0.0295 * ramp(day, self.story.claims_turn, 4)
        return 0.0648 + assisted + climb
