"""Measurements from FHIR R4 search counts: one question for each period, never a record.

`_summary=count` asks a server for the number of matches alone (FHIR R4, 3.1.1.5.8). An answer
that carries resources all the same is refused and dropped, because it may name patients.
"""

import re
from collections.abc import Mapping
from datetime import date, tzinfo

from pilots.connectors import credentials, fhir_answers, placeholders, target
from pilots.connectors.answer import HttpAnswer, shortened
from pilots.connectors.errors import BadAnswer, BadConfig, SourceError, TooLarge, Who
from pilots.connectors.fhir_counts import known, spans
from pilots.connectors.kind import Visit
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
    queries = [query for query in (numerator, denominator) if query]
    for query in queries:
        if wrong := query_problem(query):
            raise BadConfig(wrong)
        if warning := spans.warning(*_taken_apart(query)):
            series.counts.note(warning)
    zone = series.rules.zone(series.window)
    with visit.client.staying():
        if periods:
            _refuse_unknown(
                visit,
                [
                    placeholders.filled_with_moments(query, periods[0][0], periods[-1][1], zone)
                    for query in queries
                ],
            )
        sums = dict.fromkeys(queries, 0)
        for start, end in periods:
            found = {
                query: _count(
                    visit, placeholders.filled_with_moments(query, start, end, zone), start
                )
                for query in sums
            }
            sums = {query: sums[query] + found[query] for query in sums}
            series.add(
                MappedRow(
                    start.isoformat(),
                    start.isoformat(),
                    numerator=found[numerator],
                    denominator=found.get(denominator),
                )
            )
        if len(periods) > 1:
            for query, total in sums.items():
                if spans.may_last(query.partition("?")[0], _taken_apart(query)[1]):
                    _refuse_counted_twice(visit, query, periods[0][0], periods[-1][1], zone, total)


def query_problem(query: str) -> str:
    """What is wrong with a search, or nothing."""
    match = _QUERY.match(query)
    if not match:
        return (
            "A search begins with a resource type and a question mark, such as "
            "Encounter?status=finished&date=sa{before}&date=lt{end}."
        )
    wrong = placeholders.problem(query, needed=True, known=placeholders.MOMENTS)
    if wrong:
        return wrong
    resource, asked = _taken_apart(query)
    for name, value in asked:
        if name.partition(":")[0] in _FORBIDDEN:
            return f"{name} cannot be used here: only counts are asked for, never records."
        if name == "_summary" and value != "count":
            return "_summary can only be count: Pilotlight asks for counts, never for records."
    return spans.problem(resource, asked)


def _taken_apart(query: str) -> tuple[str, known.Parameters]:
    resource, _mark, rest = query.partition("?")
    return resource, known.asked_by(rest)


def _refuse_unknown(visit: Visit, queries: list[str]) -> None:
    """Before anything is counted, for the whole window: whether the server knows what it is asked by."""
    statement = known.described(lambda: fhir_answers.metadata(visit).json())
    host = target.parse(str(visit.config["base_url"])).host
    for query in queries:
        resource, asked = _taken_apart(query)

        def count(parameters: known.Parameters, resource: str = resource) -> int:
            return _total(_ask(visit, f"{resource}?{known.query_of(parameters)}"))

        known.refuse_unknown(statement, resource, asked, host, count)


def _count(visit: Visit, asked: str, start: date) -> int:
    try:
        answer = _ask(visit, asked)
    except SourceError as error:
        raise error.led_by(
            f"Counting {asked.partition('?')[0]} from {start} on"
        ) from error.__cause__
    total = _total(answer)
    known.refuse_left_out(answer.json(), _taken_apart(asked)[1], answer.host)
    return total


def _refuse_counted_twice(
    visit: Visit, query: str, start: date, end: date, zone: tzinfo, total: int
) -> None:
    """Some servers take sa for gt and eb for lt. Then the periods make more than the whole; what came in
    meanwhile can only make the whole more."""
    whole = _count(visit, placeholders.filled_with_moments(query, start, end, zone), start)
    if total > whole:
        host = target.parse(str(visit.config["base_url"])).host
        raise BadAnswer(
            f"{host} counts {whole:,} from {start} on and {total:,} in the periods together, so some were "
            "counted in several. It does not compare beginnings and ends as the search asks: search by the "
            "beginning alone where the server can, such as date-start=ge{start}&date-start=lt{end}.",
            code="counted_twice",
            who=Who.METRIC_OWNER,
        )


def _ask(visit: Visit, asked: str) -> HttpAnswer:
    if "_summary=count" not in asked:
        asked = asked.rstrip("?&")
        asked += ("&" if "?" in asked else "?") + "_summary=count"
    return visit.client.get(
        target.under(str(visit.config["base_url"]), asked),
        # Without "strict" a server may ignore a parameter it does not know and count too much.
        headers={"Prefer": "handling=strict"},
        credentials=credentials.headers(visit),
        accept=fhir_answers.TYPES,
        explain=fhir_answers.outcome_text,
    )


def _total(answer: HttpAnswer) -> int:
    bundle, host = fhir_answers.resource(answer, "a count"), answer.host
    if bundle["resourceType"] != "Bundle" or bundle.get("type", "searchset") != "searchset":
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
        if warnings := fhir_answers.issues(resource, but_information=True):
            raise BadAnswer(
                f"{host} counted, but warned that it did not do what was asked, so the count "
                f"cannot be trusted: {warnings}",
                who=Who.METRIC_OWNER,
            )
