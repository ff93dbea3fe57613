"""Amendments of what a pilot is judged by: proposed by the team, approved by somebody outside it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.notices import actions as notices
from innovation.people.models import User
from innovation.rules import constraints, reasons
from innovation.rules.refusal import Conflict
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from innovation.workflow.actions import defer, lock
from pilots.lifecycle.models import Pilot
from pilots.metrics import changes, queries, siblings
from pilots.metrics.actions import versions
from pilots.metrics.actions.outcomes import WORK_OUT
from pilots.metrics.changes import FieldChange
from pilots.metrics.models import Amendment, Metric, Sibling, SiblingKind, Source
from pilots.metrics.permissions import (
    check_can_decide_amendment,
    check_can_withdraw_amendment,
    check_no_open_alarm,
)
from pilots.metrics.siblings import Site
from pilots.metrics.states import AMENDMENT

# What a metric is compared with stands among the values of an amendment as if it were a field of it:
# [[series, label], …] before and after. A trigger of `Sibling` reads it there.
SIBLINGS = "siblings"


@atomic
def propose(
    metric: Metric, fields: Mapping[str, Any], *, reason: str, by: User, at: datetime
) -> Amendment:
    """Put a change to those outside the team; called by `edit_metric`, which holds the metric and has
    checked who asks."""
    as_amended = copy.copy(metric)
    for name, value in fields.items():
        setattr(as_amended, name, value)
    versions.check_as_of(as_amended, at=at)
    values = {name: [_plain(getattr(metric, name)), _plain(fields[name])] for name in fields}
    return _put(metric, values, reason=reason, by=by, at=at)


@atomic
def propose_sites(
    metric: Metric,
    before: list[Site],
    after: list[Site],
    *,
    reason: str,
    by: User,
    at: datetime,
) -> Amendment:
    """As `propose`, of the sites that a metric is compared with; called by `siblings`, which holds the
    metric and has checked who asks, and what fits."""
    values = {SIBLINGS: [[one.plain for one in before], [one.plain for one in after]]}
    return _put(metric, values, reason=reason, by=by, at=at)


def _put(
    metric: Metric, values: dict[str, Any], *, reason: str, by: User, at: datetime
) -> Amendment:
    reason = reasons.required(reason)
    if metric.amendments.waiting().exists():
        raise Conflict(
            _(
                "A change of this metric waits for approval already. It is decided on or taken back"
                " before another is proposed."
            )
        )
    amendment = Amendment.objects.create(
        metric=metric, values=values, reason=reason, proposed_by=by, proposed_at=at
    )
    pilot = _pilot(amendment)
    _tell(
        amendment,
        queries.approvers(pilot, but=by),
        _("A change of the locked plan of %(metric)s of “%(pilot)s” waits for approval"),
        text=f"{said(amendment)}. {reason}",
        by=by,
        at=at,
    )
    audit.record(
        "amendment.proposed",
        amendment,
        by=by,
        at=at,
        also=(metric, pilot),
        unit_id=pilot.unit_id,
        changed=said(amendment),
        values=_values_told(amendment),
        reason=reason,
    )
    return amendment


@atomic
def approve(amendment: Amendment, *, by: User, at: datetime, reason: str = "") -> Amendment:
    """Let it take effect. It is refused where the metric is not as it was when it was proposed, and
    while an alarm of it waits for an answer; then it waits on."""
    metric = _hold(amendment)
    check_can_decide_amendment(by, amendment)
    told = said(amendment)

    def still_fits() -> None:
        check_no_open_alarm([metric])
        _check_sites_fit(amendment)
        if changed := changed_meanwhile(amendment):
            raise Conflict(
                _(
                    "The metric was changed since this was proposed (%(changed)s). It waits on as it"
                    " was proposed: decline it, or have it taken back and proposed anew."
                )
                % {"changed": changes.sentence(changed)}
            )

    _move(
        amendment,
        "approve",
        by=by,
        at=at,
        answer=reason,
        guards=(still_fits,),
        changed=told,
        version=metric.version + 1,
    )
    if SIBLINGS in amendment.values:
        _apply_sites(amendment, at=at)
        versions.compared_otherwise(
            metric,
            by=amendment.proposed_by,
            at=at,
            reason=amendment.reason,
            approved_by=by,
        )
        defer(WORK_OUT, pilot_id=metric.pilot_id)
        return amendment
    fields = {name: _value(name, after) for name, (_was, after) in amendment.values.items()}
    versions.change(
        metric,
        fields,
        by=amendment.proposed_by,
        at=at,
        reason=amendment.reason,
        approved_by=by,
    )
    return amendment


@atomic
def decline(amendment: Amendment, *, reason: str, by: User, at: datetime) -> Amendment:
    """Leave the plan as it was agreed, with a reason that the proposer reads."""
    _hold(amendment)
    check_can_decide_amendment(by, amendment)
    _move(amendment, "decline", by=by, at=at, answer=reason, changed=said(amendment))
    _tell(
        amendment,
        _proposer(amendment),
        _("Your change of %(metric)s of “%(pilot)s” was declined"),
        text=visible(reason),
        by=by,
        at=at,
    )
    return amendment


@atomic
def withdraw(amendment: Amendment, *, by: User, at: datetime, reason: str = "") -> Amendment:
    """Take it back before anybody decided."""
    _hold(amendment)
    check_can_withdraw_amendment(by, amendment)
    _move(amendment, "withdraw", by=by, at=at, answer=reason, changed=said(amendment))
    return amendment


def lapse_of(pilot: Pilot, *, reason: str, by: User, at: datetime) -> None:
    """The plan opens again, so nothing waits to amend it. Called by the gate, which holds the pilot."""
    waiting = Amendment.objects.waiting().filter(metric__pilot=pilot).for_list()
    for amendment in waiting.order_by("metric"):
        lock(amendment.metric)
        lock(amendment)
        _move(amendment, "lapse", by=by, at=at, answer=reason, changed=said(amendment))
        _tell(
            amendment,
            _proposer(amendment),
            _("Your change of %(metric)s of “%(pilot)s” lapsed: its plan is open again"),
            text=reason,
            by=by,
            at=at,
        )


def shown(amendment: Amendment, *, seen_by: User | None = None) -> list[FieldChange]:
    """What it would change, or has changed, in words; sites by their names as far as this person may
    read them."""
    metric = copy.copy(amendment.metric)
    for name in ("kind", "measure_unit"):  # so that numbers are written as they were proposed
        if name in amendment.values:
            setattr(metric, name, amendment.values[name][1])
    pairs = {
        name: (_named(name, before), _named(name, after))
        for name, (before, after) in amendment.values.items()
        if name != SIBLINGS
    }
    found = changes.of_fields(metric, pairs)
    if SIBLINGS in amendment.values:
        before, after = amendment.values[SIBLINGS]
        found += _sites_shown(_sites(before), _sites(after), seen_by=seen_by)
    return found


def said(amendment: Amendment, *, seen_by: User | None = None) -> str:
    return changes.sentence(shown(amendment, seen_by=seen_by))


def changed_meanwhile(amendment: Amendment, *, seen_by: User | None = None) -> list[FieldChange]:
    """What is not as it was when it was proposed, among what it would change."""
    metric = amendment.metric
    differ = {
        name: (_named(name, before), _named(name, now))
        for name, (before, _after) in amendment.values.items()
        if name != SIBLINGS and (now := _plain(getattr(metric, name))) != before
    }
    found = changes.of_fields(metric, differ)
    if SIBLINGS in amendment.values:
        before, now = _sites(amendment.values[SIBLINGS][0]), siblings.sites_of(metric)
        if before != now:
            found += _sites_shown(before, now, seen_by=seen_by)
    return found


def _sites(plain: list[list[object]]) -> list[Site]:
    return [Site.of(one) for one in plain]


def _sites_shown(
    before: list[Site], after: list[Site], *, seen_by: User | None
) -> list[FieldChange]:
    """How many there are, and one line for each that comes or goes."""
    names = siblings.names({one.series for one in (*before, *after)}, seen_by=seen_by)
    found = [FieldChange(_("number of comparison sites"), str(len(before)), str(len(after)))]
    for one in before:
        if one not in after:
            found.append(
                FieldChange(
                    _("comparison site"),
                    siblings.called(one, names, seen_by=seen_by),
                    _("taken away"),
                )
            )
    for one in after:
        if one not in before:
            found.append(
                FieldChange(
                    _("comparison site"),
                    _("not there"),
                    siblings.called(one, names, seen_by=seen_by),
                )
            )
    return found


def _check_sites_fit(amendment: Amendment) -> None:
    """A series may have become another number since, or be gone."""
    if SIBLINGS not in amendment.values:
        return
    before, after = (_sites(plain) for plain in amendment.values[SIBLINGS])
    fresh = {one.series for one in after} - {one.series for one in before}
    for series in Metric.objects.filter(pk__in=fresh).select_related("unit"):
        siblings.check_fits(amendment.metric, series, SiblingKind.SITE)


def _apply_sites(amendment: Amendment, *, at: datetime) -> None:
    """By who proposed it: the approval stands beside it, with its own name."""
    metric = amendment.metric
    before, after = (_sites(plain) for plain in amendment.values[SIBLINGS])
    kept = {one.series for one in after}
    known = {one.series for one in before}
    Sibling.objects.filter(metric=metric, kind=SiblingKind.SITE, series__in=known - kept).delete()
    for one in after:
        if one.series not in known:
            with constraints.explained():
                Sibling.objects.create(
                    metric=metric,
                    series_id=one.series,
                    kind=SiblingKind.SITE,
                    label=one.label,
                    added_at=at,
                    added_by=amendment.proposed_by,
                )


def _hold(amendment: Amendment) -> Metric:
    """Pilot, metric, amendment: the one order."""
    pilot, metric = _pilot(amendment), amendment.metric
    lock(pilot)
    lock(metric)
    lock(amendment)
    metric.pilot, amendment.metric = pilot, metric
    return metric


def _move(
    amendment: Amendment,
    verb: str,
    *,
    by: User,
    at: datetime,
    answer: str,
    guards: tuple[Any, ...] = (),
    version: int | None = None,
    **told: Any,
) -> None:
    pilot, answer = _pilot(amendment), visible(answer)
    workflow.move(
        AMENDMENT,
        amendment,
        verb,
        by=by,
        at=at,
        reason=answer,
        guards=guards,
        fields={"decided_by": by, "decided_at": at, "answer": answer, "version": version},
        also=(amendment.metric, pilot),
        locked=True,
        unit_id=pilot.unit_id,
        person=audit.named(amendment.proposed_by),
        why=amendment.reason,
        values=_values_told(amendment),
        **told,
    )


def _tell(
    amendment: Amendment, people: list[User], title: str, *, text: str, by: User, at: datetime
) -> None:
    pilot = _pilot(amendment)
    notices.notify(
        people,
        kind="pilots",
        title=title % {"metric": amendment.metric.name, "pilot": pilot.title},
        text=text,
        about=pilot,
        url=reverse("pilots:amendment-detail", args=[amendment.pk]),
        at=at,
        but=by,
    )


def _proposer(amendment: Amendment) -> list[User]:
    return [amendment.proposed_by] if amendment.proposed_by.is_active else []


def _pilot(amendment: Amendment) -> Pilot:
    pilot = amendment.metric.pilot
    assert pilot is not None  # only plans of pilots are locked
    return pilot


def _values_told(amendment: Amendment) -> dict[str, list[str]]:
    return {
        name: [audit.as_text(value) for value in pair] for name, pair in amendment.values.items()
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Source):
        return value.pk
    if isinstance(value, Decimal):
        return str(value.normalize() + 0)
    return value.isoformat() if hasattr(value, "isoformat") else value


def _value(name: str, plain: Any) -> Any:
    if name == "source":
        return Source.objects.get(pk=plain)
    return Metric._meta.get_field(name).to_python(plain)  # type: ignore[union-attr]


def _named(name: str, plain: Any) -> Any:
    return str(Source.objects.get(pk=plain)) if name == "source" else plain
