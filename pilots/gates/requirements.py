"""What the gates ask of every pilot, computed from the record."""

from __future__ import annotations

from decimal import Decimal

from django.urls import reverse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from innovation.rules.dates import day_in_words
from innovation.rules.money import money
from pilots.gates.models import Gate
from pilots.gates.registry import Finding, Requirement, register
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.pathway import SILENT_FIRST
from pilots.metrics.models import Metric, MetricRole, Observation
from pilots.staffing.models import TeamRole

BASELINE_POINTS = 8


def charter_complete(pilot: Pilot) -> Finding:
    url = reverse("pilots:charter", args=[pilot.pk])
    absent = [
        str(name)
        for name, value in (
            (_("the hypothesis"), pilot.hypothesis.strip()),
            (_("what will be done differently"), pilot.change.strip()),
            (_("where it runs"), list(pilot.sites.all())),
        )
        if not value
    ]
    if absent:
        return Finding(
            False, _("Write down %(what)s.") % {"what": get_text_list(absent, _("and"))}, url
        )
    return Finding(True, _("Hypothesis, change and sites are written down."), url)


def dates_set(pilot: Pilot) -> Finding:
    url = reverse("pilots:charter", args=[pilot.pk])
    if not (pilot.starts_on and pilot.ends_on):
        return Finding(False, _("Say when it starts and when it ends."), url)
    return Finding(
        True,
        _("From %(start)s to %(end)s.")
        % {
            "start": day_in_words(pilot.starts_on),
            "end": day_in_words(pilot.ends_on),
        },
        url,
    )


def pathway_answered(pilot: Pilot) -> Finding:
    url = reverse("pilots:pathway", args=[pilot.pk])
    if not pilot.pathway:
        return Finding(False, _("Answer the short questionnaire; it chooses the pathway."), url)
    return Finding(True, str(pilot.get_pathway_display()), url)


def sponsor_named(pilot: Pilot) -> Finding:
    url = reverse("pilots:charter", args=[pilot.pk])
    if pilot.sponsor is None:
        return Finding(False, _("Name the executive who sponsors it."), url)
    return Finding(True, pilot.sponsor.name, url)


def lead_has_time(pilot: Pilot) -> Finding:
    url = reverse("pilots:team", args=[pilot.pk])
    shares = [
        allocation
        for allocation in pilot.allocations.all()
        if allocation.person_id == pilot.lead_id and allocation.role == TeamRole.LEAD
    ]
    if not shares:
        return Finding(
            False,
            _("Give %(lead)s, who leads it, a share of time.") % {"lead": pilot.lead.name},
            url,
        )
    people = len({allocation.person_id for allocation in pilot.allocations.all()})
    return Finding(
        True,
        ngettext(
            "%(lead)s leads it with %(percent)s %% of full time.",
            "%(lead)s leads it with %(percent)s %% of full time; %(people)s people in all.",
            people,
        )
        % {
            "lead": pilot.lead.name,
            "percent": max(share.percent for share in shares),
            "people": people,
        },
        url,
    )


def budget_fits(pilot: Pilot) -> Finding:
    url = reverse("pilots:budget", args=[pilot.pk])
    asked = next((one for one in pilot.requests.all() if one.awarded_at is None), None)
    if asked is None or not asked.lines.all():
        return Finding(False, _("Write the budget, line by line, and choose a fund."), url)
    amount: Decimal = asked.amount
    if amount > asked.fund.balance:
        return Finding(
            False,
            _("It asks for %(amount)s, and %(fund)s has %(left)s left.")
            % {"amount": money(amount), "fund": asked.fund, "left": money(asked.fund.balance)},
            url,
        )
    return Finding(
        True,
        _("%(amount)s from %(fund)s.") % {"amount": money(amount), "fund": asked.fund},
        url,
    )


def primary_metric_planned(pilot: Pilot) -> Finding:
    primary = _primary(pilot)
    if primary is None:
        return Finding(
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
        return Finding(
            False,
            _("“%(metric)s” needs %(what)s.")
            % {"metric": primary.name, "what": get_text_list(absent, _("and"))},
            url,
        )
    return Finding(
        True,
        _("%(metric)s, from %(source)s.") % {"metric": primary.name, "source": primary.source.name},
        url,
    )


def guardrails_planned(pilot: Pilot) -> Finding:
    guardrails = [m for m in pilot.metrics.all() if m.role == MetricRole.GUARDRAIL]
    if not guardrails:
        return Finding(
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
            return Finding(
                False,
                _("The guardrail “%(metric)s” needs %(what)s.")
                % {"metric": metric.name, "what": get_text_list(absent, _("and"))},
                reverse("pilots:metric-edit", args=[metric.pk]),
            )
    return Finding(
        True,
        get_text_list([metric.name for metric in guardrails], _("and")) + ".",
        reverse("pilots:metric-detail", args=[guardrails[0].pk]),
    )


def baseline_collected(pilot: Pilot) -> Finding:
    primary = _primary(pilot)
    if primary is None or not (primary.baseline_from and primary.baseline_until):
        return primary_metric_planned(pilot)
    url = reverse("pilots:metric-detail", args=[primary.pk])
    points = Observation.objects.filter(
        metric=primary, period__gte=primary.baseline_from, period__lte=primary.baseline_until
    ).count()
    if points < BASELINE_POINTS:
        return Finding(
            False,
            ngettext(
                "“%(metric)s” has %(points)s number in its baseline window; %(needed)s are the "
                "least that limits can stand on.",
                "“%(metric)s” has %(points)s numbers in its baseline window; %(needed)s are "
                "the least that limits can stand on.",
                points,
            )
            % {"metric": primary.name, "points": points, "needed": BASELINE_POINTS},
            url,
        )
    return Finding(
        True,
        _("%(points)s numbers of “%(metric)s” from before.")
        % {"points": points, "metric": primary.name},
        url,
    )


def sources_answer(pilot: Pilot) -> Finding:
    for metric in pilot.metrics.all():
        if metric.failures:
            return Finding(
                False,
                _("“%(metric)s” could not be pulled from %(source)s.")
                % {"metric": metric.name, "source": metric.source.name},
                reverse("pilots:metric-detail", args=[metric.pk]),
            )
    return Finding(True, _("Every source answers."))


def runs_silently_first(pilot: Pilot) -> Finding:
    if pilot.pathway not in SILENT_FIRST:
        return Finding(True, _("Not needed on this pathway."))
    if not pilot.silent:
        return Finding(
            False,
            _("On this pathway a pilot runs silently first; its charter says otherwise."),
            reverse("pilots:charter", args=[pilot.pk]),
        )
    return Finding(True, _("Its output is recorded and shown to nobody."))


def measured_since_start(pilot: Pilot) -> Finding:
    primary = _primary(pilot)
    if primary is None:
        return primary_metric_planned(pilot)
    url = reverse("pilots:metric-detail", args=[primary.pk])
    if (
        pilot.went_live_on is None
        or not Observation.objects.filter(metric=primary, period__gte=pilot.went_live_on).exists()
    ):
        return Finding(
            False,
            _("“%(metric)s” has no number yet from after the start.") % {"metric": primary.name},
            url,
        )
    return Finding(
        True, _("“%(metric)s” was measured after the start.") % {"metric": primary.name}, url
    )


def _primary(pilot: Pilot) -> Metric | None:
    return next((m for m in pilot.metrics.all() if m.role == MetricRole.PRIMARY), None)


for gate, key, label, check in (
    (Gate.RESOURCES, "charter", gettext_lazy("The charter"), charter_complete),
    (Gate.RESOURCES, "dates", gettext_lazy("Start and end"), dates_set),
    (Gate.RESOURCES, "pathway", gettext_lazy("The pathway"), pathway_answered),
    (Gate.RESOURCES, "sponsor", gettext_lazy("A sponsor"), sponsor_named),
    (Gate.RESOURCES, "team", gettext_lazy("A lead with time"), lead_has_time),
    (Gate.RESOURCES, "budget", gettext_lazy("A budget that fits"), budget_fits),
    (Gate.RESOURCES, "primary", gettext_lazy("A primary metric"), primary_metric_planned),
    (Gate.RESOURCES, "guardrails", gettext_lazy("A guardrail"), guardrails_planned),
    (Gate.GO_LIVE, "baseline", gettext_lazy("A baseline"), baseline_collected),
    (Gate.GO_LIVE, "sources", gettext_lazy("Sources that answer"), sources_answer),
    (Gate.GO_LIVE, "silent", gettext_lazy("Silent at first"), runs_silently_first),
    (Gate.OUTCOME, "measured", gettext_lazy("Measured since the start"), measured_since_start),
):
    register(gate, Requirement(key, label, check))
