"""The one file of a pack: a ZIP with the hash of each of its files. Pure.

The same files make the same bytes, on any machine: in order of their names, without a time of their
own, and stored as they are, for what packs bytes smaller differs from one version to the next.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Mapping

SUMS = "SHA256SUMS"
# The first moment that a ZIP can name.
NO_TIME = (1980, 1, 1, 0, 0, 0)
# A pack weighs some 200 kB; what is much larger is none.
LARGEST = 64 * 1024 * 1024


class NoPack(ValueError):
    """These bytes are no evidence pack; the text says why."""


def packed(files: Mapping[str, bytes]) -> bytes:
    """The files and their sums as one ZIP."""
    whole = {**files, SUMS: sums(files)}
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(whole):
            entry = zipfile.ZipInfo(name, NO_TIME)
            entry.create_system = 3  # the same on every system
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, whole[name])
    return kept.getvalue()


def sums(files: Mapping[str, bytes]) -> bytes:
    """As `sha256sum --check` reads them."""
    return "".join(f"{digest(files[name])}  {name}\n" for name in sorted(files)).encode()


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def unpacked(content: bytes) -> dict[str, bytes]:
    """The files by their names, whatever they hold; `NoPack` where it is no ZIP of files."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            fits = sum(entry.file_size for entry in entries) <= LARGEST
            files = {entry.filename: archive.read(entry) for entry in entries if fits}
    except (zipfile.BadZipFile, zlib.error, RuntimeError, ValueError, EOFError, OSError) as error:
        raise NoPack(f"It is no whole ZIP: {error}") from error
    if not fits:
        raise NoPack("It is larger than any evidence pack.")
    if len(files) != len(entries) or not all(re.fullmatch(r"\w[\w.-]*", name) for name in files):
        raise NoPack("It holds two files of one name, or folders.")
    return files


def differing(files: Mapping[str, bytes]) -> list[str]:
    """In words, which files are not as SHA256SUMS says; nothing where all are."""
    if SUMS not in files:
        return [f"{SUMS} is missing."]
    lines = files[SUMS].decode(errors="replace").splitlines()
    said = {name: hash for hash, _gap, name in (line.partition("  ") for line in lines)}
    found = [f"{name} is missing." for name in sorted(said.keys() - files.keys())]
    for name in sorted(files.keys() - {SUMS}):
        if name not in said:
            found.append(f"{name} is not in {SUMS}.")
        elif said[name] != digest(files[name]):
            found.append(f"{name} is not the file that was frozen.")
    return found
