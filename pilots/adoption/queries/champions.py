"""Champions of groups: who is one, who is asked, and how much they give."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import ngettext

from innovation.people.models import User
from innovation.people.models.units import USUAL_ALONE_PERCENT
from innovation.rules.numbers import number
from pilots.adoption.models import Champion, ChampionAnswer
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import ENDED
from pilots.staffing.capacity import hours_a_week
from pilots.staffing.queries import candidates
from pilots.staffing.room import StaffingPermission


def may_be_champion(user: User, pilot: Pilot) -> QuerySet[User]:
    """Whom this person may ask."""
    return candidates(user, pilot).filter(is_active=True).select_related("unit").order_by("name")


def may_train(pilot: Pilot) -> QuerySet[User]:
    """Who sees the pilot, and could say there who was trained."""
    return User.objects.holding(PilotsPermission.READ, pilot.unit).order_by("name")


def may_have_decided(user: User, pilot: Pilot) -> QuerySet[User]:
    """Who may have decided that something stops: colleagues, the sponsor, and who answers for the unit."""
    answers = User.objects.holding(StaffingPermission.AGREE, pilot.unit)
    found = User.objects.filter(
        Q(pk__in=candidates(user, pilot).values("pk"))
        | Q(pk__in=answers.values("pk"))
        | Q(pk=pilot.sponsor_id),
        is_active=True,
    )
    return found.order_by("name")


def champions_of(user: User, pilot: Pilot) -> list[Champion]:
    """Of all groups that stand: who said yes and, as far as this person is told, who was asked or said no."""
    found = Champion.objects.visible_to(user).filter(
        group__pilot=pilot, group__removed_at=None, ended_at=None
    )
    return list(found.exclude(answer=ChampionAnswer.WITHDRAWN).for_list())


def asked_of(user: User) -> list[Champion]:
    """What waits for this person's own yes or no, the longest first."""
    if user.acting_for is not None:
        return []
    found = Champion.objects.open().filter(person=user.pk)
    return list(found.for_list().order_by("asked_at", "pk"))


def hours_alone(person: User) -> Decimal:
    """What their unit leaves to them to give by their own yes, in hours a week."""
    return hours_a_week(person.unit.alone() if person.unit else USUAL_ALONE_PERCENT)


def hours_given(person: User) -> Decimal:
    """What they give as champions, or are asked for, in hours a week."""
    found = (
        Champion.objects.filter(
            person=person,
            answer__in=["", ChampionAnswer.YES],
            ended_at=None,
            group__removed_at=None,
        )
        .exclude(group__pilot__status__in=ENDED)
        .aggregate(hours=Sum("hours"))["hours"]
    )
    return found or Decimal(0)


def hours_in_words(hours: Decimal) -> str:
    """ "1 hour a week", "1.5 hours a week" """
    return ngettext("%(n)s hour a week", "%(n)s hours a week", 1 if hours == 1 else 2) % {
        "n": number(hours)
    }
