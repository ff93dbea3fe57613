"""The verbs of a pilot's life. Gates (above) decide; here the decision takes effect.

Rows are locked in one order everywhere (pilot, needs, idea, then money), and before the first
audit event, whose lock orders all events: so two people acting at once wait, and never deadlock.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.ideas import actions as ideas
from innovation.ideas.models import Idea
from innovation.ideas.states import IdeaStatus
from innovation.needs import actions as needs_actions
from innovation.needs.models import Need
from innovation.needs.states import NeedStatus
from innovation.notices import actions as notices
from innovation.people.models import Unit, User
from innovation.people.permissions import check_can_hand_over
from innovation.rules import dates, reasons
from innovation.rules.refusal import Conflict, Malformed, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from innovation.workflow.models import StateChange
from pilots.lifecycle import checklist, pathway, queries
from pilots.lifecycle.actions.blockers import name_blocker
from pilots.lifecycle.actions.clock import check_in_time, keep_in_time
from pilots.lifecycle.actions.sponsors import (
    asked_at_opening,
    check_may_sponsor,
    name_sponsor,
    tell_asked,
)
from pilots.lifecycle.checklist import Gate
from pilots.lifecycle.models import (
    LONGEST_WEEKS,
    HoldCause,
    LogEntry,
    LogStatus,
    Pathway,
    PathwayRaise,
    Pilot,
    SafetyHold,
    SilentRunEnd,
    SiteGoLive,
    TeamMember,
    TeamRole,
)
from pilots.lifecycle.permissions import (
    check_can_edit_charter,
    check_can_lead,
    check_can_open_pilot,
    check_can_pause,
    check_can_raise_pathway,
    check_can_resume,
    check_can_show_output,
    check_can_stop,
    check_can_write_log,
    judges_safety,
    open_hold,
)
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import ENDED, PILOT, PilotStatus

CHARTER_FIELDS = (
    "title",
    "summary",
    "hypothesis",
    "change",
    "starts_on",
    "ends_on",
    "sites",
    "sponsor",
    "lead",
    "silent",
    "least_weeks",
    "scale_at_target",
)


@atomic
def open_pilot(
    *,
    by: User,
    at: datetime,
    title: str,
    summary: str,
    unit: Unit,
    lead: User,
    needs: Iterable[Need],
    idea: Idea | None = None,
    sponsor: User | None = None,
) -> Pilot:
    """Open a pilot that answers these needs, with an idea behind it or none yet.

    Accepted needs move to “in a pilot”; one that another pilot answers already may have two. Whoever is
    named as its sponsor is asked.
    """
    check_can_open_pilot(by, unit)
    check_may_lead(lead, unit)
    check_may_sponsor(sponsor, unit)
    needs = sorted(set(needs), key=lambda need: need.pk)
    if not needs:
        raise Malformed(_("A pilot answers at least one need. Choose one that was accepted."))
    for need in needs:
        workflow.lock(need)
        if need.status not in (NeedStatus.ACCEPTED, NeedStatus.IN_PILOT):
            raise Refused(
                _("“%(need)s” is “%(status)s”; a pilot can begin once a need is accepted.")
                % {"need": need.title, "status": need.get_status_display()}
            )
    if idea is not None:
        workflow.lock(idea)
        if idea.status not in (IdeaStatus.PROPOSED, IdeaStatus.IN_PILOT):
            raise Refused(
                _("The idea “%(idea)s” is “%(status)s”; take it back up first.")
                % {"idea": idea.title, "status": idea.get_status_display()}
            )
    pilot = Pilot.objects.create(
        title=title,
        summary=summary,
        unit=unit,
        lead=lead,
        idea=idea,
        opened_by=by,
        opened_at=at,
        **asked_at_opening(sponsor, by=by, at=at),
    )
    pilot.needs.set(needs)
    for need in needs:
        if need.status == NeedStatus.ACCEPTED:
            needs_actions.start_pilot(need, by=by, at=at, pilot_title=title)
    if idea is not None and idea.status == IdeaStatus.PROPOSED:
        ideas.start_pilot(idea, by=by, at=at, pilot_title=title)
    asked: dict[str, Any] = (
        {"sponsor_asked": audit.named(pilot.sponsor_asked)} if pilot.sponsor_asked else {}
    )
    audit.record(
        "pilot.opened",
        pilot,
        by=by,
        at=at,
        also=(*needs, *([idea] if idea else [])),
        lead=audit.named(lead),
        **asked,
    )
    tell_asked(pilot, by=by, at=at)
    return pilot


@atomic
def edit_charter(pilot: Pilot, *, by: User, at: datetime, **fields: Any) -> Pilot:
    """Change the charter, while the pilot is being shaped. Whoever is named as its sponsor is asked."""
    if unknown := set(fields) - set(CHARTER_FIELDS):
        raise TypeError(f"a charter has no {', '.join(sorted(unknown))}")
    workflow.lock(pilot)
    check_can_edit_charter(by, pilot)
    sites = fields.pop("sites", None)
    sponsor = {"person": fields.pop("sponsor")} if "sponsor" in fields else {}
    changed = [name for name, value in fields.items() if getattr(pilot, name) != value]
    values = {
        name: [audit.as_text(getattr(pilot, name)), audit.as_text(fields[name])] for name in changed
    }
    for name in changed:
        setattr(pilot, name, fields[name])
    if "lead" in changed:
        check_may_lead(pilot.lead, pilot.unit)
    if not 1 <= pilot.least_weeks <= LONGEST_WEEKS:
        raise Malformed(_("A pilot runs for at least 1 to 104 weeks."))
    if pilot.starts_on and pilot.ends_on and pilot.ends_on <= pilot.starts_on:
        raise Malformed(_("The end must come after the start."))
    if changed:
        pilot.save(update_fields=changed)
    if sites is not None:
        _check_sites(sites, pilot.unit)
    if sites is not None and set(pilot.sites.values_list("pk", flat=True)) != {
        site.pk for site in sites
    }:
        pilot.sites.set(sites)
        # A day that was planned for a place where it is not to run any more goes with it.
        planned = SiteGoLive.objects.filter(pilot=pilot, went_live_on=None)
        planned.exclude(unit__in=queries.units_of_sites(pilot)).delete()
        changed.append("sites")
    if changed:
        fields_said = [str(Pilot._meta.get_field(name).verbose_name) for name in changed]  # type: ignore[union-attr]
        audit.record("pilot.charter_edited", pilot, by=by, at=at, fields=fields_said, values=values)
    if sponsor:
        name_sponsor(pilot, **sponsor, by=by, at=at)
    return pilot


@atomic
def hand_over_lead(pilot: Pilot, *, by: User, at: datetime, to: User) -> None:
    """Give a pilot whose lead has left to somebody else, whatever its state."""
    workflow.lock(pilot)
    before = pilot.lead
    _check_can_hand_over(pilot, before, by)
    check_may_lead(to, pilot.unit)
    pilot.lead = to
    pilot.save(update_fields=["lead"])
    audit.record(
        "pilot.lead_handed_over",
        pilot,
        by=by,
        at=at,
        also=(before, to),
        before=audit.named(before),
        person=audit.named(to),
    )


@atomic
def hand_over_sponsorship(pilot: Pilot, *, by: User, at: datetime, to: User) -> None:
    """Give a pilot whose sponsor has left to another, whatever its state."""
    workflow.lock(pilot)
    before = pilot.sponsor
    if before is None:
        raise Conflict(_("The pilot has no sponsor any more."))
    _check_can_hand_over(pilot, before, by)
    check_may_sponsor(to, pilot.unit)
    pilot.sponsor = to
    pilot.save(update_fields=["sponsor"])
    audit.record(
        "pilot.sponsor_handed_over",
        pilot,
        by=by,
        at=at,
        also=(before, to),
        before=audit.named(before),
        person=audit.named(to),
    )


def _check_can_hand_over(pilot: Pilot, holder: User, by: User) -> None:
    check_can_hand_over(by, pilot.unit_id, holder, PilotsPermission.OPEN)
    if pilot.status in ENDED:
        raise Refused(_("The pilot is over; who led it stays on record."))


@atomic
def answer_pathway(
    pilot: Pilot, *, answers: Mapping[str, str], by: User, at: datetime
) -> pathway.Result:
    """Keep the answers and the pathway they choose; a pathway of advice runs silently first."""
    workflow.lock(pilot)
    check_can_edit_charter(by, pilot)
    if pathway.missing(answers):
        raise Malformed(_("Answer every question: the pathway follows from all of them."))
    result = pathway.at_least(pathway.choose(answers), queries.least_pathway(pilot))
    before = pilot.pathway
    pilot.pathway = result.pathway
    pilot.pathway_answers = {"rules": pathway.RULES_VERSION, **pathway.relevant(answers)}
    if result.pathway in pathway.SILENT_FIRST:
        pilot.silent = True
    elif before in pathway.SILENT_FIRST:
        pilot.silent = False
    pilot.save(update_fields=["pathway", "pathway_answers", "silent"])
    raised: dict[str, Any] = {"before": before} if before and before != result.pathway else {}
    audit.record(
        "pilot.pathway_chosen",
        pilot,
        by=by,
        at=at,
        pathway=str(result.pathway.label),
        because=str(result.because[0]),
        **raised,
    )
    return result


@atomic
def raise_pathway(pilot: Pilot, *, to: str, reason: str, by: User, at: datetime) -> PathwayRaise:
    """A reviewer puts the pilot on a pathway that owes more proof. A pathway of advice runs silently first."""
    workflow.lock(pilot)
    check_can_raise_pathway(by, pilot)
    reason = reasons.required(reason)
    if to not in Pathway.values:
        raise Malformed(_("Choose a pathway."))
    higher, before = Pathway(to), Pathway(pilot.pathway)
    if pathway.ORDER.index(higher) <= pathway.ORDER.index(before):
        raise Refused(_("A reviewer raises a pathway. It is “%s” now.") % before.label)
    made = PathwayRaise.objects.create(pilot=pilot, pathway=higher, reason=reason, at=at, by=by)
    pilot.pathway = higher
    if higher in pathway.SILENT_FIRST:
        pilot.silent = True
    pilot.save(update_fields=["pathway", "silent"])
    notices.notify(
        [pilot.lead, *([pilot.sponsor] if pilot.sponsor else [])],
        kind="pilots",
        title=_("“%(pilot)s” is on the pathway “%(pathway)s” now")
        % {"pilot": pilot.title, "pathway": higher.label},
        text=reason,
        about=pilot,
        url=reverse("pilots:pathway", args=[pilot.pk]),
        at=at,
        but=by,
    )
    audit.record(
        "pilot.pathway_raised",
        pilot,
        by=by,
        at=at,
        before=str(before.label),
        pathway=str(higher.label),
        reason=reason,
    )
    return made


@atomic
def write_log(
    pilot: Pilot,
    *,
    by: User,
    at: datetime,
    status: str,
    done: str = "",
    next: str = "",
    blockers: str = "",
    learned: str = "",
    owner: User | None = None,
    due_on: date | None = None,
) -> LogEntry:
    """Add one entry to the pilot's log. “No progress this week” needs no further words; what is
    blocked has an owner and a day by which it is cleared."""
    check_can_write_log(by, pilot)
    texts = {"done": done, "next": next, "blockers": blockers, "learned": learned}
    texts = {name: visible(text) for name, text in texts.items()}
    if status != LogStatus.NOTHING and not any(texts.values()):
        raise Refused(
            _("Write a line in any field, or choose “No progress this week”: that is fine too.")
        )
    if status == LogStatus.BLOCKED and not texts["blockers"]:
        raise Refused(_("Say what is in the way, so that somebody can help."))
    entry = LogEntry.objects.create(pilot=pilot, at=at, by=by, status=status, **texts)
    audit.record("pilot.log_written", pilot, by=by, at=at, status=str(LogStatus(status).label))
    if status == LogStatus.BLOCKED:
        name_blocker(entry, owner=owner, due_on=due_on, by=by, at=at)
    elif owner is not None:
        raise Refused(_("You say who clears it: choose “Blocked”, or name nobody."))
    return entry


# Who is on the team. Called by staffing, which holds the pilot's lock, asked them, and says for how long.


def check_part(pilot: Pilot, *, person: User, role: str) -> None:
    """Whether the person could have this role on the team."""
    if role not in TeamRole.values:
        raise Malformed(_("There is no such role on a team."))
    if role == TeamRole.LEAD and person.pk != pilot.lead_id:
        raise Refused(
            _("%(lead)s leads this pilot. To change that, change the lead in the charter first.")
            % {"lead": pilot.lead.name}
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


# The steps of the team.


# What a gate adds to the event: which of its decisions the step is.
Told = Mapping[str, Any] | None


def propose(pilot: Pilot, *, by: User, at: datetime, locked: bool = False) -> StateChange:
    """Ask for resources. Called by the gate, which has checked its requirements."""
    return _move(pilot, "propose", locked=locked, by=by, at=at, allow=check_can_lead)


def prepare(pilot: Pilot, *, by: User, at: datetime) -> StateChange:
    return _move(pilot, "prepare", by=by, at=at, allow=check_can_lead)


@atomic
def go_live(pilot: Pilot, *, on: date, by: User, at: datetime, locked: bool = False) -> StateChange:
    """Record the first day of use; effects are judged against what was before it."""
    if on > dates.day_of(at):
        raise Refused(_("Record the start on the day it happens, or afterwards."))
    change = _move(
        pilot,
        "go_live",
        locked=locked,
        by=by,
        at=at,
        allow=check_can_lead,
        fields={"went_live_on": on},
        on=on,
    )
    workflow.defer("pilots.evidence.tasks.refresh", pilot_id=pilot.pk)
    return change


@atomic
def pause(pilot: Pilot, *, reason: str, by: User, at: datetime) -> None:
    """Suspend; the pilot remembers from where. A pause by safety is held: safety lifts it. One of the
    team's, too, once safety says so."""
    workflow.lock(pilot)
    check_can_pause(by, pilot)
    if judges_safety(by, pilot):
        hold(pilot, cause=HoldCause.SAFETY, reason=reason, by=by, at=at)
        return
    _pause(pilot, reason=reason, by=by, at=at)


def _pause(pilot: Pilot, *, reason: str, by: User, at: datetime) -> None:
    _move(
        pilot,
        "pause",
        by=by,
        at=at,
        reason=reason,
        fields={"paused_from": pilot.status},
        locked=True,
    )


@atomic
def hold(
    pilot: Pilot, *, cause: HoldCause, reason: str, by: User, at: datetime, tell: bool = True
) -> SafetyHold:
    """Pause the pilot, where it is not paused, until safety lifts it. Whoever calls it has asked whether
    `by` may. Those concerned are told, unless the caller tells them."""
    workflow.lock(pilot)
    held = open_hold(pilot)
    if held is not None:
        raise Conflict(
            _("%(cause)s: %(who)s made sure on %(when)s that only safety lets it go on.")
            % {
                "cause": held.get_cause_display(),
                "who": held.placed_by.name,
                "when": dates.moment_in_words(held.placed_at),
            }
        )
    reason = reasons.required(reason)
    pauses = pilot.status != PilotStatus.PAUSED
    if pauses:
        _pause(pilot, reason=reason, by=by, at=at)
    held = SafetyHold.objects.create(
        pilot=pilot, cause=cause, paused=pauses, reason=reason, placed_at=at, placed_by=by
    )
    if tell:
        notices.notify(
            queries.concerned(pilot),
            kind="pilots",
            title=_("“%(pilot)s” is paused for safety") % {"pilot": pilot.title},
            text=_("%(who)s: “%(reason)s” A safety reviewer says when it may go on.")
            % {"who": by.name, "reason": reason},
            about=pilot,
            url=pilot.get_absolute_url(),
            at=at,
            but=by,
        )
    audit.record("pilot.held", pilot, by=by, at=at, cause=str(cause.label), reason=reason)
    return held


@atomic
def resume(pilot: Pilot, *, reason: str, by: User, at: datetime) -> StateChange | None:
    """Go on where it was paused, once nothing waits for an answer; a hold is lifted by it. None where the
    hold was laid on a pause of the team's own: that one stays, and is the lead's to end."""
    workflow.lock(pilot)
    check_can_resume(by, pilot)
    held = open_hold(pilot)
    if pilot.status == PilotStatus.PAUSED:
        missing = checklist.missing(checklist.checklist(pilot, Gate.RESUME))
        if missing:
            raise Refused(" ".join(check.sentence for check in missing))
    if held is not None:
        _lift(pilot, held, reason=reason, by=by, at=at)
    if held is not None and not held.paused:
        audit.record("pilot.released", pilot, by=by, at=at, reason=held.lifted_because)
        return None
    change = _move(
        pilot,
        "resume",
        by=by,
        at=at,
        reason=reason,
        target=pilot.paused_from or None,
        fields={"paused_from": ""},
        locked=True,
    )
    if held is not None:
        audit.record("pilot.released", pilot, by=by, at=at, reason=held.lifted_because)
    return change


def _lift(pilot: Pilot, held: SafetyHold, *, reason: str, by: User, at: datetime) -> None:
    held.lifted_at, held.lifted_by, held.lifted_for = at, by, by.acting_for
    held.lifted_because = reasons.required(reason)
    held.save(update_fields=["lifted_at", "lifted_by", "lifted_for", "lifted_because"])
    title, text = _("“%(pilot)s” goes on"), _("%(who)s lifted the pause for safety: “%(reason)s”")
    if not held.paused:
        title = _("“%(pilot)s” may go on")
        text += " " + _("Its own pause from before stays; who leads it ends that one.")
    notices.notify(
        [*queries.concerned(pilot), held.placed_by],
        kind="pilots",
        title=title % {"pilot": pilot.title},
        text=text % {"who": by.name, "reason": held.lifted_because},
        about=pilot,
        url=pilot.get_absolute_url(),
        at=at,
        but=by,
    )


def evaluate(pilot: Pilot, *, by: User, at: datetime, locked: bool = False) -> StateChange:
    """Ask for the decision on its outcome. Called by the gate, which opens the review."""
    return _move(pilot, "evaluate", locked=locked, by=by, at=at, allow=check_can_lead)


@atomic
def show_output(
    pilot: Pilot, *, reason: str, by: User, at: datetime, against: str = ""
) -> SilentRunEnd:
    """End the silent run: from now on people see, and may act on, what it says. Where a requirement is not
    met, that takes a reason of its own, `against`, and is marked."""
    workflow.lock(pilot)
    check_can_show_output(by, pilot)
    if not pilot.silent or pilot.status != PilotStatus.RUNNING:
        raise Refused(_("Only a pilot that runs silently can be shown."))
    check_in_time(pilot, at=at)
    reason = reasons.required(reason)
    checks = checklist.checklist(pilot, Gate.OUTPUT)
    missing = checklist.missing(checks)
    against = visible(against) if missing else ""
    if missing and not against:
        raise Malformed(
            _("%(missing)s Say why its output is shown all the same: it is kept with the decision.")
            % {"missing": " ".join(check.sentence for check in missing)}
        )
    pilot.silent = False
    pilot.save(update_fields=["silent"])
    end = SilentRunEnd.objects.create(
        pilot=pilot,
        at=at,
        by=by,
        reason=reason,
        known=[
            {"key": check.key, "label": str(check.label), "met": check.met, "said": check.sentence}
            for check in checks
        ],
        missing=bool(missing),
        against=against,
    )
    if missing:
        audit.record(
            "pilot.output_shown_against",
            pilot,
            by=by,
            at=at,
            missing=get_text_list([f"“{check.label}”" for check in missing], _("and")),
            against=against,
            reason=reason,
        )
    else:
        audit.record("pilot.output_shown", pilot, by=by, at=at, reason=reason)
    return end


# What gates decide. Authority is checked there; nothing else calls these.


def approve(
    pilot: Pilot,
    *,
    by: User,
    at: datetime,
    reason: str = "",
    locked: bool = False,
    told: Told = None,
) -> StateChange:
    """Its first day is still to come: of a try before a pivot, it stands in the history, and so do
    those of its sites."""
    if pilot.went_live_on is not None:
        live = SiteGoLive.objects.filter(pilot=pilot, went_live_on__isnull=False)
        live.update(planned_on=Coalesce("planned_on", "went_live_on"), went_live_on=None)
    return _move(
        pilot,
        "approve",
        locked=locked,
        by=by,
        at=at,
        reason=reason,
        fields={"went_live_on": None},
        **(told or {}),
    )


def return_(
    pilot: Pilot, *, reason: str, by: User, at: datetime, locked: bool = False, told: Told = None
) -> StateChange:
    """Back to shaping, with what is missing as the reason; the charter opens again."""
    return _move(pilot, "return", locked=locked, by=by, at=at, reason=reason, **(told or {}))


def extend(
    pilot: Pilot,
    *,
    until: date,
    reason: str,
    by: User,
    at: datetime,
    locked: bool = False,
    told: Told = None,
) -> StateChange:
    if until <= dates.day_of(at):
        raise Refused(_("Extend it until a day that is still to come."))
    keep_in_time(pilot, until=until, reason=reason, by=by, at=at)
    return _move(
        pilot,
        "extend",
        locked=locked,
        by=by,
        at=at,
        reason=reason,
        fields={"ends_on": until},
        until=until,
        **(told or {}),
    )


def pivot(
    pilot: Pilot, *, reason: str, by: User, at: datetime, locked: bool = False, told: Told = None
) -> StateChange:
    """Back to shaping: the need stands, the answer to it is thought through again. Once its time is over
    it is scaled, stopped or extended: another way begins as another pilot."""
    check_in_time(pilot, at=at)
    return _move(pilot, "pivot", locked=locked, by=by, at=at, reason=reason, **(told or {}))


@atomic
def scale(
    pilot: Pilot,
    *,
    reason: str,
    by: User,
    at: datetime,
    shown: bool = True,
    owner: User | None = None,
    locked: bool = False,
    told: Told = None,
) -> StateChange:
    """The pilot ends and what it tried goes on, in the hands of its `owner`. Its needs are met and its idea is proven where that is
    `shown` by the primary metric; else they are answered, and it was tried."""
    if not locked:
        lock_roots(pilot)
    change = _move(
        pilot,
        "scale",
        locked=True,
        by=by,
        at=at,
        reason=reason,
        **(told or {}),
        fields={"ended_on": dates.day_of(at), "owner": owner},
    )
    for need in pilot.needs.all():
        if need.status == NeedStatus.IN_PILOT:
            answered = needs_actions.meet if shown else needs_actions.answer_unshown
            answered(need, by=by, at=at, reason=reason, locked=True)
    if pilot.idea is not None and pilot.idea.status == IdeaStatus.IN_PILOT:
        tried = ideas.prove if shown else ideas.disprove
        tried(pilot.idea, by=by, at=at, reason=reason, locked=True)
    return change


@atomic
def stop(
    pilot: Pilot,
    *,
    reason: str,
    by: User,
    at: datetime,
    early: bool = True,
    locked: bool = False,
    told: Told = None,
) -> StateChange:
    """It ends here. Needs that no other pilot still answers are not met; the idea was tried.

    `early`: by the team or the sponsor; otherwise the outcome gate has decided it.
    """
    if not locked:
        lock_roots(pilot)
    change = _move(
        pilot,
        "stop",
        locked=True,
        by=by,
        at=at,
        reason=reason,
        **(told or {}),
        allow=check_can_stop if early else None,
        fields={"ended_on": dates.day_of(at), "paused_from": ""},
    )
    others = Pilot._base_manager.exclude(pk=pilot.pk).exclude(status__in=ENDED)
    answered = set(others.filter(needs__in=pilot.needs.all()).values_list("needs", flat=True))
    for need in pilot.needs.all():
        if need.status == NeedStatus.IN_PILOT and need.pk not in answered:
            needs_actions.fail(need, by=by, at=at, reason=reason, locked=True)
    idea = pilot.idea
    if (
        idea is not None
        and idea.status == IdeaStatus.IN_PILOT
        and not others.filter(idea=idea).exists()
    ):
        ideas.disprove(idea, by=by, at=at, reason=reason, locked=True)
    return change


@atomic
def take_out(
    pilot: Pilot, *, reason: str, by: User, at: datetime, locked: bool = False, told: Told = None
) -> StateChange:
    """What was scaled is taken out of use again. Its needs keep what was shown of them; whoever has
    them may file them anew."""
    if not locked:
        lock_roots(pilot)
    return _move(pilot, "take_out", locked=True, by=by, at=at, reason=reason, **(told or {}))


@atomic
def hand_on(pilot: Pilot, *, owner: User) -> None:
    """Another person answers for what was scaled, having said yes."""
    workflow.lock(pilot)
    pilot.owner = owner
    pilot.save(update_fields=["owner"])


def lock_roots(pilot: Pilot) -> None:
    """Lock the pilot, then what it grew from, in the one order that everybody keeps. From now on
    `pilot.needs.all()` are the locked ones, oldest first."""
    workflow.lock(pilot)
    needs = Need.objects.select_related("submitted_by").select_for_update(of=("self",), no_key=True)
    prefetch_related_objects([pilot], Prefetch("needs", needs.order_by("pk")))
    if pilot.idea is not None:
        workflow.lock(pilot.idea)


def _move(
    pilot: Pilot,
    verb: str,
    *,
    by: User,
    at: datetime,
    reason: str = "",
    allow: Callable[[User, Pilot], None] | None = None,
    locked: bool = False,
    **options: Any,
) -> StateChange:
    return workflow.move(
        PILOT,
        pilot,
        verb,
        by=by,
        at=at,
        reason=reason,
        allow=None if allow is None else lambda: allow(by, pilot),
        locked=locked,
        also=tuple(pilot.needs.all()),  # so that a need's own history tells what became of it
        **options,
    )


def _check_sites(sites: Collection[Unit], unit: Unit) -> None:
    """A pilot runs in its unit and below: what others do is not its lead's to say."""
    within = {own.pk for own in unit.descendants(include_self=True)}
    if outside := sorted(site.name for site in sites if site.pk not in within):
        raise Malformed(
            _("%(site)s does not belong to %(unit)s. A pilot runs in its own unit and those below.")
            % {"site": ", ".join(outside), "unit": unit.name}
        )


def check_may_lead(lead: User, unit: Unit) -> None:
    """Whether somebody holds the role that leading a pilot there takes."""
    if not lead.may(PilotsPermission.LEAD, unit.pk):
        raise Refused(
            _(
                "%(person)s cannot lead a pilot in %(unit)s yet: that takes the role “Pilot "
                "team” there."
            )
            % {"person": lead.name, "unit": unit.name}
        )
