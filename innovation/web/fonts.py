"""The two voices as small web fonts, cut from the packages that ship them.

The packages hold every weight in every script (some 290 kB each); a page on a ward's phone needs
five of them in Latin. The cut is made once, when static files are first collected or served, and
kept beside the other things this installation makes for itself.
"""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import os
import tempfile
import threading
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage

FACES = {
    "source-serif-400.woff2": ("font_source_serif_pro", "SourceSerifPro-Regular.ttf"),
    "source-serif-400-italic.woff2": ("font_source_serif_pro", "SourceSerifPro-It.ttf"),
    "source-serif-600.woff2": ("font_source_serif_pro", "SourceSerifPro-Semibold.ttf"),
    "source-sans-400.woff2": ("font_source_sans_pro", "SourceSansPro-Regular.ttf"),
    "source-sans-600.woff2": ("font_source_sans_pro", "SourceSansPro-Semibold.ttf"),
}

# Latin, Latin-1, Latin Extended-A, and what sentences about numbers need.
CHARACTERS = (
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),
    0x0192, 0x0218, 0x0219, 0x021A, 0x021B, 0x02C6, 0x02DC,
    0x0394, 0x03A3, 0x03B1, 0x03B2, 0x03BC, 0x03C3, 0x03C7,
    *range(0x2010, 0x2028), 0x202F, 0x2030, 0x2032, 0x2033, 0x2039, 0x203A, 0x2044,
    0x20AC, 0x20B9, 0x2116, 0x2122, *range(0x2190, 0x2194), 0x2212, 0x221A, 0x221E,
    0x2248, 0x2260, 0x2264, 0x2265, 0x2713,
)  # fmt: skip
FEATURES = ("ccmp", "locl", "kern", "liga", "mark", "mkmk", "case", "frac",
            "lnum", "onum", "pnum", "tnum")  # fmt: skip


def source(package: str, file: str) -> Path:
    """Where a package keeps this file of a font."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(f"The package {package} is not installed; it holds {file}.")
    return Path(spec.origin).parent / "files" / file


def _directory() -> Path:
    """Where the cut fonts are kept; a change of the cut makes a new directory."""
    cut = hashlib.sha256(repr((FACES, CHARACTERS, FEATURES)).encode()).hexdigest()[:12]
    kept = Path(settings.BASE_DIR) / ".pilotlight" / "fonts" / cut
    try:
        kept.mkdir(parents=True, exist_ok=True)
        if os.access(kept, os.W_OK) or all((kept / name).exists() for name in FACES):
            return kept
    except OSError:
        pass
    # A read-only installation cuts them for this process alone.
    return Path(tempfile.mkdtemp(prefix="pilotlight-fonts-"))


def _cut(source: Path, target: Path) -> None:
    from fontTools import subset
    from fontTools.ttLib import TTFont

    logging.getLogger("fontTools").setLevel(logging.WARNING)
    options = subset.Options()
    options.flavor = "woff2"
    options.hinting = False
    options.layout_features = list(FEATURES)
    # Written beside and moved into place: two processes cutting at once both end with a whole file.
    part = target.with_suffix(f".{os.getpid()}-{threading.get_ident()}.part")
    with TTFont(source, lazy=True) as font:
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=CHARACTERS)
        subsetter.subset(font)
        font.flavor = "woff2"
        try:
            font.save(part)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)


@cache
def directory() -> Path:
    """The directory with every face cut and ready."""
    place = _directory()
    for name, (package, file) in FACES.items():
        if not (place / name).exists():
            _cut(source(package, file), place / name)
    return place


class FontFinder(BaseFinder):
    """Finds `fonts/<face>.woff2` for static files."""

    def find(self, path: str, find_all: bool = False, **kwargs: object) -> str | list[str] | None:  # type: ignore[override]
        folder, _, name = path.partition("/")
        wanted_all = find_all or kwargs.get("all", False)
        if folder != "fonts" or name not in FACES:
            return [] if wanted_all else None
        found = str(directory() / name)
        return [found] if wanted_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        storage = FileSystemStorage(location=str(directory()))
        storage.prefix = "fonts"  # type: ignore[attr-defined]
        for name in FACES:
            yield name, storage

    def check(self, **kwargs: object) -> Any:
        return []
