"""Lakeshore Health answers as real systems do, the same every time, and tells its story."""

from __future__ import annotations

import base64
import http.client
import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest

from demo.hospital import fhir
from demo.hospital.calendar import WEEK, Calendar, monday
from demo.hospital.server import FHIR_TOKEN, REPORT_PASSWORD, REPORT_USER, Hospital
from pilots.connectors import csv_table, kinds
from pilots.connectors.csv_url import reading as csv_url_reading
from pilots.connectors.errors import BadAnswer, Busy, CredentialsRefused, SourceError, TooSlow
from pilots.connectors.http import HttpClient
from pilots.connectors.kind import Visit
from pilots.connectors.measurement import Measurement, Rejected, RowCounts, Window
from tests.patience import PATIENCE

TODAY = date(2026, 11, 23)
STORY = Calendar(TODAY)
WINDOW = Window(date(2025, 5, 26), TODAY, today=TODAY)  # 78 weeks, 18 months
TOKEN = {"Authorization": f"Bearer {FHIR_TOKEN}"}
BASIC = {
    "Authorization": "Basic "
    + base64.b64encode(f"{REPORT_USER}:{REPORT_PASSWORD}".encode()).decode()
}


@pytest.fixture(scope="module")
def hospital() -> Iterator[Hospital]:
    with running(today=TODAY) as server:
        yield server


class running:
    """A hospital on a free port, for as long as the block lasts."""

    def __init__(self, **options: Any) -> None:
        self.server = Hospital(0, **options)
        self.thread = threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )

    def __enter__(self) -> Hospital:
        self.thread.start()
        return self.server

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.thread.join(PATIENCE)
        self.server.server_close()


def ask(
    server: Hospital, path: str, headers: dict[str, str] | None = None, method: str = "GET"
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=PATIENCE)
    try:
        connection.request(method, path, headers=headers or {})
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read()
    finally:
        connection.close()


# The FHIR face, checked against the rules of FHIR R4

SEARCH = "/fhir/Claim?status=active&created=ge2026-01-05&created=lt2026-01-12&_summary=count"


def test_search_answers_a_searchset_with_a_total_and_nothing_else(hospital: Hospital) -> None:
    status, headers, body = ask(hospital, SEARCH, TOKEN)
    bundle = json.loads(body)
    assert status == 200
    assert headers["Content-Type"].startswith("application/fhir+json")
    assert bundle["resourceType"] == "Bundle"
    assert bundle["type"] == "searchset"
    assert type(bundle["total"]) is int and 2000 < bundle["total"] < 4000
    assert "entry" not in bundle  # R4 3.1.1.5.8: with count, only the number of matches
    assert re.fullmatch(r"[A-Za-z0-9.-]{1,64}", bundle["id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", bundle["meta"]["lastUpdated"])
    assert [tag["code"] for tag in bundle["meta"]["tag"]] == ["SUBSETTED"]
    (link,) = bundle["link"]
    assert link["relation"] == "self"
    assert link["url"].startswith(f"{hospital.address}/fhir/Claim?")
    assert "created=ge2026-01-05" in link["url"] and "_summary=count" in link["url"]


def test_metadata_is_open_and_names_what_can_be_searched(hospital: Hospital) -> None:
    status, _, body = ask(hospital, "/fhir/metadata")
    statement = json.loads(body)
    assert status == 200
    assert statement["resourceType"] == "CapabilityStatement"
    for needed in ("status", "date", "kind", "fhirVersion", "format", "rest"):
        assert statement[needed]
    assert statement["fhirVersion"] == "4.0.1"
    (rest,) = statement["rest"]
    assert rest["mode"] == "server"
    assert {one["type"] for one in rest["resource"]} == set(fhir.DATE_PARAMETER)
    for one in rest["resource"]:
        assert {"code": "search-type"} in one["interaction"]
        for parameter in one["searchParam"]:
            assert parameter["type"] in ("date", "token")


@pytest.mark.parametrize(
    ("path", "headers", "status", "words"),
    [
        (SEARCH, {}, 401, "bearer token"),
        (SEARCH, {"Authorization": "Bearer wrong"}, 401, "bearer token"),
        (SEARCH, BASIC, 401, "bearer token"),
        ("/fhir/Patient?_summary=count", TOKEN, 404, "Patient cannot be searched"),
        ("/fhir/?_summary=count", TOKEN, 404, "cannot be searched"),
        ("/fhir/Claim", TOKEN, 400, "counts only"),
        ("/fhir/Claim?_summary=data", TOKEN, 400, "counts only"),
        ("/fhir/Claim?created=soon&_summary=count", TOKEN, 400, "not a date"),
        ("/fhir/Claim?created=ge2026-02-30&_summary=count", TOKEN, 400, "not a date"),
        (
            "/fhir/Claim?colour=red&_summary=count",
            {**TOKEN, "Prefer": "handling=strict"},
            400,
            "colour is not known for Claim",
        ),
    ],
)
def test_search_refused_says_why_in_an_operation_outcome(
    hospital: Hospital, path: str, headers: dict[str, str], status: int, words: str
) -> None:
    answered, sent, body = ask(hospital, path, headers)
    outcome = json.loads(body)
    assert answered == status
    assert sent["Content-Type"].startswith("application/fhir+json")
    assert ("WWW-Authenticate" in sent) == (status == 401)
    assert outcome["resourceType"] == "OperationOutcome"
    (issue,) = outcome["issue"]
    assert issue["severity"] == "error" and issue["code"]
    assert words in issue["details"]["text"]


def test_search_ignores_an_unknown_parameter_when_lenient_and_says_so_by_its_link(
    hospital: Hospital,
) -> None:
    _, _, body = ask(hospital, SEARCH + "&colour=red", TOKEN)
    bundle = json.loads(body)
    assert bundle["total"] == count(hospital, SEARCH)
    assert "colour" not in bundle["link"][0]["url"]


def count(server: Hospital, path: str) -> int:
    status, _, body = ask(server, path, TOKEN)
    assert status == 200
    return int(json.loads(body)["total"])


@pytest.mark.parametrize(
    "first",
    ["created=ge2026-03-02", "created=gt2026-03-01", "created=sa2026-03-01"],
)
@pytest.mark.parametrize(
    "last", ["created=lt2026-03-09", "created=le2026-03-08", "created=eb2026-03-09T00:00:00Z"]
)
def test_search_prefixes_mean_what_fhir_says(hospital: Hospital, first: str, last: str) -> None:
    days = [
        count(hospital, f"/fhir/Claim?created=2026-03-{day:02}&_summary=count")
        for day in range(2, 9)
    ]
    assert count(hospital, f"/fhir/Claim?{first}&{last}&_summary=count") == sum(days) > 0
    assert days == [
        count(hospital, f"/fhir/Claim?created=eq2026-03-{day:02}&_summary=count")
        for day in range(2, 9)
    ]


def test_search_parts_add_up_to_the_whole(hospital: Hospital) -> None:
    month = "created=ge2026-03-01&created=lt2026-04-01&_summary=count"
    whole = count(hospital, f"/fhir/ClaimResponse?{month}")
    error = count(hospital, f"/fhir/ClaimResponse?outcome=error&{month}")
    complete = count(hospital, f"/fhir/ClaimResponse?outcome=complete&{month}")
    assert whole == error + complete
    both = "outcome=http://hl7.org/fhir/remittance-outcome|error,complete"
    assert count(hospital, f"/fhir/ClaimResponse?{both}&{month}") == whole
    assert count(hospital, f"/fhir/ClaimResponse?outcome=queued&{month}") == 0


def test_search_knows_nothing_of_days_to_come_or_before_it_began(hospital: Hospital) -> None:
    for range_ in ("ge2026-11-23", f"lt{STORY.begins}"):
        assert count(hospital, f"/fhir/Claim?created={range_}&_summary=count") == 0


# The reporting interface and the files


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/", {}, 200),
        ("/nothing", {}, 404),
        ("/api/v1/ehr-usage/weekly", {}, 401),
        ("/api/v1/ehr-usage/weekly", TOKEN, 401),
        ("/api/v1/ehr-usage/weekly", BASIC, 200),
        ("/api/v1/nothing/weekly", BASIC, 404),
        ("/api/v1/ehr-usage/weekly?from=soon", BASIC, 400),
        ("/api/v1/ehr-usage/weekly?page=0", BASIC, 400),
        ("/api/v1/ehr-usage/weekly?page=x", BASIC, 400),
        ("/api/v1/ehr-usage/weekly?page=99", BASIC, 200),
        ("/exports/falls.csv", {}, 401),
        ("/exports/falls.csv", BASIC, 200),
        ("/exports/falls.csv", TOKEN, 200),
        ("/exports/nothing.csv", BASIC, 404),
        ("/exports/../server.py", BASIC, 404),
    ],
)
def test_reports_and_files_answer_who_may_ask(
    hospital: Hospital, path: str, headers: dict[str, str], status: int
) -> None:
    answered, _, body = ask(hospital, path, headers)
    assert answered == status
    assert body


def test_report_ends_with_the_last_whole_week_and_says_how_many_there_are() -> None:
    with running(today=TODAY, now=lambda: date(2026, 11, 27)) as server:
        rows: list[dict[str, Any]] = []
        path: str | None = "/api/v1/ehr-usage/weekly?from=2026-01-05&to=2026-12-31"
        while path:
            _, _, body = ask(server, path, BASIC)
            page = json.loads(body)
            rows += page["data"]["rows"]
            path = page["next"]
        assert page["total"] == len(rows) == 46
        weeks = [date.fromisoformat(row["week"]) for row in rows]
        assert weeks == [date(2026, 1, 5) + number * WEEK for number in range(46)]
        assert weeks[-1] == date(2026, 11, 16)


# The same every time


def everything(server: Hospital) -> dict[str, bytes]:
    reports = [f"/api/v1/{name}/weekly?page=2" for name in server.reports.weekly]
    files = [f"/exports/{name}" for name in server.reports.files]
    return {path: ask(server, path, BASIC)[2] for path in (*reports, *files)} | {
        SEARCH: str(count(server, SEARCH)).encode()
    }


def test_the_same_story_gives_the_same_numbers_in_another_process(hospital: Hospital) -> None:
    with running(today=TODAY) as again:
        assert everything(again) == everything(hospital)


def test_a_week_keeps_its_numbers_when_time_goes_on() -> None:
    later = TODAY + timedelta(days=40)
    with running(today=TODAY, now=lambda: later) as server, running(today=TODAY) as before:
        assert count(server, SEARCH) == count(before, SEARCH)
        path = "/api/v1/ehr-usage/weekly?from=2026-06-01&to=2026-11-16"
        now, then = (json.loads(ask(one, path, BASIC)[2]) for one in (server, before))
        assert now["data"] == then["data"]
        more = json.loads(ask(server, "/api/v1/ehr-usage/weekly?from=2026-11-23", BASIC)[2])
        assert [row["week"] for row in more["data"]["rows"]][:1] == ["2026-11-23"]
        assert len(more["data"]["rows"]) == 5


def test_the_dates_of_the_story_are_mondays_in_order() -> None:
    for today in (TODAY, date(2027, 2, 28), date(2028, 2, 29)):
        story = Calendar(today)
        dates = [
            story.begins,
            story.reminders_live,
            story.ambient_live,
            story.claims_live,
            story.letters_live,
            story.sepsis_silent,
            story.claims_turn,
            monday(today),
        ]
        assert dates == sorted(dates)
        assert {day.weekday() for day in dates} == {0}
        assert today - story.begins >= timedelta(days=548)  # 18 months


# Pulled by the connectors, as the demo's pilots do


@dataclass
class Pulled:
    observations: list[Measurement] = field(default_factory=list)
    refused: list[Rejected] = field(default_factory=list)

    def level(self, first: date, after: date) -> float:
        """The pooled share, or the mean of the values, of the periods in between."""
        chosen = [one for one in self.observations if first <= one.period < after]
        assert chosen
        if chosen[0].numerator is not None:
            parts = sum(one.numerator or 0 for one in chosen)
            return float(parts / sum(one.denominator or 0 for one in chosen))
        return float(sum(one.value or 0 for one in chosen) / len(chosen))


SECRETS = {"password": REPORT_PASSWORD, "token": FHIR_TOKEN}


def pull(
    server: Hospital,
    key: str,
    config: dict[str, Any],
    *,
    measure: str = "proportion",
    cadence: str = "week",
    secrets: dict[str, str] | None = None,
    **limits: Any,
) -> Pulled:
    source: dict[str, Any] = {
        "csv_url": {"auth": "basic", "username": REPORT_USER},
        "rest_json": {
            "base_url": f"{server.address}/api/v1",
            "auth": "basic",
            "username": REPORT_USER,
            "rows": "data.rows",
            "period": "week",
            "next": "next",
            "total": "total",
        },
        "fhir_counts": {"base_url": f"{server.address}/fhir", "auth": "bearer"},
    }[key]
    counts = RowCounts()
    items = list(
        kinds.get(key).observe(
            {**source, **config},
            WINDOW,
            cadence=cadence,
            measure=measure,
            client=HttpClient(allowed_hosts=[server.address.removeprefix("http://")], **limits),
            secrets=SECRETS if secrets is None else secrets,
            counts=counts,
        )
    )
    found = Pulled(
        [item for item in items if isinstance(item, Measurement)],
        [item for item in items if isinstance(item, Rejected)],
    )
    assert counts.accepted == len(found.observations) or config.get("several_rows") == "sum"
    return found


def by_fhir(server: Hospital, numerator: str, denominator: str, when: str = "date") -> Pulled:
    days = f"{when}=ge{{start}}&{when}=lt{{end}}"
    return pull(
        server,
        "fhir_counts",
        {
            "numerator_query": f"{numerator}&{days}",
            "denominator_query": f"{denominator}&{days}",
        },
    )


def by_report(server: Hospital, name: str, measure: str, **fields: str) -> Pulled:
    path = f"/{name}/weekly?from={{start}}&to={{last}}"
    return pull(server, "rest_json", {"path": path, **fields}, measure=measure)


def by_file(server: Hospital, name: str, measure: str = "value", **config: Any) -> Pulled:
    cadence = config.pop("cadence", "week")
    url = f"{server.address}/exports/{name}"
    return pull(server, "csv_url", {"url": url, **config}, measure=measure, cadence=cadence)


BEFORE = (STORY.begins, STORY.ambient_live)
SETTLED = (STORY.ambient_live + 6 * WEEK, TODAY)


def test_pull_ambient_documentation_shows_it_works(hospital: Hospital) -> None:
    minutes = by_report(hospital, "ehr-usage", "value", value="note_minutes_per_visit", n="visits")
    assert len(minutes.observations) == 78 and minutes.refused == []
    assert minutes.level(*BEFORE) == pytest.approx(16.1, abs=0.2)
    assert minutes.level(*SETTLED) == pytest.approx(11.6, abs=0.2)
    assert all((one.n or 0) > 8000 for one in minutes.observations)
    evenings = by_report(
        hospital,
        "ehr-usage",
        "value",
        value="after_hours_minutes_per_clinician_day",
        n="clinician_days",
    )
    assert evenings.level(*SETTLED) / evenings.level(*BEFORE) == pytest.approx(0.79, abs=0.02)
    adoption = by_report(
        hospital, "adoption", "proportion", numerator="active", denominator="eligible"
    )
    assert len(adoption.observations) == 22
    assert adoption.level(TODAY - 8 * WEEK, TODAY) == pytest.approx(0.86, abs=0.03)
    pulse = by_report(hospital, "staff-pulse", "value", value="joy_in_work_mean", n="responses")
    assert pulse.level(*SETTLED) > pulse.level(*BEFORE) + 0.15


def test_pull_ambient_documentation_shows_no_harm(hospital: Hospital) -> None:
    notes = "DocumentReference?type=11506-3&setting=primary-care"
    corrected = by_fhir(hospital, f"{notes}&relation=appends", notes)
    assert len(corrected.observations) == 78
    assert corrected.level(*SETTLED) - corrected.level(*BEFORE) < 0.005
    assert corrected.level(*SETTLED) < 0.05
    listened = by_file(
        hospital,
        "patient-experience.csv",
        "proportion",
        date="week_start",
        numerator="felt_listened_to",
        denominator="responses",
    )
    assert listened.level(*SETTLED) > listened.level(*BEFORE) + 0.04


def test_pull_claims_coding_shows_the_guardrail_breached(hospital: Hospital) -> None:
    denied = by_fhir(
        hospital, "ClaimResponse?use=claim&outcome=error", "ClaimResponse?use=claim", "created"
    )
    assert denied.level(STORY.begins, STORY.claims_live) == pytest.approx(0.065, abs=0.002)
    recent = [one for one in denied.observations if one.period >= TODAY - 4 * WEEK]
    assert len(recent) == 4
    for one in recent:
        assert one.numerator is not None and one.denominator is not None
        assert one.numerator / one.denominator > 0.08
    assert denied.level(TODAY - 4 * WEEK, TODAY) == pytest.approx(0.098, abs=0.004)
    coding = by_file(
        hospital,
        "claims-coding.csv",
        date="week_start",
        value="minutes_per_claim",
        n="claims_coded",
    )
    assert 0.3 < coding.level(*BEFORE) - coding.level(TODAY - 8 * WEEK, TODAY) < 0.8


def test_pull_sepsis_alert_shows_a_silent_run(hospital: Hospital) -> None:
    alerts = "DetectedIssue?code=sepsis-alert"
    confirmed = by_fhir(hospital, f"{alerts}&_tag=confirmed", alerts, "identified")
    assert {one.period for one in confirmed.observations} == {
        STORY.sepsis_silent + number * WEEK for number in range(9)
    }
    assert len(confirmed.refused) == 69  # weeks before it ran: nothing to count
    assert confirmed.level(*BEFORE[:1], TODAY) == pytest.approx(0.31, abs=0.06)
    cases = "Condition?code=91302008"
    flagged = by_fhir(hospital, f"{cases}&_tag=flagged-within-hour", cases, "recorded-date")
    assert flagged.level(STORY.sepsis_silent, TODAY) == pytest.approx(0.74, abs=0.09)
    antibiotics = by_report(hospital, "antibiotics", "value", value="median_minutes", n="patients")
    assert antibiotics.level(*BEFORE) == pytest.approx(71, abs=2)


def test_pull_the_smaller_series(hospital: Hospital) -> None:
    letters = "DocumentReference?type=18842-5&custodian=SBG"
    signed = by_fhir(hospital, f"{letters}&_tag=signed-within-24h", letters)
    assert signed.level(TODAY - 4 * WEEK, TODAY) > signed.level(*BEFORE) + 0.05
    interpreters = by_report(
        hospital, "interpreters", "proportion", numerator="arrived_on_time", denominator="requested"
    )
    assert interpreters.level(STORY.begins, TODAY) == pytest.approx(0.71, abs=0.02)
    missed = by_report(
        hospital, "appointments", "proportion", numerator="missed", denominator="booked"
    )
    after = missed.level(STORY.reminders_live, TODAY)
    assert after == pytest.approx(missed.level(STORY.begins, STORY.reminders_live), abs=0.005)
    beds = by_file(
        hospital,
        "bed-turnover.csv",
        date="week_start",
        value="mean_minutes",
        n="beds_turned",
        entity_column="hospital",
        entity_value="St Brigid General",
    )
    assert len(beds.observations) == 78
    back = by_file(
        hospital,
        "readmissions.csv",
        "proportion",
        date="week_start",
        numerator="back_within_30_days",
        denominator="discharged",
        expected="expected_by_score",
    )
    assert all(one.expected is not None for one in back.observations)
    falls = by_file(
        hospital,
        "falls.csv",
        date="month",
        numerator="falls",
        denominator="bed_days",
        per="1000",
        several_rows="sum",
        cadence="month",
    )
    assert 3 < falls.level(STORY.begins, TODAY) < 5 and falls.refused == []
    authorised = by_file(
        hospital,
        "prior-authorisation.csv",
        date="Week beginning",
        date_format="day_first",
        value="Mean hours to answer",
        n="Requests",
    )
    assert len(authorised.observations) == 78 and authorised.refused == []


def test_preview_of_every_file_guesses_its_mapping(hospital: Hospital) -> None:
    http_client = HttpClient(allowed_hosts=["127.0.0.1"])
    basic = {"auth": "basic", "username": REPORT_USER}
    for name in hospital.reports.files:
        if name == "broken.csv":
            continue
        config = {**basic, "url": f"{hospital.address}/exports/{name}"}
        shown = csv_table.preview(csv_url_reading.fetch(Visit(config, http_client, SECRETS)))
        assert shown.guess["date"] and {"value", "numerator"} & set(shown.guess)


def test_pull_the_broken_file_says_that_it_is_a_web_page(hospital: Hospital) -> None:
    with pytest.raises(BadAnswer, match="web page instead of a CSV file") as caught:
        by_file(hospital, "broken.csv", date="week_start", value="x")
    assert not caught.value.retry


def test_pull_with_a_wrong_token_is_told(hospital: Hospital) -> None:
    config = {"numerator_query": "Claim?created=ge{start}&created=lt{end}"}
    with pytest.raises(CredentialsRefused, match="A bearer token is needed"):
        pull(hospital, "fhir_counts", config, measure="value", secrets={"token": "wrong"})


def test_pull_from_a_host_that_nobody_allowed_is_refused(hospital: Hospital) -> None:
    config = {"url": f"{hospital.address}/exports/falls.csv", "date": "month", "value": "falls"}
    with pytest.raises(SourceError, match="no administrator has allowed it"):
        list(
            kinds.get("csv_url").observe(
                config, WINDOW, cadence="month", measure="value", client=HttpClient(), secrets={}
            )
        )


# Switches, and the process itself


def switch(server: Hospital, query: str, headers: dict[str, str] = BASIC) -> int:
    return ask(server, f"/switches?{query}", headers, "POST")[0]


def test_switches_make_a_source_fail_or_slow_and_well_again() -> None:
    config = {"date": "week_start", "value": "minutes_per_claim"}
    with running(today=TODAY) as server:
        assert switch(server, "path=/exports/claims&status=503") == 200
        with pytest.raises(Busy):
            by_file(server, "claims-coding.csv", **config)
        assert switch(server, "path=/exports/claims&seconds=2") == 200
        with pytest.raises(TooSlow):
            url = f"{server.address}/exports/claims-coding.csv"
            pull(server, "csv_url", {"url": url, **config}, measure="value", request_seconds=0.3)
        assert switch(server, "path=/exports/claims") == 200
        assert len(by_file(server, "claims-coding.csv", **config).observations) == 78


@pytest.mark.parametrize(
    ("query", "headers", "status"),
    [
        ("path=/fhir&status=503", {}, 403),
        ("status=503", BASIC, 400),
        ("path=/fhir&status=200", BASIC, 400),
        ("path=/fhir&seconds=9999", BASIC, 400),
        ("path=/fhir&seconds=soon", BASIC, 400),
    ],
)
def test_switches_refuse_what_they_cannot_do(
    hospital: Hospital, query: str, headers: dict[str, str], status: int
) -> None:
    assert switch(hospital, query, headers) == status


def test_process_starts_answers_and_ends_without_django() -> None:
    command = [sys.executable, "-X", "importtime", "-m", "demo.hospital", "--port", "0"]
    command += ["--today", TODAY.isoformat(), "--fail", "/exports/falls.csv=503"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        match = re.search(r"http://127\.0\.0\.1:(\d+)", said)
        assert match, said
        connection = http.client.HTTPConnection("127.0.0.1", int(match[1]), timeout=PATIENCE)
        connection.request("GET", "/exports/falls.csv", headers=BASIC)
        assert connection.getresponse().status == 503
        connection.close()
        process.terminate()
        _, imports = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert "django" not in imports and "numpy" not in imports


def test_process_on_a_taken_port_says_so(hospital: Hospital) -> None:
    port = str(hospital.server_address[1])
    done = subprocess.run(
        [sys.executable, "-m", "demo.hospital", "--port", port],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 1
    assert f"Port {port} cannot be used" in done.stderr
