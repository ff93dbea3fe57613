"""Uploaded files are written and read by the piece, and are the same byte for byte."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from pilots.metrics import actions, collect, stored_files
from pilots.metrics.models import SourceFile
from pilots.metrics.queries import latest_file
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db


def content_of(rows: int) -> bytes:
    chance = Random(7)
    lines = [f"2026-08-{1 + n % 28:02},{chance.randrange(99)},é" for n in range(rows)]
    return "\n".join(["day,late,what", *lines, ""]).encode()


@pytest.mark.parametrize("rows", [0, 3, 40])
@pytest.mark.parametrize("on_disk", [False, True])
def test_a_file_comes_back_as_it_went(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int, on_disk: bool
) -> None:
    monkeypatch.setattr(stored_files, "PIECE", 64)
    content = content_of(rows)
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    source = actions.create_source(
        by=cast.jonas, at=NOW, unit=cast.brigid, name="Waits", kind="csv_upload", config={}
    )
    given = path if on_disk else content
    kept, is_new = actions.upload_file(source, name="a.csv", content=given, by=cast.jonas, at=NOW)
    assert is_new
    assert bytes(SourceFile.objects.get(pk=kept.pk).content) == content
    assert actions.upload_file(source, name="b.csv", content=given, by=cast.jonas, at=NOW) == (
        kept,
        False,
    )
    file = latest_file(source.pk)
    assert file is not None
    assert file.get_deferred_fields() == {"content"}
    copy = stored_files.FileCopy(file)
    where = copy.content
    assert (where if isinstance(where, bytes) else where.read_bytes()) == content
    assert not collect.ends_midline(where)
    assert collect.columns_of(source) == ("day", "late", "what")
    del copy
    assert isinstance(where, bytes) or not where.exists()
