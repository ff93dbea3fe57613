"""Who would mentor and how many pilots they mentor now, who fits a pilot, and whom a conflict keeps from it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Count, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import RoleGrant, User
from innovation.people.roles import ROLES
from innovation.workflow.models import StateChange
from pilots.assurance.models import Assessment
from pilots.lifecycle.models import Pilot, TeamRole
from pilots.lifecycle.room import PilotsPermission
from pilots.mentoring.matching import Candidate, Match, Wanted, ordered
from pilots.mentoring.models import (
    Mentor,
    MentorQuerySet,
    Mentorship,
    MentorshipAnswer,
    MentorshipQuerySet,
    NextStep,
)

# What its holders do to a pilot, and would not do any more to one that they mentor.
_JUDGES = (
    PilotsPermission.DECIDE_RESOURCES,
    PilotsPermission.ANSWER_ALARMS,
    PilotsPermission.RAISE_PATHWAY,
    PilotsPermission.JUDGE_SAFETY,
)
_DECISIONS = ("approve", "return", "scale", "pivot", "show_output")


def visible_mentorship(user: User, pk: int) -> Mentorship:
    """The mentoring, where this person may see it; otherwise there is none (404)."""
    found: Mentorship = get_object_or_404(Mentorship.objects.visible_to(user).for_list(), pk=pk)
    return found


def loads(people: Iterable[int]) -> dict[int, int]:
    """How many pilots each of them mentors now; who mentors none is left out."""
    rows = Mentorship.objects.standing().filter(person__in=list(people)).order_by()
    return dict(rows.values_list("person").annotate(n=Count("pk")))


def load(person: User) -> int:
    return loads([person.pk]).get(person.pk, 0)


def entry_of(person: User) -> Mentor | None:
    """What somebody said of themselves in the register, also where they are off it now."""
    return Mentor.objects.filter(person=person.pk).select_related("person__unit").first()


def register(user: User, *, skill: str = "") -> MentorQuerySet:
    """Who would mentor near this person, by name; with one skill where it is asked for."""
    found = Mentor.objects.visible_to(user).standing().for_list()
    return found.filter(skills__contains=[skill]) if skill else found


def around(pilot: Pilot) -> MentorshipQuerySet:
    """Who mentors the pilot, or did until it was over, and who is asked; the first of them first."""
    found = Mentorship.objects.filter(
        pilot=pilot, answer__in=["", MentorshipAnswer.ACCEPTED], ended_at=None
    )
    return found.for_list().order_by("answered_at", "pk")


def mentored_by(person: User) -> MentorshipQuerySet:
    """The pilots that somebody mentors now, the first first."""
    return Mentorship.objects.standing().filter(person=person).for_list().order_by("answered_at")


def asked_of(person: User) -> MentorshipQuerySet:
    """What waits for somebody's own yes or no, the longest first. Not while the pilot is decided on: its team
    stays as it is then."""
    return Mentorship.objects.asked().filter(person=person).for_list().order_by("asked_at", "pk")


def mentored(people: Iterable[int]) -> dict[int, int]:
    """How many pilots each of these people mentored, or does, by their own yes and with at least one session
    held. For what is told of somebody's experience."""
    rows = (
        Mentorship.objects.filter(
            person__in=list(people),
            answer=MentorshipAnswer.ACCEPTED,
            sessions__isnull=False,
        )
        .order_by()
        .values_list("person")
        .annotate(n=Count("pilot", distinct=True))
    )
    return dict(rows)


def steps_due(user: User, *, today: date) -> QuerySet[NextStep]:
    """Next steps of this person's own whose day is over, the longest first."""
    late = NextStep.objects.open().filter(who=user.pk, due_on__lt=today)
    return late.for_list().order_by("due_on", "pk")


def may_do_steps(mentorship: Mentorship) -> QuerySet[User]:
    """Whose a next step can be: the mentor's, the lead's, and those of who works on it."""
    members = mentorship.pilot.team.exclude(role=TeamRole.MENTOR).values("person")
    return (
        User.objects.active()
        .filter(Q(pk__in=[mentorship.person_id, mentorship.pilot.lead_id]) | Q(pk__in=members))
        .order_by("name")
    )


def conflicts(pilot: Pilot) -> dict[int, str]:
    """Who cannot mentor the pilot, and why in a sentence: whoever has another part in it, or judged it."""
    found: dict[int, str] = {}

    def say(people: Iterable[int | None], why: str) -> None:
        for one in people:
            if one is not None:
                found.setdefault(one, why)

    say([pilot.lead_id], _("%(who)s leads this pilot, and nobody mentors their own."))
    say(
        [pilot.sponsor_id, pilot.sponsor_asked_id],
        _("%(who)s sponsors this pilot or is asked to; a mentor stands beside it, not for it."),
    )
    say(
        [pilot.opened_by_id, pilot.owner_id],
        _("%(who)s opened this pilot or owns what comes of it; a mentor comes from outside."),
    )
    say(
        (one.person_id for one in pilot.team.all() if one.role != TeamRole.MENTOR),
        _("%(who)s works on this pilot; a mentor comes from outside the team."),
    )
    say(
        (one.person_id for one in pilot.team.all() if one.accompanies),
        _("%(who)s mentors this pilot already."),
    )
    reviewed = Assessment.objects.filter(pilot=pilot).values_list("reviewer", "reviewed_by")
    say(
        (one for row in reviewed for one in row),
        _("%(who)s reviews this pilot or did; who judges it does not mentor it."),
    )
    decided = StateChange.objects.filter(subject=audit.ref(pilot), verb__in=_DECISIONS)
    say(
        decided.values_list("by", flat=True),
        _("%(who)s decided on this pilot; who judges it does not mentor it."),
    )
    return found


def conflict(pilot: Pilot, person: User) -> str:
    """Why somebody cannot mentor the pilot; empty where they can."""
    why = conflicts(pilot).get(person.pk, "")
    return why % {"who": person.name} if why else ""


def matches(
    user: User, pilot: Pilot, skills: Iterable[str]
) -> tuple[list[tuple[Mentor, Match]], int]:
    """Who could be asked to mentor the pilot, the best first, each with what speaks for them; and how many
    more would, who have no room now."""
    barred = set(conflicts(pilot))
    open_ones = Mentorship.objects.asked().filter(pilot=pilot).values_list("person", flat=True)
    barred |= set(open_ones)
    near = Mentor.objects.visible_to(user).open().for_list()
    mentors = {one.person_id: one for one in near if one.person_id not in barred}
    counts = loads(mentors)
    led = set(
        Pilot.objects.filter(lead__in=list(mentors), pathway=pilot.pathway)
        .exclude(pathway="")
        .values_list("lead", flat=True)
    )
    judges = _judges(pilot, mentors)
    candidates = [
        Candidate(
            key=key,
            name=one.person.name,
            skills=frozenset(one.skills),
            room_for=one.room_for,
            load=counts.get(key, 0),
            unit=one.person.unit_id,
            led_pathway=key in led,
            decides=key in judges,
        )
        for key, one in mentors.items()
    ]
    known = frozenset({pilot.unit_id, pilot.lead.unit_id or pilot.unit_id})
    found = ordered(candidates, Wanted(skills=frozenset(skills), units=known))
    return [(mentors[one.candidate.key], one) for one in found], len(candidates) - len(found)


def _judges(pilot: Pilot, people: Iterable[int]) -> set[int]:
    """Those of them who decide on pilots of its unit, or review them."""
    roles = [role.key for role in ROLES.values() if role.permissions & set(_JUDGES)]
    above = [row["pk"] for row in pilot.unit.ancestors(include_self=True).values("pk")]
    grants = RoleGrant.objects.current().filter(
        person__in=list(people), role__in=roles, unit__in=above
    )
    return set(grants.values_list("person", flat=True))


def would_judge(pilot: Pilot, person: User) -> bool:
    """Whether somebody decides on pilots there or reviews them, which they would not of one that they mentor."""
    return bool(_judges(pilot, [person.pk]))
