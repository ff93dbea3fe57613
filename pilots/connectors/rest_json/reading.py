"""Measurements from a REST interface that answers in JSON; JMESPath says where they are."""

from collections.abc import Callable, Iterator, Mapping
from math import prod
from typing import Protocol

import jmespath
from jmespath.exceptions import JMESPathError

from pilots.connectors import credentials, placeholders, target
from pilots.connectors.answer import HttpAnswer, shortened
from pilots.connectors.errors import BadAnswer, BadConfig, NotFound, TooLarge, Who
from pilots.connectors.fields import Config
from pilots.connectors.kind import ConnectionTest, Visit
from pilots.connectors.measurement import Rejected, Window
from pilots.connectors.rest_json import paging
from pilots.connectors.rows import PARTS, MappedRow, SeriesBuilder

MOST_ROWS = 200_000
# How many copies of its input an expression may make: `[@,@][]` doubles the rows.
MOST_COPIES = 64


def read(visit: Visit, series: SeriesBuilder) -> None:
    """Add the rows of all pages: the whole window or nothing."""
    config = visit.config
    cells = _Cells(config)
    promised: int | None = None
    came: list[MappedRow | Rejected] = []
    last: object = None
    with visit.client.staying():
        pages = _pages(visit, series.window, lambda: promised is not None and len(came) >= promised)
        for number, page in enumerate(pages, start=1):
            promised = _same_total(_total(config, page), promised, number)
            for position, item in enumerate(_rows(config, page), start=1):
                if len(came) == MOST_ROWS:
                    raise _too_many_rows()
                came.append(cells.row(f"page {number}, row {position}", item))
            last = page
    if promised is not None and promised != len(came):
        raise BadAnswer(
            f"The source promised {promised:,} rows and sent {len(came):,}, so nothing was taken "
            "over. It will be tried again.",
            code="truncated",
            who=Who.NOBODY,
            retry=True,
        )
    if promised is None and (note := paging.note_of_total(last, len(came))):
        series.counts.note(note)
    # What a cell leaves open the column decides, so all pages come before the first row is read.
    series.look_at(one for one in came if isinstance(one, MappedRow))
    for one in came:
        if isinstance(one, MappedRow):
            series.add(one)
        else:
            series.refuse(one.line, one.raw, one.reason)


def test_connection(visit: Visit) -> ConnectionTest:
    """Whether the server answers and lets us in."""
    base = str(visit.config["base_url"]).rstrip("/")
    try:
        visit.client.get(
            base,
            headers=_headers(visit.config),
            credentials=credentials.headers(visit),
        )
    except NotFound:
        # The base address of an interface need not have a page of its own.
        return ConnectionTest("The server answers. Whether it has the numbers shows with a metric.")
    return ConnectionTest("The server answers and accepts the credentials.")


def expression_problem(expression: str) -> str:
    """What is wrong with a JMESPath expression, or nothing."""
    try:
        compiled(expression)
    except BadConfig as error:
        return error.sentence
    return ""


class Expression(Protocol):
    """What JMESPath made of the text of one."""

    def search(self, value: object) -> object: ...


def compiled(expression: str) -> Expression:
    """A JMESPath expression, or a BadConfig that says it is not one."""
    try:
        made = jmespath.compile(expression)
        copies = _copies(made.parsed)
    except (JMESPathError, RecursionError) as error:
        raise BadConfig(
            f"“{shortened(expression, 80)}” is not a JMESPath expression. A simple one is the name "
            "of a field, such as data.rows or period."
        ) from error
    if copies > MOST_COPIES:
        raise BadConfig(
            f"“{shortened(expression, 80)}” puts lists or objects together more than {MOST_COPIES} "
            "times over. Choose the rows where they are, and their fields one by one."
        )
    found: Expression = made
    return found


def _copies(node: object) -> int:
    """How often a value of the input may come out at most. Each list or object that is put together
    has as many copies as members, `join` as many as its text is long, and those within multiply."""
    if isinstance(node, list):
        return prod(_copies(one) for one in node)
    if not isinstance(node, dict):
        return 1
    inner = node.get("children", [])
    copies = prod(_copies(one) for one in inner)
    if node["type"] in ("multi_select_list", "multi_select_dict"):
        return copies * len(inner)
    if node["type"] == "function_expression" and node["value"] == "join":
        glue = inner[0]
        short = glue["type"] == "literal" and len(str(glue["value"])) <= 10
        return copies * (2 if short else MOST_COPIES + 1)
    return copies


def _headers(config: Config) -> Mapping[str, str]:
    headers = config.get("headers")
    return headers if isinstance(headers, Mapping) else {}


def _pages(visit: Visit, window: Window, is_whole: Callable[[], bool]) -> Iterator[object]:
    config = visit.config
    path = placeholders.filled(str(config["path"]), window.start, window.end)
    following = compiled(str(config["next"])) if config.get("next") else None

    def get(url: str) -> HttpAnswer:
        return visit.client.get(
            url,
            headers=_headers(config),
            credentials=credentials.headers(visit),
            explain=_problem_details,
        )

    return paging.pages(
        config,
        target.under(str(config["base_url"]), path),
        get,
        rows_of=lambda page: _rows(config, page),
        next_of=lambda page: _search(following, page, "next page") if following else None,
        is_whole=is_whole,
    )


def _rows(config: Config, page: object) -> list[object]:
    rows = _search(compiled(str(config["rows"])), page, "rows")
    if isinstance(rows, Mapping):
        rows = [rows]
    if not isinstance(rows, list):
        fields = f" The answer has the fields {_named(page)}." if isinstance(page, Mapping) else ""
        raise BadAnswer(
            f"There are no rows at “{shortened(str(config['rows']), 80)}” in the answer.{fields} "
            "Choose where the rows are in the metric's mapping.",
            who=Who.METRIC_OWNER,
        )
    return rows


class _Cells:
    """Where the parts of a row are."""

    def __init__(self, config: Config) -> None:
        self._period = compiled(str(config["period"]))
        self._parts = {part: compiled(str(config[part])) for part in PARTS if config.get(part)}

    def row(self, line: str, item: object) -> MappedRow | Rejected:
        if not isinstance(item, Mapping | list):
            return Rejected(line, repr(item)[:100], "The row is neither an object nor a list.")
        parts = {part: _cell(_search(path, item, part)) for part, path in self._parts.items()}
        period = _cell(_search(self._period, item, "period"))
        return MappedRow(line, _as_text(period), **parts)


def _as_text(period: object) -> object:
    """A period that came as a number: a year and month, or seconds since 1970 and perhaps parts of one."""
    if isinstance(period, float) and 1e9 <= period < 1e13:
        return str(int(period))
    return str(period) if isinstance(period, int) else period


def _cell(found: object) -> object:
    return "" if found is None else found


def _search(expression: Expression, page: object, what: str) -> object:
    try:
        return expression.search(page)
    except (JMESPathError, ArithmeticError, TypeError, ValueError, RecursionError) as error:
        raise BadAnswer(
            f"The expression for the {what} does not fit the answer: {shortened(str(error), 120)}",
            who=Who.METRIC_OWNER,
        ) from error


def _total(config: Config, page: object) -> int | None:
    if not config.get("total"):
        return None
    total = _search(compiled(str(config["total"])), page, "total")
    if isinstance(total, bool) or not isinstance(total, int) or total < 0:
        raise BadAnswer(
            f"There is no number of rows at “{shortened(str(config['total']), 80)}” in the answer.",
            who=Who.METRIC_OWNER,
        )
    return total


def _same_total(total: int | None, before: int | None, number: int) -> int | None:
    if before is not None and total != before:
        raise BadAnswer(
            f"The number of rows changed from {before:,} to {total:,} while page {number} was "
            "read, so nothing was taken over. It will be tried again.",
            code="truncated",
            who=Who.NOBODY,
            retry=True,
        )
    return total


def _too_many_rows() -> TooLarge:
    return TooLarge(
        f"The source sent more than {MOST_ROWS:,} rows for this window. A metric needs totals for "
        "each period, not records."
    )


def _named(page: Mapping[str, object]) -> str:
    return ", ".join(f"“{shortened(str(name), 40)}”" for name in list(page)[:10]) or "none"


def _problem_details(answer: HttpAnswer) -> str:
    """The reason in a refusal's JSON body, where servers usually put it."""
    try:
        body = answer.json()
    except BadAnswer:
        return ""
    if isinstance(body, Mapping):
        for name in ("detail", "message", "error_description", "title", "error"):
            if isinstance(body.get(name), str):
                return str(body[name])
    return ""
