"""Who is on the team. Called by the rooms that hold the pilot's lock and asked them: staffing, which says for
how long, and mentoring."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import User
from innovation.rules.refusal import Malformed, Refused
from pilots.lifecycle.models import Pilot, TeamMember, TeamRole


def check_part(pilot: Pilot, *, person: User, role: str) -> None:
    """Whether the person could have this role on the team."""
    if role not in TeamRole.values:
        raise Malformed(_("There is no such role on a team."))
    if role == TeamRole.LEAD and person.pk != pilot.lead_id:
        raise Refused(
            _("%(lead)s leads this pilot. To change that, change the lead in the charter first.")
            % {"lead": pilot.lead.name}
        )
    if role != TeamRole.MENTOR:
        check_not_its_mentor(pilot, person)


def check_not_its_mentor(pilot: Pilot, person: User) -> None:
    """Whoever accompanies a pilot as its mentor neither works on it, nor leads or sponsors it meanwhile."""
    if pilot.team.filter(person=person, accompanies=True).exists():
        raise Refused(
            _("%(person)s mentors this pilot. End the mentoring first.") % {"person": person.name}
        )


def join(pilot: Pilot, *, person: User, role: str, by: User, at: datetime) -> TeamMember:
    """Whoever said yes is on the team, or has another role there."""
    check_part(pilot, person=person, role=role)
    member, new = TeamMember.objects.get_or_create(
        pilot=pilot, person=person, defaults={"role": role, "joined_at": at}
    )
    before = member.role
    if before != role:
        member.role = role
        member.save(update_fields=["role"])
    if new or before != role:
        audit.record(
            "pilot.member_joined",
            pilot,
            by=by,
            at=at,
            also=(person,),
            person=audit.named(person),
            role=member.role_label,
        )
    return member


def leave(member: TeamMember, *, by: User, at: datetime) -> None:
    """Take a person off the team, who never had a part in it."""
    pilot, person = member.pilot, member.person
    member.delete()
    audit.record(
        "pilot.member_left", pilot, by=by, at=at, also=(person,), person=audit.named(person)
    )


def accompany(pilot: Pilot, *, person: User, at: datetime) -> TeamMember:
    """Whoever said yes to being its mentor is on the team as that, without a share of time."""
    member, new = TeamMember.objects.get_or_create(
        pilot=pilot,
        person=person,
        defaults={"role": TeamRole.MENTOR, "joined_at": at, "accompanies": True},
    )
    if not new:
        member.accompanies = True
        member.save(update_fields=["accompanies"])
    return member


def accompany_no_longer(pilot: Pilot, *, person: User, stays: bool) -> None:
    """Their mentoring ends; they stay on the team where they gave it a share of time, too."""
    found = TeamMember.objects.filter(pilot=pilot, person=person, accompanies=True)
    if stays:
        found.update(accompanies=False)
    else:
        found.delete()
