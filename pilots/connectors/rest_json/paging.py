"""Page after page of an answer, by the way in which the interface counts on: to the end, or nothing.

    link     the answer, or its header Link, holds the address of the next page
    cursor   the answer holds a token, with which the next page is asked for
    offset   so many rows are to be left out
    page     pages have numbers

Where an answer says that there is more and nobody mapped how to get it, it is not taken for the whole.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import quote, unquote_plus

from pilots.connectors import next_link, target
from pilots.connectors.answer import HttpAnswer, shortened
from pilots.connectors.errors import BadAnswer, SourceError, TooLarge, Who
from pilots.connectors.fields import Config, Field

MOST_PAGES = 200
FIRST_PAGES = ("1", "0")

_OFTEN = {"cursor": "cursor", "offset": "offset", "page": "page"}
# What interfaces call the next page. A number may be of anything, so only these names are looked at.
_NEXT_NAMES = {
    "continuationtoken", "endcursor", "next", "nextcursor", "nextlink", "nextpage", "nextpagelink",
    "nextpagetoken", "nextpageurl", "nextrecordsurl", "nexttoken", "nexturl", "odata.nextlink",
}  # fmt: skip
_MORE_NAMES = {"hasmore", "hasnext", "hasnextpage", "more"}
_HOLDERS = {
    "links", "link", "meta", "metadata", "page", "pageinfo", "paging", "pagination", "responsemetadata",
}  # fmt: skip
_TOTAL_NAMES = {"count", "recordstotal", "resultcount", "total", "totalcount", "totalresults"}

FIELDS = (
    Field(
        "paging",
        "The next page",
        scope="metric",
        type="choice",
        choices=(
            ("link", "is linked to by the answer or its header"),
            ("cursor", "is asked for with a token of the answer"),
            ("offset", "is asked for with the number of rows before it"),
            ("page", "is asked for with its number"),
        ),
        default="link",
        seldom=True,
    ),
    Field(
        "paging_parameter",
        "Parameter for the next page",
        "Of the address; where nothing is said it is cursor, offset or page.",
        scope="metric",
        type="code",
        seldom=True,
    ),
    Field(
        "limit_parameter",
        "Parameter for the size of a page",
        "Such as limit; only where the interface needs it.",
        scope="metric",
        type="code",
        seldom=True,
    ),
    Field(
        "page_size",
        "Rows a page",
        scope="metric",
        check=lambda size: (
            ""
            if size.isascii() and size.isdigit() and 0 < int(size[:9]) <= 100_000
            else "Enter a number from 1 to 100000."
        ),
        seldom=True,
    ),
    Field(
        "first_page",
        "Number of the first page",
        scope="metric",
        type="choice",
        choices=tuple((number, number) for number in FIRST_PAGES),
        default=FIRST_PAGES[0],
        seldom=True,
    ),
)

# What the mapping finds in a page: its rows, and what `next` leads to.
RowsOf = Callable[[object], list[object]]
NextOf = Callable[[object], object]


def problems(values: Config) -> dict[str, str]:
    """What of the settings does not go together."""
    way = values.get("paging") or "link"
    if way == "cursor" and not values.get("next"):
        return {"next": "Choose where the token of the next page is in the answer."}
    if bool(values.get("limit_parameter")) != bool(values.get("page_size")):
        name = "page_size" if values.get("limit_parameter") else "limit_parameter"
        return {name: "A parameter for the size of a page and the size go together."}
    return {}


def pages(
    config: Config,
    first: str,
    get: Callable[[str], HttpAnswer],
    rows_of: RowsOf,
    next_of: NextOf,
    is_whole: Callable[[], bool],
) -> Iterator[object]:
    """The pages in their order. `is_whole` says whether as many rows came as were promised."""
    way = str(config.get("paging") or "link")
    name = str(config.get("paging_parameter") or _OFTEN.get(way, ""))
    if config.get("limit_parameter"):
        first = with_parameter(first, str(config["limit_parameter"]), str(config["page_size"]))
    number = int(str(config.get("first_page") or 1))
    url = with_parameter(first, name, str(number)) if way == "page" else first
    here, came = target.parse(url), 0
    seen: set[str] = set()
    before: list[object] = []
    known: set[str] = set()
    for position in range(1, MOST_PAGES + 1):
        seen.add(url)
        try:
            answer = get(url)
        except SourceError as error:
            raise error if position == 1 else error.led_by(f"Page {position}") from error.__cause__
        page = answer.json()
        yield page
        if way in ("offset", "page"):
            rows = rows_of(page)
            came += len(rows)
            if not rows:
                return
            if rows == before:
                raise _same_again(name, position)
            before = rows
            if config.get("several_rows") != "sum":
                _refuse_moved(rows, known, position)
            if is_whole():
                return
            url = with_parameter(first, name, str(came if way == "offset" else number + position))
            continue
        found = next_of(page)
        if way == "cursor":
            if found in (None, "", False):
                _refuse_unmapped(page, answer)
                return
            if isinstance(found, bool) or not isinstance(found, str | int):
                raise BadAnswer(
                    "The token of the next page is neither text nor a number. Check its expression.",
                    who=Who.METRIC_OWNER,
                )
            url = with_parameter(first, name, str(found))
        else:
            reference = _link(found) or next_link.in_header(answer)
            if not reference:
                _refuse_unmapped(page, answer)
                return
            url = next_link.followed(reference, answer, here).url
        if url in seen:
            raise BadAnswer(
                "The pages lead in a circle, so it cannot be known whether all rows came and "
                "nothing was taken over. Ask whoever runs the server.",
                who=Who.INTEGRATION,
            )
    raise TooLarge(
        f"There are more than {MOST_PAGES} pages for this window. Ask for larger pages or for "
        "totals for each period."
    )


def with_parameter(url: str, name: str, value: str) -> str:
    """The address with the parameter, in the place of one of that name."""
    path, _mark, query = url.partition("?")
    kept = [
        part for part in query.split("&") if part and unquote_plus(part.partition("=")[0]) != name
    ]
    asked = f"{quote(name, safe='')}={quote(value, safe='')}"
    return f"{path}?{'&'.join([*kept, asked])}"


def note_of_total(page: object, came: int) -> str:
    """Where a page gives a number that may be of all rows, and another number came."""
    for name, value in _members(page):
        if (
            _plain(name) in _TOTAL_NAMES
            and isinstance(value, int)
            and not isinstance(value, bool)
            and value > came
        ):
            return (
                f"The answer says “{shortened(name, 40)}”: {value:,}, and {came:,} rows came. If it is the number of "
                "rows, enter it under “Number of rows”, and it is checked."
            )
    return ""


def _link(found: object) -> str:
    if found in (None, "", False):
        return ""
    if not isinstance(found, str):
        raise BadAnswer("The link to the next page is not text. Check its expression.")
    return found


def _refuse_unmapped(page: object, answer: HttpAnswer) -> None:
    """An answer that says there is more, in a place that nobody mapped."""
    name = _named_next(page)
    if name:
        raise BadAnswer(
            f"The answer of {answer.host} says in “{shortened(name, 60)}” that there is another page, and the "
            "mapping does not lead to it, so it is not the whole and nothing was taken over. Enter it under “Next "
            "page”, or choose how the next page is asked for.",
            code="truncated",
            who=Who.METRIC_OWNER,
        )


def _named_next(page: object) -> str:
    for name, value in _members(page):
        plain = _plain(name)
        if plain in _MORE_NAMES and value is True:
            return name
        if plain in _NEXT_NAMES and _leads_on(value):
            return name
        if plain in _HOLDERS:
            for inner, leaf in _members(value):
                inner_plain = _plain(inner)
                if (inner_plain in _NEXT_NAMES and _leads_on(leaf)) or (
                    inner_plain in _MORE_NAMES and leaf is True
                ):
                    return f"{name}.{inner}"
            if isinstance(value, list) and any(
                isinstance(one, Mapping) and "next" in (one.get("rel"), one.get("relation"))
                for one in value
            ):
                return name
    return ""


def _leads_on(value: object) -> bool:
    if isinstance(value, Mapping):
        return any(isinstance(value.get(name), str) and value[name] for name in ("href", "url"))
    return value is True or (isinstance(value, str | int) and bool(value))


def _members(value: object) -> list[tuple[str, object]]:
    return list(value.items()) if isinstance(value, Mapping) else []


def _plain(name: object) -> str:
    return str(name).lower().replace("_", "").replace("-", "").strip("@$")


def _refuse_moved(rows: list[object], known: set[str], position: int) -> None:
    """Where rows are counted, one that comes or goes meanwhile moves all behind it: the last of a page comes
    again, or is never seen. Two rows of one page may well be the same."""
    written = {json.dumps(row, sort_keys=True) for row in rows}
    if not written.isdisjoint(known):
        raise BadAnswer(
            f"Page {position} has a row that came before, so rows moved while the pages were read and nothing was "
            "taken over. It will be tried again.",
            code="truncated",
            who=Who.NOBODY,
            retry=True,
        )
    known |= written


def _same_again(name: str, position: int) -> BadAnswer:
    return BadAnswer(
        f"Page {position} is the same as the one before, so the interface does not seem to know the parameter "
        f"“{shortened(name, 40)}” and nothing was taken over. Check by which parameter it asks for the next page.",
        who=Who.METRIC_OWNER,
    )
