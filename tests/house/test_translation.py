"""One rule for what is translated: a text in the code, never one that arrives in a variable."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
GETTEXT = {"gettext", "gettext_lazy", "pgettext", "pgettext_lazy", "ngettext", "ngettext_lazy"}
# Their sentences are made without Django; docs/decisions.md says why they stay as they are.
ENGLISH_ONLY = ("pilots.connectors", "pilots.statistics")
_TRANSLATED_VARIABLE = re.compile(r"""\{%\s*trans(?:late)?\s+(?!["'])[^%]*%\}""")


def modules() -> Iterator[Path]:
    for top in ("innovation", "pilots", "okrs"):
        yield from sorted(ROOT.joinpath(top).rglob("*.py"))


def translated_variables(source: str) -> list[int]:
    """The lines on which something else than a text is given to gettext."""
    tree = ast.parse(source)
    names = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.name in GETTEXT
    }
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in names
        and node.args
        and not (isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str))
    ]


def test_a_translated_variable_is_found() -> None:
    source = "from django.utils.translation import gettext as _\n_('a')\n_(label)\n_(f'{x}')\n"
    assert translated_variables(source) == [3, 4]
    assert _TRANSLATED_VARIABLE.search("{% translate kind.label as label %}")
    assert not _TRANSLATED_VARIABLE.search('{% translate "Save" as save %}')


def test_only_texts_in_the_code_are_translated() -> None:
    """What arrives in a variable is in nobody's catalogue: it would stay English without a word."""
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in modules()
        for line in translated_variables(path.read_text())
    ]
    found += [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in sorted((ROOT / "templates").rglob("*.html"))
        for match in _TRANSLATED_VARIABLE.finditer(path.read_text())
    ]
    assert found == []


@pytest.mark.parametrize("package", ENGLISH_ONLY)
def test_package_whose_sentences_are_english_only_says_so(package: str) -> None:
    here = ROOT.joinpath(*package.split("."))
    assert "English only" in (
        ast.get_docstring(ast.parse((here / "__init__.py").read_text())) or ""
    )
    assert [path for path in here.rglob("*.py") if "gettext" in path.read_text()] == []


# Who is written to has no account yet, so no language: the installation's.
TO_STRANGERS = {"innovation/access/actions/invitations.py"}


def test_mail_is_written_in_the_language_of_who_gets_it() -> None:
    """A module that mails writes as its reader: `with person.as_reader(): …`."""
    mailing = {
        str(path.relative_to(ROOT))
        for path in modules()
        if re.search(r"\b(?:send_mail|EmailMessage)\(", path.read_text())
    }
    assert len(mailing) > 5 and mailing > TO_STRANGERS
    deaf = {name for name in mailing if "as_reader()" not in (ROOT / name).read_text()}
    assert deaf == TO_STRANGERS
