"""What the gates ask of what is measured."""

from __future__ import annotations

from django.db.models import Prefetch
from django.urls import reverse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pilots.lifecycle.checklist import Gate, Requirement, RequirementState, register
from pilots.lifecycle.models import Pilot
from pilots.metrics import siblings, steadiness
from pilots.metrics.models import ComparisonDesign, Metric, MetricRole, Observation
from pilots.statistics.series import MIN_POINTS_OF_A_LEVEL

METRICS = Prefetch(
    "metrics", Metric.objects.select_related("source").prefetch_related(siblings.WITH_SERIES)
)


def primary_metric_planned(pilot: Pilot) -> RequirementState:
    primary = _primary(pilot)
    if primary is None:
        return RequirementState(
            False,
            _("Choose the one number that decides: a primary metric with its source."),
            reverse("pilots:metric-create", args=[pilot.pk]),
        )
    url = reverse("pilots:metric-edit", args=[primary.pk])
    absent = [
        word
        for word, value in (
            (_("a baseline window"), primary.baseline_from and primary.baseline_until),
            (_("a target"), primary.target is not None),
        )
        if not value
    ]
    if absent:
        return RequirementState(
            False,
            _("“%(metric)s” needs %(what)s.")
            % {"metric": primary.name, "what": get_text_list(absent, _("and"))},
            url,
        )
    said = _("%(metric)s, from %(source)s.") % {
        "metric": primary.name,
        "source": primary.source.name,
    }
    sites = steadiness.comparison_sites(primary.siblings.all())
    known = steadiness.rests_on(primary, first_day=pilot.starts_on, sites=sites)
    return RequirementState(True, f"{said} {known}", url)


def guardrails_planned(pilot: Pilot) -> RequirementState:
    guardrails = [m for m in pilot.metrics.all() if m.role == MetricRole.GUARDRAIL]
    if not guardrails:
        return RequirementState(
            False,
            _("Choose at least one guardrail: a number that must not get worse."),
            reverse("pilots:metric-create", args=[pilot.pk]),
        )
    for metric in guardrails:
        absent = [
            word
            for word, value in (
                (_("a baseline window"), metric.baseline_from and metric.baseline_until),
                (_("a limit"), metric.limit is not None),
            )
            if not value
        ]
        if absent:
            return RequirementState(
                False,
                _("The guardrail “%(metric)s” needs %(what)s.")
                % {"metric": metric.name, "what": get_text_list(absent, _("and"))},
                reverse("pilots:metric-edit", args=[metric.pk]),
            )
    return RequirementState(
        True,
        get_text_list([metric.name for metric in guardrails], _("and")) + ".",
        reverse("pilots:metric-detail", args=[guardrails[0].pk]),
    )


def sites_can_be_compared(pilot: Pilot) -> RequirementState | None:
    """Where a person chose that a metric is compared with other sites, there are some; and nobody is
    counted on both sides."""
    compared = 0
    for metric in pilot.metrics.all():
        sites = steadiness.comparison_sites(metric.siblings.all())
        compared += sites
        if metric.design == ComparisonDesign.SITES and not sites:
            return RequirementState(
                False,
                _("“%(metric)s” is to be compared with other sites: add at least one.")
                % {"metric": metric.name},
                reverse("pilots:sibling-add", args=[metric.pk]),
            )
    twice = siblings.counted_twice(pilot) if compared else []
    if twice:
        return RequirementState(
            False,
            _(
                "“%(metric)s” is compared with %(site)s, where the same patients are counted: plan the day"
                " on which that site goes live, or compare with another."
            )
            % {"metric": twice[0].metric.name, "site": twice[0].series.unit.name},
            reverse("pilots:metric-detail", args=[twice[0].metric_id]),
        )
    if not compared:
        return None
    return RequirementState(
        True,
        ngettext(
            "%(n)s number of another site to compare with.",
            "%(n)s numbers of other sites to compare with.",
            compared,
        )
        % {"n": compared},
    )


def baseline_collected(pilot: Pilot) -> RequirementState:
    primary = _primary(pilot)
    if primary is None or not (primary.baseline_from and primary.baseline_until):
        return primary_metric_planned(pilot)
    url = reverse("pilots:metric-detail", args=[primary.pk])
    points = Observation.objects.filter(
        metric=primary, period__gte=primary.baseline_from, period__lte=primary.baseline_until
    ).count()
    if points < MIN_POINTS_OF_A_LEVEL:
        return RequirementState(
            False,
            ngettext(
                "“%(metric)s” has %(points)s number in its baseline window; %(needed)s are the "
                "least that limits can stand on.",
                "“%(metric)s” has %(points)s numbers in its baseline window; %(needed)s are "
                "the least that limits can stand on.",
                points,
            )
            % {"metric": primary.name, "points": points, "needed": MIN_POINTS_OF_A_LEVEL},
            url,
        )
    return RequirementState(
        True,
        _("%(points)s numbers of “%(metric)s” from before.")
        % {"points": points, "metric": primary.name},
        url,
    )


def sources_answer(pilot: Pilot) -> RequirementState:
    for metric in pilot.metrics.all():
        if metric.failures:
            return RequirementState(
                False,
                _("“%(metric)s” could not be pulled from %(source)s.")
                % {"metric": metric.name, "source": metric.source.name},
                reverse("pilots:metric-detail", args=[metric.pk]),
            )
    return RequirementState(True, _("Every source answers."))


def measured_since_start(pilot: Pilot) -> RequirementState:
    primary = _primary(pilot)
    if primary is None:
        return primary_metric_planned(pilot)
    url = reverse("pilots:metric-detail", args=[primary.pk])
    if (
        pilot.went_live_on is None
        or not Observation.objects.filter(metric=primary, period__gte=pilot.went_live_on).exists()
    ):
        return RequirementState(
            False,
            _("“%(metric)s” has no number yet from after the start.") % {"metric": primary.name},
            url,
        )
    return RequirementState(
        True, _("“%(metric)s” was measured after the start.") % {"metric": primary.name}, url
    )


def _primary(pilot: Pilot) -> Metric | None:
    return next((m for m in pilot.metrics.all() if m.role == MetricRole.PRIMARY), None)


register(
    Gate.RESOURCES,
    Requirement(
        "primary",
        gettext_lazy("A primary metric"),
        primary_metric_planned,
        order=70,
        prefetch=(METRICS,),
    ),
)
register(
    Gate.RESOURCES,
    Requirement(
        "guardrails", gettext_lazy("A guardrail"), guardrails_planned, order=80, prefetch=(METRICS,)
    ),
)
register(
    Gate.RESOURCES,
    Requirement(
        "comparison_sites",
        gettext_lazy("Sites to compare with"),
        sites_can_be_compared,
        order=85,
        prefetch=(METRICS, siblings.WITH_DAYS),
    ),
)
register(
    Gate.GO_LIVE,
    Requirement(
        "baseline", gettext_lazy("A baseline"), baseline_collected, order=10, prefetch=(METRICS,)
    ),
)
register(
    Gate.GO_LIVE,
    Requirement(
        "sources",
        gettext_lazy("Sources that answer"),
        sources_answer,
        order=20,
        prefetch=(METRICS,),
    ),
)
register(
    Gate.OUTCOME,
    Requirement(
        "measured",
        gettext_lazy("Measured since the start"),
        measured_since_start,
        order=10,
        prefetch=(METRICS,),
    ),
)
