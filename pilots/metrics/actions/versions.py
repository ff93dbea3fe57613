"""What a metric means from now on: checked, kept, and told where its plan was locked already."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.notices import actions as notices
from innovation.people.models import User
from innovation.rules import constraints, dates
from innovation.rules.refusal import Refused
from pilots.lifecycle.queries import concerned
from pilots.metrics import changes
from pilots.metrics.actions.requests import pull_anew
from pilots.metrics.figures import exposure_of
from pilots.metrics.models import Direction, Metric, MetricKind, MetricRole, MetricVersion
from pilots.metrics.permissions import DESIGN, PLANNED, STEADINESS, is_plan_locked

# Changing one of these makes a new version: the numbers may mean something else from then on.
MEANING = ("definition", "source", "binding", "kind", "cadence")
# Once the pilot was proposed these do, too: the first day chooses the baseline where none is planned,
# and the unit what a number says.
MEANING_OF_A_LOCKED_PLAN = (*MEANING, "pull_from", "measure_unit")
# What must be shown and what verdicts take for granted do as well, and nothing is pulled anew.
TAKES_REASON = tuple(dict.fromkeys((*MEANING_OF_A_LOCKED_PLAN, *STEADINESS, *DESIGN, *PLANNED)))


def amends(metric: Metric, changed: Iterable[str]) -> bool:
    """Whether a change of these fields is one of a plan that was locked."""
    return is_plan_locked(metric) and bool(set(changed) & set(TAKES_REASON))


def change(
    metric: Metric,
    fields: Mapping[str, Any],
    *,
    by: User,
    at: datetime,
    reason: str = "",
    approved_by: User | None = None,
) -> dict[str, Any]:
    """Write these fields, which differ, and what follows: a version, a pull from the start, and word
    to those concerned. Returns what the event tells of it."""
    locked, amended = is_plan_locked(metric), amends(metric, fields)
    anew = bool(set(fields) & set(MEANING_OF_A_LOCKED_PLAN if locked else MEANING))
    before = {name: getattr(metric, name) for name in fields}
    said = changes.of_fields(metric, {name: (before[name], fields[name]) for name in fields})
    for name, value in fields.items():
        setattr(metric, name, value)
    metric.edited_at = at
    if anew or amended:
        metric.version += 1
    if anew or "pull_from" in fields:
        metric.asked_until = None
    metric.data_version += 1
    save(metric, at=at)
    if anew or amended:
        keep_version(metric, by=by, at=at, reason=reason)
    if (anew or "pull_from" in fields) and not metric.pulls.under_way().exists():
        pull_anew(metric, by=by, at=at)
    if amended:
        tell_of_an_amendment(metric, reason=reason, by=by, at=at, approved_by=approved_by)
    return {
        "changed": changes.sentence(said),
        "values": {
            name: [audit.as_text(before[name]), audit.as_text(fields[name])] for name in fields
        },
        "version": metric.version,
    }


def compared_otherwise(
    metric: Metric, *, by: User, at: datetime, reason: str, approved_by: User | None = None
) -> None:
    """A version that counts what the one before did, and is compared with other sites: it stands beside
    the verdicts as a change of a locked plan does. Nothing is pulled anew."""
    metric.version += 1
    metric.data_version += 1
    metric.save(update_fields=["version", "data_version"])
    keep_version(metric, by=by, at=at, reason=reason)
    tell_of_an_amendment(metric, reason=reason, by=by, at=at, approved_by=approved_by)


def keep_version(
    metric: Metric,
    *,
    by: User,
    at: datetime,
    reason: str = "",
    source_changes: Mapping[str, list[str]] | None = None,
) -> MetricVersion:
    version = version_of(metric, by=by, at=at, reason=reason)
    version.source_changes = dict(source_changes or {})
    version.save()
    return version


def version_of(metric: Metric, *, by: User, at: datetime, reason: str = "") -> MetricVersion:
    return MetricVersion(
        metric=metric,
        number=metric.version,
        definition=metric.definition,
        binding=metric.binding,
        source_name=metric.source.name,
        meaning=fingerprint(metric),
        reason=reason,
        at=at,
        by=by,
    )


def fingerprint(metric: Metric) -> str:
    """The same for versions of a metric that count the same, whatever they are called."""
    counted: list[object] = [
        metric.definition,
        metric.binding,
        metric.source_id,
        metric.kind,
        metric.cadence,
        metric.measure_unit,
    ]
    if metric.asked_otherwise:
        counted.append(metric.asked_otherwise)
    return hashlib.sha256(json.dumps(counted, sort_keys=True).encode()).hexdigest()


def tell_of_an_amendment(
    metric: Metric, *, reason: str, by: User, at: datetime, approved_by: User | None = None
) -> None:
    """Tell the lead, the sponsor and those who answer for safety that a locked plan was changed."""
    pilot = metric.pilot
    assert pilot is not None
    if approved_by is None:
        text = _("%(who)s changed it: %(reason)s") % {"who": by.name, "reason": reason}
    else:
        text = _("%(who)s changed it, approved by %(approver)s: %(reason)s") % {
            "who": by.name,
            "approver": approved_by.name,
            "reason": reason,
        }
    people = concerned(pilot)
    if approved_by is not None and by.is_active and by not in people:
        people.append(by)
    notices.notify(
        people,
        kind="pilots",
        title=_("The locked plan of %(metric)s of “%(pilot)s” was changed")
        % {"metric": metric.name, "pilot": pilot.title},
        text=text,
        about=pilot,
        url=reverse("pilots:metric-detail", args=[metric.pk]),
        at=at,
        but=approved_by or by,
    )


def check(metric: Metric) -> None:
    """What the database cannot say as kindly."""
    try:
        metric.full_clean(exclude=["pilot", "unit", "source"], validate_constraints=False)
        metric.validate_constraints()
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from None
    if metric.role == MetricRole.GUARDRAIL:
        if metric.limit is None:
            raise Refused(_("A guardrail needs a limit: beyond it, it raises an alarm."))
        if metric.direction == Direction.NEUTRAL:
            raise Refused(_("A guardrail needs a direction: say which way is better."))
    if metric.kind == MetricKind.RATE and exposure_of(metric.measure_unit) is None:
        raise Refused(_("Say what the rate is measured in: per 1,000 bed days, per visit."))
    if metric.is_rate:
        for value in (metric.target, metric.limit):
            if value is not None and value < 0:
                raise Refused(_("Events are counted: no target and no limit lies below zero."))
    if metric.kind == MetricKind.PROPORTION:
        for label, value in ((_("target"), metric.target), (_("limit"), metric.limit)):
            if value is not None and not 0 <= value <= 1:
                raise Refused(
                    _("The %(what)s of a proportion lies between 0 and 100 %%.") % {"what": label}
                )


def check_as_of(metric: Metric, *, at: datetime) -> None:
    """As `check`, and that nothing is asked of days to come."""
    if metric.pull_from > dates.day_of(at):
        raise Refused(_("Pull from a day that has passed: numbers of the future do not exist yet."))
    check(metric)


def save(metric: Metric, *, at: datetime) -> None:
    check_as_of(metric, at=at)
    taken = _("This source has a metric of this name for this organisation.")
    with constraints.explained({"metric_once_a_source_entity": taken}):
        metric.save()
