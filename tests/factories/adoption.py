"""Planned change of a test, made by the verbs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time, timedelta
from decimal import Decimal
from typing import Any

from innovation.people.models import User
from pilots.adoption import actions as adoption
from pilots.adoption.actions import pulses
from pilots.adoption.models import (
    AffectedGroup,
    BarrierAction,
    Champion,
    GroupMember,
    LessOf,
    OfficeHour,
    PdsaCycle,
    SupportStep,
    TrainingSession,
    Wave,
)
from pilots.lifecycle.models import Pilot
from tests.factories.cast import NOW, Cast, password_hash
from tests.factories.pilots import TODAY
from tests.factories.remembered import remembered
from tests.factories.surveys import answer, closed


def ask_champion(cast: Cast, group: AffectedGroup, **fields: Any) -> Champion:
    """Ana is asked for two hours a week."""
    return adoption.ask_champion(
        group,
        **{
            "person": cast.ana,
            "hours": Decimal(2),
            "why": "The others ask you anyway.",
            "by": cast.jonas,
            "at": NOW,
            **fields,
        },
    )


@remembered
def name_group(cast: Cast, pilot: Pilot, **fields: Any) -> AffectedGroup:
    """The night nurses sign notes that were drafted."""
    return adoption.name_group(
        pilot,
        **{
            "name": "Night nurses",
            "people": 24,
            "unit": cast.four_west,
            "changes": "The note is drafted while they talk; they read it and sign.",
            "by": cast.jonas,
            "at": NOW,
            **fields,
        },
    )


def plan_training(cast: Cast, group: AffectedGroup, **fields: Any) -> TrainingSession:
    """An hour last week, run by Ingrid."""
    return adoption.plan_training(
        group,
        **{
            "title": "Reading a drafted note",
            "material": "Read the draft aloud; cross out what nobody said.",
            "minutes": 60,
            "held_on": TODAY - timedelta(days=7),
            "place": "Room 12",
            "trainer": cast.ingrid,
            "by": cast.jonas,
            "at": NOW,
            **fields,
        },
    )


@remembered
def people_of(cast: Cast, group: AffectedGroup, n: int) -> list[User]:
    """So many colleagues of 4 West, who must be trained."""
    first = User.objects.count()
    found = User.objects.bulk_create(
        User(
            email=f"nurse.{number}@lakeshore.example",
            name=f"Nurse {number}",
            password=password_hash(),
            unit=cast.four_west,
        )
        for number in range(first, first + n)
    )
    GroupMember.objects.bulk_create(
        GroupMember(group=group, person=one, added_by=cast.amara, added_at=NOW) for one in found
    )
    return found


def attend(cast: Cast, session: TrainingSession, people: Sequence[User]) -> None:
    """Ingrid, who ran it, says that they were there."""
    adoption.mark_attended(session, people=people, by=session.trainer, at=NOW)


def plan_wave(cast: Cast, pilot: Pilot, groups: Sequence[AffectedGroup], **fields: Any) -> Wave:
    """They begin today, once four of five are trained."""
    return adoption.plan_wave(
        pilot,
        **{
            "name": "First wave",
            "first_day": TODAY,
            "share": 80,
            "groups": groups,
            "reason": "One ward first.",
            "by": cast.jonas,
            "at": NOW,
            **fields,
        },
    )


def plan_cycle(cast: Cast, pilot: Pilot, **fields: Any) -> PdsaCycle:
    """Two nurses read the draft aloud for a week."""
    return adoption.plan_cycle(
        pilot,
        **{
            "question": "Do they find mistakes when they read aloud?",
            "prediction": "Two of three mistakes are found.",
            "plan": "Two nurses, one week, on the early shift.",
            "starts_on": TODAY,
            "by": cast.jonas,
            "at": NOW,
            **fields,
        },
    )


def plan_support(cast: Cast, pilot: Pilot, **fields: Any) -> SupportStep:
    """Ana shows it at handover."""
    return adoption.plan_support(
        pilot,
        **{
            "what": "Shown on each shift",
            "how": "Ten minutes at handover",
            "due_on": TODAY + timedelta(days=14),
            "owner": cast.ana,
            "by": cast.jonas,
            "at": NOW,
            **fields,
        },
    )


def plan_office_hour(cast: Cast, pilot: Pilot, **fields: Any) -> OfficeHour:
    """Jonas sits in the staff room for an hour at noon."""
    return adoption.plan_office_hour(
        pilot,
        **{
            "held_on": TODAY + timedelta(days=14),
            "begins_at": time(12),
            "ends_at": time(13),
            "place": "Staff room",
            "host": cast.jonas,
            "by": cast.jonas,
            "at": NOW,
            **fields,
        },
    )


def say_less(cast: Cast, group: AffectedGroup, **fields: Any) -> LessOf:
    """No second copy of the note any more, as Rosa decided."""
    return adoption.say_less(
        group,
        **{
            "what": "The second copy of the note",
            "minutes": 45,
            "from_on": TODAY,
            "decided_by": cast.rosa,
            "by": cast.jonas,
            "at": NOW,
            **fields,
        },
    )


def help_group(cast: Cast, group: AffectedGroup, **fields: Any) -> BarrierAction:
    """A pulse said that they were never shown how; Jonas trains them on each shift."""
    then = NOW - timedelta(days=30)
    (pulse,) = pulses.open_pulses(
        group.pilot, groups=[group], by=cast.jonas, at=then, closes_on=TODAY - timedelta(days=17)
    )
    for _n in range(6):
        answer(pulse.round, [4, 4, 2, 2, 4], at=then)
    closed(cast, pulse.round)
    return help_again(cast, group, **fields)


def help_again(cast: Cast, group: AffectedGroup, **fields: Any) -> BarrierAction:
    return pulses.take_on(
        group,
        **{
            "what": "Train on each shift.",
            "owner": cast.jonas,
            "until": TODAY + timedelta(days=28),
            "by": cast.jonas,
            "at": NOW,
            **fields,
        },
    )
