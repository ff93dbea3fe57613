"""FHIR counts: one question a period, a total for an answer, never a record."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from pilots.connectors import kinds
from pilots.connectors.errors import BadAnswer, BadConfig, SourceError, TooLarge, Who
from pilots.connectors.fhir_counts import reading
from pilots.connectors.measurement import Measurement, Rejected, RowCounts, Window
from tests.fakes.canned_client import CannedClient

WINDOW = Window(date(2026, 1, 5), date(2026, 1, 19))
LATE = "Claim?status=active&_tag=late&created=ge{start}&created=lt{end}"
ALL = "Claim?status=active&created=ge{start}&created=lt{end}"
CONFIG = {
    "base_url": "https://fhir.example.org/r4/",
    "numerator_query": LATE,
    "denominator_query": ALL,
}


STATEMENT = {
    "resourceType": "CapabilityStatement",
    "rest": [
        {
            "resource": [
                {"type": "Claim", "searchParam": [{"name": "status"}, {"name": "created"}]},
            ]
        }
    ],
}


def bundle(total: Any, **more: Any) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "searchset", "total": total, **more}


def outcome(text: str, severity: str = "error") -> dict[str, Any]:
    return {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": severity, "code": "invalid", "details": {"text": text}}],
    }


def observed(
    answers: Callable[[str], Any],
    config: dict[str, Any] | None = None,
    *,
    measure: str = "proportion",
    window: Window = WINDOW,
    cadence: str = "week",
) -> tuple[list[Measurement], list[Rejected], CannedClient]:
    http_client = CannedClient(lambda url: STATEMENT if "/metadata" in url else answers(url))
    items = list(
        kinds.get("fhir_counts").observe(
            {**CONFIG, **(config or {})},
            window,
            cadence=cadence,
            measure=measure,
            client=http_client,
            counts=RowCounts(),
        )
    )
    return (
        [item for item in items if isinstance(item, Measurement)],
        [item for item in items if isinstance(item, Rejected)],
        http_client,
    )


def by_tag(late: Any, total: Any) -> Callable[[str], Any]:
    return lambda url: bundle(late if "_tag=late" in url else total)


def test_observe_asks_for_two_counts_a_period() -> None:
    observations, refused, http_client = observed(by_tag(3, 40))
    assert observations == [
        Measurement(date(2026, 1, 5), None, Decimal(3), Decimal(40), 40),
        Measurement(date(2026, 1, 12), None, Decimal(3), Decimal(40), 40),
    ]
    assert refused == []
    assert http_client.asked[:3] == [
        "https://fhir.example.org/r4/metadata",
        "https://fhir.example.org/r4/Claim?status=active&_tag=late&created=ge2026-01-05T00:00:00Z"
        "&created=lt2026-01-12T00:00:00Z&_summary=count",
        "https://fhir.example.org/r4/Claim?status=active&created=ge2026-01-05T00:00:00Z"
        "&created=lt2026-01-12T00:00:00Z&_summary=count",
    ]
    assert len(http_client.asked) == 5
    assert http_client.sent[1]["Prefer"] == "handling=strict"
    assert http_client.sent[1]["Accept"].startswith("application/fhir+json")


def test_observe_asks_for_whole_periods_only() -> None:
    window = Window(date(2026, 1, 15), date(2026, 3, 20))
    observations, _, _ = observed(by_tag(3, 40), cadence="month", window=window)
    assert [one.period for one in observations] == [date(2026, 2, 1)]


def test_observe_value_is_the_count_or_the_ratio() -> None:
    one = {"denominator_query": ""}
    observations, _, _ = observed(by_tag(3, 40), one, measure="value")
    assert [(one.value, one.n) for one in observations] == [(Decimal(3), None)] * 2
    observations, _, _ = observed(by_tag(3, 40), {"per": "1000"}, measure="value")
    assert [(one.value, one.n) for one in observations] == [(Decimal(75), 40)] * 2


def test_observe_period_without_cases_is_refused_and_the_others_kept() -> None:
    observations, refused, _ = observed(
        lambda url: bundle(0 if "ge2026-01-05" in url else 7),
    )
    assert [one.period for one in observations] == [date(2026, 1, 12)]
    assert [(one.line, one.raw) for one in refused] == [("2026-01-05", "2026-01-05 | 0 | 0")]
    assert "nothing to count" in refused[0].reason


def test_observe_numerator_above_denominator_is_refused() -> None:
    _, refused, _ = observed(by_tag(41, 40))
    assert "larger than the denominator" in refused[0].reason


@pytest.mark.parametrize(
    ("answer", "words", "code", "who"),
    [
        ({"items": []}, "not FHIR", "shape", Who.SOURCE_OWNER),
        ([1], "not FHIR", "shape", Who.SOURCE_OWNER),
        ({"resourceType": "Patient", "id": "7"}, "“Patient” where", "shape", Who.METRIC_OWNER),
        (bundle(3) | {"type": "history"}, "where the result of a search", "shape", None),
        (outcome("No such parameter."), "No such parameter", "shape", Who.INTEGRATION),
        (bundle(None), "without a total", "shape", Who.INTEGRATION),
        (bundle("3"), "without a total", "shape", Who.INTEGRATION),
        (bundle(True), "without a total", "shape", Who.INTEGRATION),
        (bundle(-1), "without a total", "shape", Who.INTEGRATION),
        (bundle(3.5), "without a total", "shape", Who.INTEGRATION),
        (
            bundle(1, entry=[{"resource": {"resourceType": "Patient", "name": "Ada Low"}}]),
            "records where only a count",
            "patient_rows",
            Who.INTEGRATION,
        ),
        (bundle(1, entry=[{}]), "records where only a count", "patient_rows", None),
        (bundle(1, entry={"a": 1}), "records where only a count", "patient_rows", None),
        (
            bundle(1, entry=[{"resource": outcome("_tag was ignored", "warning")}]),
            "cannot be trusted: _tag was ignored",
            "shape",
            Who.METRIC_OWNER,
        ),
        ((400, outcome("Unknown code.")), "The server said: Unknown code", "status", None),
        ((401, outcome("expired")), "did not accept", "401", Who.SOURCE_OWNER),
        ((404, b"gone"), "nothing at this address", "404", None),
        ((500, outcome("Out of memory")), "said: Out of memory", "5xx", None),
        (b"<html>Sign in</html>", "web page", "html", None),
        (b"", "nothing at all", "empty", None),
    ],
)
def test_observe_answer_that_is_no_count_says_what_to_do(
    answer: Any, words: str, code: str, who: Who | None
) -> None:
    with pytest.raises(SourceError, match=re.escape(words)) as caught:
        observed(lambda _: answer)
    error = caught.value
    assert error.code == code
    assert who in (None, error.who)
    assert error.sentence.startswith("Counting Claim from 2026-01-05 on: ") or code in (
        "shape",
        "html",
        "empty",
        "patient_rows",
    )
    assert "Ada Low" not in error.sentence


def test_observe_answer_with_mere_information_is_counted() -> None:
    note = {
        "resource": outcome("Served from a replica", "information"),
        "search": {"mode": "outcome"},
    }
    observations, _, _ = observed(lambda _: bundle(5, entry=[note]))
    assert len(observations) == 2


def test_observe_one_failing_period_takes_nothing() -> None:
    with pytest.raises(BadAnswer):
        observed(lambda url: bundle(3) if "ge2026-01-05" in url else outcome("down"))


def test_observe_too_many_periods_asks_nobody() -> None:
    http_client = CannedClient(lambda _: bundle(1))
    with pytest.raises(TooLarge, match="has 3,653 periods"):
        list(
            kinds.get("fhir_counts").observe(
                CONFIG,
                Window(date(2016, 1, 1), date(2026, 1, 1)),
                cadence="day",
                measure="proportion",
                client=http_client,
            )
        )
    assert http_client.asked == []


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("Claim", "must hold {start} and {end}"),
        ("claim?created=ge{start}&created=lt{end}", "begins with a resource type"),
        ("../Patient?birthdate=ge{start}&x={end}", "begins with a resource type"),
        ("Patient/7?x={start}{end}", "begins with a resource type"),
        ("Patient/$export?x={start}{end}", "begins with a resource type"),
        ("https://elsewhere.org/Claim?x={start}{end}", "begins with a resource type"),
        ("Claim?created=ge{start} &created=lt{end}", "begins with a resource type"),
        ("Claim?created=ge{start}&created=lt{end}#x", "begins with a resource type"),
        ("Claim?created=ge{from}&created=lt{end}", "{from}” is not known"),
        (ALL + "&_summary=data", "_summary can only be count"),
        (ALL + "&_summary=false", "_summary can only be count"),
        (ALL + "&_include=Claim:patient", "_include cannot be used"),
        (ALL + "&_revinclude:iterate=Claim:x", "_revinclude:iterate cannot be used"),
        (ALL + "&_elements=patient", "_elements cannot be used"),
        (ALL + "&_count=50", "_count cannot be used"),
    ],
)
def test_observe_query_that_could_bring_records_is_refused_before_asking(
    query: str, words: str
) -> None:
    assert words in reading.query_problem(query)
    with pytest.raises(BadConfig, match=re.escape(words)):
        observed(lambda _: bundle(1), {"denominator_query": query})


def test_observe_query_that_names_the_summary_is_not_given_it_twice() -> None:
    _, _, http_client = observed(
        by_tag(1, 2), {"numerator_query": LATE.replace("?", "?_summary=count&")}
    )
    assert http_client.asked[1].count("_summary=count") == 1
