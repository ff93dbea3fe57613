"""Roles above the line: one administrator proposes, another confirms, everybody concerned is told."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people import letters, permissions
from innovation.people.actions.roles import (
    check_may_be_given,
    end_for_longer,
    grant,
    write_grant,
)
from innovation.people.actions.wording import sentences
from innovation.people.models import (
    ProposalOutcome,
    RoleGrant,
    RoleProposal,
    Unit,
    User,
)
from innovation.people.roles import needs_second_person
from innovation.rules import reasons
from innovation.rules.refusal import Conflict, Refused
from innovation.rules.transactions import atomic


@atomic
def give(
    person: User,
    *,
    by: User,
    at: datetime,
    unit: Unit,
    role: str,
    reason: str = "",
    ends_on: date | None = None,
) -> RoleGrant | RoleProposal:
    """Give a role, or propose it where it takes a second person."""
    if needs_second_person(role):
        return propose_role(
            person, by=by, at=at, unit=unit, role=role, reason=reason, ends_on=ends_on
        )
    return grant(person, by=by, at=at, unit=unit, role=role, ends_on=ends_on, reason=reason)


@atomic
def propose_role(
    person: User,
    *,
    by: User,
    at: datetime,
    unit: Unit,
    role: str,
    reason: str,
    ends_on: date | None = None,
) -> RoleProposal:
    """Ask the other administrators of the unit to confirm a role. Until then it gives nothing."""
    check_may_be_given(role, person=person, unit=unit, by=by, ends_on=ends_on, at=at)
    if not needs_second_person(role):
        raise Refused(_("This role takes no second person; give it."))
    reason = reasons.required(reason)
    held = person.grants.current().filter(unit=unit, role=role)
    if any(given.ends_on in (None, ends_on) for given in held):
        raise Conflict(_("This person already holds this role in this unit."))
    with sentences():
        proposal = RoleProposal.objects.create(
            person=person,
            unit=unit,
            role=role,
            ends_on=ends_on,
            reason=reason,
            proposed_by=by,
            proposed_at=at,
        )
    _record_proposal("role.proposed", proposal, by=by, at=at, reason=reason)
    letters.of_proposal(proposal)
    return proposal


@atomic
def confirm_role(proposal: RoleProposal, *, by: User, at: datetime) -> RoleGrant:
    """Give the role that another administrator proposed."""
    _lock(proposal)
    permissions.check_can_confirm_role(by, proposal, at=at)
    # Who proposed may have lost the right since.
    proposer = User.objects.get(pk=proposal.proposed_by_id)
    if not permissions.can_grant(proposer, unit=proposal.unit, person=proposal.person):
        raise Refused(
            _("%(name)s, who proposed this, gives no roles there any more. Propose it anew.")
            % {"name": proposer.name}
        )
    person, unit, role = proposal.person, proposal.unit, proposal.role
    check_may_be_given(role, person=person, unit=unit, by=by, ends_on=proposal.ends_on, at=at)
    _answer(proposal, ProposalOutcome.CONFIRMED, by=by, at=at)
    for shorter in person.grants.current().filter(unit=unit, role=role):
        end_for_longer(shorter, by=by, at=at)
    given = write_grant(
        person,
        unit=unit,
        role=role,
        at=at,
        granted_by=proposer,
        ends_on=proposal.ends_on,
        proposal=proposal,
    )
    _record_proposal("role.confirmed", proposal, by=by, at=at, proposer=audit.named(proposer))
    letters.of_confirmation(proposal)
    return given


@atomic
def decline_role(proposal: RoleProposal, *, by: User, at: datetime, reason: str) -> None:
    """Say no to a role that another administrator proposed."""
    _lock(proposal)
    permissions.check_can_decline_role(by, proposal)
    reason = reasons.required(reason)
    _answer(proposal, ProposalOutcome.DECLINED, by=by, at=at, because=reason)
    _record_proposal("role.proposal_declined", proposal, by=by, at=at, reason=reason)
    letters.of_refusal(proposal)


@atomic
def withdraw_role(proposal: RoleProposal, *, by: User, at: datetime) -> None:
    """Take one's own proposal back."""
    _lock(proposal)
    permissions.check_can_withdraw_role(by, proposal)
    _answer(proposal, ProposalOutcome.WITHDRAWN, by=by, at=at)
    _record_proposal("role.proposal_withdrawn", proposal, by=by, at=at)


def _lock(proposal: RoleProposal) -> None:
    proposal.refresh_from_db(
        from_queryset=RoleProposal.objects.select_for_update(of=("self",), no_key=True)
    )
    if proposal.outcome:
        raise Conflict(_("%(name)s has answered this already.") % {"name": proposal.decided_by})


def _answer(
    proposal: RoleProposal,
    outcome: ProposalOutcome,
    *,
    by: User,
    at: datetime,
    because: str = "",
) -> None:
    proposal.outcome, proposal.decided_by, proposal.decided_at = outcome, by, at
    proposal.decided_because = because
    with sentences():
        proposal.save(update_fields=["outcome", "decided_by", "decided_at", "decided_because"])


def _record_proposal(
    event_type: str, proposal: RoleProposal, *, by: User, at: datetime, **details: object
) -> None:
    audit.record(
        event_type,
        proposal.person,
        by=by,
        at=at,
        also=(proposal.unit,),
        unit_id=proposal.unit_id,
        role={"ref": f"role:{proposal.role}", "name": proposal.role_name},
        unit=audit.named(proposal.unit),
        **details,
    )
