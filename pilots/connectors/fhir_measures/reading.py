"""Reports of a measure as a series: searched for (R4, MeasureReport), or worked out ($evaluate-measure)."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from urllib.parse import quote

from pilots.connectors import credentials, fhir_answers, next_link, target
from pilots.connectors.answer import HttpAnswer, retry_after
from pilots.connectors.cell_values import Unreadable
from pilots.connectors.errors import BadAnswer, SourceError, TooLarge, Who
from pilots.connectors.fhir_answers import each
from pilots.connectors.fhir_measures import reports
from pilots.connectors.fhir_measures.reports import Report
from pilots.connectors.kind import Visit
from pilots.connectors.measurement import MeasureKind
from pilots.connectors.rows import MappedRow, SeriesBuilder

MOST_PAGES = 100
MOST_REPORTS = 20_000
# Between two looks at what is worked out in the background.
SHORTEST_WAIT, LONGEST_WAIT = 1.0, 60.0
_ELEMENTS = "status,type,measure,subject,period,date,reporter,group"
_MEASURE = re.compile(
    r"[A-Za-z0-9.-]{1,64}\Z|https?://[^\s?#<>\"{}\\^`]{1,500}\Z|urn:[^\s<>\"]{1,500}\Z"
)


def read(visit: Visit, series: SeriesBuilder) -> None:
    """Add the report of each period: all that came, or nothing."""
    with visit.client.staying():
        if visit.config.get("way") in ("evaluate", "background"):
            for start, end in series.rules.cadence.periods(series.window):
                try:
                    report = _evaluated(visit, start, end - timedelta(days=1))
                except SourceError as error:
                    raise error.led_by(f"The report from {start} on") from error.__cause__
                _add(visit, series, start.isoformat(), report)
            return
        found = [one for one in _stored(visit, series) if reports.is_of(one, _measure(visit))]
    _add_latest(visit, series, found)


def measure_problem(measure: str) -> str:
    """What is wrong with the name of a measure, or nothing."""
    if _MEASURE.match(measure):
        return ""
    return "Enter the measure's address, such as http://example.org/fhir/Measure/CMS146, or its id."


def _measure(visit: Visit) -> str:
    return str(visit.config["measure"])


def _add_latest(visit: Visit, series: SeriesBuilder, found: list[Report]) -> None:
    """Of several reports of one period the one that was made last counts."""
    wanted = str(visit.config.get("reporter") or "")
    zone = series.rules.zone(series.window)
    of_period: dict[date, list[Report]] = {}
    for report in found:
        if not reports.is_summary(report):
            _add(visit, series, "", report)
        elif wanted and _reporter(report) != wanted:
            series.counts.received += 1
            series.counts.filtered += 1
        else:
            try:
                period = reports.period(report, series.rules.cadence, zone)
            except Unreadable:
                _add(visit, series, "", report)
            else:
                of_period.setdefault(period, []).append(report)
    for period, several in of_period.items():
        reporters = {_reporter(report) for report in several}
        if len(reporters) > 1:
            for report in several:
                series.refuse(
                    str(period),
                    _shown(report),
                    f"{len(reporters)} reporters report of this period. Choose one in the metric's settings.",
                )
            continue
        complete = [one for one in several if one.get("status") == "complete"] or several
        last = max(reports.made(one, zone) for one in complete)
        for report in several:
            if report in complete and reports.made(report, zone) == last:
                _add(visit, series, "", report)
            else:
                series.counts.received += 1
                series.counts.filtered += 1
                series.counts.note(
                    "Of several reports of one period the one that was made last counts."
                )


def _add(visit: Visit, series: SeriesBuilder, line: str, report: Report) -> None:
    """One report as a row; `line` is the first day that was asked for. What is of persons is refused without
    a word of it."""
    if not reports.is_summary(report):
        series.refuse(
            line or "a report", "", "The report is of persons and no summary. It was not read."
        )
        return
    shown = _shown(report)
    try:
        zone = series.rules.zone(series.window)
        first = reports.period(report, series.rules.cadence, zone)
        if line and first.isoformat() != line:
            raise Unreadable(f"The report begins on {first}, and was asked for from {line} on.")
        found = reports.numbers(
            report,
            visit.config,
            proportion=series.rules.measure in (MeasureKind.PROPORTION, MeasureKind.RATE),
            counted=series.rules.measure is MeasureKind.COUNT,
        )
    except Unreadable as error:
        series.refuse(line or shown or "a report", shown, str(error))
        return
    series.add(
        MappedRow(
            first.isoformat(),
            first.isoformat(),
            value=found.value,
            numerator=found.numerator,
            denominator=found.denominator,
            n=found.n,
        )
    )


def _shown(report: Report) -> str:
    said = report.get("period")
    return f"{said.get('start')} to {said.get('end')}"[:80] if isinstance(said, Mapping) else ""


def _reporter(report: Report) -> str:
    found = report.get("reporter")
    return str(found.get("reference") or "") if isinstance(found, Mapping) else ""


# Reports that the server keeps


def _stored(visit: Visit, series: SeriesBuilder) -> Iterator[Report]:
    """All reports that touch the window, page after page."""
    day = timedelta(days=1)
    query = "&".join(
        (
            *((f"measure={quote(_measure(visit), safe='')}",) if "/" in _measure(visit) else ()),
            f"period=ge{series.window.start - day}",
            f"period=le{series.window.end}",
            "_count=100",
            f"_elements={_ELEMENTS}",
        )
    )
    url = target.under(str(visit.config["base_url"]), f"MeasureReport?{query}")
    here, seen, came = target.parse(url), set[str](), 0
    promised: int | None = None
    for _ in range(MOST_PAGES):
        seen.add(url)
        answer = _get(visit, url)
        bundle = fhir_answers.resource(answer, "reports")
        if bundle["resourceType"] != "Bundle":
            raise BadAnswer(
                f"{answer.host} answered with something else than the result of a search.",
                who=Who.INTEGRATION,
            )
        promised = _same_total(bundle, promised, answer.host)
        for report in _reports_of(bundle, answer.host):
            came += 1
            if came > MOST_REPORTS:
                raise TooLarge(
                    f"{answer.host} has more than {MOST_REPORTS:,} reports of this measure and window."
                )
            yield report
        following = [
            str(one["url"])
            for one in each(bundle, "link")
            if one.get("relation") == "next" and one.get("url")
        ]
        if not following:
            if promised is not None and promised != came:
                raise _truncated(f"{answer.host} promised {promised:,} reports and sent {came:,}")
            return
        url = next_link.followed(following[0], answer, here).url
        if url in seen:
            raise BadAnswer(
                f"The pages of {answer.host} lead in a circle, so nothing was taken over."
            )
    raise TooLarge(f"There are more than {MOST_PAGES} pages of reports. Start the metric later.")


def _reports_of(bundle: Mapping[str, object], host: str) -> Iterator[Report]:
    for entry in each(bundle, "entry"):
        resource = entry.get("resource")
        kind = resource.get("resourceType") if isinstance(resource, Mapping) else None
        if kind == "MeasureReport" and isinstance(resource, Mapping):
            yield resource
        elif kind == "OperationOutcome" and isinstance(resource, Mapping):
            if warnings := fhir_answers.issues(resource, but_information=True):
                raise BadAnswer(
                    f"{host} answered, but warned that it did not do what was asked: {warnings}",
                    who=Who.METRIC_OWNER,
                )
        else:
            raise BadAnswer(
                f"{host} sent other records than reports. They may name patients, so they were dropped unread "
                "and nothing was kept.",
                code="patient_rows",
                who=Who.INTEGRATION,
            )


def _same_total(bundle: Mapping[str, object], before: int | None, host: str) -> int | None:
    total = bundle.get("total")
    if isinstance(total, bool) or not isinstance(total, int):
        return before
    if before is not None and total != before:
        raise _truncated(f"The number of reports of {host} changed from {before:,} to {total:,}")
    return total


# A report that is worked out


def _evaluated(visit: Visit, first: date, last: date) -> Report:
    measure = _measure(visit)
    by_address = "/" in measure or ":" in measure
    kind = str(visit.config.get("report_type") or reports.ASKED_TYPES[0])
    where = "Measure/$evaluate-measure" if by_address else f"Measure/{measure}/$evaluate-measure"
    named = f"measure={quote(measure, safe='')}&" if by_address else ""
    url = target.under(
        str(visit.config["base_url"]),
        f"{where}?{named}periodStart={first}&periodEnd={last}&reportType={kind}",
    )
    background = visit.config.get("way") == "background"
    headers = {"Prefer": "respond-async"} if background else None
    answer = _get(visit, url, headers, may_come_later=True)
    wait = SHORTEST_WAIT
    place = target.parse(url)
    while answer.status == 202:
        # What is asked again without a new place is the same place.
        if location := answer.headers.get("Content-Location", ""):
            place = next_link.followed(location, answer, target.parse(url))
        elif place.url == target.parse(url).url:
            raise BadAnswer(
                f"{answer.host} works in the background and does not say where the report will be.",
                who=Who.INTEGRATION,
            )
        told = retry_after(answer.headers)
        visit.client.wait(min(max(told or wait, SHORTEST_WAIT), LONGEST_WAIT))
        wait = min(wait * 2, LONGEST_WAIT)
        answer = _get(visit, place.url, may_come_later=True)
    report = _report_in(fhir_answers.resource(answer, "a report"), answer.host, deeper=3)
    if by_address and not reports.is_of(report, measure):
        raise BadAnswer(
            f"{answer.host} sent the report of another measure than was asked for.",
            who=Who.INTEGRATION,
        )
    return report


def _report_in(found: Mapping[str, object], host: str, *, deeper: int) -> Report:
    """The report, which may come by itself, as a result (Parameters) or in the answer to a batch (Bundle)."""
    kind = found.get("resourceType")
    if kind == "MeasureReport":
        if not reports.is_summary(found):
            raise BadAnswer(
                f"{host} sent a report of patients where a summary was asked for. It was dropped unread and nothing "
                "was kept.",
                code="patient_rows",
                who=Who.INTEGRATION,
            )
        return found
    if kind == "OperationOutcome":
        raise BadAnswer(
            f"{host} could not work the report out: {fhir_answers.issues(found) or 'no reason'}",
            who=Who.INTEGRATION,
        )
    name = {"Bundle": "entry", "Parameters": "parameter"}.get(str(kind), "")
    inner = [
        one["resource"] for one in each(found, name) if isinstance(one.get("resource"), Mapping)
    ]
    if len(inner) == 1 and isinstance(inner[0], Mapping) and deeper:
        return _report_in(inner[0], host, deeper=deeper - 1)
    raise BadAnswer(
        f"{host} answered with {len(inner)} resources where one report was expected, so nothing was read.",
        who=Who.INTEGRATION,
    )


def _get(
    visit: Visit,
    url: str,
    headers: Mapping[str, str] | None = None,
    *,
    may_come_later: bool = False,
) -> HttpAnswer:
    return visit.client.get(
        url,
        headers=headers,
        credentials=credentials.headers(visit),
        accept=fhir_answers.TYPES,
        explain=fhir_answers.outcome_text,
        may_come_later=may_come_later,
    )


def _truncated(what: str) -> BadAnswer:
    return BadAnswer(
        f"{what}, so nothing was taken over. It will be tried again.",
        code="truncated",
        who=Who.NOBODY,
        retry=True,
    )
