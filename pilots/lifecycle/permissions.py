"""Who may open, shape, run and stop a pilot."""

from __future__ import annotations

from django.utils.translation import gettext as _

from innovation.people.models import Unit, User
from innovation.rules.checks import derive
from innovation.rules.refusal import NotAllowed, Refused
from pilots.lifecycle.models import Blocker, LeadOffer, Pathway, Pilot, SafetyHold, TeamRole
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import ENDED, UNDER_DECISION, PilotStatus


def is_on_team(user: User, pilot: Pilot) -> bool:
    """Whether the user leads the pilot or is on its team."""
    return pilot.lead_id == user.pk or any(
        member.person_id == user.pk for member in pilot.team.all()
    )


def has_a_part(user: User, pilot: Pilot) -> bool:
    """Whether the user, or whom they act for, leads the pilot or is on its team: whoever judges
    it must have no part in it, and sends no deputy either."""
    return pilot.lead_id in user.interests or any(
        member.person_id in user.interests for member in pilot.team.all()
    )


def had_a_part(user: User, pilot: Pilot) -> bool:
    """Whether the user, or whom they act for, led or sponsored the pilot since it was first proposed, or was
    on its team since then, and is not any more (`FormerMember`)."""
    return pilot.former_team.filter(person__in=user.interests).exists()


def check_not_its_sponsor(user: User, pilot: Pilot) -> None:
    """Whoever stands up for a pilot does not decide on it, and sends no deputy either."""
    if pilot.sponsor_id in user.interests:
        raise NotAllowed(_("Nobody decides on a pilot that they sponsor; another executive does."))


def check_judges_from_outside(user: User, pilot: Pilot) -> None:
    """Whoever says whether a pilot does harm, goes on or is shown neither leads nor works on it, nor did
    before, and neither opened, sponsors nor owns it; and nobody acts for one who does."""
    if has_a_part(user, pilot) or had_a_part(user, pilot):
        raise NotAllowed(
            _(
                "You are or were on this pilot's team, or led or sponsored it. This is for somebody who is "
                "not on the team."
            )
        )
    if user.interests & {pilot.opened_by_id, pilot.sponsor_id, pilot.owner_id}:
        raise NotAllowed(_("You opened, sponsor or own this pilot; somebody else judges it."))


def works_on(user: User, pilot: Pilot) -> bool:
    """Whether the user leads it or is on its team as more than a mentor, who advises: the log and the charter
    are the team's own."""
    return pilot.lead_id == user.pk or any(
        member.person_id == user.pk and member.role != TeamRole.MENTOR
        for member in pilot.team.all()
    )


def check_can_open_pilot(user: User, unit: Unit | None = None) -> None:
    """The innovation office and those who may lead pilots, in the unit (anywhere where None)."""
    unit_id = None if unit is None else unit.pk
    if not (user.may(PilotsPermission.OPEN, unit_id) or user.may(PilotsPermission.LEAD, unit_id)):
        raise NotAllowed(_("Pilots are opened by the innovation office and by pilot leads."))


can_open_pilot = derive(check_can_open_pilot)


def check_can_edit_pilot(user: User, pilot: Pilot) -> None:
    """The team and the innovation office, whatever the pilot's state."""
    if not (works_on(user, pilot) or user.may(PilotsPermission.OPEN, pilot.unit_id)):
        raise NotAllowed(_("This is for the pilot's team and the innovation office."))


can_edit_pilot = derive(check_can_edit_pilot)


def check_can_edit_charter(user: User, pilot: Pilot) -> None:
    """As `check_can_edit_pilot`, and only while the pilot is being shaped: then it is locked."""
    check_can_edit_pilot(user, pilot)
    if pilot.status != PilotStatus.SHAPING:
        raise Refused(
            _(
                "The charter is locked while the pilot is “%(status)s”. It opens again when "
                "the pilot is returned or pivots."
            )
            % {"status": pilot.get_status_display()}
        )


can_edit_charter = derive(check_can_edit_charter)


def check_can_raise_pathway(user: User, pilot: Pilot) -> None:
    """A reviewer without a part in the pilot, before it is in use."""
    if (
        has_a_part(user, pilot)
        or had_a_part(user, pilot)
        or user.interests & {pilot.opened_by_id, pilot.sponsor_id}
        or not user.may(PilotsPermission.RAISE_PATHWAY, pilot.unit_id)
    ):
        raise NotAllowed(_("A pathway is raised by reviewers who have no part in the pilot."))
    if pilot.went_live_on is not None or pilot.status in ENDED:
        raise Refused(
            _(
                "It has gone live on its pathway. Pause it where that was wrong; its outcome is decided then."
            )
        )
    if not pilot.pathway or pilot.pathway == Pathway.DEVICE:
        raise Refused(_("There is no higher pathway than this, or none was chosen yet."))


can_raise_pathway = derive(check_can_raise_pathway)


def check_can_lead(user: User, pilot: Pilot) -> None:
    """Propose, prepare, go live, end the team's own pause, ask for a decision: the lead's steps."""
    if not (pilot.lead_id == user.pk or user.may(PilotsPermission.OPEN, pilot.unit_id)):
        raise NotAllowed(
            _("This step belongs to %(lead)s, who leads the pilot, and to the innovation office.")
            % {"lead": pilot.lead.name}
        )


can_lead = derive(check_can_lead)


def check_can_answer_lead_offer(user: User, offer: LeadOffer) -> None:
    """Only who is asked, and nobody who acts for them: a yes is one's own."""
    if user.pk != offer.to_id:
        raise NotAllowed(_("This is asked of %(person)s.") % {"person": offer.to.name})


can_answer_lead_offer = derive(check_can_answer_lead_offer)


def check_can_answer_sponsor(user: User, pilot: Pilot) -> None:
    """Only who is asked, and nobody who acts for them: a yes is one's own."""
    if pilot.sponsor_asked is None:
        raise Refused(_("Nobody is asked at the moment."))
    if user.pk != pilot.sponsor_asked_id:
        raise NotAllowed(_("This is asked of %(person)s.") % {"person": pilot.sponsor_asked.name})


can_answer_sponsor = derive(check_can_answer_sponsor)


def is_plan_open(pilot: Pilot) -> bool:
    """Whether what is agreed may still change freely: until it is proposed, and after a return or a
    pivot."""
    return pilot.status == PilotStatus.SHAPING


def is_under_decision(pilot: Pilot) -> bool:
    """Whether somebody decides on it, also while it is paused meanwhile: a pause opens nothing that a decision
    locks."""
    return pilot.stands_at in UNDER_DECISION


def awaits_outcome(pilot: Pilot) -> bool:
    """Whether its outcome waits for a decision, also while it is paused meanwhile."""
    return pilot.stands_at == PilotStatus.EVALUATING


def check_can_plan_sites(user: User, pilot: Pilot) -> None:
    """Say when sites are to go live: the team and the office, until the outcome is asked for."""
    check_can_edit_pilot(user, pilot)
    if pilot.status in ENDED or awaits_outcome(pilot):
        raise Refused(_days_stay(pilot))


can_plan_sites = derive(check_can_plan_sites)


def check_can_take_site_day_back(user: User, pilot: Pilot) -> None:
    """The lead and the office, while it runs, also paused from there."""
    check_can_lead(user, pilot)
    if pilot.stands_at != PilotStatus.RUNNING:
        raise Refused(_days_stay(pilot))


can_take_site_day_back = derive(check_can_take_site_day_back)


def _days_stay(pilot: Pilot) -> str:
    return _("The pilot is “%(status)s”; the days of its sites stay as they are.") % {
        "status": pilot.stands_at.label
    }


def check_can_pause(user: User, pilot: Pilot) -> None:
    """Pausing must be easy: the team, the sponsor, the office and whoever answers alarms."""
    if not (
        works_on(user, pilot)
        or user.pk in (pilot.sponsor_id, pilot.owner_id)
        or user.may(PilotsPermission.OPEN, pilot.unit_id)
        or user.may(PilotsPermission.ANSWER_ALARMS, pilot.unit_id)
    ):
        raise NotAllowed(
            _(
                "A pilot is paused by its team, its sponsor, the innovation office or a safety "
                "reviewer."
            )
        )


can_pause = derive(check_can_pause)


def judges_safety(user: User, pilot: Pilot) -> bool:
    """Whether the user, or whom they act for, is a safety reviewer of the pilot's unit and has no part in
    the pilot: did not open it, does not lead or sponsor it, and neither is nor was on its team."""
    return (
        user.may(PilotsPermission.JUDGE_SAFETY, pilot.unit_id)
        and not user.interests & {pilot.opened_by_id, pilot.sponsor_id}
        and not has_a_part(user, pilot)
        and not had_a_part(user, pilot)
    )


def check_can_resume(user: User, pilot: Pilot) -> None:
    """The team's own pause is the lead's to end; one for safety is lifted by safety, and never by those who
    were stopped."""
    hold = open_hold(pilot)
    if hold is None:
        check_can_lead(user, pilot)
    elif not judges_safety(user, pilot):
        raise NotAllowed(
            _(
                "%(cause)s: a safety reviewer of the unit, or their deputy, says when it may go on. "
                "Nobody who leads, sponsors or works on it does."
            )
            % {"cause": hold.get_cause_display()}
        )


can_resume = derive(check_can_resume)


def open_hold(pilot: Pilot) -> SafetyHold | None:
    """The pause for safety that holds the pilot now."""
    if pilot.status != PilotStatus.PAUSED:
        return None
    return (
        SafetyHold.objects.filter(pilot=pilot, lifted_at=None).select_related("placed_by").first()
    )


def check_can_stop(user: User, pilot: Pilot) -> None:
    """The lead, the sponsor and the office may stop early; at the outcome gate others decide."""
    if awaits_outcome(pilot):
        raise Refused(
            _("The pilot waits for a decision at its outcome gate; stopping it is decided there.")
        )
    if not (
        pilot.lead_id == user.pk
        or pilot.sponsor_id == user.pk
        or user.may(PilotsPermission.OPEN, pilot.unit_id)
    ):
        raise NotAllowed(
            _("A pilot is stopped early by its lead, its sponsor or the innovation office.")
        )


can_stop = derive(check_can_stop)


def check_can_show_output(user: User, pilot: Pilot) -> None:
    """Ending a silent run is for whoever answers for safety, not for the team, nor for who was on it."""
    if not user.may(PilotsPermission.ANSWER_ALARMS, pilot.unit_id):
        raise NotAllowed(
            _(
                "A silent run is ended by a clinical safety reviewer or an executive who is "
                "not on the team."
            )
        )
    check_judges_from_outside(user, pilot)


can_show_output = derive(check_can_show_output)


def check_can_write_log(user: User, pilot: Pilot) -> None:
    """Who works on it, and the office; until the pilot has ended. Mentors advise instead."""
    if not (works_on(user, pilot) or user.may(PilotsPermission.OPEN, pilot.unit_id)):
        raise NotAllowed(
            _("The log is written by the pilot's team and the innovation office; mentors advise.")
        )
    if pilot.status in ENDED:
        raise Refused(_("The pilot has ended, and its log with it."))


can_write_log = derive(check_can_write_log)


def check_can_clear_blocker(user: User, blocker: Blocker) -> None:
    """Its owner, the lead, the sponsor and the office say that it is out of the way."""
    pilot = blocker.entry.pilot
    if not (
        user.pk in (blocker.owner_id, pilot.lead_id, pilot.sponsor_id)
        or user.may(PilotsPermission.OPEN, pilot.unit_id)
    ):
        raise NotAllowed(
            _("It is cleared by %(owner)s, the lead, the sponsor or the innovation office.")
            % {"owner": blocker.owner.name}
        )
    if pilot.status in ENDED:
        raise Refused(_("The pilot has ended; what was in its way stays in its log."))


can_clear_blocker = derive(check_can_clear_blocker)


def check_can_see_advice(user: User, pilot: Pilot) -> None:
    """The team, the sponsor and the office."""
    if not (
        is_on_team(user, pilot)
        or pilot.sponsor_id == user.pk
        or user.may(PilotsPermission.OPEN, pilot.unit_id)
    ):
        raise NotAllowed(
            _("Advice is read by the pilot's team, its sponsor and the innovation office.")
        )


can_see_advice = derive(check_can_see_advice)


def check_can_advise(user: User, pilot: Pilot) -> None:
    """Its mentors, until it has ended."""
    if not any(
        member.person_id == user.pk and member.role == TeamRole.MENTOR
        for member in pilot.team.all()
    ):
        raise NotAllowed(_("Advice is left by who is on the team as its mentor."))
    if pilot.status in ENDED:
        raise Refused(_("The pilot has ended; what you learned of it helps the next one."))


can_advise = derive(check_can_advise)


def check_can_answer_advice(user: User, pilot: Pilot) -> None:
    """The lead's to answer."""
    if pilot.lead_id != user.pk:
        raise NotAllowed(
            _("%(lead)s, who leads the pilot, answers advice.") % {"lead": pilot.lead.name}
        )


can_answer_advice = derive(check_can_answer_advice)
