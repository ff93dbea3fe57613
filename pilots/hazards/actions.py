"""The verbs of the hazard log. Nothing is taken out of it; what is wrong is put right and logged."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.audit.actions import Actor
from innovation.notices import actions as notices
from innovation.people.models import User
from innovation.rules import constraints, dates, reasons
from innovation.rules.deadlines import check_near
from innovation.rules.refusal import Conflict, Malformed, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.hazards import queries
from pilots.hazards.matrix import Likelihood, Severity, risk
from pilots.hazards.models import Hazard, HazardControl, HazardIncident, SignedHazardLog
from pilots.hazards.permissions import check_can_finish, check_can_sign, check_can_write
from pilots.hazards.states import HAZARD, HazardStatus
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.queries import concerned
from pilots.metrics.models import Metric
from pilots.safety.models import Incident
from pilots.safety.permissions import check_can_judge

WATCH = audit.System("Hazard watch")
WORDS = ("title", "cause", "effect", "controls", "severity", "likelihood")
# More than anybody reads before they sign.
MOST_HAZARDS = 200


@atomic
def record(
    pilot: Pilot,
    *,
    title: str,
    cause: str,
    effect: str,
    severity: int,
    likelihood: int,
    by: User,
    at: datetime,
    controls: str = "",
) -> Hazard:
    """Write down how the pilot could harm somebody."""
    workflow.lock(pilot)
    check_can_write(by, pilot)
    words = {"title": title, "cause": cause, "effect": effect, "controls": controls}
    words = {name: visible(text) for name, text in words.items()}
    _check_said(words, severity, likelihood)
    if Hazard.objects.filter(pilot=pilot).count() >= MOST_HAZARDS:
        raise Refused(_("The log holds %(n)s hazards; nobody signs more.") % {"n": MOST_HAZARDS})
    made = Hazard.objects.create(
        pilot=pilot,
        severity=severity,
        likelihood=likelihood,
        recorded_at=at,
        recorded_by=by,
        **words,
    )
    audit.record(
        "hazard.recorded",
        made,
        by=by,
        at=at,
        also=[pilot],
        unit_id=pilot.unit_id,
        pilot=audit.named(pilot),
        risk=made.risk.of,
    )
    return made


@atomic
def edit(hazard: Hazard, *, by: User, at: datetime, **fields: Any) -> Hazard:
    """Put right what the log says of a hazard; the former words stay in its history. What was judged of
    other words is judged anew."""
    if unknown := set(fields) - set(WORDS):
        raise TypeError(f"a hazard has no {', '.join(sorted(unknown))}")
    _lock(hazard)
    check_can_write(by, hazard.pilot)
    fields = {
        name: visible(value) if isinstance(value, str) else value for name, value in fields.items()
    }
    changed = [name for name, value in fields.items() if getattr(hazard, name) != value]
    if not changed:
        return hazard
    values = {
        name: [audit.as_text(getattr(hazard, name)), audit.as_text(fields[name])]
        for name in changed
    }
    for name in changed:
        setattr(hazard, name, fields[name])
    _check_said(
        {"title": hazard.title, "cause": hazard.cause, "effect": hazard.effect},
        hazard.severity,
        hazard.likelihood,
    )
    hazard.save(update_fields=changed)
    said = [str(Hazard._meta.get_field(name).verbose_name) for name in changed]  # type: ignore[union-attr]
    audit.record(
        "hazard.edited",
        hazard,
        by=by,
        at=at,
        also=[hazard.pilot],
        unit_id=hazard.pilot.unit_id,
        fields=said,
        values=values,
    )
    if hazard.status == HazardStatus.CONTROLLED:
        _reopen(hazard, reason=_("What the log says of it was changed."), by=by, at=at)
    return hazard


@atomic
def plan_control(
    hazard: Hazard,
    *,
    text: str,
    owner: User,
    due_on: date,
    by: User,
    at: datetime,
    metric: Metric | None = None,
) -> HazardControl:
    """Say what more is done, by whom and until when, and which number watches it."""
    _lock(hazard)
    check_can_write(by, hazard.pilot)
    text = visible(text)
    if not text:
        raise Malformed(_("Say what is done."))
    if due_on < dates.day_of(at):
        raise Malformed(_("Give a day that is still to come."))
    check_near(due_on, at=at)
    if not owner.is_active:
        raise Refused(_("%(who)s has left; choose somebody else.") % {"who": owner.name})
    if metric is not None and metric.pilot_id != hazard.pilot_id:
        raise Malformed(_("“%(metric)s” belongs to another pilot.") % {"metric": metric.name})
    made = HazardControl.objects.create(
        hazard=hazard,
        text=text,
        owner=owner,
        due_on=due_on,
        metric=metric,
        planned_at=at,
        planned_by=by,
    )
    audit.record(
        "hazard.control_planned",
        hazard,
        by=by,
        at=at,
        also=[hazard.pilot],
        unit_id=hazard.pilot.unit_id,
        owner=audit.named(owner),
        due=due_on,
        control=text,
    )
    notices.notify(
        [owner],
        kind="safety",
        title=_("A control of “%(pilot)s” is yours") % {"pilot": hazard.pilot.title},
        text=_("Until %(day)s: %(what)s") % {"day": dates.day_in_words(due_on), "what": text},
        about=hazard,
        url=hazard.get_absolute_url(),
        at=at,
        but=by,
    )
    return made


@atomic
def finish_control(control: HazardControl, *, by: User, at: datetime) -> HazardControl:
    """Say that a control is in place."""
    _lock(control.hazard)
    workflow.lock(control)
    check_can_finish(by, control)
    if control.done_at is not None:
        raise Conflict(_("It was said already that this is in place."))
    control.done_at, control.done_by = at, by
    control.save(update_fields=["done_at", "done_by"])
    audit.record(
        "hazard.control_done",
        control.hazard,
        by=by,
        at=at,
        also=[control.hazard.pilot],
        unit_id=control.hazard.pilot.unit_id,
        control=control.text,
    )
    return control


@atomic
def judge(
    hazard: Hazard, *, severity: int, likelihood: int, reason: str, by: User, at: datetime
) -> Hazard:
    """Say what risk is left with its controls, once all that were planned are in place."""
    _lock(hazard)
    check_can_write(by, hazard.pilot)
    _check_said({}, severity, likelihood)
    if hazard.status == HazardStatus.OPEN and hazard.further.filter(done_at=None).exists():
        raise Refused(_("A control is planned and not in place yet. Say so first, once it is."))
    reason = visible(reason)
    left = risk(severity, likelihood)
    assert left is not None
    workflow.move(
        HAZARD,
        hazard,
        "judge",
        by=by,
        at=at,
        reason=reason,
        fields={
            "residual_severity": severity,
            "residual_likelihood": likelihood,
            "residual_why": reason,
            "judged_at": at,
        },
        also=(hazard.pilot,),
        locked=True,
        unit_id=hazard.pilot.unit_id,
        risk=left.of,
    )
    return hazard


@atomic
def reopen(hazard: Hazard, *, reason: str, by: User, at: datetime) -> Hazard:
    """What is left of it has to be judged anew."""
    _lock(hazard)
    check_can_write(by, hazard.pilot)
    _reopen(hazard, reason=reason, by=by, at=at)
    return hazard


@atomic
def link_incident(hazard: Hazard, *, incident: Incident, by: User, at: datetime) -> HazardIncident:
    """Say that a report shows a hazard, which opens it again."""
    _lock(hazard)
    check_can_judge(by, hazard.pilot)
    if incident.pilot_id != hazard.pilot_id:
        raise Malformed(_("The report is of another pilot."))
    if incident.accepted is False:
        raise Refused(_("The report was answered as no incident of this pilot."))
    with constraints.explained():
        made = HazardIncident.objects.create(
            hazard=hazard, incident=incident, linked_at=at, linked_by=by
        )
    audit.record(
        "hazard.linked",
        hazard,
        by=by,
        at=at,
        also=[hazard.pilot, incident],
        unit_id=hazard.pilot.unit_id,
        incident=audit.named(incident),
    )
    if hazard.status == HazardStatus.CONTROLLED:
        _reopen(
            hazard,
            reason=_("Report %(number)s shows that it happens.") % {"number": incident.pk},
            by=by,
            at=at,
        )
    return made


def reopen_spoken_of(*, at: datetime) -> list[Hazard]:
    """Open again each hazard of which a number that watches it says harm since it was judged."""
    return [
        hazard
        for hazard, metric in queries.spoken_of()
        if _reopen_as_watched(hazard, metric, at=at)
    ]


@atomic
def _reopen_as_watched(hazard: Hazard, metric: Metric, *, at: datetime) -> bool:
    judged_at = hazard.judged_at
    _lock(hazard)
    if hazard.status != HazardStatus.CONTROLLED or hazard.judged_at != judged_at:
        return False  # somebody was first
    reason = _("“%(metric)s”, which watches it, shows harm.") % {"metric": metric.name}
    _reopen(hazard, reason=reason, by=WATCH, at=at)
    return True


def _reopen(hazard: Hazard, *, reason: str, by: Actor, at: datetime) -> None:
    pilot = hazard.pilot
    workflow.move(
        HAZARD,
        hazard,
        "reopen",
        by=by,
        at=at,
        reason=reason,
        fields={
            "residual_severity": None,
            "residual_likelihood": None,
            "residual_why": "",
            "judged_at": None,
        },
        also=(pilot,),
        locked=True,
        unit_id=pilot.unit_id,
    )
    notices.notify(
        concerned(pilot),
        kind="safety",
        title=_("A hazard of “%(pilot)s” is open again") % {"pilot": pilot.title},
        text=_("%(hazard)s: %(why)s What is left of it has to be judged anew.")
        % {"hazard": hazard.title, "why": reason},
        about=hazard,
        url=hazard.get_absolute_url(),
        at=at,
        but=by if isinstance(by, User) else None,
    )


@atomic
def sign(pilot: Pilot, *, seen: str, reason: str, by: User, at: datetime) -> SignedHazardLog:
    """Sign the log as it was read (`seen` is its digest): every hazard judged, and none with too much left."""
    workflow.lock(pilot)
    check_can_sign(by, pilot)
    log = queries.log_of(pilot)
    if not log.hazards:
        raise Refused(_("There is nothing in the log yet."))
    if log.open:
        raise Refused(_("A hazard is open: what is left of it has to be judged before."))
    if log.too_high:
        raise Refused(
            _("“%(hazard)s” is left with too much risk to be signed: make it less first.")
            % {"hazard": log.too_high[0].title}
        )
    if seen != queries.digest(log.content):
        raise Conflict(_("The log was changed while you read it. Read what it says now."))
    if log.is_signed:
        raise Conflict(_("What the log says was signed already."))
    made = SignedHazardLog.objects.create(
        pilot=pilot,
        version=1 if log.signed is None else log.signed.version + 1,
        content=log.content,
        digest=seen,
        signed_at=at,
        signed_by=by,
        signed_for=by.acting_for,
        reason=reasons.required(reason),
    )
    audit.record(
        "pilot.hazard_log_signed",
        pilot,
        by=by,
        at=at,
        version=made.version,
        digest=made.digest,
        reason=made.reason,
    )
    notices.notify(
        concerned(pilot),
        kind="safety",
        title=_("The hazard log of “%(pilot)s” was signed") % {"pilot": pilot.title},
        text=_("Version %(n)s, by %(who)s: “%(reason)s”")
        % {"n": made.version, "who": by.name, "reason": made.reason},
        about=pilot,
        url=pilot.get_absolute_url(),
        at=at,
        but=by,
    )
    return made


def _lock(hazard: Hazard) -> None:
    """The pilot first, as everywhere."""
    pilot = hazard.pilot
    workflow.lock(pilot)
    workflow.lock(hazard)
    hazard.pilot = pilot


def _check_said(words: dict[str, str], severity: int, likelihood: int) -> None:
    if not all(words[name] for name in ("title", "cause", "effect") if name in words):
        raise Malformed(_("Say what could go wrong, why, and what it would do to a patient."))
    if severity not in Severity.values or likelihood not in Likelihood.values:
        raise Malformed(_("Say how bad and how likely it is."))
