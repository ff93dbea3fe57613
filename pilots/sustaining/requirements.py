"""What is asked of what was scaled: does it hold, does it harm, is it used, what does it cost."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from innovation.rules import dates
from innovation.rules.numbers import number
from pilots.lifecycle.checklist import Gate, Requirement, RequirementState, register
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.queries import owner_after_scaling
from pilots.metrics.models import MetricRole
from pilots.scaling import queries as scaling
from pilots.sustaining import queries
from pilots.sustaining.models import SustainedReview
from pilots.sustaining.queries import SinceScaling

# Of those who could, at least so many use what is said to be in use.
USED_BY = 0.5
# A plan is no quotation: so much more than it is no surprise yet.
COST_UP_TO = 11, 10


def owner_answered(pilot: Pilot) -> RequirementState:
    sustained = _current(pilot)
    owner = owner_after_scaling(pilot).name
    if sustained is None or sustained.answered_at is None:
        return RequirementState(False, _("%(who)s has not said what they see.") % {"who": owner})
    return RequirementState(True, _("%(who)s said what they see.") % {"who": owner})


def primary_holds(pilot: Pilot) -> RequirementState:
    found = [one for one in _levels(pilot) if one.reading.metric.role == MetricRole.PRIMARY]
    if not found:
        return RequirementState(False, _("No primary metric says whether it works."))
    one = next((one for one in found if not one.holds), found[0])
    return RequirementState(one.holds, _level_said(one), _chart(one))


def guardrails_hold(pilot: Pilot) -> RequirementState | None:
    found = [one for one in _levels(pilot) if one.reading.metric.role == MetricRole.GUARDRAIL]
    if not found:
        return None
    for one in found:
        if one.reading.verdict == "harm":
            said = _("%(metric)s shows a harm signal.") % {"metric": one.reading.metric.name}
            return RequirementState(False, said, _chart(one))
    for one in found:
        if one.since is None:
            said = _("Nobody has looked at %(metric)s since it was scaled: no number came.")
            return RequirementState(False, said % {"metric": one.reading.metric.name}, _chart(one))
    return RequirementState(
        True,
        ngettext(
            "%(n)s guardrail was watched since it was scaled, and shows no harm.",
            "%(n)s guardrails were watched since it was scaled, and show no harm.",
            len(found),
        )
        % {"n": number(len(found))},
    )


def no_alarm(pilot: Pilot) -> RequirementState | None:
    """An alarm of what was scaled waits for somebody by name."""
    alarm = pilot.alarms.open().select_related("metric").order_by("pk").first()
    if alarm is None:
        return RequirementState(True, _("No guardrail is in alarm."))
    said = _("%(metric)s is in alarm since %(day)s and waits for %(who)s.") % {
        "metric": alarm.metric.name,
        "day": dates.day_in_words(dates.day_of(alarm.raised_at)),
        "who": owner_after_scaling(pilot).name,
    }
    return RequirementState(False, said, reverse("pilots:alarm-answer", args=[alarm.pk]))


def is_used(pilot: Pilot) -> RequirementState:
    """What the owner counted; and what a metric of its adoption says, where there is one."""
    sustained = _current(pilot)
    measured = [one for one in _levels(pilot) if one.reading.metric.dimension == "adoption"]
    said = [_level_said(one) for one in measured]
    if sustained is None or sustained.people_using is None or not sustained.people_could:
        return RequirementState(
            False, " ".join([_("Nobody has said how many people use it."), *said])
        )
    share = sustained.people_using / sustained.people_could
    counted = _("%(using)s of %(could)s people who could use it do.") % {
        "using": number(sustained.people_using),
        "could": number(sustained.people_could),
    }
    harmed = any(one.reading.verdict == "harm" for one in measured)
    return RequirementState(share >= USED_BY and not harmed, " ".join([counted, *said]))


def cost_as_planned(pilot: Pilot) -> RequirementState:
    sustained = _current(pilot)
    plan = scaling.plan_of(pilot).plan
    if plan is None or plan.running_cost is None or pilot.ended_on is None:
        return RequirementState(False, _("It was scaled without a plan of what it may cost."))
    if sustained is None or sustained.cost is None:
        return RequirementState(False, _("Nobody has said what it cost since it was scaled."))
    until = dates.day_of(sustained.answered_at) if sustained.answered_at else dates.today()
    planned = scaling.cost_so_far(plan.running_cost, days=(until - pilot.ended_on).days)
    above, of = COST_UP_TO
    within = sustained.cost * of <= planned * above
    share = round(sustained.cost * 100 / planned) if planned else None
    # Amounts are for fewer eyes than this sentence.
    if share is None:
        sentence = _("It was planned to cost nothing, and cost something.")
        within = not sustained.cost
        if within:
            sentence = _("It cost nothing, as planned.")
    else:
        sentence = _("It cost %(share)s %% of what the plan says for that time.") % {
            "share": number(share)
        }
    return RequirementState(within, sentence)


def _level_said(one: SinceScaling) -> str:
    metric, write = one.reading.metric, one.reading.figures.write
    if one.since is None:
        return _("%(metric)s: no number came since it was scaled.") % {"metric": metric.name}
    if one.before is None:
        return _("%(metric)s: %(since)s since it was scaled.") % {
            "metric": metric.name,
            "since": write(one.since),
        }
    return _("%(metric)s: %(since)s since it was scaled, %(before)s before it went live.") % {
        "metric": metric.name,
        "since": write(one.since),
        "before": write(one.before),
    }


def _chart(one: SinceScaling) -> str:
    return reverse("pilots:metric-detail", args=[one.reading.metric.pk])


def _levels(pilot: Pilot) -> list[SinceScaling]:
    known: list[SinceScaling] | None = getattr(pilot, "_since_scaling", None)
    if known is None:
        known = queries.since_scaling(pilot, at=timezone.now())
        pilot._since_scaling = known  # type: ignore[attr-defined]
    return known


def _current(pilot: Pilot) -> SustainedReview | None:
    """The open look, once for all checks."""
    if not hasattr(pilot, "_looked_at"):
        found = SustainedReview.objects.waiting().filter(review__pilot=pilot)
        pilot._looked_at = found.first()  # type: ignore[attr-defined]
    looked: SustainedReview | None = pilot._looked_at  # type: ignore[attr-defined]
    return looked


for _requirement in (
    Requirement("answer", gettext_lazy("What its owner sees"), owner_answered, order=10),
    Requirement("primary", gettext_lazy("Does it hold?"), primary_holds, order=20),
    Requirement("guardrails", gettext_lazy("Does it harm?"), guardrails_hold, order=30),
    Requirement("alarms", gettext_lazy("Alarms"), no_alarm, order=40),
    Requirement("use", gettext_lazy("Is it used?"), is_used, order=50),
    Requirement("cost", gettext_lazy("What does it cost?"), cost_as_planned, order=60),
):
    register(Gate.SUSTAINED, _requirement)
