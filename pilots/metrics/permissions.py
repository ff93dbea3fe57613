"""Who may connect sources, plan what is measured, and ask for numbers."""

from __future__ import annotations

from django.utils.translation import gettext as _

from innovation.people.models import Unit, User
from innovation.people.permissions import check_holds
from innovation.rules.checks import derive
from innovation.rules.refusal import NotAllowed, Refused
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.permissions import check_can_edit_pilot
from pilots.lifecycle.states import ENDED, PilotStatus
from pilots.metrics.models import Metric, MetricRole, Source
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


def is_plan_locked(metric: Metric) -> bool:
    """Whether what the metric must show is fixed: from the pilot's proposal on."""
    return metric.pilot is not None and metric.pilot.status != PilotStatus.SHAPING


def check_can_pull(user: User, metric: Metric) -> None:
    """Ask for the numbers now: whoever keeps the metric or its source."""
    if not user.may(MetricsPermission.MANAGE_SOURCES, metric.source.unit_id):
        check_can_edit_metric(user, metric)


can_pull = derive(check_can_pull)
