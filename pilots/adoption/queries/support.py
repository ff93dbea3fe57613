"""How people are told and helped, and what they stop doing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q

from innovation.people.models import User
from pilots.adoption.models import AffectedGroup, ChangeQuestion, LessOf, OfficeHour, SupportStep
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.states import ENDED


@dataclass(frozen=True)
class Help:
    """All that is done for the people whose work changes."""

    steps: list[SupportStep]
    questions: list[ChangeQuestion]
    hours: list[OfficeHour]
    less: list[LessOf]


def help_of(pilot: Pilot, *, today: date) -> Help:
    """The plan, open steps first; questions, unanswered first; office hours to come; what stops."""
    steps = SupportStep.objects.filter(pilot=pilot).for_list()
    questions = ChangeQuestion.objects.filter(pilot=pilot).for_list()
    hours = OfficeHour.objects.filter(pilot=pilot, cancelled_at=None, held_on__gte=today)
    return Help(
        steps=sorted(steps, key=lambda one: (bool(one.end), one.due_on, one.pk)),
        questions=sorted(questions, key=lambda one: (bool(one.answer), -one.pk)),
        hours=list(hours.select_related("host")),
        less=less_of(AffectedGroup.objects.standing().filter(pilot=pilot)),
    )


def less_of(groups: Iterable[AffectedGroup]) -> list[LessOf]:
    """What these groups stop doing, as it stands."""
    found = LessOf.objects.filter(group__in=groups, ended_at=None)
    return list(found.select_related("group", "decided_by"))


def given_back(less: Iterable[LessOf], group: AffectedGroup) -> tuple[int, Decimal]:
    """What that is each week: minutes for each of the group, and hours for all of them."""
    minutes = sum(one.minutes for one in less if one.group_id == group.pk)
    return minutes, Decimal(minutes * group.people) / 60


def steps_due(user: User, until: date) -> list[SupportStep]:
    """What this person is to see to by this day, or was, of pilots that go on; the first due first."""
    found = SupportStep.objects.visible_to(user).filter(
        Q(group=None) | Q(group__removed_at=None), owner=user.pk, end="", due_on__lte=until
    )
    return list(found.exclude(pilot__status__in=ENDED).for_list())


def questions_open(user: User) -> list[ChangeQuestion]:
    """Questions without an answer to pilots that this person leads and that go on; the longest open first."""
    found = ChangeQuestion.objects.filter(pilot__lead=user.pk, answered_at=None)
    return list(found.exclude(pilot__status__in=ENDED).for_list().order_by("asked_at", "pk"))
