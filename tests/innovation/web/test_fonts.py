"""The two voices, cut small once, whole for everybody."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from fontTools.ttLib import TTFont
from pytest_django import Settings

from innovation.web import fonts
from tests.patience import PATIENCE


@pytest.mark.parametrize("name", sorted(fonts.FACES))
def test_find_font_is_small_and_speaks_latin(name: str) -> None:
    path = finders.find(f"fonts/{name}")
    assert path is not None
    assert Path(path).stat().st_size < 40_000
    with TTFont(path) as font:
        characters = font.getBestCmap()
    for sign in "AéßőŻ0–—“”’…€£−±≤≥×÷·":
        assert ord(sign) in characters, f"{name} lacks {sign}"


def test_font_of_tables_has_figures_of_one_width() -> None:
    with TTFont(finders.find("fonts/source-sans-400.woff2")) as font:
        names = [font.getBestCmap()[ord(figure)] for figure in "0123456789"]
        widths = {font["hmtx"][name][0] for name in names}
    assert len(widths) == 1


def test_find_knows_nothing_but_its_faces() -> None:
    finder = fonts.FontFinder()
    assert finder.find("fonts/../settings.py") is None
    assert finder.find("fonts/other.woff2") is None
    assert finder.find("css/tokens.css") is None
    assert finder.find("fonts/other.woff2", find_all=True) == []
    assert {name for name, _storage in finder.list(None)} == set(fonts.FACES)


def test_cut_by_two_at_once_leaves_a_whole_file(tmp_path: Path) -> None:
    source = fonts.source("font_source_serif_pro", "SourceSerifPro-It.ttf")
    target = tmp_path / "face.woff2"
    threads = [threading.Thread(target=fonts._cut, args=(source, target)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=PATIENCE)
    with TTFont(target) as font:
        assert font.getBestCmap()
    assert [path.name for path in tmp_path.iterdir()] == ["face.woff2"]


def test_directory_on_a_read_only_installation_is_of_this_process(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a directory")
    settings.BASE_DIR = blocked
    monkeypatch.setattr(tempfile, "mkdtemp", lambda prefix: str(tmp_path / prefix))
    assert fonts._directory() == tmp_path / "pilotlight-fonts-"
