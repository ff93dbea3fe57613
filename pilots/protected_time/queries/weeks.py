"""The weeks of one person's promised time: which there are, and what they said of them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import Exists, OuterRef, QuerySet

from innovation.people.models import User
from innovation.rules import dates
from innovation.web.panels import WeekNote, gather
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.states import PilotStatus
from pilots.protected_time import weeks
from pilots.protected_time.honoured import Said
from pilots.protected_time.models import ProtectedWeek, WeekKept
from pilots.staffing.models import Allocation, AllocationQuerySet

# Time is given to it only once it has its resources.
NOT_BEGUN = (PilotStatus.SHAPING, PilotStatus.PROPOSED)


@dataclass(frozen=True)
class OwnWeek:
    """One week of time that was promised to one pilot, and the person's word on it."""

    pilot: Pilot
    week: date
    percent: int  # the most on any day of it
    answer: ProtectedWeek | None
    is_answered_now: bool
    is_asked_for: bool
    notes: tuple[str, ...] = ()  # what else was in it

    @property
    def key(self) -> str:
        """What a form sends for the week."""
        return self.week.isoformat()

    @property
    def last_day(self) -> date:
        return weeks.last_day_of(self.week)

    @property
    def waits(self) -> bool:
        return self.is_asked_for and self.answer is None


def running(*, first: date, last: date) -> AllocationQuerySet:
    """Promised time on any of these days, of pilots that have their resources."""
    found: AllocationQuerySet = Allocation.objects.filter(starts_on__lte=last, ends_on__gte=first)
    return found.exclude(pilot__status__in=NOT_BEGUN)


def own_weeks(user: User, *, today: date, count: int) -> list[OwnWeek]:
    """So many weeks up to this one, the last first, each for each pilot that had time promised in it."""
    now = weeks.monday_of(today)
    first = now - (count - 1) * weeks.WEEK
    percents: dict[tuple[date, int], int] = defaultdict(int)
    pilots: dict[int, Pilot] = {}
    promised = running(first=first, last=weeks.last_day_of(now)).filter(person=user.pk)
    for one in promised.select_related("pilot"):
        pilots[one.pilot_id] = one.pilot
        for week in weeks.weeks_from(first, count):
            if one.starts_on <= weeks.last_day_of(week) and one.ends_on >= week:
                key = (week, one.pilot_id)
                percents[key] = max(percents[key], one.percent)
    answers = {
        (one.week, one.pilot_id): one
        for one in ProtectedWeek.objects.visible_to(user)
        .filter(week__gte=first)
        .select_related("pilot")
    }
    for key, answer in answers.items():
        pilots[answer.pilot_id] = answer.pilot
        percents.setdefault(key, 0)
    return [
        OwnWeek(
            pilots[pilot],
            week,
            percent,
            answers.get((week, pilot)),
            is_answered_now=percent > 0 and weeks.is_answered_now(week, today=today),
            is_asked_for=percent > 0 and weeks.is_asked_for(week, today=today),
        )
        for (week, pilot), percent in sorted(
            percents.items(), key=lambda one: (-one[0][0].toordinal(), pilots[one[0][1]].title)
        )
    ]


def asked_now(user: User, *, today: date) -> list[OwnWeek]:
    """The weeks that wait for this person's word, the longest first; for nobody who acts for them."""
    if user.acting_for is not None:
        return []
    return with_notes(
        user, [one for one in reversed(own_weeks(user, today=today, count=2)) if one.waits]
    )


def with_notes(user: User, own: list[OwnWeek]) -> list[OwnWeek]:
    """These weeks with what other rooms know of them: hours of training, for one."""
    if not own:
        return []
    notes: dict[tuple[date, int], list[str]] = defaultdict(list)
    for note in gather(WeekNote, "my-weeks", user, min(one.week for one in own)):
        notes[note.week, note.pilot].append(note.said)
    return [replace(one, notes=tuple(notes[one.week, one.pilot.pk])) for one in own]


def own_said(own: list[OwnWeek]) -> Said:
    """What they said of these weeks together."""
    said = Said()
    for one in own:
        if one.answer is not None:
            said += said_of(one.answer.kept)
    return said


def said_of(kept: str) -> Said:
    return Said(
        got=int(kept == WeekKept.GOT),
        part=int(kept == WeekKept.PART),
        lost=int(kept == WeekKept.LOST),
    )


def own_promises(user: User, *, today: date) -> QuerySet[Allocation]:
    """The time that they promised, today and ahead."""
    return (
        Allocation.objects.filter(person=user.pk, ends_on__gte=today)
        .select_related("pilot__lead", "member", "request")
        .order_by("starts_on", "pk")
    )


def calendar_promises(person: User, *, at: datetime) -> QuerySet[Allocation]:
    """What a calendar shows: promises of today and ahead, and those that ended in the last four weeks."""
    since = dates.days_after(dates.day_of(at), -28)
    return (
        Allocation.objects.filter(person=person, ends_on__gte=since)
        .select_related("pilot", "request")
        .order_by("starts_on", "pk")
    )


def silent_people(week: date) -> QuerySet[User]:
    """Who had time promised in a week and has not said yet how it went."""
    answered = ProtectedWeek.objects.filter(
        person=OuterRef("person"), pilot=OuterRef("pilot"), week=week
    )
    waiting = running(first=week, last=weeks.last_day_of(week)).exclude(Exists(answered))
    return User.objects.active().filter(pk__in=waiting.values("person")).order_by("pk")
