"""Whether a server knows the parameters that it is asked with.

A misspelt one is left out by some servers, which then count too much, and by others answered with 0. What
was used says the link “self” of an answer (R4, 3.1.1.3), what can be used the CapabilityStatement; where
neither says it, searches whose answer is known beforehand do.
"""

from collections.abc import Callable, Collection, Mapping
from difflib import get_close_matches
from urllib.parse import parse_qsl, urlencode, urlsplit

from pilots.connectors.answer import shortened
from pilots.connectors.errors import (
    BadAnswer,
    CredentialsRefused,
    NotFound,
    RedirectRefused,
    SourceError,
    TooLarge,
    Who,
)
from pilots.connectors.fhir_answers import each

# For every resource (R4, 3.1.1.3 and 3.1.1.4); not every server lists them.
_EVERYWHERE = {
    "_content", "_filter", "_has", "_id", "_in", "_language", "_lastUpdated", "_list", "_profile", "_query",
    "_security", "_source", "_tag", "_text", "_type",
}  # fmt: skip
_OF_THE_ANSWER = {"_count", "_format", "_pretty", "_sort", "_summary", "_total"}
_NOBODYS = "pilotlight-control"
_NEVER, _ALWAYS = "lt1800-01-01", "ge1800-01-01"

Parameters = list[tuple[str, str]]
# Counts the resources that fit the parameters.
Count = Callable[[Parameters], int]


def refuse_left_out(bundle: Mapping[str, object], asked: Parameters, host: str) -> None:
    """By the link “self”, which holds what the server made use of."""
    used = _self_link(bundle)
    if used is None:
        return
    names = {_plain(name) for name, _value in asked} - _OF_THE_ANSWER
    if used - names - _OF_THE_ANSWER and not used & names:
        return  # a link of the server's own making, such as a number under which it keeps the answer
    if left_out := sorted(names - used):
        raise BadAnswer(
            f"{host} counted without “{shortened(left_out[0], 60)}”, which it does not know, so the count is of "
            "something else. Check how it is written.",
            code="parameter",
            who=Who.METRIC_OWNER,
        )


def refuse_unknown(
    statement: object, resource: str, asked: Parameters, host: str, count: Count
) -> None:
    """By the CapabilityStatement, and by control searches for what it does not name."""
    names = {_plain(name) for name, _value in asked} - _OF_THE_ANSWER - _EVERYWHERE
    listed = _listed(statement, resource)
    doubtful = sorted(names - listed)
    if not doubtful or _are_noticed(resource, doubtful, asked, host, count):
        return
    for name in doubtful:
        if not _changes_the_answer(name, asked, count):
            raise _unknown(name, resource, listed, host)


def _are_noticed(
    resource: str, doubtful: Collection[str], asked: Parameters, host: str, count: Count
) -> bool:
    """Whether a parameter that the server does not know would be told of, or would not matter."""
    try:
        with_nobodys = count([*asked, (_NOBODYS, "1")])
        if with_nobodys:
            return False  # it leaves out what it does not know
        if count(asked):
            return True  # it answers 0 to what it does not know, and did not
        if count([(_NOBODYS, "1")]) or not count([]):
            return True  # no search that leaves something out can find less
        if all(_finds_all(name, asked, count) for name in doubtful):
            return True
    except SourceError as error:
        if isinstance(error, BadAnswer | NotFound):
            return True
        raise
    raise BadAnswer(
        f"{host} counts 0, and answers 0 to any search that it does not know, so this 0 cannot be believed. It "
        f"does not say by what {resource} can be searched: check how the search is written, and ask the "
        "hospital's integration team.",
        code="parameter",
        who=Who.INTEGRATION,
    )


def _finds_all(name: str, asked: Parameters, count: Count) -> bool:
    """Whether a search by that name alone finds something, asked for what everything has."""
    value = next(value for given, value in asked if _plain(given) == name)
    return count([(name, _ALWAYS) if _is_date(value) else (f"{name}:not", _NOBODYS)]) > 0


def _changes_the_answer(name: str, asked: Parameters, count: Count) -> bool:
    """Whether a value that nothing has brings another count."""
    value = next(value for given, value in asked if _plain(given) == name)
    rest = [(given, value) for given, value in asked if _plain(given) != name]
    try:
        return count([*rest, (name, _NEVER if _is_date(value) else _NOBODYS)]) != count(asked)
    except BadAnswer:
        return True


def _unknown(name: str, resource: str, listed: Collection[str], host: str) -> BadAnswer:
    near = get_close_matches(name, sorted(listed), 1)
    instead = f" Is “{near[0]}” meant?" if near else ""
    return BadAnswer(
        f"{host} does not name “{shortened(name, 60)}” among what {resource} can be searched by, and counts the "
        f"same whatever it is asked by it, so the count is of something else.{instead}",
        code="parameter",
        who=Who.METRIC_OWNER,
    )


def asked_by(query: str) -> Parameters:
    return parse_qsl(query, keep_blank_values=True)


def query_of(parameters: Parameters) -> str:
    return urlencode(parameters, safe=":,|/$.")


def described(fetch: Callable[[], object]) -> object:
    """The CapabilityStatement, or nothing where the server has none for us."""
    try:
        return fetch()
    except (BadAnswer, NotFound, CredentialsRefused, RedirectRefused, TooLarge):
        return None


def _listed(statement: object, resource: str) -> set[str]:
    found: set[str] = set()
    for rest in each(statement, "rest"):
        found |= {str(one.get("name")) for one in each(rest, "searchParam")}
        for one in each(rest, "resource"):
            if one.get("type") == resource:
                found |= {str(parameter.get("name")) for parameter in each(one, "searchParam")}
    return found


def _self_link(bundle: Mapping[str, object]) -> set[str] | None:
    for link in each(bundle, "link"):
        if link.get("relation") == "self" and isinstance(link.get("url"), str):
            try:
                query = urlsplit(str(link["url"])).query
            except ValueError:
                return None
            return {_plain(name) for name, _value in asked_by(query)}
    return None


def _plain(name: str) -> str:
    """Without a modifier and without a chain: subject:Patient.name is searched by subject."""
    return name.partition(":")[0].partition(".")[0]


def _is_date(value: str) -> bool:
    return value.lstrip("eqnaltgbsp")[:4].isdigit() and "-" in value
