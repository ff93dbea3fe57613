"""What objectives put in other places: those whose sponsor has left."""

from __future__ import annotations

from functools import partial

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules import dates
from innovation.web import panels
from okrs.goals import actions
from okrs.goals.models import Objective
from okrs.goals.room import GoalsPermission


def to_hand_over(person: User | None) -> list[panels.HandoverItem]:
    """Objectives of cycles that are not over, sponsored by one who has left."""
    found = Objective.objects.filter(
        cycle__ends_on__gte=dates.day_of(timezone.now()), sponsor__is_active=False
    ).select_related("cycle", "unit", "sponsor")
    if person is not None:
        found = found.filter(sponsor=person)
    return [
        panels.HandoverItem(
            key=f"objective-{objective.pk}",
            holder=objective.sponsor_id,
            title=objective.title,
            sentence=_("Sponsors this objective in %(cycle)s.") % {"cycle": objective.cycle.name},
            url=reverse("okrs:objective-detail", args=[objective.pk]),
            unit_id=objective.unit_id,
            told=_("You sponsor “%(title)s” from now on.") % {"title": objective.title},
            may_take=partial(_who_sets_goals, objective),
            hand_over=partial(actions.hand_over, objective),
        )
        for objective in found.order_by("-pk")
    ]


def _who_sets_goals(objective: Objective) -> QuerySet[User]:
    return User.objects.holding(GoalsPermission.MANAGE, objective.unit).order_by("name")
