"""What differs in another language: each text still stands in the sources, and is compiled.

The compiled file is kept beside the catalogue, so that nobody needs gettext's tools but who changes
it; this test reads both without them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import to_locale
from django.utils.translation.template import templatize

from innovation.rules.languages import OF_THE_SOURCES

ROOT = Path(settings.BASE_DIR)
LOCALE = ROOT / "innovation" / "locale"
CATALOGUES = sorted(LOCALE.glob("*/LC_MESSAGES/django.po"))
every_catalogue = pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
_LITERAL = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""", re.DOTALL)
_LINE = re.compile(r'^(msgctxt|msgid|msgid_plural|msgstr)(?:\[(\d)\])? "(.*)"$')


@dataclass(frozen=True)
class Text:
    context: str
    msgid: str
    plural: str
    told: tuple[str, ...]


def texts(path: Path) -> Iterator[Text]:
    """The entries of a catalogue, each part of which stands on one line; the head has no msgid."""
    for block in path.read_text().split("\n\n"):
        lines = [line for line in block.splitlines() if not line.startswith("#")]
        found = [match for line in lines if (match := _LINE.match(line))]
        assert len(found) == len([line for line in lines if not line.startswith('"')]), block
        parts = {match[1]: ast.literal_eval(f'"{match[3]}"') for match in found}
        told = tuple(ast.literal_eval(f'"{m[3]}"') for m in found if m[1] == "msgstr")
        if parts.get("msgid"):
            yield Text(
                parts.get("msgctxt", ""), parts["msgid"], parts.get("msgid_plural", ""), told
            )


@cache
def in_the_sources() -> frozenset[str]:
    """Every text of the product's modules, and those that its templates translate."""
    found: set[str] = set()
    for app in ("innovation", "pilots", "okrs"):
        for path in sorted((ROOT / app).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.add(node.value)
    for path in sorted((ROOT / "templates").rglob("*.*")):
        if path.suffix in (".html", ".txt"):
            asked = templatize(path.read_text(), origin=str(path))
            found |= {ast.literal_eval(text) for text in _LITERAL.findall(asked)}
    return frozenset(found)


def test_there_is_a_catalogue_for_each_language_but_that_of_the_sources() -> None:
    named = {to_locale(code) for code, _name in settings.LANGUAGES if code != OF_THE_SOURCES}
    assert {path.parts[-3] for path in CATALOGUES} == named


@every_catalogue
def test_text_of_a_catalogue_still_stands_in_the_sources(path: Path) -> None:
    gone = [text.msgid for text in texts(path) if text.msgid not in in_the_sources()]
    gone += [text.plural for text in texts(path) if text.plural not in {"", *in_the_sources()}]
    assert not gone, f"nobody would see what {path.parts[-3]} says instead of: {gone}"


@every_catalogue
def test_text_of_a_catalogue_differs_and_names_the_same_things(path: Path) -> None:
    for text in texts(path):
        assert all(text.told) and text.told != (text.msgid,), text.msgid
        for told in text.told:
            names = [sorted(re.findall(r"%\(\w+\)s|\{\w+\}", said)) for said in (text.msgid, told)]
            assert names[0] == names[1], text.msgid


@every_catalogue
def test_catalogue_is_compiled(path: Path) -> None:
    """`python3 dev.py manage compilemessages --ignore .venv` does it, with gettext's tools."""
    with path.with_suffix(".mo").open("rb") as compiled:
        kept = GNUTranslations(compiled)
    number = 0
    for text in texts(path):
        number += len(text.told)
        if text.plural:
            assert [kept.ngettext(text.msgid, text.plural, n) for n in (1, 2)] == [*text.told]
        elif text.context:
            assert kept.pgettext(text.context, text.msgid) == text.told[0]
        else:
            assert kept.gettext(text.msgid) == text.told[0]
    catalogue: dict[object, str] = getattr(kept, "_catalog")  # noqa: B009 - a part of its own
    assert len([key for key in catalogue if key]) == number, "compile it again"
