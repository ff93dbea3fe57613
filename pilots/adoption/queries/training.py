"""Who of a group must be trained, who is, and how much of it may be shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules.small_cells import may_say
from pilots.adoption.models import (
    AffectedGroup,
    Attendance,
    Champion,
    GroupMember,
    GroupQuerySet,
    TrainingSession,
    WaveGroup,
)
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.states import ENDED

# Where a group is in no wave: most of them, and not all, as somebody is always ill.
USUAL_SHARE = 80


@dataclass(frozen=True)
class Trained:
    """How many of a group are trained, and how many are asked before it begins."""

    group: AffectedGroup
    people: int
    named: int
    trained: int
    wanted: int  # percent
    champions: int
    begins: date | None  # with a wave that is not live yet; with the pilot where None

    @property
    def enough(self) -> bool:
        return self.trained * 100 >= self.wanted * self.people

    @property
    def asked(self) -> int:
        """How many people the share is."""
        return -(-self.wanted * self.people // 100)

    @property
    def is_shown(self) -> bool:
        """Whether the number may be read without telling of one or few: of those who are named, whom the
        unit knows, and of as many as the team says that they are."""
        return all(not whole or may_say(self.trained, whole) for whole in (self.named, self.people))


def not_trained(found: Trained) -> str:
    """What is missing of a group, without telling of few of them: the gate's own words."""
    said = {
        "group": found.group.name,
        "share": found.wanted,
        "trained": found.trained,
        "people": found.people,
    }
    if found.is_shown:
        return _("%(group)s: %(trained)s of %(people)s are trained; %(share)s %% are asked.") % said
    return _("%(group)s: not trained to %(share)s %% yet.") % said


def attended(day: date) -> QuerySet[Attendance]:
    """What counts on this day: was there, at a session held by then, and it has not run out."""
    return Attendance.objects.filter(
        Q(valid_until=None) | Q(valid_until__gte=day),
        taken_back_at=None,
        session__cancelled_at=None,
        session__held_on__lte=day,
    )


def members() -> QuerySet[GroupMember]:
    """Who is of a group and still works here."""
    return GroupMember.objects.filter(left_at=None, person__is_active=True)


def is_trained(day: date) -> Exists:
    """Whether a member was at a session of the group that counts on this day."""
    return Exists(attended(day).filter(session__group=OuterRef("group"), person=OuterRef("person")))


def counted(groups: GroupQuerySet, day: date) -> GroupQuerySet:
    """Groups with how many are named, trained and champions, and the share that is asked of them."""
    own = members().filter(group=OuterRef("pk"))
    champions = Champion.objects.standing().filter(group=OuterRef("pk"))
    places = WaveGroup.objects.filter(group=OuterRef("pk"))
    later = places.filter(wave__went_live_on=None)
    return groups.annotate(
        named=_number_of(own),
        trained=_number_of(own.filter(is_trained(day))),
        helping=_number_of(champions),
        wanted=Coalesce(Subquery(places.values("wave__share")[:1]), USUAL_SHARE),
        begins=Subquery(later.values("wave__first_day")[:1]),
    )


def _number_of(rows: QuerySet[Any]) -> Coalesce:
    grouped = rows.order_by().values("group").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(grouped), 0)


def trained(group: AffectedGroup) -> Trained:
    """Of a group from `counted`."""
    found: Any = group
    return Trained(
        group=group,
        people=max(group.people, found.named),
        named=found.named,
        trained=found.trained,
        wanted=found.wanted,
        champions=found.helping,
        begins=found.begins,
    )


def first_to_begin(groups: Iterable[Trained]) -> list[Trained]:
    """Of these, the ones of the first wave, and those that wait for no wave: they begin with the pilot."""
    groups = list(groups)
    first = min((one.begins for one in groups if one.begins is not None), default=None)
    return [one for one in groups if one.begins in (None, first)]


def trained_of(pilot: Pilot, *, day: date) -> list[Trained]:
    """Of all groups that stand. One statement."""
    groups = AffectedGroup.objects.standing().filter(pilot=pilot).for_list()
    return [trained(one) for one in counted(groups, day)]


def trained_in(groups: Collection[int], *, day: date) -> list[Trained]:
    """Of these groups."""
    found = AffectedGroup.objects.standing().filter(pk__in=groups)
    return [trained(one) for one in counted(found, day)]


def trained_one(group: AffectedGroup, *, day: date) -> Trained:
    """Of one group that stands."""
    return trained_in([group.pk], day=day)[0]


def held_still(groups: Iterable[AffectedGroup], *, day: date) -> list[AffectedGroup]:
    """Of these, the ones of which somebody was at a session and no number may be shown: how many they are and
    the share that is asked stay, or the gate would tell the number to whoever turns them."""
    hidden = [
        one.group for one in trained_in([one.pk for one in groups], day=day) if not one.is_shown
    ]
    came = set(
        Attendance.objects.filter(session__group__in=hidden).values_list(
            "session__group", flat=True
        )
    )
    return [one for one in hidden if one.pk in came]


def sessions_of(groups: Iterable[AffectedGroup]) -> list[TrainingSession]:
    """All that stand, by their day."""
    ids = [one.pk for one in groups]
    return list(TrainingSession.objects.standing().filter(group__in=ids).for_list())


@dataclass(frozen=True)
class RunOut:
    """Training of somebody's that counts no more."""

    group: AffectedGroup
    until: date  # the last day that counted


def run_out_for(user: User, *, today: date) -> list[RunOut]:
    """Where this person is of a group, was trained, and is not any more."""
    was = Attendance.objects.filter(
        session__group=OuterRef("group"), person=user.pk, valid_until__lt=today, taken_back_at=None
    ).order_by("-valid_until")
    found = (
        members()
        .filter(~is_trained(today), person=user.pk, group__removed_at=None)
        .exclude(group__pilot__status__in=ENDED)
        .annotate(until=Subquery(was.values("valid_until")[:1]))
        .filter(until__isnull=False)
        .select_related("group__pilot")
    )
    return [RunOut(one.group, one.until) for one in found]


@dataclass(frozen=True)
class Learned:
    """A session that somebody was at."""

    day: date
    minutes: int
    title: str
    group: str
    pilot: int

    @property
    def week(self) -> date:
        """Its Monday."""
        return self.day - timedelta(days=self.day.weekday())


def learned(person: User, *, since: date) -> list[Learned]:
    """The sessions that this person was at from this day on, the last first: their time to learn."""
    found = Attendance.objects.filter(
        person=person.pk,
        taken_back_at=None,
        session__cancelled_at=None,
        session__held_on__gte=since,
    ).order_by("-session__held_on", "-pk")
    columns = ("held_on", "minutes", "title", "group__name", "group__pilot")
    return [Learned(*row) for row in found.values_list(*(f"session__{one}" for one in columns))]


def learning_minutes(sessions: Iterable[Learned]) -> dict[tuple[date, int], int]:
    """Minutes by week (its Monday) and pilot."""
    found: Counter[tuple[date, int]] = Counter()
    for one in sessions:
        found[one.week, one.pilot] += one.minutes
    return dict(found)


@dataclass(frozen=True)
class Named:
    """Somebody of a group, for who leads the unit or runs its training."""

    member: GroupMember
    is_trained: bool
    ran_out_on: date | None  # the last day that counted, where they are trained no more


def named_with_training(group: AffectedGroup, *, day: date) -> list[Named]:
    """Everybody of the group by name, those who are not trained first. Two statements."""
    last: dict[int, date | None] = {}
    there = Attendance.objects.filter(
        session__group=group, taken_back_at=None, session__cancelled_at=None
    )
    for person, until in there.values_list("person_id", "valid_until"):
        known = last.get(person, date.min)
        last[person] = None if known is None or until is None else max(known, until)
    found = members().filter(group=group).select_related("person").order_by("person__name", "pk")
    named = [
        Named(
            member=one,
            is_trained=until is None or until >= day,
            ran_out_on=until if until is not None and date.min < until < day else None,
        )
        for one in found
        for until in [last.get(one.person_id, date.min)]
    ]
    return sorted(named, key=lambda one: one.is_trained)
