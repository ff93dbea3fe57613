"""What is known when a gate is decided, as plain JSON to keep with the decision."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime

from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules import dates
from pilots.assurance import queries as assurance
from pilots.evidence import queries as evidence
from pilots.funding import queries as funding
from pilots.gates import protocol
from pilots.gates.models import GateReview, said_with_whom
from pilots.gates.permissions import PERMISSION_AT
from pilots.gates.queries.costs import cost_of
from pilots.gates.queries.outcomes import (
    OutcomeTable,
    changed_since_approval,
    expected_and_measured,
    outcome_table,
)
from pilots.lifecycle import checklist
from pilots.lifecycle.checklist import Gate
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.queries import clock_of
from pilots.metrics import corrections
from pilots.metrics.models import Metric
from pilots.planning import queries as planning
from pilots.risks import queries as risks
from pilots.scaling import queries as scaling
from pilots.staffing import queries as staffing


def known_at_resources(
    pilot: Pilot, checks: Iterable[checklist.Checked], *, at: datetime
) -> dict[str, object]:
    """What lies on the table when resources are decided, as plain JSON to keep."""
    cost = cost_of(pilot)
    team = staffing.team(pilot)
    return {
        "pathway": pilot.pathway,
        "hypothesis": pilot.hypothesis,
        "starts_on": _plain(pilot.starts_on),
        "ends_on": _plain(pilot.ends_on),
        "cost": _plain(cost.amount) if cost else None,
        "fund": str(cost.request.fund) if cost else None,
        "fund_before": _plain(cost.before) if cost else None,
        "fund_after": _plain(cost.after) if cost else None,
        "lines": [
            {
                "category": line.category,
                "description": line.description,
                "amount": _plain(line.amount),
            }
            for line in (cost.request.lines.all() if cost else ())
        ],
        "full_time": _plain(staffing.full_time_at_most(team)),
        "team": [
            {
                "person": allocation.person.name,
                "role": allocation.role,
                "percent": allocation.percent,
                "starts_on": _plain(allocation.starts_on),
                "ends_on": _plain(allocation.ends_on),
            }
            for allocation in team
        ],
        "needs": _needs(pilot),
        "metrics": _metrics(pilot.metrics.all()),
        "risks": risks.known(pilot),
        "protocol": protocol.protocol(pilot),
        # Whether the plan can be answered in its time, as it was known.
        "answers": planning.known_answers(pilot, at),
        "checks": _checks(checks),
    }


def known_at_go_live(pilot: Pilot, checks: Iterable[checklist.Checked]) -> dict[str, object]:
    """What lies on the table when the start is decided, as plain JSON to keep."""
    return {
        "pathway": pilot.pathway,
        "starts_on": _plain(pilot.starts_on),
        "silent": pilot.silent,
        "risks": risks.known(pilot),
        "checks": _checks(checks),
    }


def known_at(
    review: GateReview,
    *,
    at: datetime,
    checks: Iterable[checklist.Checked] = (),
    table: OutcomeTable | None = None,
) -> dict[str, object]:
    """All that lies on the table of a review that waits, as plain JSON to keep: what its gate looks at, who
    looked at the pilot before, and which concerns were said."""
    pilot = review.pilot
    if review.gate == Gate.RESOURCES:
        known = known_at_resources(pilot, checks, at=at)
    elif review.gate == Gate.GO_LIVE:
        known = known_at_go_live(pilot, checks)
    else:
        known = known_at_outcome(pilot, table or outcome_table(pilot, at=at), at=at)
    return known | {
        "attested": attested_of(pilot, at=at),
        "dissent": dissent_of(review),
        "kept_out": kept_out_of(review),
    }


def kept_out_of(review: GateReview) -> list[dict[str, object]]:
    """Who could decide here and is on the pilot's team, and since when: putting somebody on a team keeps them
    from judging it, and whoever reads the decision sees that."""
    holding = set(
        User.objects.holding(PERMISSION_AT[review.gate], review.pilot.unit).values_list(
            "pk", flat=True
        )
    )
    return [
        {
            "name": one.person.name,
            "role": one.role_label,
            "since": _plain(dates.day_of(one.joined_at)),
        }
        for one in review.pilot.team.select_related("person")
        if one.person_id in holding
    ]


def attested_of(pilot: Pilot, *, at: datetime) -> list[dict[str, object]]:
    """Who looked at the pilot in which area, on which day, with what result and what is still to be done."""
    found: list[dict[str, object]] = [
        {
            "area": one.area,
            "label": str(one.get_area_display()),
            "by": one.reviewed_by.name if one.reviewed_by else None,
            "on": _plain(one.reviewed_at and dates.day_of(one.reviewed_at)),
            "said": one.conclusion,
            "stands": not one.lapsed,  # type: ignore[attr-defined]  # of concluded_on
            "open": [left.text for left in one.conditions.all() if left.met_at is None],
        }
        for one in assurance.concluded_on(pilot, today=dates.day_of(at))
    ]
    last = pilot.attestations.select_related("by").first()
    if last is not None:
        doubts = [str(one["text"]) for one in last.answers if not one["holds"]]
        found.append(
            {
                "area": "short_form",
                "label": _("Short form, by the team itself"),
                "by": last.by.name,
                "on": _plain(dates.day_of(last.at)),
                "said": "",
                "stands": last.all_hold,
                "open": doubts,
            }
        )
    signed = pilot.signed_hazard_logs.select_related("signed_by", "signed_for").first()
    if signed is not None:
        found.append(
            {
                "area": "hazards",
                "label": _("Hazard log, version %(n)s") % {"n": signed.version},
                "by": said_with_whom(signed.signed_by, signed.signed_for),
                "on": _plain(dates.day_of(signed.signed_at)),
                "said": signed.reason,
                "stands": True,
                "open": [],
                "digest": signed.digest,
            }
        )
    return found


def dissent_of(review: GateReview) -> list[dict[str, object]]:
    return [
        {"person": one.person.name, "at": one.at.isoformat(), "text": one.text}
        for one in review.dissents.select_related("person")
    ]


def known_at_outcome(pilot: Pilot, table: OutcomeTable, *, at: datetime) -> dict[str, object]:
    """What is known when the outcome is decided, beside what lies on the `table`: money, time, risks."""
    account = funding.of_pilots([pilot])[pilot.pk]
    readings, said, marked = table.on.readings, table.said, table.marked
    clock = clock_of(pilot, today=dates.day_of(at))
    return {
        "pathway": pilot.pathway,
        "hypothesis": pilot.hypothesis,
        "starts_on": _plain(pilot.starts_on),
        "went_live_on": _plain(pilot.went_live_on),
        "ends_on": _plain(pilot.ends_on),
        "awarded": _plain(account.kept),
        "spent": _plain(account.spent),
        "needs": _needs(pilot),
        "metrics": _metrics(one.metric for one in readings),
        "recommendation": said and {"step": said.step.value, "because": said.because},
        "clock": clock
        and {"week": clock.week, "weeks": clock.weeks, "ends_on": _plain(clock.ends_on)},
        "risks": risks.known(pilot),
        "marks": {"early_until": _plain(marked.early_until), "stale": list(marked.stale)},
        "scale_plan": scaling.kept(table.plan),
        "changed": [asdict(change) for change in changed_since_approval(pilot, at=at)],
        "corrected": [
            {"metric": one.metric.pk, "name": one.metric.name, "sentence": one.sentence}
            for one in corrections.by_files(corrections.of_metrics(one.metric for one in readings))
        ],
        "verdicts": [
            {"dimension": one.dimension, "word": one.verdict, "sentence": one.sentence}
            for one in evidence.verdicts_from(readings)
        ],
        "readings": [
            {
                "metric": one.metric.pk,
                "name": one.metric.name,
                "role": one.metric.role,
                "said": measured.said,
                "measured": measured.level,
                "interval": measured.interval,
                "verdict": one.verdict,
                "sentence": one.sentence,
                "data_version": one.metric.data_version,
            }
            for one in readings
            for measured in [expected_and_measured(one)]
        ],
    }


def _checks(checks: Iterable[checklist.Checked]) -> list[dict[str, object]]:
    return [
        {
            "key": check.key,
            "label": str(check.label),
            "met": check.met,
            "sentence": check.sentence,
        }
        for check in checks
    ]


def _needs(pilot: Pilot) -> list[dict[str, object]]:
    return [
        {"id": need.pk, "title": need.title, "voices": need.voice_count}
        for need in pilot.needs.all()
    ]


def _metrics(metrics: Iterable[Metric]) -> list[dict[str, object]]:
    return [
        {
            "id": metric.pk,
            "name": metric.name,
            "role": metric.role,
            "definition": metric.definition,
            "version": metric.version,
            "target": _plain(metric.target),
            "limit": _plain(metric.limit),
            "baseline_from": _plain(metric.baseline_from),
            "baseline_until": _plain(metric.baseline_until),
            "steady_from": metric.steady_from,
            "steady_because": metric.steady_because,
            "design": metric.design,
            "design_because": metric.design_because,
            "settling_weeks": metric.settling_weeks,
        }
        for metric in sorted(metrics, key=lambda metric: metric.pk)
    ]


def _plain(value: object) -> str | None:
    return None if value is None else str(value)
