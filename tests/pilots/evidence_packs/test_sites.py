"""A pack of a metric with comparison sites: their numbers are in it, their names are not, and who alters
one of them is found out."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from innovation.people.models import Unit
from pilots.evidence.marks import marks_of
from pilots.evidence_packs import actions as packs
from pilots.evidence_packs import archive, contents, document, queries, verification
from pilots.evidence_packs.models import EvidencePack
from pilots.funding.models import Fund
from pilots.gates import actions as gates
from pilots.gates.queries import readings_in_order
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import Pilot, SiteGoLive
from pilots.metrics.models import Metric
from tests.factories import assurance
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db
BEGIN = make.TODAY - timedelta(weeks=40, days=make.TODAY.weekday())  # a Monday
BEFORE, SINCE = 26, 13


def ran(cast: Cast, pilot: Pilot, fund: Fund, own: Unit, *, after: int = 4) -> Pilot:
    """A pilot beside three numbers of another hospital and one of a site of its own, `own`, which went
    live so many weeks after the first day."""
    live_on, then = BEGIN + timedelta(weeks=BEFORE), NOW - timedelta(weeks=SINCE + 2)
    make.shape(cast, pilot, fund, at=then)
    primary = pilot.metrics.get(role="primary")
    Metric.objects.filter(pk=primary.pk).update(
        pull_from=BEGIN, baseline_from=BEGIN, baseline_until=live_on
    )
    make.compare(cast, primary, [cast.harbor] * 3, since=BEGIN, weeks=BEFORE + SINCE)
    (site,) = make.compare(cast, primary, [own], since=BEGIN, weeks=BEFORE + after)
    later = live_on + timedelta(weeks=after)
    SiteGoLive.objects.create(pilot=pilot, unit=own, planned_on=later)
    make.serve(cast, pilot, at=then)
    review = gates.propose(pilot, by=pilot.lead, at=then, case="Two wards are ready.")
    gates.decide_resources(review, approve=True, by=cast.amara, at=then)
    lifecycle.prepare(pilot, by=pilot.lead, at=NOW)
    make.observe(primary, since=BEGIN, weeks=BEFORE, value=16.0)
    make.observe(primary, since=live_on, weeks=SINCE, value=9.0)
    rail = pilot.metrics.get(role="guardrail")
    make.observe(rail, since=BEGIN + timedelta(weeks=20), weeks=19, value=1.0)
    assurance.pass_reviews(cast, pilot)
    make.may_go_live(cast, pilot, at=then)
    gates.go_live(pilot, on=live_on, by=pilot.lead, at=NOW)
    make.observe(site, since=later, weeks=SINCE - after, value=10.0)
    SiteGoLive.objects.filter(pilot=pilot).update(went_live_on=later)
    return Pilot.objects.select_related("unit", "lead", "sponsor").get(pk=pilot.pk)


@pytest.fixture
def compared(cast: Cast, pilot: Pilot, fund: Fund) -> Pilot:
    return ran(cast, pilot, fund, cast.harbor_clinic)


@pytest.fixture
def pack(cast: Cast, compared: Pilot) -> EvidencePack:
    return packs.freeze(compared, by=cast.jonas, at=NOW)


def rows(pack: EvidencePack, name: str) -> list[dict[str, str]]:
    content = archive.unpacked(bytes(pack.archive))[name]
    return list(csv.DictReader(io.StringIO(content.decode())))


def told(pack: EvidencePack) -> dict[str, Any]:
    results = json.loads(archive.unpacked(bytes(pack.archive))["results.json"])
    found: dict[str, Any] = next(one for one in results["metrics"] if one["role"] == "primary")
    return found


def test_pack_holds_what_the_sites_showed(pack: EvidencePack) -> None:
    cells = rows(pack, "sites.csv")
    assert {row["site"] for row in cells} == set("01234")
    assert len(cells) == 5 * (BEFORE + SINCE)
    assert {row["site"] for row in cells if row["live"] == "1"} == {"0", "4"}
    assert sum(row["live"] == "1" for row in cells) == SINCE + SINCE - 4
    found = told(pack)
    assert (found["design"], found["verdict"]) == ("sites", "better")
    assert found["results"]["refused"] == ""
    assert found["variance"] is None
    live_on = BEGIN + timedelta(weeks=BEFORE)
    assert [one["live_on"] for one in found["sites"]] == [
        live_on.isoformat(), None, None, None, (live_on + timedelta(weeks=4)).isoformat()
    ]  # fmt: skip
    assert [one["periods_since"] for one in found["sites"]] == [SINCE, 0, 0, 0, SINCE - 4]
    assert "moved as the other sites did" in found["sentence"]


def test_pack_names_no_site_but_those_of_the_pilot(cast: Cast, pack: EvidencePack) -> None:
    names = {row["site"]: row["name"] for row in rows(pack, "sites.csv")}
    own = pack.pilot.metrics.get(role="primary").unit
    assert own is not None
    assert names == {"0": own.name, "1": "", "2": "", "3": "", "4": cast.harbor_clinic.name}
    assert cast.harbor.name.encode() not in bytes(pack.archive)


def test_document_says_what_was_expected_and_what_was_seen(compared: Pilot) -> None:
    readings = readings_in_order(compared, at=NOW)
    results = contents.results_of(compared, readings, queries.own_sites(readings), at=NOW)
    agreed = contents.protocol_of(compared, at=NOW)
    sheet: Any = document.sheet(compared, readings, marks_of(readings), results, agreed, at=NOW)
    metric = sheet["metrics"][0]
    numbers, sites = metric["tables"]
    assert [row[0] for row in numbers["rows"]][:2] == [
        "Expected without the pilot", "Seen since go-live"
    ]  # fmt: skip
    assert [row[:1] + row[2:] for row in sites["rows"]] == [
        ["St Brigid General", str(BEFORE), str(SINCE)],
        *([f"Site {one}", str(BEFORE + SINCE), "0"] for one in (1, 2, 3)),
        ["Harbor clinic", str(BEFORE + 4), str(SINCE - 4)],
    ]
    assert sites["rows"][1][1] == "not live"
    assert "dashed what was to be expected" in metric["caption"]
    assert "Comparison with 4 other sites (1 of which went live, too" in metric["design"]
    assert sheet["metrics"][1]["tables"][1:] == []  # nothing of sites where none are compared


def test_parts_of_the_metric_stand_for_it(cast: Cast, pilot: Pilot, fund: Fund) -> None:
    """A team of its hospital begins: the hospital's own number is no site beside it."""
    began = ran(cast, pilot, fund, cast.four_west, after=0)
    pack = packs.freeze(began, by=cast.jonas, at=NOW)
    assert rows(pack, "plan.csv")[0]["parts"] == "1"
    names = {row["site"]: row["name"] for row in rows(pack, "sites.csv")}
    assert names == {"1": "", "2": "", "3": "", "4": "4 West"}
    checks = list(verification.checks(bytes(pack.archive), at=NOW))
    assert [check.found for check in checks if check.well is False] == []


def test_site_that_became_another_kind_of_number_leaves_its_number_to_no_other(
    cast: Cast, compared: Pilot
) -> None:
    primary = compared.metrics.get(role="primary")
    second = Metric.objects.filter(sibling_of__metric=primary).order_by("pk")[1]
    with connection.cursor() as cursor:
        # Until 2026-12-01 nothing kept the kind of a metric that had numbers.
        cursor.execute(
            "SELECT set_config('pgtrigger.ignore', innovation_triggers_of('pilots_metric'), true)"
        )
        Metric.objects.filter(pk=second.pk).update(kind="proportion")
        cursor.execute("SELECT set_config('pgtrigger.ignore', '', true)")
    pack = packs.freeze(compared, by=cast.jonas, at=NOW)
    names = {row["site"]: row["name"] for row in rows(pack, "sites.csv")}
    assert names == {"0": "St Brigid General", "1": "", "3": "", "4": "Harbor clinic"}
    assert [one["site"] for one in told(pack)["sites"]] == [0, 1, 3, 4]
    checks = list(verification.checks(bytes(pack.archive), at=NOW))
    assert [check.found for check in checks if check.well is False] == []


def test_same_numbers_make_the_same_bytes(compared: Pilot, pack: EvidencePack) -> None:
    assert archive.packed(contents.files_of(compared, at=NOW)) == bytes(pack.archive)


def test_sound_pack_is_said_to_be_sound(pack: EvidencePack) -> None:
    said = io.StringIO()
    call_command("verify_evidence", str(pack.pk), stdout=said)
    assert "metrics come out the same." in said.getvalue()
    assert "recompute.py: largest difference" in said.getvalue()
    assert "Nothing has changed" in said.getvalue()
    assert "WRONG" not in said.getvalue()


@pytest.mark.parametrize("site", ["0", "2"])
def test_altered_number_of_a_site_is_found_out(
    pack: EvidencePack, site: str, tmp_path: Any
) -> None:
    files = archive.unpacked(bytes(pack.archive))
    del files[archive.SUMS]
    lines = files["sites.csv"].decode().splitlines()
    place = next(i for i, line in enumerate(lines) if line.split(",")[1] == site)
    parts = lines[place].split(",")
    parts[5] = repr(float(parts[5]) + 1)
    lines[place] = ",".join(parts)
    content = archive.packed({**files, "sites.csv": ("\n".join(lines) + "\n").encode()})
    found = {check.about: check for check in verification.checks(content, at=NOW)}
    assert found["hashes"].well is True  # who alters a number alters its sum
    assert found["frozen here"].well is False
    assert found["product's engine"].well is False
    assert found["recompute.py"].well is False
    file = tmp_path / "pack.zip"
    file.write_bytes(content)
    with pytest.raises(CommandError, match="of these are wrong"):
        call_command("verify_evidence", str(file), stdout=io.StringIO())


def test_number_that_a_site_sent_again_is_told_and_is_no_fault(pack: EvidencePack) -> None:
    primary = pack.pilot.metrics.get(role="primary")
    site = Metric.objects.filter(sibling_of__metric=primary).order_by("pk")[0]
    last = site.observations.order_by("-period")[0]
    site.observations.filter(period=last.period).update(value=99)
    Metric.objects.filter(pk=site.pk).update(data_version=site.data_version + 1)
    said = io.StringIO()
    call_command("verify_evidence", str(pack.pk), stdout=said)
    assert f"{primary.name}: 1 number of other sites is not as it was" in said.getvalue()
    assert "WRONG" not in said.getvalue()


def test_pack_of_before_sites_were_compared_is_still_read(pack: EvidencePack) -> None:
    files = archive.unpacked(bytes(pack.archive))
    del files[archive.SUMS], files["sites.csv"]
    columns = ("parts", "need_before", "tightest_after")
    rail = [row for row in rows(pack, "plan.csv") if row["role"] == "guardrail"]
    keys = {row["metric"] for row in rail}
    results = json.loads(files["results.json"])
    results["metrics"] = [one for one in results["metrics"] if str(one["metric"]) in keys]
    files["results.json"] = contents.as_json(results)
    for name in ("plan.csv", "data.csv", "results.csv"):
        kept = [row for row in rows(pack, name) if row["metric"] in keys]
        names = [column for column in kept[0] if column not in columns]
        files[name] = (
            "\n".join([",".join(names), *(",".join(row[one] for one in names) for row in kept)])
            + "\n"
        ).encode()
    found = {check.about: check for check in verification.checks(archive.packed(files), at=NOW)}
    assert found["product's engine"].well is True
    assert "tables" not in found
