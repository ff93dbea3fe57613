"""Pilots that the demo hospital measures, made by the verbs where making them is not the story."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from demo.hospital.calendar import Calendar
from demo.hospital.server import FHIR_TOKEN, REPORT_PASSWORD, REPORT_USER, Hospital
from innovation.needs import actions as needs
from innovation.needs.models import Need
from okrs.alignment import actions as alignment
from okrs.goals.models import KeyResult
from pilots.adoption import actions as adoption
from pilots.funding import actions as funding
from pilots.funding.models import Fund
from pilots.gates import actions as gates
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import Pilot
from pilots.metrics import actions as metrics
from pilots.metrics.models import Metric, Pull, Source
from tests.factories import assurance
from tests.factories.cast import Cast
from tests.factories.goals import make_key_result
from tests.factories.pilots import EFFICIENCY, make_fund, make_need, on_team, open_pilot

DAYS = "date=ge{start}&date=lt{end}"
NOTES = "DocumentReference?type=11506-3&setting=primary-care"
CLAIMS = "ClaimResponse?use=claim"
CREATED = "created=ge{start}&created=lt{end}"

NOTE_TIME: dict[str, Any] = {
    "name": "Note time per visit",
    "definition": "Minutes in notes ÷ finished visits",
    "kind": "value",
    "measure_unit": "minutes",
    "direction": "lower",
    "dimension": "workflow",
    "role": "primary",
    "target": Decimal(13),
    "binding": {
        "path": "/ehr-usage/weekly?from={start}&to={last}",
        "rows": "data.rows",
        "period": "week",
        "value": "note_minutes_per_visit",
        "n": "visits",
        "next": "next",
        "total": "total",
    },
}
CORRECTIONS: dict[str, Any] = {
    "name": "Notes corrected afterwards",
    "definition": "Notes with a later correction ÷ all notes of primary care",
    "kind": "proportion",
    "direction": "lower",
    "dimension": "safety",
    "role": "guardrail",
    "limit": Decimal("0.06"),
    "margin": Decimal("0.01"),
    "binding": {
        "numerator_query": f"{NOTES}&relation=appends&{DAYS}",
        "denominator_query": f"{NOTES}&{DAYS}",
    },
}
DENIALS: dict[str, Any] = {
    "name": "Claims denied",
    "definition": "Claims that a payer refused ÷ claims answered",
    "kind": "proportion",
    "direction": "lower",
    "dimension": "value",
    "role": "guardrail",
    "limit": Decimal("0.08"),
    "binding": {
        "numerator_query": f"{CLAIMS}&outcome=error&{CREATED}",
        "denominator_query": f"{CLAIMS}&{CREATED}",
    },
}


@dataclass(frozen=True)
class Measured:
    """A pilot with everything behind it."""

    pilot: Pilot
    need: Need
    fund: Fund
    key_result: KeyResult
    reports: Source
    fhir: Source
    primary: Metric
    guardrail: Metric
    live_on: date


def connect_reports(cast: Cast, hospital: Hospital) -> Source:
    return metrics.create_source(
        by=cast.jonas,
        at=timezone.now(),
        unit=cast.brigid,
        name="Lakeshore reporting interface",
        kind="rest_json",
        config={
            "base_url": f"{hospital.address}/api/v1",
            "auth": "basic",
            "username": REPORT_USER,
        },
        secrets={"password": REPORT_PASSWORD},
        steward="Reporting team, ext. 4410",
    )


def connect_fhir(cast: Cast, hospital: Hospital) -> Source:
    return metrics.create_source(
        by=cast.jonas,
        at=timezone.now(),
        unit=cast.brigid,
        name="Lakeshore FHIR",
        kind="fhir_counts",
        config={"base_url": f"{hospital.address}/fhir", "auth": "bearer"},
        secrets={"token": FHIR_TOKEN},
        steward="Integration team",
    )


def shaped(
    cast: Cast,
    hospital: Hospital,
    *,
    guardrail: dict[str, Any] = CORRECTIONS,
    live_on: date | None = None,
) -> Measured:
    """A pilot of Jonas whose charter is complete, on Ana's need, which Ben and Ingrid share."""
    at, today = timezone.now(), timezone.localdate()
    calendar = Calendar(today)
    live_on = live_on or calendar.ambient_live
    need = make_need(cast)
    for colleague in (cast.ben, cast.ingrid):
        needs.add_voice(need, by=colleague, at=at)
    pilot = open_pilot(cast, needs=[need], at=at)
    by = cast.jonas
    starts, ends = today + timedelta(days=14), today + timedelta(days=196)
    lifecycle.edit_charter(
        pilot,
        by=by,
        at=at,
        hypothesis="If the room listens, minutes in notes fall from 16 to 13.",
        change="The visit is drafted; the clinician checks and signs.",
        starts_on=starts,
        ends_on=ends,
        sites=[cast.medicine],
    )
    lifecycle.answer_pathway(pilot, answers=EFFICIENCY, by=by, at=at)
    on_team(pilot, person=by, role="lead", percent=20, starts_on=starts, ends_on=ends, by=by, at=at)
    adoption.say_nobody(pilot, because="The draft stands where notes are typed.", by=by, at=at)
    fund = make_fund(cast, "250000", name="Innovation fund")
    lines = [
        {"category": "software", "description": "Licences", "amount": Decimal(60000)},
        {"category": "training", "description": "Two afternoons", "amount": Decimal(8000)},
    ]
    funding.set_request(pilot, fund=fund, lines=lines, by=by, at=at)
    key_result = make_key_result(cast, title="Minutes in notes per visit")
    alignment.contribute(pilot, key_result=key_result, claimed=Decimal("-4.5"), by=by, at=at)
    reports, fhir = connect_reports(cast, hospital), connect_fhir(cast, hospital)
    window: dict[str, Any] = {
        "pilot": pilot,
        "by": by,
        "at": at,
        "pull_from": live_on - timedelta(weeks=26),
        "baseline_from": live_on - timedelta(weeks=26),
        "baseline_until": live_on,
        "steady_from": "history",
        "steady_because": "Two years before show no season.",
    }
    return Measured(
        pilot,
        need,
        fund,
        key_result,
        reports,
        fhir,
        metrics.create_metric(source=reports, **window, **NOTE_TIME),
        metrics.create_metric(source=fhir, **window, **guardrail),
        live_on,
    )


def proposed(cast: Cast, hospital: Hospital, *, at: datetime | None = None, **how: Any) -> Measured:
    measured = shaped(cast, hospital, **how)
    case = "Two wards are ready; the vendor holds the price until June."
    gates.propose(measured.pilot, by=cast.jonas, at=at or timezone.now(), case=case)
    return measured


def approved(cast: Cast, hospital: Hospital, **how: Any) -> Measured:
    """… with its resources since before the hospital's own story changed."""
    calendar = Calendar(timezone.localdate())
    at = datetime.combine(how.get("live_on") or calendar.ambient_live, time(6), UTC)
    measured = proposed(cast, hospital, at=at, **how)
    review = measured.pilot.gate_reviews.get()
    gates.decide_resources(review, approve=True, by=cast.amara, at=at)
    measured.pilot.refresh_from_db()
    return measured


def running(cast: Cast, hospital: Hospital, **how: Any) -> Measured:
    """… live since the hospital's own story changed, with every number up to today."""
    measured = approved(cast, hospital, **how)
    lifecycle.prepare(measured.pilot, by=cast.jonas, at=timezone.now())
    run_pulls(measured.pilot)
    assurance.pass_reviews(cast, measured.pilot, at=timezone.now())
    asked = gates.ask_to_go_live(measured.pilot, by=cast.jonas, at=timezone.now())
    approved_at = datetime.combine(measured.live_on, time(6), UTC)
    gates.decide_go_live(asked, approve=True, by=cast.amara, at=approved_at)
    gates.go_live(measured.pilot, on=measured.live_on, by=cast.jonas, at=timezone.now())
    return measured


def run_pulls(pilot: Pilot) -> None:
    """Run the pulls that wait, here instead of in a worker. A long history comes in parts, each of
    which asks for the next."""
    waiting = Pull.objects.filter(metric__pilot=pilot, status="waiting").order_by("pk")
    while (one := waiting.first()) is not None:
        done = metrics.run_pull(one.pk, at=timezone.now())
        # Before its first note the hospital has none to count, and says so week by week.
        assert done is not None and done.status in ("done", "partly"), done and done.problem
