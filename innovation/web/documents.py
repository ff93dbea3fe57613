"""Documents as PDF that a screen reader reads: a layout, and all that it sets as plain words and numbers.

Typst sets them as PDF/UA-1, which refuses a picture without words and a document without a title. It
runs in a process of its own: it keeps what it has set, some 100 MB after forty documents (2026-11).
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from innovation.web import fonts

# How every document looks; a layout imports it.
LOOK = Path(__file__).with_name("document.typ")
SANS = "Source Sans Pro"
FACES = (
    ("font_source_serif_pro", "SourceSerifPro-Regular.ttf"),
    ("font_source_serif_pro", "SourceSerifPro-Semibold.ttf"),
    ("font_source_sans_pro", "SourceSansPro-Regular.ttf"),
    ("font_source_sans_pro", "SourceSansPro-Semibold.ttf"),
)
# It takes a third of a second.
PATIENCE = 60
SET = """
import sys, typst
root, layout, stamp = sys.argv[1:]
fonts = typst.Fonts(
    include_system_fonts=False, include_embedded_fonts=False, font_paths=[root + "/fonts"]
)
sys.stdout.buffer.write(typst.compile(
    root + "/" + layout, root=root, font_paths=fonts, pdf_standards=["ua-1"], timestamp=int(stamp)
))
"""
NOT_SHOWN = "■"


def typeset(
    layout: Path,
    sheet: Mapping[str, object],
    *,
    pictures: Mapping[str, str] | None = None,
    at: datetime,
) -> bytes:
    """The document as bytes, the same for the same content and moment. The layout finds its words in
    sheet.json, and each picture (SVG) by its name."""
    with tempfile.TemporaryDirectory(prefix="pilotlight-document-") as folder:
        root = Path(folder)
        (root / "fonts").mkdir()
        for package, file in FACES:
            (root / "fonts" / file).symlink_to(fonts.source(package, file))
        for name, picture in (pictures or {}).items():
            (root / name).write_text(_shown(picture), encoding="utf-8")
        (root / "sheet.json").write_text(json.dumps(_shown(sheet)), encoding="utf-8")
        for file_of in (layout, LOOK):
            (root / file_of.name).write_bytes(file_of.read_bytes())
        command = [sys.executable, "-I", "-c", SET, folder, layout.name, str(int(at.timestamp()))]
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False)
    if done.returncode:
        raise RuntimeError(f"Typst set no document: {done.stderr.decode(errors='replace')[-2000:]}")
    return done.stdout


def _shown(content: Any) -> Any:
    """The same in the characters that the fonts have: PDF/UA takes no other."""
    if isinstance(content, str):
        return "".join(map(_character, content))
    if isinstance(content, Mapping):
        return {name: _shown(value) for name, value in content.items()}
    if isinstance(content, Sequence):
        return [_shown(value) for value in content]
    return content


@cache
def _character(one: str) -> str:
    if ord(one) in _characters():
        return one
    if one.isspace():
        return " "
    if unicodedata.category(one) in ("Cc", "Cf"):  # nothing to see
        return ""
    return "-" if one == "\N{NON-BREAKING HYPHEN}" else NOT_SHOWN


@cache
def _characters() -> frozenset[int]:
    from fontTools.ttLib import TTFont

    known = []
    for package, file in FACES:
        with TTFont(fonts.source(package, file), lazy=True) as font:
            known.append(set(font.getBestCmap()))
    return frozenset(set.intersection(*known))
