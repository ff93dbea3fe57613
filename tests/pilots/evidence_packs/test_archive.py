"""The one file of a pack: the same bytes for the same files, and nothing that is none is read."""

from __future__ import annotations

import io
import zipfile
import zlib

import pytest

from pilots.evidence_packs import archive
from pilots.evidence_packs.archive import NoPack

FILES = {"b.csv": b"1,2\n", "a.txt": "Grüße".encode()}


def test_same_files_make_the_same_bytes_in_whatever_order() -> None:
    turned = dict(reversed(FILES.items()))
    assert archive.packed(FILES) == archive.packed(turned)
    # A change of these bytes makes every pack of before another one.
    assert archive.digest(archive.packed(FILES)) == (
        "9ced3530d88867c0b7a1c07b1a1eed460cd3a02d6221b61026d297dcca272c55"
    )


def test_what_is_packed_is_unpacked_with_its_sums() -> None:
    files = archive.unpacked(archive.packed(FILES))
    assert {name: files[name] for name in FILES} == FILES
    assert archive.differing(files) == []
    line = f"{archive.digest(FILES['a.txt'])}  a.txt"
    assert files["SHA256SUMS"].decode().splitlines()[0] == line


def test_each_difference_from_the_sums_is_named() -> None:
    files = archive.unpacked(archive.packed(FILES))
    assert archive.differing({**files, "c.txt": b""}) == ["c.txt is not in SHA256SUMS."]
    assert archive.differing({**files, "a.txt": b""}) == ["a.txt is not the file that was frozen."]
    del files["a.txt"]
    assert archive.differing(files) == ["a.txt is missing."]
    del files["SHA256SUMS"]
    assert archive.differing(files) == ["SHA256SUMS is missing."]


@pytest.mark.parametrize("name", ["../a", "folder/a", "..", "/etc/passwd", "a\\b", ""])
def test_name_that_leads_elsewhere_is_refused(name: str) -> None:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as whole:
        whole.writestr(zipfile.ZipInfo(name), b"1")
    with pytest.raises(NoPack):
        archive.unpacked(kept.getvalue())


def test_what_would_fill_the_memory_is_not_read() -> None:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as whole:
        whole.writestr("a.csv", bytes(archive.LARGEST + 1))
    assert len(kept.getvalue()) < 1_000_000
    with pytest.raises(NoPack, match="larger than any"):
        archive.unpacked(kept.getvalue())


def test_broken_compression_is_no_pack() -> None:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as whole:
        whole.writestr("a.csv", b"1,2,3\n" * 500)
    content = bytearray(kept.getvalue())
    content[45] ^= 0xFF
    with pytest.raises((zlib.error, zipfile.BadZipFile)):
        zipfile.ZipFile(io.BytesIO(bytes(content))).read("a.csv")
    with pytest.raises(NoPack, match="no whole ZIP"):
        archive.unpacked(bytes(content))
