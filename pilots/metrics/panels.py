"""What measuring puts in other places: amendments that wait, and sources of one who has left."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from innovation.people.models import Unit, User
from innovation.retention.kinds import RetainedKind, delete
from innovation.web import panels
from pilots.lifecycle.earned import earned
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.states import PilotStatus
from pilots.metrics import corrections, library, queries, siblings, strata
from pilots.metrics.actions import amendments, hand_over_source
from pilots.metrics.models import (
    Amendment,
    ComparisonDesign,
    Direction,
    Metric,
    MetricVersion,
    QuarantinedRow,
    Source,
    least_shown,
)
from pilots.metrics.permissions import APPROVES_AMENDMENTS, JUDGED_BY, can_compare, is_judged_by
from pilots.metrics.room import MetricsPermission

_SHOWN = 20


def amendments_waiting(user: User) -> list[panels.WaitingItem]:
    """Changes of locked plans that this person could decide on now."""
    if not any(user.may(permission) for permission in APPROVES_AMENDMENTS):
        return []
    return [
        panels.WaitingItem(
            title=_("%(metric)s of “%(pilot)s”")
            % {"metric": one.metric.name, "pilot": one.metric.pilot},
            sentence=f"{amendments.said(one, seen_by=user)}. {one.reason}",
            url=one.get_absolute_url(),
            since=one.proposed_at,
            kind=_("Change of a locked plan"),
            action_label=_("Approve or decline"),
        )
        for one in queries.amendments_for(user)[:_SHOWN]
    ]


def compared_with(user: User, metric: Metric) -> panels.Panel | None:
    """What a metric of a pilot is compared with, and the groups that it is taken apart into."""
    if metric.pilot is None or metric.direction == Direction.NEUTRAL:
        return None
    found = siblings.compared_with(metric, user, timezone.now())
    may_change = bool(can_compare(user, metric))
    if not found.count and not may_change:
        return None
    return panels.Panel(
        title="",
        template="pilots/metrics/_compared_with.html",
        context={
            "metric": metric,
            "compared": found,
            "may_change": may_change,
            "waits": is_judged_by(metric),
            "none_named": metric.design == ComparisonDesign.SITES and not found.sites,
        },
        bare=True,
    )


def split_into_groups(_user: User, metric: Metric) -> panels.Panel | None:
    """The groups that a metric is split into."""
    if not metric.splits:
        return None
    tables = strata.tables_of(metric)
    since = next((one.since for one in tables), None)
    return panels.Panel(
        title=_("By group"),
        template="pilots/metrics/_strata.html",
        context={
            "tables": tables,
            "least": least_shown(metric),
            "level_head": _("Level") if since is None else _("Level since go-live"),
        },
    )


def ready_definition(user: User, metric: Metric) -> panels.Panel | None:
    """The ready definition that a metric was planned with, and what makes it wrong."""
    measure = library.measure_of(metric.measure)
    if measure is None:
        return None
    others = Metric.objects.visible_to(user).filter(measure=metric.measure).exclude(pk=metric.pk)
    return panels.Panel(
        title=_("Ready definition"),
        template="pilots/metrics/_measure.html",
        context={
            "measure": measure,
            "adapted": metric.definition != str(measure.definition),
            "others": others.count(),
        },
    )


def keeps_site(pilot: Pilot, unit: Unit) -> list[str]:
    """What relies on a site's having a day of its own."""
    return [
        _(
            "%(metric)s is compared with the same number of %(unit)s, which has no day of its own then."
        )
        % {"metric": one.metric.name, "unit": unit.name}
        for one in siblings.compared_in(pilot, unit)
        if siblings.lies_in_line(one.metric, unit)
    ]


def amendments_of_pilot(_user: User, pilot: Pilot) -> panels.Panel | None:
    """Changes of the pilot's plan that wait, wherever it is looked at or decided on."""
    waiting = list(Amendment.objects.waiting().filter(metric__pilot=pilot).for_list())
    if not waiting:
        return None
    return panels.Panel(
        title="",
        template="pilots/metrics/_amendments_of_pilot.html",
        context={"amendments": waiting},
        bare=True,
    )


def corrections_of_pilot(_user: User, pilot: Pilot) -> panels.Panel | None:
    """Past numbers of what the pilot is judged by that were changed since its resources were approved."""
    if pilot.status in (PilotStatus.SHAPING, PilotStatus.PROPOSED):
        return None
    metrics = list(Metric.objects.filter(pilot=pilot, role__in=JUDGED_BY))
    for metric in metrics:
        metric.pilot = pilot
    found = corrections.of_metrics(metrics)
    if not found:
        return None
    return panels.Panel(
        title="",
        template="pilots/metrics/_corrections.html",
        context={
            "by_files": corrections.by_files(found),
            "by_systems": corrections.by_systems(found),
            "named": True,
        },
        bare=True,
    )


def to_hand_over(person: User | None) -> list[panels.HandoverItem]:
    """Sources that somebody keeps who has left: nobody would be told when a pull fails."""
    found = Source.objects.select_related("unit", "keeper", "created_by")
    if person is None:
        found = found.filter(
            Q(keeper__is_active=False) | Q(keeper=None, created_by__is_active=False)
        )
    else:
        found = found.filter(Q(keeper=person) | Q(keeper=None, created_by=person))
    return [
        panels.HandoverItem(
            key=f"source-{source.pk}",
            holder=source.kept_by.pk,
            title=source.name,
            sentence=_("Keeps this source, and is told when it cannot be read."),
            url=reverse("pilots:source-detail", args=[source.pk]),
            unit_id=source.unit_id,
            told=_("You keep the source “%(name)s” from now on.") % {"name": source.name},
            may_take=partial(_who_keeps_sources, source),
            hand_over=partial(hand_over_source, source),
        )
        for source in found.order_by("name", "pk")
        if not source.kept_by.is_active
    ]


def _who_keeps_sources(source: Source) -> QuerySet[User]:
    return User.objects.holding(MetricsPermission.MANAGE_SOURCES, source.unit).order_by("name")


def kept_for_a_time() -> list[RetainedKind]:
    """Rows as a source sent them, which may say more than a number."""
    return [
        RetainedKind(
            "quarantine",
            gettext_lazy("Rows that could not be read"),
            gettext_lazy("Deleted, counted from the pull that brought them; its counts stay."),
            lambda before: QuarantinedRow.objects.filter(pull__requested_at__lt=before),
            partial(delete, model=QuarantinedRow),
        )
    ]


def skills_earned(user: User, people: Collection[int]) -> list[panels.EarnedSkill]:
    """Who planned metrics of a pilot."""
    seen = Metric.objects.visible_to(user).exclude(pilot=None).values("pk")
    return earned(
        MetricVersion.objects.filter(
            number=1,
            metric__in=seen,
            metric__pilot__in=Pilot.objects.visible_to(user).values("pk"),
        ),
        people,
        skill="measuring",
        who="by",
        at="at",
        pilot="metric__pilot",
        said=lambda n: ngettext("Planned a metric", "Planned %(n)s metrics", n) % {"n": n},
    )
