"""Which of a source's settings are as secret as a password, and how they are kept apart.

Whatever a further header says, and whatever an address asks with (`?key=…`), may be the key that an
interface wants. Settings are kept with a mark in its place, what it was is kept sealed, and the two
come together for the connector alone. A mark that comes back from a form means: as it was.
"""

import re
from collections.abc import Callable, Iterable, Mapping

from pilots.connectors.fields import MARK, Config, Field

_PLACEHOLDER = re.compile(r"\{[a-z]+\}")

# What interfaces call their keys. A path belongs to a metric's definition, which everybody reads who
# sees the metric, so there they are looked for by name; where nothing is shown, no name is trusted.
_KEY = re.compile(
    r"(?i)(api[-_.]?key|(access[-_.]?|auth[-_.]?)?token|secret|client[-_.]?secret"
    r"|pass(word|wd)?|pwd|signature|subscription[-_.]?key)\Z"
)
# Names that may as well choose what is asked for; then no word of sixteen characters has digits.
_PERHAPS_KEY = re.compile(r"(?i)(key|auth|sig|code)\Z")

# What stands in the place of a value: given its name among all hidden ones, and the value.
_Put = Callable[[str, str], str]


def veil(fields: Iterable[Field], config: Config) -> tuple[dict[str, object], dict[str, str]]:
    """The settings with marks, and what stands behind them."""
    behind: dict[str, str] = {}

    def put(name: str, value: str) -> str:
        behind[name] = value
        return MARK

    return _walked(fields, config, put), behind


def unveil(fields: Iterable[Field], config: Config, behind: Mapping[str, str]) -> dict[str, object]:
    """The settings as they were entered; a mark of which nothing is known stays."""
    return _walked(
        fields, config, lambda name, value: behind.get(name, value) if value == MARK else value
    )


def is_veiled(fields: Iterable[Field], config: Config) -> bool:
    """Whether a mark is left."""
    return MARK in veil(fields, config)[1].values()


def key_in(path: str) -> str:
    """The name of what looks like a key among what a path asks with; empty where nothing does."""
    _path, _mark, query = path.partition("?")
    for part in query.split("&"):
        name, equals, value = part.partition("=")
        if not equals or not value or _PLACEHOLDER.fullmatch(value):
            continue
        is_random = len(value) >= 16 and any(character.isdecimal() for character in value)
        if _KEY.match(name) or (is_random and _PERHAPS_KEY.match(name)):
            return name
    return ""


def not_keys(behind: Mapping[str, str]) -> dict[str, str]:
    """What stands behind marks and is not called what keys are called: it may choose what is asked
    for, where the others only say who asks."""
    return {place: value for place, value in behind.items() if not _KEY.search(name_of(place))}


def name_of(place: str) -> str:
    """What a header or a part of an address is called, of the name among all hidden ones."""
    return place.partition("?")[2].rpartition("#")[0] or place.partition(":")[2]


def _walked(fields: Iterable[Field], config: Config, put: _Put) -> dict[str, object]:
    found = dict(config)
    for field in fields:
        value = found.get(field.name)
        if field.scope != "source":
            continue
        if field.type == "headers" and isinstance(value, Mapping):
            found[field.name] = {
                name: put(f"{field.name}:{str(name).lower()}", str(text))
                for name, text in value.items()
            }
        elif field.type == "url" and isinstance(value, str):
            found[field.name] = _address(field.name, value, put)
    return found


def _address(field: str, url: str, put: _Put) -> str:
    """The address with each value of its query, but for days that are filled in."""
    base, mark, query = url.partition("?")
    if not mark:
        return url
    parts, seen = [], dict[str, int]()
    for part in query.split("&"):
        name, equals, value = part.partition("=")
        if not equals:  # a value without a name
            name, value = "", part
        seen[name] = seen.get(name, 0) + 1
        if value and not _PLACEHOLDER.fullmatch(value):
            value = put(f"{field}?{name}#{seen[name]}", value)
        parts.append(f"{name}{equals}{value}")
    return f"{base}?{'&'.join(parts)}"
