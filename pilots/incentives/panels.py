"""Offers in the charter and on the pilot's page; who had which part, and thanks, on pilots and needs and with a stop
that kept its rule; what waits for the lead; the way to one's own parts from one's account."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.needs.models import Need
from innovation.people.models import User
from innovation.rules import dates
from innovation.web.panels import Panel, WaitingItem
from pilots.incentives import permissions, presenters, queries
from pilots.incentives.models import CreditClaim
from pilots.learning.models import LearningCard
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.queries import pilots_of_need
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import ENDED, PilotStatus

_SHOWN = 30
_THANKS = 5


def plan_of_pilot(user: User, pilot: Pilot) -> Panel | None:
    found = queries.offers_of(pilot)
    may_plan = bool(permissions.can_plan(user, pilot))
    if not found and not may_plan:
        return None
    today = dates.today()
    asked = [one.incentive for one in found if one.incentive.has_begun(today=today)]
    return Panel(
        title=_("What people are offered"),
        template="pilots/incentives/_offers.html",
        context={
            "pilot": pilot,
            "offers": found,
            "may_plan": may_plan,
            "to_evaluate": {one.pk for one in asked if one.last_evaluation is None},
        },
    )


of_charter = plan_of_pilot


def credit_of_pilot(user: User, pilot: Pilot) -> Panel | None:
    """Who had which part; with what became of it once it has ended."""
    found = queries.credit_of_pilot(pilot, reader=user)
    return Panel(
        title=_("Who had which part"),
        template="pilots/incentives/_credit.html",
        context={
            "pilot": pilot,
            "lines": presenters.by_person(found),
            "outcome": presenters.outcome_of(pilot) if pilot.status in ENDED else "",
            "user": user,
            "thank_url": reverse("pilots:thank-pilot", args=[pilot.pk]),
        },
    )


def thanks_of_pilot(user: User, pilot: Pilot) -> Panel | None:
    """Of a stop that kept its rule they stand with the stop, on the same page."""
    if (
        pilot.status == PilotStatus.STOPPED
        and LearningCard.objects.stops_by_rule().filter(pilot=pilot).exists()
    ):
        return None
    return _thanks(pilot, reverse("pilots:thanks-of-pilot", args=[pilot.pk]))


def thanks_of_stop(user: User, card: LearningCard) -> Panel | None:
    """With a stop that kept its rule: thanks to its team, as a success has them, for whoever sees the pilot."""
    if not card.is_honoured or not Pilot.objects.visible_to(user).filter(pk=card.pilot_id).exists():
        return None
    found = queries.thanks_about(card.pilot, most=_THANKS + 1)
    return Panel(
        title=_("Thanks to its team"),
        template="pilots/incentives/_thanks_of_stop.html",
        context={
            "said": found[:_THANKS],
            "more": reverse("pilots:thanks-of-pilot", args=[card.pilot_id])
            if len(found) > _THANKS
            else "",
            "thank_url": reverse("pilots:thank-pilot", args=[card.pilot_id]),
        },
    )


def credit_of_need(user: User, need: Need) -> Panel | None:
    """Who noticed it and who shares it; and of each of its pilots that the reader sees, what became of it and
    who had which part."""
    pilots = pilots_of_need(user, need) if user.may(PilotsPermission.READ) else []
    parts = queries.credits_of(pilots, reader=user)
    own = queries.credit_of_need(need)
    return Panel(
        title=_("Who had which part"),
        template="pilots/incentives/_credit_of_need.html",
        context={
            "need": need,
            "lines": presenters.by_person(own),
            "pilots": [
                (one, presenters.outcome_of(one), queries.people_of(parts[one.pk]))
                for one in pilots
            ],
            "user": user,
            "thank_url": reverse("pilots:thank-need", args=[need.pk]),
        },
    )


def thanks_of_need(user: User, need: Need) -> Panel | None:
    return _thanks(need, reverse("pilots:thanks-of-need", args=[need.pk]))


def _thanks(thing: Pilot | Need, url: str) -> Panel | None:
    found = queries.thanks_about(thing, most=_THANKS + 1)
    if not found:
        return None
    return Panel(
        title=_("Thanks"),
        template="pilots/incentives/_thanks.html",
        context={"said": found[:_THANKS], "more": url if len(found) > _THANKS else ""},
    )


def waiting(user: User) -> list[WaitingItem]:
    """What people say that they also did, for who leads the pilot."""
    found = CreditClaim.objects.open().filter(pilot__lead=user.pk).exclude(person=user.pk)
    return [
        WaitingItem(
            title=one.pilot.title,
            sentence=_("%(who)s says that they also did this: “%(what)s”")
            % {"who": one.person.name, "what": one.what},
            url=reverse("pilots:credit-answer", args=[one.pk]),
            since=one.at,
            kind=_("Who had which part"),
            action_label=_("Answer"),
        )
        for one in found.select_related("pilot", "person").order_by("at")[:_SHOWN]
    ]


def of_person(user: User, person: User) -> Panel | None:
    """On one's own account."""
    if user.pk != person.pk:
        return None
    return Panel(title=_("What you contributed"), template="pilots/incentives/_to_mine.html")
