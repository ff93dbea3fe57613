"""What a pack holds: the same files for the same data, plan and moment, in the site's own language
and time zone, whoever asks."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone, translation

from pilots.connectors import kinds
from pilots.evidence import queries as evidence
from pilots.evidence.marks import marks_of
from pilots.evidence.models import Happening
from pilots.evidence.numbers import ANALYSIS
from pilots.evidence.queries import Reading
from pilots.evidence_packs import document, queries, scripts, tables
from pilots.evidence_packs.queries import SiteNames
from pilots.evidence_packs.tables import AnsweredMetric, ComparedSite
from pilots.gates import queries as gates
from pilots.gates.comparisons import hash_of_known
from pilots.gates.models import Decision, GateReview
from pilots.lifecycle.models import Pilot

FORMAT = 1


def files_of(pilot: Pilot, *, at: datetime) -> dict[str, bytes]:
    """All files of a pack but their sums, by their names; `at` is the moment that it names."""
    # A row of its own: what was read of the pilot for another moment is kept with it.
    pilot = Pilot.objects.select_related("unit").get(pk=pilot.pk)
    zone = timezone.get_default_timezone()
    with translation.override(settings.LANGUAGE_CODE), timezone.override(zone):
        readings = gates.readings_in_order(pilot, at=at)
        names = queries.own_sites(readings)
        results = results_of(pilot, readings, names, at=at)
        marks = marks_of(readings)
        agreed, decided = protocol_of(pilot, at=at), decisions_of(pilot, at=at)
        return {
            "decisions.json": as_json({"decisions": decided}),
            "evidence.pdf": document.pdf(
                pilot, readings, marks, results, agreed, decided=decided, at=at
            ),
            "protocol.json": as_json(agreed),
            "results.json": as_json(results),
            **csv_files(readings, names),
            **scripts.files(),
        }


def csv_files(readings: Iterable[Reading], names: SiteNames) -> dict[str, bytes]:
    """What the scripts read. `names`: those of the pilot's own sites, by metric."""
    answered = [answered_metric(one, names) for one in readings]
    rows = [row for one in answered for row in tables.data_rows(one)]
    sites = [row for one in answered for row in tables.site_rows(one)]
    return {
        "data.csv": tables.written(tables.DATA, rows),
        "plan.csv": tables.written(tables.PLAN, map(tables.plan_row, answered)),
        "results.csv": tables.written(tables.RESULTS, map(tables.result_row, answered)),
        "sites.csv": tables.written(tables.SITES, sites),
    }


def answered_metric(reading: Reading, names: SiteNames) -> AnsweredMetric:
    metric = reading.metric
    own = names.get(metric.pk, {})
    return AnsweredMetric(str(metric.pk), metric.name, metric.role, reading.numbers, own)


def results_of(
    pilot: Pilot, readings: Sequence[Reading], names: SiteNames, *, at: datetime
) -> dict[str, object]:
    """Each verdict with its sentence and every number behind it."""
    return {
        "format": FORMAT,
        "organisation": settings.ORGANISATION,
        "frozen_at": _plain(at),
        "analysis": ANALYSIS,
        "pilot": {
            "id": pilot.pk,
            "title": pilot.title,
            "unit": pilot.unit.name,
            "status": pilot.status,
            "hypothesis": pilot.hypothesis,
            "went_live_on": _plain(pilot.went_live_on),
        },
        "verdicts": [
            {
                "dimension": one.dimension,
                "verdict": one.verdict,
                "sentence": one.sentence,
                "metric": one.metric.pk if one.metric is not None else None,
            }
            for one in evidence.verdicts_from(readings)
        ],
        "metrics": [_metric(one, names) for one in readings],
        "happenings": [_happening(one) for one in pilot.happenings.order_by("happened_on", "pk")],
    }


def protocol_of(pilot: Pilot, *, at: datetime) -> dict[str, object]:
    """What was agreed when the resources were approved, and what is not so any more."""
    review = GateReview.objects.last_approval(pilot)
    agreed: Mapping[str, Any] | None = None if review is None else review.known.get("protocol")
    if review is None or agreed is None:
        return {"agreed": None, "approved_at": None, "sha256": None, "changes": []}
    return {
        "agreed": queries.without_other_sites(pilot, agreed),
        "approved_at": _plain(review.decided_at),
        "sha256": hash_of_known(agreed),
        "changes": [
            {"of": one.of, "what": one.what, "before": one.before, "after": one.after}
            for one in gates.changed_since_approval(pilot, at=at)
        ],
    }


def decisions_of(pilot: Pilot, *, at: datetime) -> list[dict[str, Any]]:
    """What was decided at the gates until then: by whom, for whom, on what, signed how, and which concerns
    were said before."""
    found = (
        GateReview.objects.filter(pilot=pilot, decided_at__lte=at)
        .exclude(decision=Decision.WITHDRAW)
        .select_related("decided_by", "decided_for")
        .prefetch_related("dissents__person", "signatures__person", "signatures__signed_for")
        .order_by("pk")
    )
    return [
        {
            "gate": one.gate,
            "decision": one.decision,
            "decided_at": _plain(one.decided_at),
            "decided_by": one.decided_by and one.decided_by.name,
            "decided_for": one.decided_for and one.decided_for.name,
            "reason": one.reason,
            "recommended": one.recommended,
            "against": one.against,
            "early_until": _plain(one.early_until),
            "early_because": one.early_because,
            "stale": one.stale,
            "stale_because": one.stale_because,
            "known_sha256": hash_of_known(one.known),
            "attested": one.known.get("attested", []),
            "signatures": [
                {
                    "person": signed.person.name,
                    "signed_for": signed.signed_for and signed.signed_for.name,
                    "decision": signed.decision,
                    "signed_at": _plain(signed.signed_at),
                    "signed_with": signed.signed_with,
                    "seen_sha256": signed.seen,
                }
                for signed in one.signatures.all()
            ],
            "dissent": [
                {"person": said.person.name, "at": _plain(said.at), "text": said.text}
                for said in one.dissents.all()
            ],
        }
        for one in found
    ]


def as_json(content: Mapping[str, object]) -> bytes:
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
    return f"{text}\n".encode()


def _metric(reading: Reading, names: SiteNames) -> dict[str, object]:
    metric, numbers = reading.metric, reading.numbers
    answered = answered_metric(reading, names)
    return {
        "metric": metric.pk,
        "name": metric.name,
        "role": metric.role,
        "dimension": metric.dimension,
        "kind": metric.kind,
        "unit": metric.measure_unit,
        "definition": metric.definition,
        "design": answered.design,
        "verdict": reading.verdict,
        "sentence": reading.verdict_sentence,
        "assumed": reading.assumed_sentence,
        "compared_by": reading.design_sentence,
        "remarks": reading.remarks,
        "plan": _numbers(tables.plan_row(answered)),
        "results": _numbers(tables.result_row(answered)),
        "variance": _variance(reading),
        "sites": [_site(one) for one in tables.sites_of(answered)],
        "guardrail": _guardrail(reading),
        "counted_otherwise_before": _plain(
            None
            if numbers.counted_otherwise_until is None
            else numbers.series.periods[numbers.counted_otherwise_until]
        ),
        "amendments": [
            {"version": one.number, "at": _plain(one.at), "reason": one.reason}
            for one in reading.amended
        ],
        "trust": _trust(reading),
    }


def _happening(one: Happening) -> dict[str, object]:
    """What else happened, as somebody noted it, and when: before the numbers were known or afterwards."""
    return {
        "kind": one.kind,
        "text": one.text,
        "metric": one.metric_id,
        "happened_on": _plain(one.happened_on),
        "last_on": _plain(one.last_on),
        "added_at": _plain(one.added_at),
        "taken_back_at": _plain(one.taken_back_at),
    }


def _site(one: ComparedSite) -> dict[str, object]:
    """A site that is compared, by its number in sites.csv; its name where the pilot is its own."""
    return {
        "site": one.site,
        "name": one.name,
        "live_on": _plain(one.live_on),
        "periods_before": one.periods_before,
        "periods_since": one.periods_since,
    }


def _trust(reading: Reading) -> dict[str, object]:
    """From where the numbers are, how fresh, how many."""
    metric, fresh = reading.metric, reading.freshness
    kind = kinds.KINDS.get(metric.source.kind)
    return {
        "source": metric.source.name,
        "kind": metric.source.kind,
        "by_hand": kind is not None and (kind.uploaded or metric.source.by_hand),
        "pulled_at": _plain(fresh.pulled_at),
        "last_period": _plain(reading.series.last_period),
        "state": fresh.state,
        "periods": reading.series.known,
        "cases": reading.series.cases,
        "version": metric.version,
    }


def _variance(reading: Reading) -> dict[str, object] | None:
    """By what the interval of the effect is as wide as it is: the weighted means' variances in
    units of the common dispersion, and what they are multiplied by."""
    if reading.effect is None or reading.numbers.modelled:
        return None
    fit = tables.effect_fit(reading.numbers)
    r = min(max(float(fit.autocorrelation[0]), 0.0), 0.99)
    return _numbers(
        {
            "variance_before": float(fit.variance_before[0]),
            "variance_after": float(fit.variance_after[0]),
            "residual": float(fit.residual[0]),
            "for_autocorrelation": (1 + r) / (1 - r),
            "for_uneven_spread": float(fit.uneven[0]),
            "for_unlike_periods": float(fit.unlike[0]),
        }
    )


def _guardrail(reading: Reading) -> dict[str, object] | None:
    rail, go_live = reading.numbers.guardrail, reading.numbers.go_live
    if rail is None or go_live is None:
        return None
    periods = reading.series.periods

    def period(place: int | None) -> str | None:
        return None if place is None else periods[go_live + place].isoformat()

    return {
        "state": str(rail.state),
        "sentence": reading.guardrail_sentence,
        **_numbers(
            {
                "limit": rail.limit,
                "last": rail.last,
                "beyond": rail.beyond,
                "run_length": rail.run_length,
                "boundary": rail.boundary,
                "delay": rail.delay,
                "times": rail.times,
            }
        ),
        "since": period(rail.since),
        "began": period(rail.began),
    }


def _numbers(row: Mapping[str, object]) -> dict[str, object]:
    return {name: _plain(value) for name, value in row.items()}


def _plain(value: object) -> object:
    """As JSON has it: a moment in UTC; a number that is none, or none at all, by its name."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date | Decimal):
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else f"{value}"
    return value
