"""One SELECT with :start and :end, taken apart far enough to say what else it would be.

That nothing is changed the database enforces where it can (systems.py). Here a statement is refused that
could not be meant, with a sentence, before any database is asked.
"""

import re
from collections.abc import Iterator

from pilots.connectors.answer import shortened
from pilots.connectors.errors import BadConfig

_PIECE = re.compile(
    r"""(?P<comment>--[^\r\n]*|/\*)
    |(?P<escaped>\b[eE]'(?:[^'\\]|''|\\.)*')
    |(?P<text>'(?:[^']|'')*')
    |(?P<name>"(?:[^"]|"")*"|`[^`]*`)
    |(?P<dollar>\$(?:[^\W\d]\w*)?\$)
    |(?P<cast>::)
    |(?P<parameter>(?<![\w:]):[^\W\d]\w*)
    |(?P<word>[^\W\d][\w$]*)
    |(?P<open>['"`])
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_COMMENT_ENDS = re.compile(r"/\*|\*/")
PARAMETERS = ("start", "end")
# What changes something also within a statement that begins with SELECT or WITH.
_CHANGES = frozenset(
    [
        "alter",
        "create",
        "delete",
        "drop",
        "exec",
        "execute",
        "grant",
        "insert",
        "into",
        "merge",
        "revoke",
        "truncate",
        "update",
    ]
)


def problem(statement: str) -> str:
    """What is wrong with a statement, or nothing."""
    try:
        prepared(statement)
    except BadConfig as error:
        return error.sentence
    return ""


def prepared(statement: str) -> str:
    """The statement as it is asked: without comments, each parameter in brackets, other colons escaped so
    that none of them is taken for a parameter."""
    pieces = list(_pieces(statement))
    while pieces and (pieces[-1][1] == ";" or not pieces[-1][1].strip()):
        pieces.pop()
    words = [text.casefold() for kind, text in pieces if kind == "word"]
    if not words or words[0] not in ("select", "with"):
        raise BadConfig("A statement begins with SELECT or WITH. Only reading is possible here.")
    if any(kind == "other" and text == ";" for kind, text in pieces):
        raise BadConfig("There is a semicolon between two statements. Only one can be asked.")
    for word in words:
        if word in _CHANGES:
            raise BadConfig(
                f"“{word.upper()}” would change something, and only reading is possible here. If it is the name of"
                " a column, put it in double quotes."
            )
    asked = {text[1:] for kind, text in pieces if kind == "parameter"}
    for name in sorted(asked - set(PARAMETERS)):
        raise BadConfig(f"“:{name}” is not known; use :start and :end, the day after the last.")
    if asked != set(PARAMETERS):
        raise BadConfig(
            "It must hold :start and :end, so that only the days that are wanted are asked for: WHERE day >="
            " :start AND day < :end."
        )
    return "".join(_as_asked(kind, text) for kind, text in pieces).strip()


def _as_asked(kind: str, text: str) -> str:
    if kind == "parameter":
        return f"({text})"
    return text.replace(":", r"\:") if kind in ("text", "escaped", "name", "cast") else text


def _pieces(statement: str) -> Iterator[tuple[str, str]]:
    place = 0
    while place < len(statement):
        match = _PIECE.match(statement, place)
        assert match is not None  # any character is one
        kind, text, place = str(match.lastgroup), match[0], match.end()
        if kind == "comment":
            if text == "/*":
                place = _after_comment(statement, place)
            yield "space", " "
        elif kind in ("open", "dollar"):
            raise BadConfig(
                f"A quotation mark is opened and never closed: {shortened(statement[match.start() :], 60)}"
                if kind == "open"
                else "Write texts in single quotes, without dollar signs."
            )
        else:
            yield kind, text


def _after_comment(statement: str, place: int) -> int:
    """Comments within comments, as some databases have them; what is asked holds none at all."""
    depth = 1
    for match in _COMMENT_ENDS.finditer(statement, place):
        depth += 1 if match[0] == "/*" else -1
        if not depth:
            return match.end()
    raise BadConfig("A comment is opened with /* and never closed.")
