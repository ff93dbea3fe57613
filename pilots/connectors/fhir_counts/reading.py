"""Measurements from FHIR R4 search counts: one question for each period, never a record.

`_summary=count` asks a server for the number of matches alone (FHIR R4, 3.1.1.5.8). An answer
that carries resources all the same is refused and dropped, because it may name patients.
"""

import re
from collections.abc import Mapping
from datetime import date
from urllib.parse import parse_qsl

from pilots.connectors import credentials, placeholders, target
from pilots.connectors.answer import HttpAnswer, shortened
from pilots.connectors.errors import BadAnswer, BadConfig, SourceError, TooLarge, Who
from pilots.connectors.kind import ConnectionTest, Visit
from pilots.connectors.rows import MappedRow, SeriesBuilder

MOST_PERIODS = 1_000
_QUERY = re.compile(r"([A-Z][A-Za-z]{1,60})(\?([^\s#?]*))?\Z")
# They would bring resources along or change what a total means.
_FORBIDDEN = {"_include", "_revinclude", "_elements", "_count", "_contained", "_total"}


def read(visit: Visit, series: SeriesBuilder) -> None:
    """The counts of every whole period in the window: all of them or none."""
    config = visit.config
    periods = list(series.rules.cadence.periods(series.window))
    if len(periods) > MOST_PERIODS:
        raise TooLarge(
            f"The window has {len(periods):,} periods, and each is asked for by itself. Start the "
            "metric later or choose a longer period.",
            who=Who.METRIC_OWNER,
        )
    numerator = str(config["numerator_query"])
    denominator = str(config.get("denominator_query") or "")
    with visit.client.staying():
        for start, end in periods:
            count = _count(visit, numerator, start, end)
            of = _count(visit, denominator, start, end) if denominator else None
            series.add(
                MappedRow(start.isoformat(), start.isoformat(), numerator=count, denominator=of)
            )


def test_connection(visit: Visit) -> ConnectionTest:
    """Whether a FHIR server answers and lets us in: every one has to describe itself."""
    answer = visit.client.get(
        target.under(str(visit.config["base_url"]), "metadata"),
        credentials=credentials.headers(visit.config, visit.secrets),
    )
    answer.refuse_web_page("FHIR")
    return ConnectionTest("The server answers and accepts the credentials.")


def query_problem(query: str) -> str:
    """What is wrong with a search, or nothing."""
    match = _QUERY.match(query)
    if not match:
        return (
            "A search begins with a resource type and a question mark, such as "
            "Encounter?status=finished&date=ge{start}&date=lt{end}."
        )
    wrong = placeholders.problem(query, needed=True)
    if wrong:
        return wrong
    for name, value in parse_qsl(match[3] or "", keep_blank_values=True):
        if name.partition(":")[0] in _FORBIDDEN:
            return f"{name} cannot be used here: only counts are asked for, never records."
        if name == "_summary" and value != "count":
            return "_summary can only be count: Pilotlight asks for counts, never for records."
    return ""


def _count(visit: Visit, query: str, start: date, end: date) -> int:
    wrong = query_problem(query)
    if wrong:
        raise BadConfig(wrong)
    asked = placeholders.filled(query, start, end)
    if "_summary=count" not in asked:
        asked += ("&" if "?" in asked else "?") + "_summary=count"
    try:
        answer = visit.client.get(
            target.under(str(visit.config["base_url"]), asked),
            # Without "strict" a server may ignore a parameter it does not know and count too much.
            headers={"Prefer": "handling=strict"},
            credentials=credentials.headers(visit.config, visit.secrets),
            accept="application/fhir+json, application/json;q=0.9",
            explain=_outcome_text,
        )
    except SourceError as error:
        raise error.led_by(
            f"Counting {asked.partition('?')[0]} from {start} on"
        ) from error.__cause__
    return _total(answer)


def _total(answer: HttpAnswer) -> int:
    bundle = answer.json()
    host = answer.host
    if not isinstance(bundle, Mapping) or "resourceType" not in bundle:
        raise BadAnswer(
            f"{host} answered with JSON that is not FHIR. Check that the address of the source is "
            "the base of a FHIR R4 server."
        )
    if bundle["resourceType"] == "OperationOutcome":
        raise BadAnswer(
            f"{host} answered with a problem instead of a count: {_issues(bundle) or 'no reason'}",
            who=Who.INTEGRATION,
        )
    if bundle["resourceType"] != "Bundle" or bundle.get("type") != "searchset":
        raise BadAnswer(
            f"{host} answered with “{shortened(str(bundle['resourceType']), 40)}” where the result "
            "of a search was expected. Check the query.",
            who=Who.METRIC_OWNER,
        )
    _refuse_records(bundle, host)
    total = bundle.get("total")
    if isinstance(total, bool) or not isinstance(total, int) or total < 0:
        raise BadAnswer(
            f"{host} answered the search without a total. The server must support _summary=count; "
            "ask the hospital's integration team.",
            who=Who.INTEGRATION,
        )
    return total


def _refuse_records(bundle: Mapping[str, object], host: str) -> None:
    entries = bundle.get("entry") or []
    for entry in entries if isinstance(entries, list) else [entries]:
        resource = entry.get("resource") if isinstance(entry, Mapping) else None
        if not isinstance(resource, Mapping) or resource.get("resourceType") != "OperationOutcome":
            raise BadAnswer(
                f"{host} sent records where only a count was asked for. They may name patients, so "
                "they were dropped unread and nothing was kept. The server must honour "
                "_summary=count.",
                code="patient_rows",
                who=Who.INTEGRATION,
            )
        if warnings := _issues(resource, but_information=True):
            raise BadAnswer(
                f"{host} counted, but warned that it did not do what was asked, so the count "
                f"cannot be trusted: {warnings}",
                who=Who.METRIC_OWNER,
            )


def _outcome_text(answer: HttpAnswer) -> str:
    try:
        body = answer.json()
    except BadAnswer:
        return ""
    return _issues(body) if isinstance(body, Mapping) else ""


def _issues(outcome: Mapping[str, object], *, but_information: bool = False) -> str:
    """What an OperationOutcome says to a person."""
    issues = outcome.get("issue")
    texts = []
    for issue in issues if isinstance(issues, list) else []:
        if not isinstance(issue, Mapping):
            continue
        if but_information and issue.get("severity") in ("information", "success"):
            continue
        details = issue.get("details")
        text = details.get("text") if isinstance(details, Mapping) else None
        texts.append(
            str(text or issue.get("diagnostics") or issue.get("code") or "unknown problem")
        )
    return shortened("; ".join(texts))
