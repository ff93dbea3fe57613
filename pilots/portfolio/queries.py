"""The list of pilots as somebody narrows it, and what one pilot's page reads."""

from __future__ import annotations

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q

from innovation.audit import actions as audit
from innovation.audit.models import Event, EventQuerySet
from innovation.people.models import Unit, User
from pilots.gates.models import Decision, GateReview
from pilots.lifecycle.checklist import Gate
from pilots.lifecycle.models import Pilot, PilotQuerySet
from pilots.staffing.queries import WITH_PEOPLE

MONEY_EVENTS = ("fund.", "pilot.budget")


def narrowed(
    user: User,
    *,
    text: str = "",
    status: str = "",
    pathway: str = "",
    unit: Unit | None = None,
    mine: bool = False,
    against_rule: bool = False,
) -> PilotQuerySet:
    """The pilots this person sees, as the list's filters narrow them; a unit with all below it. Each
    with `against_rule`: whether an outcome of it was decided otherwise than its rule said."""
    otherwise = GateReview.objects.filter(pilot=OuterRef("pk")).against_the_rule()
    pilots = Pilot.objects.visible_to(user).for_list().annotate(against_rule=Exists(otherwise))
    if against_rule:
        pilots = pilots.filter(against_rule=True)
    if text:
        pilots = pilots.filter(Q(title__icontains=text) | Q(summary__icontains=text))
    if status:
        pilots = pilots.filter(status=status)
    if pathway:
        pilots = pilots.filter(pathway=pathway)
    if unit is not None:
        below = [one.pk for one in unit.descendants(include_self=True)]
        pilots = pilots.filter(Q(unit__in=below) | Q(sites__in=below)).distinct()
    if mine:
        own = Pilot.objects.of_team(user).values("pk")
        pilots = pilots.filter(Q(pk__in=own) | Q(sponsor=user.pk))
    return pilots


def for_page(user: User) -> PilotQuerySet:
    """The pilots this person sees with what the page shows of each: two queries for one pilot."""
    sites = Pilot.sites.through.objects.filter(pilot=OuterRef("pk")).order_by("unit__name")
    return (
        Pilot.objects.visible_to(user)
        .for_list()
        .select_related("idea", "opened_by")
        .annotate(site_names=ArraySubquery(sites.values("unit__name")))
        .prefetch_related(WITH_PEOPLE, "team")
    )


def last_review(pilot: Pilot) -> GateReview | None:
    """The open review of the pilot, else the one decided last."""
    return (
        GateReview.objects.filter(pilot=pilot)
        .select_related("opened_by", "decided_by", "decided_for")
        .order_by("-id")
        .first()
    )


def ending_review(pilot: Pilot, last: GateReview | None) -> GateReview | None:
    """The review by which it ended or was taken out of use: the last one, but for looks at what was
    scaled by which it stays."""
    if last is None or last.gate != Gate.SUSTAINED or last.decision == Decision.TAKE_OUT:
        return last
    outcomes = GateReview.objects.filter(pilot=pilot, gate=Gate.OUTCOME)
    return outcomes.select_related("opened_by", "decided_by").order_by("-id").first()


def events_of(pilot: Pilot, *, with_money: bool) -> EventQuerySet:
    """What happened to the pilot; what tells of money only for who sees the pilot's money."""
    events = Event.objects.about(audit.ref(pilot))
    if not with_money:
        for prefix in MONEY_EVENTS:
            events = events.exclude(type__startswith=prefix)
    return events
