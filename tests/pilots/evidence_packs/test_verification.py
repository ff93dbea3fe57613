"""`manage.py verify_evidence`: what is wrong is found, and what has changed since is told."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from pilots.evidence_packs import actions as packs
from pilots.evidence_packs import archive, verification
from pilots.evidence_packs.models import EvidencePack
from pilots.lifecycle.models import Pilot
from pilots.metrics.models import Metric
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def pack(cast: Cast, shown: Pilot) -> EvidencePack:
    """Of a pilot whose first weeks are better than those before."""
    Pilot.objects.filter(pk=shown.pk).update(went_live_on=make.TODAY - timedelta(weeks=6))
    for metric in shown.metrics.all():
        metric.observations.all().delete()
        begin = make.TODAY - timedelta(weeks=20)
        begin -= timedelta(days=begin.weekday())
        make.observe(metric, since=begin, weeks=14, value=4.0)
        make.observe(metric, since=begin + timedelta(weeks=14), weeks=5, value=1.0)
        Metric.objects.filter(pk=metric.pk).update(data_version=metric.data_version + 1)
    pilot = Pilot.objects.select_related("unit", "lead", "sponsor").get(pk=shown.pk)
    return packs.freeze(pilot, by=cast.jonas, at=NOW)


def found(content: bytes) -> dict[str, list[verification.PackCheck]]:
    told: dict[str, list[verification.PackCheck]] = {}
    for check in verification.checks(content, at=NOW):
        told.setdefault(check.about, []).append(check)
    return told


def changed(pack: EvidencePack, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The pack with another file in it, and sums that say so."""
    files = archive.unpacked(bytes(pack.archive))
    del files[archive.SUMS]
    return archive.packed({**files, name: change(files[name])})


def test_sound_pack_is_said_to_be_sound(pack: EvidencePack, tmp_path: Path) -> None:
    told = io.StringIO()
    call_command("verify_evidence", str(pack.pk), stdout=told)
    said = told.getvalue()
    assert pack.sha256 in said
    assert "Each file is as SHA256SUMS says." in said
    assert "metrics come out the same." in said
    assert "recompute.py: largest difference" in said
    assert "Nothing has changed" in said
    assert "WRONG" not in said
    file = tmp_path / "pack.zip"
    file.write_bytes(bytes(pack.archive))
    again = io.StringIO()
    call_command("verify_evidence", str(file), stdout=again)
    assert again.getvalue() == said


def test_verdict_of_the_pack_is_one(pack: EvidencePack) -> None:
    results: dict[str, Any] = json.loads(archive.unpacked(bytes(pack.archive))["results.json"])
    verdicts = {one["role"]: one["verdict"] for one in results["metrics"]}
    assert verdicts["primary"] == "better"


def test_changed_byte_is_found(pack: EvidencePack) -> None:
    content = bytearray(pack.archive)
    content[content.index(b"primary")] ^= 1
    told = found(bytes(content))
    assert told["frozen here"][0].well is False
    assert told["hashes"][0].well is False  # by the ZIP's own sum of the file


def test_changed_file_is_found_by_its_hash(pack: EvidencePack) -> None:
    files = archive.unpacked(bytes(pack.archive))
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as whole:
        for name, content in files.items():
            whole.writestr(name, content + b" " if name == "README.txt" else content)
    told = found(kept.getvalue())["hashes"][0]
    assert (told.well, told.found) == (False, "README.txt is not the file that was frozen.")


def test_number_changed_with_all_its_hashes_is_found_by_who_froze_it_and_by_computing(
    pack: EvidencePack, tmp_path: Path
) -> None:
    content = changed(pack, "data.csv", lambda text: text.replace(b",1,,,", b",1.5,,,", 1))
    told = found(content)
    assert told["hashes"][0].well is True
    assert told["frozen here"][0].well is False
    assert told["product's engine"][0].well is False
    assert told["recompute.py"][0].well is False
    file = tmp_path / "pack.zip"
    file.write_bytes(content)
    with pytest.raises(CommandError, match="of these are wrong"):
        call_command("verify_evidence", str(file), stdout=io.StringIO())


def test_word_changed_for_people_alone_is_found(pack: EvidencePack) -> None:
    told = found(
        changed(pack, "results.json", lambda text: text.replace(b'"better"', b'"no_harm"'))
    )
    assert told["results"][0].well is False
    assert told["product's engine"][0].well is True


def test_script_that_somebody_put_there_is_not_run(pack: EvidencePack, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    script = f"open({str(mark)!r}, 'w')".encode()
    told = found(changed(pack, "recompute.py", lambda _text: script))
    assert told["recompute.py"][0].well is False
    assert "no script of this product" in told["recompute.py"][0].found
    assert not mark.exists()


def test_what_changed_since_is_told_and_is_no_fault(pack: EvidencePack) -> None:
    primary = pack.pilot.metrics.get(role="primary")
    last = primary.observations.order_by("period").last()
    assert last is not None
    primary.observations.filter(period=last.period).update(value=Decimal(9))
    later = last.period + timedelta(weeks=1)
    make.observe(primary, since=later, weeks=1, value=30.0)
    Metric.objects.filter(pk=primary.pk).update(
        target=Decimal(2), data_version=primary.data_version + 1
    )
    told = io.StringIO()
    call_command("verify_evidence", str(pack.pk), stdout=told)
    said = told.getvalue()
    assert f"{primary.name}, target: 11 → 2" in said
    assert f"1 number is not as it was; {last.period} was" in said
    assert "1 period more" in said
    assert f"{primary.name}: better → inconclusive" in said
    assert "WRONG" not in said


def test_without_r_it_says_so(pack: EvidencePack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    told = found(bytes(pack.archive))["recompute.R"][0]
    assert (told.well, told.found) == (None, "Not run: Rscript is not on this machine.")


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_pack_is_said_to_be_none(content: bytes) -> None:
    told = [check for check in verification.checks(content, at=NOW) if check.well is False]
    assert len(told) >= 2


def test_unknown_number_or_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no pack 4711"):
        call_command("verify_evidence", "4711")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("verify_evidence", str(tmp_path / "absent.zip"))
