"""How the weeks of promised time went: colleagues on four teams, and what they said since the first of them.

What they say is written in one go, not by the verb of each press: the log tells nothing of some thousand weeks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from random import Random
from typing import TYPE_CHECKING

from innovation.rules import dates
from pilots.funding.models import BudgetLine
from pilots.protected_time import actions, weeks
from pilots.protected_time.models import ProtectedWeek
from pilots.protected_time.queries.weeks import running
from pilots.staffing import actions as staffing
from pilots.staffing.models import Allocation

if TYPE_CHECKING:
    from demo.story import Story

WHY = "Try it in your own hours for it, and tell us each week what gets in the way."
PERCENT = 5


@dataclass(frozen=True)
class TeamOfColleagues:
    """Who of which units joined, so many weeks ago, and of ten weeks, how many they had, in part or not."""

    weeks_ago: int
    units: tuple[tuple[str, int], ...]
    went: tuple[int, int, int]
    between: tuple[str, ...]  # what came between, the likeliest first


TEAMS = {
    "beds": TeamOfColleagues(
        79, (("four_west", 6), ("five_east", 5)), (8, 1, 1), ("other_work", "shifts")
    ),
    "reminders": TeamOfColleagues(39, (("primary_care", 7),), (9, 1, 0), ("urgent",)),
    "ambient": TeamOfColleagues(
        21, (("primary_care", 9), ("oncology", 6)), (8, 1, 1), ("urgent", "other_work")
    ),
    # Nobody covers on the wards, and it shows.
    "letters": TeamOfColleagues(
        9, (("four_west", 7), ("five_east", 6)), (3, 3, 4), ("shifts", "no_cover")
    ),
}
SILENT = 0.2  # of all weeks nobody says anything
# They have not said yet how last week went.
NOT_YET = ("ana", "ben")


def plan(story: Story) -> None:
    for key, team in TEAMS.items():
        story.then(story.week(team.weeks_ago), partial(join, story, key))
    story.then(story.day(5, 11), partial(plan_cover, story))
    story.then(story.day(0, 6), partial(say, story))


def join(story: Story, key: str, at: datetime) -> None:
    pilot = story.pilots[key]
    pilot.refresh_from_db()
    for unit, count in TEAMS[key].units:
        there = [one for one in story.colleagues if one.unit == story.units[unit]]
        for person in Random(f"{key} {unit}").sample(there, count):
            asked = staffing.ask(
                pilot,
                person=person,
                role="member",
                percent=PERCENT,
                starts_on=dates.day_of(at),
                ends_on=pilot.ends_on or dates.days_after(dates.day_of(at), 140),
                why=WHY,
                by=pilot.lead,
                at=at,
            )
            story.agree(asked, at)


def plan_cover(story: Story, at: datetime) -> None:
    """A bank nurse for Ana, paid for; for Ben nobody pays, and it is said so."""
    line = BudgetLine.objects.get(request__pilot=story.pilots["rounding"], category="training")
    for person, words, hours, paid, rate in (
        ("ana", "A bank nurse", 6, line, Decimal(38)),
        ("ben", "The pool clerk on Tuesday mornings", 4, None, None),
    ):
        actions.plan_backfill(
            story.asked[person],
            words=words,
            hours=Decimal(hours),
            line=paid,
            rate=rate,
            by=story.people["noor"],
            at=at,
        )


def say(story: Story, at: datetime) -> None:
    """All weeks up to today, the periods as each was closed, and last Friday's call."""
    today = dates.day_of(at)
    not_yet = {story.people[key].pk for key in NOT_YET}
    said = {story.pilots[key].pk: team for key, team in TEAMS.items()}
    promised = running(first=date.min, last=today).select_related("person__unit", "pilot")
    ProtectedWeek.objects.bulk_create(
        answers(promised, teams=said, not_yet=not_yet, today=today), batch_size=1000
    )
    publish(today)
    friday = weeks.monday_of(today) - timedelta(days=3)
    actions.call_due(at=datetime.combine(friday, time(15), UTC))
    story.say(f"{ProtectedWeek.objects.count()} weeks of promised time")


def answers(
    promised: Iterable[Allocation],
    *,
    teams: dict[int, TeamOfColleagues],
    not_yet: set[int],
    today: date,
) -> list[ProtectedWeek]:
    """What each said of each week on its Friday; the same every time."""
    made = []
    told: set[tuple[int, int, date]] = (
        set()
    )  # a promise may end in the week in which the next begins
    for one in promised:
        dice = Random(f"{one.person_id} {one.pilot_id}")
        team = teams.get(one.pilot_id)
        went = team.went if team else (8, 1, 1)
        week = weeks.monday_of(one.starts_on)
        while week <= min(one.ends_on, today):
            friday = week + timedelta(days=4)
            kept = dice.choices(("got", "part", "lost"), went)[0]
            silent = dice.random() < SILENT or friday >= today
            late = one.person_id in not_yet and not weeks.is_closed(week, today=today)
            key = (one.person_id, one.pilot_id, week)
            if not silent and not late and key not in told:
                told.add(key)
                between = team.between if team else ("shifts",)
                made.append(
                    ProtectedWeek(
                        person=one.person,
                        pilot=one.pilot,
                        week=week,
                        unit=one.person.unit,
                        kept=kept,
                        why=""
                        if kept == "got"
                        else between[int(dice.random() ** 2 * len(between))],
                        answered_at=datetime.combine(friday, time(15, dice.randrange(60)), UTC),
                    )
                )
            week += weeks.WEEK
    return made


def publish(today: date) -> None:
    """Each period on the day on which its last week was closed."""
    first = ProtectedWeek.objects.order_by("week").first()
    start = weeks.period_of(first.week if first is not None else today)
    while start <= weeks.last_closed_period(today):
        closed = start + weeks.PERIOD + weeks.WEEK
        actions.publish_due(at=datetime.combine(closed, time(6), UTC))
        start += weeks.PERIOD
