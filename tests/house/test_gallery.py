"""Every part of the tag library is shown in the gallery, and every part's template is used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Engine, TemplateDoesNotExist

from innovation.web.gallery import EXHIBITS, FOLDER
from innovation.web.templatetags.components import register

COMPONENTS = Path(settings.BASE_DIR) / "templates" / "components"
# Filled by rooms at run time; a page of somebody else's shows it.
SHOWN_ELSEWHERE = {"panel_place"}


def sources() -> str:
    return "\n".join(exhibit.source for exhibit in EXHIBITS)


def tags() -> list[str]:
    return sorted(name for name in register.tags if name not in SHOWN_ELSEWHERE)


def drawn_templates() -> set[str]:
    """Names given to `draw("…")` in the library."""
    package = Path(settings.BASE_DIR) / "innovation" / "web" / "templatetags" / "components"
    code = "\n".join(path.read_text() for path in package.glob("*.py"))
    return set(re.findall(r"""draw\(\s*"(\w+)\"""", code))


@pytest.mark.parametrize("tag", tags())
def test_gallery_shows_every_tag(tag: str) -> None:
    assert re.search(rf"\{{% {tag}\b", sources()), f"{{% {tag} %}} is in no exhibit"


@pytest.mark.parametrize("name", sorted(register.filters))
def test_gallery_shows_every_filter(name: str) -> None:
    assert re.search(rf"\|{name}\b", sources()), f"|{name} is in no exhibit"


def test_gallery_has_no_exhibit_without_a_place() -> None:
    assert {path.stem for path in FOLDER.glob("*.html")} == {exhibit.slug for exhibit in EXHIBITS}


def test_components_folder_holds_exactly_what_tags_draw() -> None:
    assert {path.stem for path in COMPONENTS.glob("*.html")} == drawn_templates()


@pytest.mark.parametrize("path", sorted(COMPONENTS.glob("*.html")), ids=lambda path: path.stem)
def test_component_template_compiles(path: Path) -> None:
    try:
        Engine.get_default().get_template(f"components/{path.name}")
    except TemplateDoesNotExist as missing:  # pragma: no cover - says which one
        pytest.fail(str(missing))


def test_templates_hold_no_inline_style_or_script() -> None:
    """The content policy would refuse them; better to hear of it here."""
    wrong = []
    for path in (Path(settings.BASE_DIR) / "templates").rglob("*.html"):
        text = re.sub(
            r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}", "", path.read_text(), flags=re.S
        )
        if re.search(
            r"""\sstyle=|<style|\son\w+=["']|hx-on|<script(?![^>]*(?:\bsrc=|type="application/json"))|js:""",
            text,
        ):
            wrong.append(str(path.relative_to(settings.BASE_DIR)))
    assert not wrong, f"inline style or script in {wrong}"
