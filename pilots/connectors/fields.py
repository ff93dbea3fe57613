"""What a person fills in to set up a source or a metric; forms are built from this."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from pilots.connectors import conditions, target
from pilots.connectors.errors import SourceError

Scope = Literal["source", "metric"]
FieldType = Literal[
    "text",
    "code",
    "query",
    "url",
    "host",
    "host_key",
    "choice",
    "flag",
    "headers",
    "column",
    "columns",
    "filters",
    "pem",
]
# What is kept of a source or a metric, as JSON: text, yes or no, lists and pairs of them.
Config = Mapping[str, object]

LONGEST_TEXT = 2000
LONGEST_QUERY = 10_000
LONGEST_PEM = 20_000
_LONGEST = {"query": LONGEST_QUERY, "pem": LONGEST_PEM}  # which have lines
MOST_FILTERS = 10
MOST_ADDED = 10  # columns
# Stands for what is kept and not shown (hidden.py); no header could say it, for it is not ASCII.
MARK = "•••"
_SET_BY_THE_CLIENT = {
    "host",
    "authorization",
    "content-length",
    "transfer-encoding",
    "connection",
    "cookie",
}
_HEADER_NAME = re.compile(r"[A-Za-z0-9-]{1,60}\Z")


@dataclass(frozen=True, slots=True)
class Field:
    """One setting. `scope` says whether it belongs to the source or to one metric of it."""

    name: str
    label: str
    help: str = ""
    scope: Scope = "source"
    type: FieldType = "text"
    required: bool = False
    secret: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    default: str = ""
    placeholder: str = ""
    # What is wrong with a text that was entered, as a sentence; empty where nothing is.
    check: Callable[[str], str] | None = None
    # Needed only where another field has one of these values: (its name, the values).
    only_if: tuple[str, tuple[str, ...]] | None = None
    optional: bool = False  # shown with that choice, and not needed
    # Needed by some set-ups, so that a form must not call it optional.
    may_be_required: bool = False
    # Seldom touched: a form folds it away.
    seldom: bool = False
    # Shown only with another choice: "value" (a metric that is no proportion), "proportion", "entity".
    shown_for: Literal["", "value", "proportion", "entity"] = ""

    def cleaned(self, value: object) -> object:
        """What was entered as it is kept: stripped, and filled up with the default."""
        if self.type == "flag":
            return value in (True, "true", "on", "1", 1)
        if self.type == "filters":
            return [
                {
                    "column": str(one.get("column", "")).strip(),
                    "equals": str(one.get("equals", "")).strip(),
                    **({"how": str(one["how"]).strip()} if one.get("how") else {}),
                }
                for one in (value if isinstance(value, list) else [])
                if isinstance(one, Mapping) and str(one.get("column", "")).strip()
            ]
        if self.type == "columns":
            names = [value or ""] if value is None or isinstance(value, str) else value
            if not isinstance(names, list):
                return value
            return list(dict.fromkeys(name for one in names if (name := str(one).strip())))
        if self.type == "headers":
            pairs = value if isinstance(value, Mapping) else {}
            return {str(name).strip(): str(text).strip() for name, text in pairs.items()}
        return str(value if value is not None else "").strip() or self.default

    def problem(self, values: Config) -> str:
        """What is wrong with this setting among all of them, or nothing."""
        value = values.get(self.name)
        if self.only_if and str(values.get(self.only_if[0]) or "none") not in self.only_if[1]:
            return ""
        if value in (None, "", [], {}):
            needed = self.required or (self.only_if and not self.optional)
            return "This is needed." if needed else ""
        if self.type == "flag":
            return "" if isinstance(value, bool) else "This is yes or no."
        if self.type == "filters":
            return _filters_problem(value)
        if self.type == "columns":
            return _columns_problem(value)
        if self.type == "headers":
            return _headers_problem(value)
        return self._text_problem(value)

    def _text_problem(self, value: object) -> str:
        if not isinstance(value, str):
            return "This is not text."
        longest = _LONGEST.get(self.type, LONGEST_TEXT)
        if len(value) > longest:
            return f"This is longer than {longest:,} characters."
        lines = "\r\n\t" if self.type in _LONGEST else ""
        if not all(character.isprintable() or character in lines for character in value):
            return "There is an invisible character in it. Enter it again."
        if self.type == "choice" and value not in dict(self.choices):
            return "Choose one of the options."
        if self.type in ("url", "host"):
            try:
                target.parse(value) if self.type == "url" else target.of_host(value, "", 0)
            except SourceError as error:
                return error.sentence
        return self.check(value) if self.check else ""


def _filters_problem(value: object) -> str:
    if not isinstance(value, list) or len(value) > MOST_FILTERS:
        return "A filter is a column and a value; at most ten."
    for one in value:
        if not isinstance(one, Mapping) or not str(one.get("column") or "").strip():
            return "Choose the column that the filter looks at."
        if wrong := conditions.problem(str(one.get("how") or ""), str(one.get("equals") or "")):
            return wrong
    return ""


def _columns_problem(value: object) -> str:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        return "Write the names of columns as a list."
    if len(value) > MOST_ADDED:
        return f"At most {MOST_ADDED} columns can be added to another."
    if not all(len(one) <= LONGEST_TEXT and one.isprintable() for one in value):
        return "There is an invisible character in the name of a column, or it is too long."
    return ""


def _headers_problem(value: object) -> str:
    if not isinstance(value, Mapping):
        return "Headers are pairs of a name and a value."
    for name, text in value.items():
        if not isinstance(name, str) or not _HEADER_NAME.match(name):
            return "A header's name is made of letters, digits and hyphens."
        if name.lower() in _SET_BY_THE_CLIENT:
            return f"The header {name} is set by Pilotlight and cannot be given here."
        if text == MARK:
            continue
        if not isinstance(text, str) or not text.isascii() or not text.isprintable():
            return f"The value of {name} has a character that cannot be sent."
    return ""
