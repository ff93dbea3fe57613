"""Measurements from `query_range`: one number at the end of each period, or none.

https://prometheus.io/docs/prometheus/latest/querying/api/ says what is asked and answered. A query is
worked out at the moments at which periods end, in the zone of the installation. An instant selector looks
back five minutes, so that a last value is given for a while after the data has ended, and a function over a
period makes a number of the part that there is: so the series behind it are asked for their own moments, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from decimal import Decimal
from urllib.parse import urlencode

from pilots.connectors import credentials, target
from pilots.connectors.answer import HttpAnswer, shortened
from pilots.connectors.errors import BadAnswer, BadConfig, SourceError, Who
from pilots.connectors.fields import Config
from pilots.connectors.kind import ConnectionTest, Visit
from pilots.connectors.rows import PARTS, MappedRow, SeriesBuilder

# Of a thousand moments at once, where a server gives 11,000 points at most.
PERIODS_AT_ONCE = 1_000
# How far apart a series is looked for, and how much of a period may be without it at either end.
LOOKED_EVERY = "5m"
PART_WITHOUT = 24  # of a day an hour, of a week seven


@dataclass(frozen=True, slots=True)
class _Span:
    """A period, and the seconds since 1970 at which it begins and ends."""

    first: date
    begins: int
    ends: int

    @property
    def seconds(self) -> int:
        return self.ends - self.begins


def read(visit: Visit, series: SeriesBuilder) -> None:
    """The numbers of every whole period in the window: all of them or none."""
    config, zone = visit.config, series.rules.zone(series.window)
    spans = [
        _Span(start, _moment(start, zone), _moment(end, zone))
        for start, end in series.rules.cadence.periods(series.window)
    ]
    wanted = {part: str(config[part]) for part in PARTS if config.get(part)}
    edges = {
        "first": f"min(min_over_time(timestamp({config['series']})[{{period}}:{LOOKED_EVERY}]))",
        "last": f"max(max_over_time(timestamp({config['series']})[{{period}}:{LOOKED_EVERY}]))",
    }
    found: dict[str, dict[int, object]] = {name: {} for name in (*wanted, *edges)}
    with visit.client.staying():
        for run in _runs(spans):
            for name, query in (wanted | edges).items():
                found[name] |= _asked(visit, query, run)
    for span in spans:
        cells = {part: found[part].get(span.ends, "") for part in wanted}
        if all(cell == "" for cell in cells.values()) and span.ends not in found["last"]:
            continue  # nothing was there: no row and no zero
        day = span.first.isoformat()
        if reason := _without(span, found["first"], found["last"], zone):
            series.refuse(day, day, reason)
        else:
            series.add(MappedRow(day, day, **cells))


def test_connection(visit: Visit) -> ConnectionTest:
    """Whether a server answers that works out a query."""
    found = _data(_get(visit, "api/v1/query", {"query": "1"}), "scalar")
    if not isinstance(found, list):
        raise _unreadable(str(visit.config["base_url"]))
    return ConnectionTest("The server answers and works out queries.")


def query_problem(query: str) -> str:
    """What is wrong with a query as far as can be seen without asking, or nothing."""
    rest = query.replace("{period}", "1d")
    for opening, closing in ("()", "[]", "{}"):
        if rest.count(opening) != rest.count(closing):
            return f"There is a “{opening}” or “{closing}” without its partner."
    return ""


def _moment(day: date, zone: tzinfo) -> int:
    return int(datetime.combine(day, time(), zone).timestamp())


def _runs(spans: Sequence[_Span]) -> Iterator[list[_Span]]:
    """Periods of one length that follow each other: months differ, and days on which clocks change."""
    run: list[_Span] = []
    for span in spans:
        if run and span.seconds != run[0].seconds:
            yield run
            run = []
        run.append(span)
    if run:
        yield run


def _asked(visit: Visit, query: str, run: list[_Span]) -> dict[int, object]:
    """What the query gives at the end of each period of a run; nothing where it gives nothing."""
    step = run[0].seconds
    asked = {
        "query": query.replace("{period}", f"{step}s"),
        "start": str(run[0].ends),
        "end": str(run[-1].ends),
        "step": str(step),
    }
    answer = _get(visit, "api/v1/query_range", asked)
    series = _data(answer, "matrix")
    if not isinstance(series, list):
        raise _unreadable(answer.host)
    if len(series) > 1:
        raise BadAnswer(
            f"The query {shortened(query, 80)} gives {len(series)} series, and a metric is one. Add them up with"
            " sum(…), or choose one by its labels.",
            who=Who.METRIC_OWNER,
        )
    found: dict[int, object] = {}
    for one in series:
        points = one.get("values") if isinstance(one, Mapping) else None
        if not isinstance(points, list) or (isinstance(one, Mapping) and one.get("histograms")):
            raise BadAnswer(
                f"The query {shortened(query, 80)} gives no plain numbers. Make one of a histogram by"
                " histogram_quantile(…) or histogram_count(…).",
                who=Who.METRIC_OWNER,
            )
        for point in points:
            found.update([_point(point, answer.host)])
    if not set(found) <= {span.ends for span in run}:
        raise BadAnswer(
            f"{answer.host} answered for other moments than were asked for, so nothing was taken over. Check that"
            " it is Prometheus, or answers as it does.",
            who=Who.INTEGRATION,
        )
    return found


def _point(point: object, host: str) -> tuple[int, object]:
    """The moment and the number; what is none stays text, and is refused as such."""
    if isinstance(point, list) and len(point) == 2:
        moment, said = point
        if isinstance(moment, (int, float)) and moment == int(moment) and isinstance(said, str):
            try:
                number = Decimal(said)
            except ArithmeticError:
                return int(moment), said
            return int(moment), number if number.is_finite() else said
    raise _unreadable(host)


def _without(
    span: _Span, firsts: Mapping[int, object], lasts: Mapping[int, object], zone: tzinfo
) -> str:
    """Why a period is not whole, or nothing."""
    first, last = firsts.get(span.ends), lasts.get(span.ends)
    if not isinstance(first, Decimal) or not isinstance(last, Decimal):
        return "The series that it is made of were not there in this period."
    part = span.seconds // PART_WITHOUT
    if last < span.ends - part:
        return (
            f"The data ends on {_said(last, zone)}, before the period does, and a part of a period would pass for"
            " the whole."
        )
    if first > span.begins + part:
        return (
            f"The data begins on {_said(first, zone)}, after the period does, and a part of a period would pass for"
            " the whole."
        )
    return ""


def _said(moment: Decimal, zone: tzinfo) -> str:
    return f"{datetime.fromtimestamp(int(moment), zone):%Y-%m-%d at %H:%M}"


def _get(visit: Visit, path: str, asked: Mapping[str, str]) -> HttpAnswer:
    config = visit.config
    url = target.under(str(config["base_url"]), f"{path}?{urlencode(asked)}")
    try:
        return visit.client.get(
            url,
            headers=_headers(config),
            credentials=credentials.headers(visit),
            explain=_error,
        )
    except SourceError as error:
        if len(url) > target.LONGEST_URL:
            raise BadConfig(
                "The query is too long to be asked. Give it a rule on the server."
            ) from error
        raise


def _data(answer: HttpAnswer, kind: str) -> object:
    """The result of an answer that says that it is whole and of this kind."""
    body = answer.json()
    data = body.get("data") if isinstance(body, Mapping) else None
    if not isinstance(data, Mapping) or body.get("status") != "success":
        raise _unreadable(answer.host)
    if body.get("warnings"):
        raise BadAnswer(
            f"{answer.host} warned that its answer may not be whole, so nothing was taken over:"
            f" {shortened(str(body['warnings']), 160)}",
            who=Who.INTEGRATION,
            retry=True,
        )
    if data.get("resultType") != kind:
        raise BadAnswer(
            f"{answer.host} answered with a “{shortened(str(data.get('resultType')), 20)}” where a “{kind}” was asked"
            " for. Check the query.",
            who=Who.METRIC_OWNER,
        )
    return data.get("result")


def _headers(config: Config) -> Mapping[str, str]:
    headers = config.get("headers")
    return headers if isinstance(headers, Mapping) else {}


def _unreadable(host: str) -> BadAnswer:
    return BadAnswer(
        f"{host} answered with something that Prometheus would not say. Check that the address is the base of its"
        " interface, what stands before /api/v1/."
    )


def _error(answer: HttpAnswer) -> str:
    """The reason in a refusal."""
    try:
        body = answer.json()
    except BadAnswer:
        return ""
    return str(body.get("error") or "") if isinstance(body, Mapping) else ""
