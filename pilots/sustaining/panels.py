"""Where what was scaled stands, on its pilot's page; and what waits for owner, sponsor and office."""

from __future__ import annotations

from collections.abc import Collection

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innovation.people.models import User
from innovation.rules import dates
from innovation.web.panels import EarnedSkill, Panel, WaitingItem
from pilots.lifecycle.earned import earned
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.queries import owner_after_scaling
from pilots.lifecycle.states import PilotStatus
from pilots.scaling import queries as scaling
from pilots.sustaining import presenters, queries
from pilots.sustaining.models import SustainedReview

_SHOWN = 30


def of_pilot(user: User, pilot: Pilot) -> Panel | None:
    """When it is looked at, what was decided, and, once it is taken out, how that is done."""
    if pilot.status not in (PilotStatus.SCALED, PilotStatus.WITHDRAWN):
        return None
    last = queries.last_look(pilot)
    out = pilot.status == PilotStatus.WITHDRAWN
    plan = scaling.plan_of(pilot).plan if out else None
    return Panel(
        title=_("Taken out of use") if out else _("Since it was scaled"),
        template="pilots/sustaining/_of_pilot.html",
        context={
            "pilot": pilot,
            "last": last,
            "waits": last is not None and last.review.decided_at is None,
            "overdue": last is not None and presenters.is_overdue(last),
            "next": queries.next_of(pilot, today=dates.today()),
            "owner": owner_after_scaling(pilot),
            "taking_out": plan.taking_out if plan is not None else "",
        },
    )


def waiting(user: User) -> list[WaitingItem]:
    """What its owner has to say something about; and what nobody has decided in time."""
    today = dates.today()
    items = {
        one.pk: _item(
            one,
            _("You own it. Say what you see: whether it holds, is used, and what it costs."),
            _("Say what you see"),
            reverse("pilots:sustained-answer", args=[one.pk]),
        )
        for one in queries.to_answer(user)[:_SHOWN]
    }
    for one in queries.overdue(user, today=today)[:_SHOWN]:
        if one.pk in items:
            continue
        waits_for = (
            _("%(who)s has not said what they see.")
            % {"who": owner_after_scaling(one.review.pilot).name}
            if one.answered_at is None
            else _("Nobody has decided whether it stays.")
        )
        items[one.pk] = _item(one, waits_for, _("Look at it"), one.get_absolute_url())
    return list(items.values())


def _item(one: SustainedReview, sentence: str, label: str, url: str) -> WaitingItem:
    overdue = presenters.is_overdue(one)
    return WaitingItem(
        title=_("%(pilot)s: does it hold?") % {"pilot": one.review.pilot.title},
        sentence=sentence,
        url=url,
        since=one.review.opened_at,
        kind=_("Sustained: overdue") if overdue else _("Sustained"),
        action_label=label,
    )


def skills_earned(user: User, people: Collection[int]) -> list[EarnedSkill]:
    """Who looked after something once it was scaled."""
    return earned(
        SustainedReview.objects.visible_to(user),
        people,
        skill="sustaining",
        who="answered_by",
        at="answered_at",
        pilot="review__pilot",
        said=lambda n: (
            ngettext("Looked at how it lasts", "Looked at how it lasts %(n)s times", n) % {"n": n}
        ),
    )
