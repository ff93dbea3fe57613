"""Freezing what a pilot showed: whole, once, and for good."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone, translation

from innovation.audit.models import Event
from innovation.rules.refusal import NotAllowed, Refused
from pilots.evidence_packs import actions as packs
from pilots.evidence_packs import archive, contents
from pilots.evidence_packs.models import EvidencePack
from pilots.lifecycle.models import Pilot
from pilots.metrics.models import Metric
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)


def fresh(pilot: Pilot) -> Pilot:
    return Pilot.objects.select_related("unit", "lead", "sponsor").get(pk=pilot.pk)


def files_in(pack: EvidencePack) -> dict[str, bytes]:
    return archive.unpacked(bytes(pack.archive))


def table(pack: EvidencePack, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files_in(pack)[name].decode())))


def test_lead_freezes_what_the_pilot_shows(cast: Cast, shown: Pilot) -> None:
    pack = packs.freeze(shown, by=cast.jonas, at=NOW)
    files = files_in(pack)
    assert sorted(files) == [
        "README.txt", "SHA256SUMS", "data.csv", "decisions.json", "evidence.pdf", "plan.csv", "protocol.json",
        "recompute.R", "recompute.py", "results.csv", "results.json", "sites.csv",
    ]  # fmt: skip
    assert archive.differing(files) == []
    assert pack.files == {
        name: archive.digest(content) for name, content in files.items() if name != "SHA256SUMS"
    }
    event = Event.objects.filter(type="pack.frozen").get()
    assert event.details["sha256"] == pack.sha256 == archive.digest(bytes(pack.archive))
    assert f"pilot:{shown.pk}" in event.subjects


def test_pack_says_where_its_numbers_are_from(cast: Cast, shown: Pilot) -> None:
    primary = shown.metrics.get(role="primary")
    pack = packs.freeze(shown, by=cast.jonas, at=NOW)
    results: dict[str, Any] = json.loads(files_in(pack)["results.json"])
    told = next(one for one in results["metrics"] if one["metric"] == primary.pk)
    rows = [row for row in table(pack, "data.csv") if row["metric"] == str(primary.pk)]
    assert told["trust"]["source"] == primary.source.name
    assert told["trust"]["by_hand"] is True
    assert told["trust"]["version"] == 1
    assert told["trust"]["periods"] == sum(row["value"] != "" for row in rows) > 0
    assert told["verdict"] == "no_data"
    (decided, started) = json.loads(files_in(pack)["decisions.json"])["decisions"]
    assert (decided["decision"], decided["decided_by"]) == ("approve", "Dr Amara Osei")
    assert started["gate"] == "go_live"
    agreed = json.loads(files_in(pack)["protocol.json"])
    assert agreed["agreed"]["hypothesis"] == shown.hypothesis
    assert agreed["changes"] == []


def test_same_data_make_the_same_bytes(cast: Cast, shown: Pilot) -> None:
    first = archive.packed(contents.files_of(fresh(shown), at=NOW))
    with translation.override("en-us"), timezone.override("Asia/Tokyo"):
        assert archive.packed(contents.files_of(fresh(shown), at=NOW)) == first
    assert archive.packed(contents.files_of(fresh(shown), at=LATER)) != first


def test_freezing_again_without_a_change_gives_the_same_pack(cast: Cast, shown: Pilot) -> None:
    pack = packs.freeze(shown, by=cast.jonas, at=NOW)
    assert packs.freeze(fresh(shown), by=cast.maya, at=LATER) == pack
    assert EvidencePack.objects.count() == 1


def test_freezing_after_a_number_changed_gives_another_pack(cast: Cast, shown: Pilot) -> None:
    pack = packs.freeze(shown, by=cast.jonas, at=NOW)
    primary = shown.metrics.get(role="primary")
    primary.observations.update(value=Decimal(3))
    Metric.objects.filter(pk=primary.pk).update(data_version=primary.data_version + 1)
    other = packs.freeze(fresh(shown), by=cast.jonas, at=LATER)
    assert other.sha256 != pack.sha256
    assert {row["value"] for row in table(other, "data.csv") if row["metric"] == str(primary.pk)} \
        <= {"3", ""}  # fmt: skip


def test_pack_is_neither_changed_nor_deleted(cast: Cast, shown: Pilot) -> None:
    pack = packs.freeze(shown, by=cast.jonas, at=NOW)
    for change in (
        lambda: EvidencePack.objects.filter(pk=pack.pk).update(size=1),
        lambda: EvidencePack.objects.filter(pk=pack.pk).delete(),
    ):
        with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
            change()


def test_database_takes_no_hash_of_other_bytes(cast: Cast, shown: Pilot) -> None:
    row = {"pilot": shown, "frozen_at": NOW, "frozen_by": cast.jonas, "files": {}, "size": 3}
    with pytest.raises(IntegrityError, match="pack_hash_is_of_its_bytes"), transaction.atomic():
        EvidencePack.objects.create(archive=b"one", sha256=archive.digest(b"two"), **row)
    EvidencePack.objects.create(archive=b"one", sha256=archive.digest(b"one"), **row)


def test_others_do_not_freeze(cast: Cast, shown: Pilot) -> None:
    for person in (cast.ana, cast.otto, cast.victor):
        with pytest.raises(NotAllowed, match="lead or sponsor"):
            packs.freeze(shown, by=person, at=NOW)


def test_where_nothing_is_measured_nothing_is_frozen(cast: Cast, pilot: Pilot) -> None:
    with pytest.raises(Refused, match="Nothing is measured yet"):
        packs.freeze(make.open_pilot(cast), by=cast.jonas, at=NOW)
