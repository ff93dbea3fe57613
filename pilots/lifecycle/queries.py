"""Reads around a pilot: who could lead it, what it could answer, what its lead has to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import CharField, F, OuterRef, Q, Subquery, Value, prefetch_related_objects
from django.db.models.functions import Cast, Coalesce, Concat
from django.shortcuts import get_object_or_404
from django.utils.translation import ngettext

from innovation.audit import actions as audit
from innovation.ideas.models import Idea, IdeaQuerySet
from innovation.ideas.states import IdeaStatus
from innovation.needs.models import Need, NeedQuerySet
from innovation.needs.states import NeedStatus
from innovation.people.models import RoleGrant, Unit, UnitQuerySet, User, UserQuerySet
from innovation.people.roles import ROLES
from innovation.rules import dates
from innovation.workflow.models import StateChange
from pilots.lifecycle.models import (
    Blocker,
    BlockerQuerySet,
    LogEntry,
    Pathway,
    Pilot,
    PilotQuerySet,
    SiteGoLive,
    TeamMember,
)
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.run_time import LONGEST, PilotClock
from pilots.lifecycle.states import ENDED, PilotStatus

# While it is one of these, its time runs.
CLOCK_RUNS = (PilotStatus.RUNNING, PilotStatus.PAUSED, PilotStatus.EVALUATING)


def visible_pilot(user: User, pk: int) -> Pilot:
    """The pilot, where this person may see it; otherwise there is none (404)."""
    return get_object_or_404(Pilot.objects.visible_to(user).for_list(), pk=pk)


def holders(permission: str, user: User) -> UserQuerySet:
    """Active people who hold it where the user works or above: the executive who sponsors a
    ward's pilot is the hospital's or the system's."""
    roles = [role.key for role in ROLES.values() if permission in role.permissions]
    grants = RoleGrant.objects.current().filter(
        role__in=roles, unit_id__within=user.above(PilotsPermission.READ)
    )
    return User.objects.active().filter(pk__in=grants.values("person_id")).order_by("name")


def concerned(pilot: Pilot) -> list[User]:
    """The lead, the sponsor, and those who answer for safety where the pilot runs."""
    reviewers = User.objects.holding(PilotsPermission.ANSWER_ALARMS, pilot.unit)
    named = User.objects.active().filter(pk__in=[pilot.lead_id, pilot.sponsor_id, pilot.owner_id])
    return list((reviewers | named).distinct().order_by(F("pk")))


def mentors_of(pilot: Pilot) -> list[User]:
    """Who accompanies the pilot as its mentor while it goes on: they hear when it is blocked or in alarm."""
    if pilot.status in ENDED:
        return []
    mentors = pilot.team.filter(accompanies=True, person__is_active=True)
    return [one.person for one in mentors.select_related("person")]


def judges_of_safety(pilot: Pilot) -> list[User]:
    """The safety reviewers of the pilot's unit who have no part in it, and had none."""
    parts = [pilot.lead_id, pilot.sponsor_id, pilot.opened_by_id]
    parts += pilot.team.values_list("person", flat=True)
    parts += pilot.former_team.values_list("person", flat=True)
    found = User.objects.holding(PilotsPermission.JUDGE_SAFETY, pilot.unit)
    return list(found.exclude(pk__in=[pk for pk in parts if pk]).order_by("name"))


def owner_after_scaling(pilot: Pilot) -> User:
    """Who answers for what a scaled pilot left behind: who said yes to it, else its sponsor, else its
    lead; the first who still works here."""
    if pilot.owner is not None and pilot.owner.is_active:
        return pilot.owner
    if pilot.sponsor is not None and pilot.sponsor.is_active:
        return pilot.sponsor
    return pilot.lead


def clocks_of(pilots: Iterable[Pilot], *, today: date) -> dict[int, PilotClock]:
    """The time of each of them that went live and has not ended, in one query."""
    live = [
        one
        for one in pilots
        if one.went_live_on is not None and one.status in CLOCK_RUNS and one.pathway in LONGEST
    ]
    prefetch_related_objects(live, "clock_extensions")
    return {
        one.pk: PilotClock(
            one.went_live_on,
            LONGEST[one.pathway],
            next(
                (e.until for e in one.clock_extensions.all() if e.live_on == one.went_live_on), None
            ),
            today,
        )
        for one in live
        if one.went_live_on is not None
    }


def clock_of(pilot: Pilot, *, today: date) -> PilotClock | None:
    """Its time; None before it went live and once it ended. Read once for a pilot in hand."""
    return clocks_of([pilot], today=today).get(pilot.pk)


def forget_clock(pilot: Pilot) -> None:
    """What was read of it was changed."""
    getattr(pilot, "_prefetched_objects_cache", {}).pop("clock_extensions", None)


def may_own_blockers(pilot: Pilot) -> UserQuerySet:
    """Who can be asked to clear what is in its way: the team, the sponsor and the office."""
    office = User.objects.holding(PilotsPermission.OPEN, pilot.unit).values("pk")
    return (
        User.objects.active()
        .filter(
            Q(pk__in=[pilot.lead_id, pilot.sponsor_id])
            | Q(pk__in=TeamMember.objects.filter(pilot=pilot).values("person"))
            | Q(pk__in=office)
        )
        .order_by("name")
    )


def blockers_for(user: User) -> BlockerQuerySet:
    """What blocks pilots and waits for this person: theirs to clear, or in a pilot that they sponsor
    or that their office looks after."""
    return (
        Blocker.objects.visible_to(user)
        .open()
        .filter(
            Q(owner=user.pk)
            | Q(entry__pilot__sponsor=user.pk)
            | Q(entry__pilot__unit_id__within=user.reach(PilotsPermission.OPEN))
        )
        .in_order()
    )


def units_to_open_in(user: User) -> UnitQuerySet:
    """The open units in which the user may open a pilot."""
    reach = user.reach(PilotsPermission.OPEN) | user.reach(PilotsPermission.LEAD)
    return Unit.objects.open().filter(pk__within=reach)


def needs_to_answer(user: User) -> NeedQuerySet:
    """Needs that a pilot of this user's could answer: accepted, or in another pilot already."""
    reach = user.reach(PilotsPermission.OPEN) | user.reach(PilotsPermission.LEAD)
    return Need.objects.visible_to(user).filter(
        unit_id__within=reach, status__in=[NeedStatus.ACCEPTED, NeedStatus.IN_PILOT]
    )


def ideas_to_try(user: User) -> IdeaQuerySet:
    return Idea.objects.visible_to(user).filter(
        status__in=[IdeaStatus.PROPOSED, IdeaStatus.IN_PILOT]
    )


def led_by(user: User) -> PilotQuerySet:
    """Pilots that this person leads and that are not over, each with what happened last:
    `moved_at`, `moved_by` (verb), `moved_why`, `moved_who`, and `logged_at`. One query."""
    last = StateChange.objects.filter(
        subject=Concat(Value("pilot:"), Cast(OuterRef("pk"), CharField()))
    ).order_by("-id")
    logged = LogEntry.objects.filter(pilot=OuterRef("pk")).order_by("-at")
    return (
        Pilot.objects.filter(lead=user.pk)
        .exclude(status__in=ENDED)
        .annotate(
            moved_at=Coalesce(Subquery(last.values("at")[:1]), F("opened_at")),
            moved_by=Subquery(last.values("verb")[:1]),
            moved_why=Subquery(last.values("reason")[:1]),
            moved_who=Subquery(last.values("by__name")[:1]),
            logged_at=Subquery(logged.values("at")[:1]),
        )
        .order_by("-id")
    )


def plans_opened_at(pilots: Iterable[int]) -> dict[int, datetime]:
    """When the plan of each of these was last opened again, by a return or a pivot: what was changed
    before that was agreed on anew."""
    subjects = {f"pilot:{pk}": pk for pk in pilots}
    if not subjects:
        return {}
    opened = StateChange.objects.filter(subject__in=subjects, verb__in=("return", "pivot"))
    rows = opened.order_by("id").values_list("subject", "at")
    return {subjects[subject]: at for subject, at in rows}


def pivoted_at(pilot: Pilot) -> datetime | None:
    """When it was last sent to try another way: what was seen before that was of another try."""
    pivot = StateChange.objects.of(audit.ref(pilot)).filter(verb="pivot").first()
    return None if pivot is None else pivot.at


def least_pathway(pilot: Pilot) -> Pathway | None:
    """Below which no answer brings the pilot: what reviewers raised it to."""
    raised = [Pathway(one.pathway) for one in pilot.pathway_raises.all()]
    return max(raised, key=list(Pathway).index, default=None)


def approved_on(pilot: Pilot) -> date | None:
    """The day on which it was last given its resources."""
    at = approved_at(pilot)
    return None if at is None else dates.day_of(at)


def approved_at(pilot: Pilot) -> datetime | None:
    """When it was last given its resources."""
    approved = StateChange.objects.of(audit.ref(pilot)).filter(verb="approve").first()
    return None if approved is None else approved.at


@dataclass(frozen=True)
class SiteDays:
    """A place where a pilot runs, and the days of its own that it has."""

    unit: Unit
    go_live: SiteGoLive | None

    @property
    def planned_on(self) -> date | None:
        return None if self.go_live is None else self.go_live.planned_on

    @property
    def went_live_on(self) -> date | None:
        return None if self.go_live is None else self.go_live.went_live_on

    @property
    def beside_the_plan(self) -> str:
        return "" if self.go_live is None else beside_the_plan(self.go_live)


def site_days(pilot: Pilot) -> list[SiteDays]:
    """Each place where the pilot runs, and each below it with a day of its own: by their days, those
    without one last."""
    days = {one.unit_id: one for one in pilot.site_go_lives.select_related("unit")}
    units = {unit.pk: unit for unit in pilot.sites.all()} | {
        one.unit_id: one.unit for one in days.values()
    }
    found = [SiteDays(unit, days.get(pk)) for pk, unit in units.items()]
    return sorted(
        found,
        key=lambda one: (one.went_live_on or one.planned_on or date.max, one.unit.name),
    )


def units_of_sites(pilot: Pilot) -> UnitQuerySet:
    """The units that may have a first day of their own: where the pilot runs, and below."""
    below = {one.pk for site in pilot.sites.all() for one in site.descendants(include_self=True)}
    return Unit.objects.filter(pk__within=below).order_by("name")


def beside_the_plan(go_live: SiteGoLive) -> str:
    """How far the first day of a site is from the planned one; empty where it is the same, or where
    one of them is missing."""
    if go_live.went_live_on is None or go_live.planned_on is None:
        return ""
    late = (go_live.went_live_on - go_live.planned_on).days
    if not late:
        return ""
    if late > 0:
        said = ngettext("%(n)s day later than planned", "%(n)s days later than planned", late)
    else:
        said = ngettext("%(n)s day earlier than planned", "%(n)s days earlier than planned", -late)
    return said % {"n": abs(late)}


def left_behind(person: User | None) -> PilotQuerySet:
    """Pilots that are not over, led or sponsored by this person, who has left; by anybody who has
    where it is None."""
    if person is not None:
        held = Q(lead=person) | Q(sponsor=person)
    else:
        held = Q(lead__is_active=False) | Q(sponsor__is_active=False)
    return Pilot.objects.for_list().filter(held).exclude(status__in=ENDED).order_by("-id")


def of_need(user: User, need: Need) -> PilotQuerySet:
    """The pilots of a need that this person may see."""
    return Pilot.objects.visible_to(user).filter(needs=need).for_list().order_by("-id")


def pilots_of_need(user: User, need: Need) -> list[Pilot]:
    """The same, read once for a need that is at hand, however many parts of a page ask."""
    known: dict[int, list[Pilot]] = need.__dict__.setdefault("_pilots", {})
    if user.pk not in known:
        known[user.pk] = list(of_need(user, need))
    return known[user.pk]


def of_idea(user: User, idea: Idea) -> PilotQuerySet:
    return Pilot.objects.visible_to(user).filter(idea=idea).for_list().order_by("-id")


def matching(user: User, text: str) -> PilotQuerySet:
    """Pilots with these words in their name or summary."""
    return (
        Pilot.objects.visible_to(user)
        .filter(Q(title__icontains=text) | Q(summary__icontains=text))
        .for_list()
        .order_by("-id")
    )
