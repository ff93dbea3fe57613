"""The next page as a header names it (RFC 8288), and why a link to another server is not followed."""

import re
from collections.abc import Iterator

from pilots.connectors.answer import HttpAnswer
from pilots.connectors.errors import BadAnswer, Who
from pilots.connectors.target import PORTS, Target, parse

_VALUE = r'(?:"((?:\\.|[^"\\])*+)"|([^\s;,"]*+))'
# Each takes the spaces behind it, and gives back nothing that it took.
_PARAMETER = re.compile(rf';\s*+([^\s;,="]++)\s*+(?:=\s*+{_VALUE}\s*+)?')
_TARGET = re.compile(r"<([^<>]*+)>\s*+")
_BETWEEN = re.compile(r"[\s,]*+")


def in_header(answer: HttpAnswer) -> str:
    """Where the next page is, as the header Link says; empty where it names none."""
    found = set(_nexts(answer.headers.get("Link", "")))
    if len(found) > 1:
        raise BadAnswer(
            f"{answer.host} names {len(found)} next pages at once, so it cannot be known which rows are still "
            "to come and nothing was taken over.",
            who=Who.INTEGRATION,
        )
    return next(iter(found), "")


def _nexts(header: str) -> Iterator[str]:
    at = _past(header, 0)
    while target := _TARGET.match(header, at):
        at, relations, is_of_another = target.end(), "", False
        while parameter := _PARAMETER.match(header, at):
            at, name = parameter.end(), parameter[1].lower()
            # The first one counts, and an anchor makes it a link of something else.
            relations = relations or ((parameter[2] or parameter[3] or "") if name == "rel" else "")
            is_of_another = is_of_another or name == "anchor"
        at = _past(header, at)
        if "next" in relations.lower().split() and not is_of_another:
            yield target[1]


def _past(header: str, at: int) -> int:
    """The place of what follows the commas."""
    between = _BETWEEN.match(header, at)
    assert between is not None
    return between.end()


def followed(reference: str, answer: HttpAnswer, here: Target) -> Target:
    """Where the next page is; at another server than `here` it is not asked for."""
    there = parse(parse(answer.url).joined(reference))
    if not here.shares_secrets_with(there):
        raise BadAnswer(
            f"The next page is said to be at {_server(there)}, {_difference(here, there)} {_server(here)}. That is "
            "refused, because our credentials would go with the request."
        )
    return there


def _difference(here: Target, there: Target) -> str:
    if here.host != there.host:
        return "another server than"
    usual = here.port == PORTS[here.scheme] and there.port == PORTS[there.scheme]
    if here.scheme == there.scheme:
        return "whose port differs from that of"
    return f"whose scheme{'' if usual else ' and port'} differ{'s' if usual else ''} from that of"


def _server(one: Target) -> str:
    return f"{one.scheme}://{one.authority}"
