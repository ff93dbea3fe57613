"""Who may connect sources, plan what is measured, and ask for numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from innovation.people.models import Unit, User
from innovation.people.permissions import check_holds
from innovation.rules.checks import derive
from innovation.rules.refusal import NotAllowed, Refused
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.permissions import (
    check_can_edit_pilot,
    check_can_lead,
    check_not_its_sponsor,
    had_a_part,
    has_a_part,
)
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import ACTIVE, ENDED, PilotStatus
from pilots.metrics.models import Amendment, BulkBinding, Metric, MetricRole, Source
from pilots.metrics.room import MetricsPermission

# What says when a metric has succeeded: fixed once the pilot was proposed.
PLANNED = (
    "role",
    "kind",
    "direction",
    "dimension",
    "cadence",
    "target",
    "limit",
    "margin",
    "baseline_from",
    "baseline_until",
    "settling_weeks",
)
# By which an approved pilot is judged: changed by nobody of its team alone.
JUDGED_BY = (MetricRole.PRIMARY, MetricRole.GUARDRAIL)
APPROVES_AMENDMENTS = (PilotsPermission.DECIDE_RESOURCES, PilotsPermission.ANSWER_ALARMS)
# What its verdicts take for granted: changed after that it takes a reason.
STEADINESS = ("steady_from", "steady_because")
# As does how it is compared, where a person and not the rules say it.
DESIGN = ("design", "design_because")


def check_can_manage_sources(user: User, unit: Unit | None = None) -> None:
    """Connect a source in the unit (in any where it is None) and change those that are there."""
    check_holds(
        user,
        MetricsPermission.MANAGE_SOURCES,
        None if unit is None else unit.pk,
        _("Sources are kept by pilot teams, the innovation office and administrators of a unit."),
    )


can_manage_sources = derive(check_can_manage_sources)


def check_can_edit_source(user: User, source: Source) -> None:
    check_holds(
        user,
        MetricsPermission.MANAGE_SOURCES,
        source.unit_id,
        _("This source is kept by those who manage sources in %(unit)s.")
        % {"unit": source.unit.name},
    )


can_edit_source = derive(check_can_edit_source)


def check_can_take_back(user: User, binding: BulkBinding) -> None:
    """Take back what was made in one go: whoever had it made, who keeps the source still."""
    check_can_edit_source(user, binding.source)
    if binding.made_by_id != user.pk:
        raise NotAllowed(_("Whoever had these metrics made takes them back."))


def check_can_use_source(user: User, source: Source, *, unit: Unit) -> None:
    """Bind a metric of `unit` to the source: one that the user reaches, of the unit or above it,
    or one that the user manages."""
    if user.may(MetricsPermission.MANAGE_SOURCES, source.unit_id):
        return
    above = {parent.pk for parent in unit.ancestors(include_self=True)}
    if source.unit_id not in above or not user.may(MetricsPermission.READ, unit.pk):
        raise NotAllowed(_("This source belongs to a unit that you do not reach."))


def check_can_ask_source(user: User, source: Source, *, unit: Unit | None) -> None:
    """See what the source answers now: for a metric of `unit`, or, where it is None, as one who
    keeps the source."""
    if unit is None:
        check_can_edit_source(user, source)
    else:
        check_can_use_source(user, source, unit=unit)


can_ask_source = derive(check_can_ask_source)


def check_can_plan(
    user: User, *, pilot: Pilot | None = None, unit: Unit | None = None, role: str = ""
) -> None:
    """Add a metric: to a pilot as its team, or to a unit as one who manages its sources."""
    if pilot is None:
        check_can_manage_sources(user, unit)
        return
    check_can_edit_pilot(user, pilot)
    if pilot.status in ENDED:
        raise Refused(_("The pilot has ended; its plan is closed."))
    if role == MetricRole.PRIMARY and pilot.status != PilotStatus.SHAPING:
        raise Refused(
            _("The primary metric was locked when the pilot was proposed; it opens on a pivot.")
        )


can_plan = derive(check_can_plan)


def check_can_edit_metric(user: User, metric: Metric) -> None:
    if metric.pilot is not None:
        check_can_edit_pilot(user, metric.pilot)
    else:
        check_holds(
            user,
            MetricsPermission.MANAGE_SOURCES,
            metric.unit_id,
            _("This metric is kept by those who manage sources in %(unit)s.")
            % {"unit": metric.unit.name},
        )


can_edit_metric = derive(check_can_edit_metric)


def check_can_compare(user: User, metric: Metric) -> None:
    """Say what it is compared with: who plans it, until its pilot has ended."""
    check_can_edit_metric(user, metric)
    if metric.pilot is not None and metric.pilot.status in ENDED:
        raise Refused(_("The pilot has ended; its plan is closed."))


can_compare = derive(check_can_compare)


def is_plan_locked(metric: Metric) -> bool:
    """Whether what the metric must show is fixed: from the pilot's proposal on."""
    return metric.pilot is not None and metric.pilot.status != PilotStatus.SHAPING


def is_plan_approved(metric: Metric) -> bool:
    """Whether the pilot has its resources and is under way: its plan may be amended."""
    return metric.pilot is not None and metric.pilot.status in ACTIVE


def is_judged_by(metric: Metric) -> bool:
    """Whether an approved pilot is judged by it: its primary metric, or a guardrail."""
    return (
        metric.role in JUDGED_BY
        and metric.pilot is not None
        and metric.pilot.status not in (PilotStatus.SHAPING, PilotStatus.PROPOSED)
    )


def waits_for_approval(metric: Metric, fields: Mapping[str, object]) -> bool:
    """Whether these new values touch what an approved pilot is judged by, before or after them."""
    if not fields.keys() - {"name"}:
        return False
    becomes = is_plan_approved(metric) and fields.get("role") in JUDGED_BY
    return is_judged_by(metric) or becomes


def check_can_decide_amendment(user: User, amendment: Amendment) -> None:
    """An executive or a safety reviewer over the pilot's unit who has no part in the pilot and had none
    since it was given its resources, neither opened nor sponsors it nor proposed this, nor acts for
    somebody who did."""
    pilot = amendment.metric.pilot
    assert pilot is not None
    if not any(user.may(permission, pilot.unit_id) for permission in APPROVES_AMENDMENTS):
        raise NotAllowed(
            _(
                "A change of what a pilot is judged by is approved by an executive or a clinical"
                " safety reviewer of %(unit)s or of a unit above it."
            )
            % {"unit": pilot.unit.name}
        )
    if user.interests & {amendment.proposed_by_id, pilot.opened_by_id}:
        raise NotAllowed(_("Nobody approves what they proposed or a pilot that they opened."))
    check_not_its_sponsor(user, pilot)
    if has_a_part(user, pilot):
        raise NotAllowed(_("You are on this pilot's team, so somebody else decides."))
    if had_a_part(user, pilot):
        raise NotAllowed(
            _("You were on this pilot's team after it got its resources, so somebody else decides.")
        )


can_decide_amendment = derive(check_can_decide_amendment)


def check_can_withdraw_amendment(user: User, amendment: Amendment) -> None:
    pilot = amendment.metric.pilot
    assert pilot is not None  # only plans of pilots are locked
    if amendment.proposed_by_id != user.pk:
        check_can_lead(user, pilot)


can_withdraw_amendment = derive(check_can_withdraw_amendment)


def check_no_open_alarm(metrics: Iterable[Metric]) -> None:
    """While an alarm waits for an answer, what raised it is not changed."""
    for metric in metrics:
        if metric.alarms.filter(answered_at=None).exists():
            raise Refused(
                _("An alarm of %(metric)s is open. Answer it first; then its plan can be amended.")
                % {"metric": metric.name}
            )


def check_can_amend_by_source(user: User, metrics: Iterable[Metric]) -> None:
    """Other settings of a source change what pilots are judged by at once, so whoever has a part in
    one of them leaves that to others who keep the source."""
    for metric in metrics:
        if not is_judged_by(metric) or metric.pilot is None:
            continue
        if has_a_part(user, metric.pilot) or had_a_part(user, metric.pilot):
            raise NotAllowed(
                _(
                    "“%(pilot)s”, on whose team you are or were, is judged by %(metric)s, which is measured"
                    " from this source. Somebody else who keeps sources changes its settings; its"
                    " name and its credentials are yours to change."
                )
                % {"pilot": metric.pilot.title, "metric": metric.name}
            )


def check_can_pull(user: User, metric: Metric) -> None:
    """Ask for the numbers now: whoever keeps the metric or its source."""
    if metric.source.connector.brought:
        raise Refused(_("Nothing is asked of this source: its numbers are brought."))
    if not user.may(MetricsPermission.MANAGE_SOURCES, metric.source.unit_id):
        check_can_edit_metric(user, metric)


can_pull = derive(check_can_pull)


def check_can_count(user: User, metric: Metric) -> None:
    """Type a number in: whoever keeps the metric or its source, where numbers are typed in."""
    if not metric.source.by_hand:
        raise Refused(_("The numbers of this metric come from its source; none is typed in."))
    if not user.may(MetricsPermission.MANAGE_SOURCES, metric.source.unit_id):
        check_can_edit_metric(user, metric)


can_count = derive(check_can_count)
