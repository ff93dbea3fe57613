"""Keeping the verdicts and telling of their changes, raising a guardrail alarm and answering it,
telling a lead to look, and noting what else happened. An alarm pauses nothing by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.notices import actions as notices
from innovation.people.models import User
from innovation.rules import constraints, dates, reasons
from innovation.rules.dates import moment_in_words
from innovation.rules.refusal import Conflict, Malformed, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.web.templatetags.components.data import verdict_word
from innovation.workflow.actions import lock
from pilots.evidence import queries
from pilots.evidence.models import (
    Alarm,
    AlarmAnswer,
    GuardrailLook,
    Happening,
    HappeningKind,
    KeptVerdict,
)
from pilots.evidence.permissions import check_can_answer, check_can_note
from pilots.evidence.queries import Reading
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import HoldCause, Pilot
from pilots.lifecycle.permissions import open_hold
from pilots.lifecycle.queries import concerned, mentors_of, owner_after_scaling
from pilots.lifecycle.states import PilotStatus
from pilots.metrics.models import Metric, MetricRole
from pilots.statistics.guardrails import GuardrailState
from pilots.statistics.verdicts import Verdict

WATCH = audit.System("Guardrail watch")
# So many series lie in memory at once: a worker keeps what its largest task has taken.
AT_ONCE = 250
# Verdicts that say something; the others say that nothing can be said.
SAYING = {Verdict.BETTER, Verdict.TARGET_REACHED, Verdict.NO_HARM_SHOWN, Verdict.HARM_SIGNAL}
# What happened earlier than this before a pilot was opened explains nothing in its charts.
LONG_BEFORE = timedelta(days=5 * 365)
# More than anybody reads beside a chart.
MOST_NOTED = 200
# A pilot in one of these touches people, or did so until a while ago, or left behind what does.
WATCHED = (
    PilotStatus.RUNNING,
    PilotStatus.EVALUATING,
    PilotStatus.PAUSED,
    PilotStatus.SCALED,
)


def watch(metric_id: int, *, at: datetime) -> Alarm | None:
    """Work out one metric after a pull; the alarm, where one was raised now."""
    return next(iter(refresh([metric_id], at=at)), None)


def watch_all(*, at: datetime) -> list[Alarm]:
    """Work out whatever rests on something else than before, and look at each guardrail that speaks:
    a look that was lost is made up for."""
    return refresh(queries.due(), at=at)


def refresh(metric_ids: Sequence[int], *, at: datetime) -> list[Alarm]:
    """Work out those of these metrics whose data, definition or plan changed, keep their verdicts, tell
    of those that changed, and look at the guardrails; the alarms that were raised now."""
    ids = sorted(set(metric_ids))
    raised: list[Alarm] = []
    for begin in range(0, len(ids), AT_ONCE):
        raised += _refresh(ids[begin : begin + AT_ONCE], at=at)
    return raised


@atomic
def _refresh(ids: Sequence[int], *, at: datetime) -> list[Alarm]:
    kept = _locked(ids, at=at)
    metrics = list(queries.to_be_asked().filter(pk__in=kept))
    asked = queries.questions(metrics)
    rests_on = {metric.pk: queries.fingerprint(metric, asked[metric.pk]) for metric in metrics}
    watched = set(guardrails().filter(pk__in=kept).values_list("pk", flat=True))
    again = [
        metric
        for metric in metrics
        if kept[metric.pk].rests_on != rests_on[metric.pk]
        or (metric.pk in watched and kept[metric.pk].guardrail in queries.SPEAKING)
    ]
    numbers = dict(zip((one.pk for one in again), queries.worked_out(again, asked), strict=True))
    changed, speaking = [], []
    for metric in again:
        row, found = kept[metric.pk], numbers[metric.pk]
        rail = found.guardrail
        if metric.pk in watched and rail is not None and rail.state in queries.SPEAKING:
            speaking.append(metric.pk)
        if row.verdict != found.verdict:
            if row.verdict and found.question.live_on is not None:
                changed.append((metric.pk, row.verdict))
            row.since = at
        row.verdict, row.guardrail = found.verdict, "" if rail is None else rail.state
        row.rests_on, row.worked_out_at = rests_on[metric.pk], at
    KeptVerdict.objects.bulk_create(
        [kept[metric.pk] for metric in again],
        update_conflicts=True,
        unique_fields=["metric"],
        update_fields=["verdict", "guardrail", "rests_on", "since", "worked_out_at"],
    )
    told = Metric.objects.filter(pk__in={*speaking, *(pk for pk, _before in changed)})
    readings = queries.readings_from(
        list(told.select_related("pilot__lead", "source", "unit")), numbers, at
    )
    for pk, before in changed:
        _tell_of_a_change(readings[pk], before, at=at)
    raised = (_judge(readings[pk], at=at) for pk in speaking)
    return [alarm for alarm in raised if alarm is not None]


def _locked(ids: Sequence[int], *, at: datetime) -> dict[int, KeptVerdict]:
    """The kept verdicts of those of the metrics that are a pilot's. Whoever comes second waits here,
    and reads what the first has written."""
    rows = KeptVerdict.objects.select_for_update(of=("self",)).order_by("metric_id")
    mine = Metric.objects.filter(pk__in=ids).exclude(pilot=None)
    new = mine.filter(kept_verdict=None).order_by("pk").values_list("pk", flat=True)
    KeptVerdict.objects.bulk_create(
        [KeptVerdict(metric_id=pk, since=at, worked_out_at=at) for pk in new], ignore_conflicts=True
    )
    return {row.metric_id: row for row in rows.filter(metric__in=mine)}


def _tell_of_a_change(reading: Reading, before: str, *, at: datetime) -> None:
    """Write down that the word on a metric changed, and tell the lead where one that says something
    came or went; an alarm tells of itself."""
    metric, pilot, after = reading.metric, reading.metric.pilot, reading.numbers.verdict
    assert pilot is not None
    words = [verdict_word(queries.WORD[Verdict(one)]) for one in (before, after)]
    audit.record(
        "metric.verdict_changed",
        metric,
        by=WATCH,
        at=at,
        also=[pilot],
        unit_id=pilot.unit_id,
        before=str(words[0]),
        after=str(words[1]),
    )
    rail = reading.numbers.guardrail
    alarm = rail is not None and rail.state is GuardrailState.BREACHED
    if alarm or pilot.status not in WATCHED or not {before, after} & SAYING:
        return
    notices.notify(
        [pilot.lead] if pilot.lead.is_active else [],
        kind="alarms",
        title=_("%(metric)s of %(pilot)s: %(after)s")
        % {"metric": metric.name, "pilot": pilot.title, "after": words[1]},
        text=_("Before, the verdict was: %(before)s. %(sentence)s")
        % {"before": words[0], "sentence": reading.verdict_sentence},
        about=metric,
        url=reverse("pilots:metric-detail", args=[metric.pk]),
        at=at,
    )


def guardrails() -> QuerySet[Metric]:
    """The metrics that may raise an alarm and have none open."""
    return (
        Metric.objects.filter(
            role=MetricRole.GUARDRAIL,
            limit__isnull=False,
            pilot__status__in=WATCHED,
            pilot__went_live_on__isnull=False,
        )
        .exclude(alarms__answered_at=None, alarms__isnull=False)
        .select_related("pilot__lead", "source", "unit")
    )


def _judge(reading: Reading, *, at: datetime) -> Alarm | None:
    rail = reading.numbers.guardrail
    if rail is not None and rail.state is GuardrailState.LOOK:
        _tell_to_look(reading, at=at)
    if rail is None or rail.state is not GuardrailState.BREACHED:
        return None
    period = reading.series.last_period
    level = rail.level.estimate if rail.level.estimate is not None else rail.last
    if period is None or level is None or _answered_already(reading):
        return None
    return _raise(reading, period=period, level=Decimal(str(round(level, 6))), at=at)


def _answered_already(reading: Reading) -> bool:
    """Whether somebody has answered for the breach that still goes on."""
    began = _since(reading)
    answered = reading.metric.alarms.exclude(answered_at=None)
    return answered.filter(period__gte=began).exists() if began else answered.exists()


def _since(reading: Reading) -> date | None:
    """The first period of what the guardrail says now."""
    rail, go_live = reading.numbers.guardrail, reading.numbers.go_live
    if rail is None or rail.since is None or go_live is None:
        return None
    return reading.series.periods[go_live + rail.since]


@atomic
def _tell_to_look(reading: Reading, *, at: datetime) -> None:
    """Tell the lead of a signal of the chart: no alarm, and nothing waits for an answer."""
    metric, pilot, period = reading.metric, reading.metric.pilot, _since(reading)
    if pilot is None or period is None:
        return
    if metric.looks.filter(period__gte=period).exists():
        return  # the rules mark points in hindsight, so a run may begin earlier than was told
    rail = reading.guardrail_sentence
    look, new = GuardrailLook.objects.get_or_create(
        metric=metric,
        period=period,
        defaults={
            "pilot": pilot,
            "told_at": at,
            "sentence": f"{metric.name}: {rail[:1].lower()}{rail[1:]}"[:400],
        },
    )
    if not new:
        return
    notices.notify(
        [pilot.lead] if pilot.lead.is_active else [],
        kind="alarms",
        title=_("Look at %(metric)s of %(pilot)s") % {"metric": metric.name, "pilot": pilot.title},
        text=look.sentence,
        about=metric,
        url=reverse("pilots:metric-detail", args=[metric.pk]),
        at=at,
    )
    audit.record(
        "metric.looked_at",
        metric,
        by=WATCH,
        at=at,
        also=[pilot],
        unit_id=pilot.unit_id,
        period=period.isoformat(),
    )


@atomic
def _raise(reading: Reading, *, period: date, level: Decimal, at: datetime) -> Alarm | None:
    metric, pilot = reading.metric, reading.metric.pilot
    assert pilot is not None and metric.limit is not None
    rail = reading.guardrail_sentence
    try:
        with transaction.atomic():
            alarm = Alarm.objects.create(
                metric=metric,
                pilot=pilot,
                raised_at=at,
                period=period,
                level=level,
                limit=metric.limit,
                sentence=f"{metric.name}: {rail[:1].lower()}{rail[1:]}"[:400],
            )
    except IntegrityError:
        return None  # another worker was first
    notices.notify(
        [*concerned(pilot), *mentors_of(pilot)],
        kind="alarms",
        title=_("Alarm: %(metric)s of %(pilot)s") % {"metric": metric.name, "pilot": pilot.title},
        text=f"{alarm.sentence} {_what_it_asks(pilot)}",
        about=alarm,
        url=reverse("pilots:alarm-answer", args=[alarm.pk]),
        at=at,
    )
    audit.record(
        "alarm.raised", alarm, by=WATCH, at=at, also=[pilot, metric], unit_id=pilot.unit_id
    )
    return alarm


def _what_it_asks(pilot: Pilot) -> str:
    if pilot.status == PilotStatus.SCALED:
        return _("The pilot was scaled, so it waits for %(who)s to put it right.") % {
            "who": owner_after_scaling(pilot).name
        }
    if pilot.status == PilotStatus.PAUSED:
        return _("The pilot is paused, and does not go on before somebody has answered.")
    return _("It proposes to pause the pilot, and waits for an answer.")


@atomic
def answer(alarm: Alarm, *, answer: str, reason: str, by: User, at: datetime) -> Alarm:
    """Pause the pilot or keep it running, with a reason that everybody concerned reads. A pause on an alarm
    is lifted by safety, also where the pilot was paused before."""
    if answer not in AlarmAnswer.values:
        raise Refused(_("Choose whether to pause the pilot or to keep it running."))
    pilot = alarm.pilot
    lock(pilot)  # pilots first, everywhere
    lock(alarm)
    alarm.pilot = pilot
    check_can_answer(by, alarm, answer)
    if alarm.answered_at is not None:
        raise Conflict(
            _("%(who)s answered this on %(when)s: %(answer)s. Nothing of yours was applied.")
            % {
                "who": alarm.answered_by.name if alarm.answered_by else _("Somebody"),
                "when": moment_in_words(alarm.answered_at),
                "answer": alarm.get_answer_display(),
            }
        )
    reason = reasons.required(reason)
    if answer == AlarmAnswer.PAUSE and open_hold(pilot) is None:
        lifecycle.hold(pilot, cause=HoldCause.ALARM, reason=reason, by=by, at=at, tell=False)
    alarm.answered_at, alarm.answered_by = at, by
    alarm.answer, alarm.reason = answer, reason
    alarm.save(update_fields=["answered_at", "answered_by", "answer", "reason"])
    notices.notify(
        concerned(pilot),
        kind="alarms",
        title=_("%(who)s answered the alarm of %(pilot)s") % {"who": by.name, "pilot": pilot.title},
        text=f"{alarm.get_answer_display()}. {reason}",
        about=alarm,
        url=reverse("pilots:pilot-detail", args=[pilot.pk]),
        at=at,
        but=by,
    )
    audit.record(
        "alarm.answered",
        alarm,
        by=by,
        at=at,
        also=[pilot, alarm.metric],
        unit_id=pilot.unit_id,
        answer=str(alarm.get_answer_display()),
        reason=reason,
    )
    return alarm


@atomic
def note_happening(
    pilot: Pilot,
    *,
    kind: str,
    text: str,
    happened_on: date,
    by: User,
    at: datetime,
    last_on: date | None = None,
    metric: Metric | None = None,
    warned: bool = False,
) -> Happening:
    """Note what happened while a pilot was measured, of one metric or of all. An incident is told to the
    lead and to those who answer for safety. `warned` says that its author was told that the words may
    name a patient and denied it."""
    lock(pilot)
    check_can_note(by, pilot)
    if kind not in HappeningKind.values:
        raise Malformed(_("Choose what it was."))
    if metric is not None and metric.pilot_id != pilot.pk:
        raise Malformed(_("“%(metric)s” belongs to another pilot.") % {"metric": metric.name})
    last_on = None if last_on == happened_on else last_on
    _check_days(pilot, happened_on, last_on, at=at)
    if Happening.objects.standing().filter(pilot=pilot).count() >= MOST_NOTED:
        raise Refused(
            _("%(n)s are noted already. Take back what nobody needs to know, then note this one.")
            % {"n": MOST_NOTED}
        )
    with constraints.explained():
        made = Happening.objects.create(
            pilot=pilot,
            metric=metric,
            kind=kind,
            text=visible(text),
            happened_on=happened_on,
            last_on=last_on,
            added_at=at,
            added_by=by,
        )
    if kind == HappeningKind.INCIDENT:
        notices.notify(
            concerned(pilot),
            kind="alarms",
            title=_("An incident was noted in “%(pilot)s”") % {"pilot": pilot.title},
            text=f"{dates.day_in_words(happened_on)}: {made.text}",
            about=pilot,
            url=reverse("pilots:pilot-evidence", args=[pilot.pk]),
            at=at,
            but=by,
        )
    details: dict[str, Any] = {"warned_of_patient_data": True} if warned else {}
    audit.record(
        "pilot.happening_noted",
        pilot,
        by=by,
        at=at,
        also=[] if metric is None else [metric],
        kind=str(made.get_kind_display()),
        on=happened_on,
        **details,
    )
    return made


@atomic
def take_happening_back(happening: Happening, *, by: User, at: datetime) -> Happening:
    """It was noted wrongly: it leaves the charts, and stays in the list with who took it back, and when."""
    pilot = happening.pilot
    lock(pilot)
    lock(happening)
    check_can_note(by, pilot)
    if happening.taken_back_at is not None:
        raise Conflict(
            _("%(who)s took this back on %(when)s.")
            % {
                "who": happening.taken_back_by.name if happening.taken_back_by else _("Somebody"),
                "when": moment_in_words(happening.taken_back_at),
            }
        )
    happening.taken_back_at, happening.taken_back_by = at, by
    happening.save(update_fields=["taken_back_at", "taken_back_by"])
    audit.record(
        "pilot.happening_taken_back",
        pilot,
        by=by,
        at=at,
        also=[] if happening.metric is None else [happening.metric],
        kind=str(happening.get_kind_display()),
        on=happening.happened_on,
    )
    return happening


def _check_days(pilot: Pilot, first: date, last: date | None, *, at: datetime) -> None:
    if last is not None and last < first:
        raise Malformed(_("Its last day must come after its first."))
    if (last or first) > dates.day_of(at):
        raise Malformed(_("Note it on the day it happens, or afterwards."))
    earliest = dates.day_of(pilot.opened_at) - LONG_BEFORE
    if first < earliest:
        raise Malformed(
            _("Give a day since %(day)s: five years before the pilot was opened.")
            % {"day": dates.day_in_words(earliest)}
        )
