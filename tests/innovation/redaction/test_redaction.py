"""A patient who was named goes from everything that is kept, and who took the words out stays."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
import typst
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from innovation.audit import actions as audit
from innovation.audit import presenters
from innovation.audit import queries as log
from innovation.audit.agreement import ComparedSoFar
from innovation.audit.chain import REDACTED, FaultKind, FileReport, faults_in_file
from innovation.audit.models import Event, Verification
from innovation.integrity.queries import comparisons, differences
from innovation.needs.models import NeedDraft
from innovation.notices.models import Notice
from innovation.redaction import actions, places, words
from innovation.redaction.models import PatientReport, Redaction
from innovation.redaction.queries import found
from innovation.rules.refusal import Conflict, Malformed, NotAllowed, Refused
from innovation.web import file_text
from innovation.workflow.models import UsedKey
from pilots.assurance.models import EvidenceItem
from pilots.evidence_packs import archive, verification
from pilots.evidence_packs.models import EvidencePack
from pilots.funding.models import Receipt
from pilots.gates.models import GateReview
from pilots.hazards import queries as hazards
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import Pilot
from pilots.metrics.models import SourceFile
from tests.factories import pilots as make
from tests.factories.cast import NOW, PASSWORD, Cast
from tests.factories.safety import judged, recorded, signed

LEAK = "Edith Abernathy-Quill"
WHY = "A clerk noticed; it is confirmed."
# Every way in which the same words were written down.
WRITTEN = (LEAK, LEAK.upper(), "Edith\n  Abernathy-Quill")


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return bytes(typst.compile(f"Consent of {LEAK}, 4 West.".encode(), format="pdf"))


def everything() -> list[str]:
    """Where the leak can still be read: each text of each row of each table, and inside of files."""
    asked = (
        "SELECT table_name, column_name, data_type FROM information_schema.columns"
        " WHERE table_schema = current_schema() AND data_type IN"
        " ('text', 'character varying', 'jsonb', 'json', 'ARRAY', 'bytea', 'tsvector')"
    )
    left = []
    with connection.cursor() as cursor:
        cursor.execute(asked)
        for table, column, kind in cursor.fetchall():
            if kind == "bytea":
                cursor.execute(f'SELECT "{column}" FROM "{table}"')
                found = any(in_bytes(bytes(value or b"")) for (value,) in cursor.fetchall())
            else:
                cursor.execute(
                    f'SELECT EXISTS (SELECT 1 FROM "{table}" WHERE "{column}"::text ~* %s)',
                    ["abernath"],
                )
                (found,) = cursor.fetchone()
            if found:
                left.append(f"{table}.{column}")
    return left


def in_bytes(content: bytes) -> bool:
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as kept:
            return any(in_bytes(kept.read(name)) for name in kept.namelist())
    return b"abernath" in content.lower() or "Abernath" in file_text.text_of(content).text


def plant_everywhere() -> set[str]:
    """Into each text that there is, past every rule: as an old release may have let it in."""
    planted = set()
    with connection.cursor() as cursor:
        for table in places.tables():
            if table.label in (places.LAST, "pilots.Hazard", "pilots.SignedHazardLog"):
                continue  # hashed: there it stands by what people did
            meta = table.model._meta
            cursor.execute(
                "SELECT set_config('pgtrigger.ignore', innovation_triggers_of(%s), true)",
                [meta.db_table],
            )
            for turn, name in enumerate(table.columns):
                column = table.column(name)
                kind = type(meta.get_field(name)).__name__
                said = WRITTEN[turn % len(WRITTEN)]
                value, start = said, f'left("{column}", 6)'
                if kind == "JSONField":
                    value, start = json.dumps({"said": [{"in": said}]}), ""
                    new = (
                        f"CASE jsonb_typeof(\"{column}\") WHEN 'object' "
                        f'THEN "{column}" || %s::jsonb ELSE "{column}" END'
                    )
                else:
                    new = f"{start} || ' ' || %s"
                try:
                    with transaction.atomic():
                        cursor.execute(f'UPDATE "{meta.db_table}" SET "{column}" = {new}', [value])
                        if cursor.rowcount:
                            planted.add(f"{table.label}.{name}")
                except DatabaseError:
                    continue  # a rule of the table itself holds it
            cursor.execute("SELECT set_config('pgtrigger.ignore', '', true)")
    return planted


def differing() -> list[str]:
    found = []
    for one in comparisons():
        for difference in differences(one, ComparedSoFar()):
            found.append(f"{one.key} {difference.kind} {difference.values}")
    return found


@pytest.fixture
def leaked(cast: Cast, pdf: bytes) -> Pilot:
    """A pilot with the name in its need, charter, log, decision, hazards, receipt, evidence and pack."""
    need = make.make_need(
        cast, title=f"{LEAK} waited", problem=f"So did {LEAK.upper()}, for hours."
    )
    pilot = make.open_pilot(cast, needs=[need])
    make.run(cast, pilot, make.make_fund(cast))
    lifecycle.write_log(
        pilot, status="on_track", done=f"{LEAK} was on the list.", by=cast.jonas, at=NOW
    )
    judged(cast, recorded(cast, pilot, cause=f"{LEAK} was mixed up."))
    signed(cast, pilot)
    entry = make.spend(cast, pilot.awards.get())
    make.add_receipt(cast, entry, name="scan.pdf", content=pdf)
    EvidenceItem.objects.create(
        pilot=pilot, topic="privacy", kind="file", file_name="a.pdf", media_type="application/pdf",
        content=pdf, sha256="0" * 64, owner=cast.jonas, given_at=NOW, given_by=cast.jonas,
    )  # fmt: skip
    content = archive.packed(
        {"evidence.pdf": pdf, "results.json": json.dumps({"hypothesis": LEAK}).encode()}
    )
    EvidencePack.objects.create(
        pilot=pilot, frozen_at=NOW, frozen_by=cast.jonas, archive=content,
        sha256=archive.digest(content), files={}, size=len(content),
    )  # fmt: skip
    source = make.make_source(cast)
    SourceFile.objects.create(
        source=source, name="a.csv", content=f"week,n\n1,2\n{LEAK},3\n".encode(),
        sha256="0" * 64, uploaded_at=NOW, uploaded_by=cast.jonas,
    )  # fmt: skip
    NeedDraft.objects.create(person=cast.ana, fields={"title": LEAK}, saved_at=NOW)
    UsedKey.objects.create(person=cast.ana, key="k", digest="d", at=NOW, body=f'{{"t": "{LEAK}"}}')
    return pilot


def test_leak_goes_from_every_place_and_what_is_hashed_says_so(cast: Cast, leaked: Pilot) -> None:
    known = GateReview.objects.exclude(decided_at=None).first()
    assert known is not None and differing() == []
    planted = plant_everywhere()
    assert len(planted) > 45
    assert {one.partition(".")[0] for one in planted} >= {"innovation", "pilots"}
    assert len(everything()) > len(planted)

    expected = found(LEAK, by=cast.ada)
    made = actions.take_out(LEAK, by=cast.ada, at=NOW, reason=WHY, expected=expected.count)
    assert everything() == []

    # Who, when, why, and how many of what; nothing else was taken.
    assert (made.by, made.at, made.reason) == (cast.ada, NOW, WHY)
    assert made.count == sum(n for _what, n in made.places) == expected.count > 45
    leaked.refresh_from_db()
    assert words.MARK in leaked.needs.get().title and leaked.status == "running"
    event = Event.objects.get(type=REDACTED)
    assert f"pilot:{leaked.pk}" in event.subjects and event.details["reason"] == WHY
    read = [one.text for one in presenters.history(leaked)]
    assert any("took out words" in text for text in read)

    # The chain holds, and says that it was redacted; so does an export of it.
    assert list(log.faults()) == []
    asked = audit.verify(by=cast.ada, at=NOW)
    assert (asked.fault_count, asked.redacted) == (
        0,
        len(event.details["events"]),
    ) and asked.redacted
    lines = list(
        presenters.json_lines(
            log.in_order(Event.objects.all()), reader=cast.otto, first=1, every_event=True,
            end="", at=NOW,
        )
    )  # fmt: skip
    report = FileReport()
    assert list(faults_in_file(lines, report)) == []
    assert (report.redacted, report.redacted_elsewhere) == (asked.redacted, 0)
    cut = [line for line in lines if f'"number":{event.number},' not in line.replace(" ", "")]
    report = FileReport()
    kinds = {fault.kind for fault in faults_in_file(cut, report)}
    assert FaultKind.CHANGED not in kinds and report.redacted_elsewhere == asked.redacted

    # What was signed is still signed, a pack still adds up, a file is gone and its hash is not.
    assert hazards.log_of(leaked).is_signed
    pack = EvidencePack.objects.get()
    held = archive.unpacked(bytes(pack.archive))
    assert pack.held_sha256 == event.details["sealed"][f"evidencepack:{pack.pk}"] != pack.sha256
    frozen = next(iter(verification.checks(bytes(pack.archive), at=NOW)))
    assert frozen.well and "were taken out" in frozen.found and pack.sha256 in frozen.found
    assert archive.differing(held) == [] and "evidence.pdf" not in held
    assert bytes(Receipt.objects.get().content) == b"" and Receipt.objects.get().sha256
    assert bytes(SourceFile.objects.get().content).startswith(b"week,n\n1,2\n")

    # Whoever changes a redacted event afterwards is found out, as before.
    number = int(next(iter(event.details["events"])))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pgtrigger.ignore', innovation_triggers_of('innovation_event'), true)"
        )
        cursor.execute(
            "UPDATE innovation_event SET subject_name = 'Another' WHERE number = %s", [number]
        )
        cursor.execute("SELECT set_config('pgtrigger.ignore', '', true)")
    assert [(one.kind, one.number) for one in log.faults()] == [(FaultKind.CHANGED, number)]


def test_decision_and_its_hash_agree_after_words_were_taken_out(cast: Cast) -> None:
    pilot, said = make.open_pilot(cast), "Minutes in notes"  # of its hypothesis
    make.approve(cast, pilot, make.make_fund(cast))
    assert differing() == []
    count = found(said, by=cast.ada).count
    actions.take_out(said, by=cast.ada, at=NOW, reason=WHY, expected=count)
    review = GateReview.objects.get()
    assert words.MARK in json.dumps(review.known) and said not in json.dumps(review.known)
    assert differing() == [] and list(log.faults()) == []
    # A second patient, and the attesting event itself may have to go through it.
    other = "is confirmed"
    count = found(other, by=cast.ada).count
    actions.take_out(other, by=cast.ada, at=NOW, reason="A mistake.", expected=count)
    assert list(log.faults()) == [] and differing() == []
    GateReview.objects.filter(pk=review.pk).update(known={"forged": True})
    assert any(one.startswith("decisions known") for one in differing())


def test_only_administrators_of_the_unit_take_words_out(cast: Cast) -> None:
    make.make_need(cast, problem=f"{LEAK} fell.")
    for person in (cast.maya, cast.otto, cast.helen, cast.victor, cast.amara):
        with pytest.raises(NotAllowed):
            actions.take_out(LEAK, by=person, at=NOW, reason=WHY, expected=1)
        with pytest.raises(NotAllowed):
            actions.look_for(LEAK, by=person, at=NOW)
    # An administrator of another hospital does not even learn that it stands somewhere.
    assert actions.look_for(LEAK, by=cast.hugo, at=NOW).count == 0
    with pytest.raises(Refused, match="nowhere that you reach"):
        actions.take_out(LEAK, by=cast.hugo, at=NOW, reason=WHY, expected=1)
    count = actions.look_for(LEAK, by=cast.ada, at=NOW).count
    with pytest.raises(Malformed, match="do not write the words"):
        actions.take_out(LEAK, by=cast.ada, at=NOW, reason=f"{LEAK} asked", expected=count)
    with pytest.raises(Conflict, match="by now"):
        actions.take_out(LEAK, by=cast.ada, at=NOW, reason=WHY, expected=count + 1)
    assert not Redaction.objects.exists() and LEAK not in str(list(Event.objects.values("details")))
    # Part of a longer word is another word.
    assert actions.look_for("dith Abernathy-Quill", by=cast.ada, at=NOW).count == 0


def test_database_takes_words_out_for_a_redaction_of_the_same_transaction_only(cast: Cast) -> None:
    need = make.make_need(cast)
    take = "SELECT innovation_take_out(%s, 'innovation_need', 'id', 'title', 'chart', ARRAY[%s])"
    made = Redaction.objects.create(
        by=cast.ada, at=NOW, unit=cast.lakeshore, reason=WHY, places=[], count=1
    )
    with connection.cursor() as cursor:
        for number in (0, made.pk + 1):
            with (
                pytest.raises(DatabaseError, match="of their redaction only"),
                transaction.atomic(),
            ):
                cursor.execute(take, [number, need.pk])
        with pytest.raises(DatabaseError, match="no words are taken"), transaction.atomic():
            cursor.execute(
                "SELECT innovation_take_out(%s, 'pg_authid', 'oid', 'rolname', 'a', ARRAY[1])",
                [made.pk],
            )
        cursor.execute(take, [made.pk, need.pk])
    for change in (Redaction.objects.filter(pk=made.pk).delete, made.save):
        with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
            change()


def test_reader_tells_of_a_page_and_is_answered(cast: Cast) -> None:
    need = make.make_need(cast, problem=f"{LEAK} fell.")
    page = reverse("innovation:need-detail", args=[need.pk])
    ben = Client()
    ben.force_login(cast.ben)
    shown = ben.get(page).content.decode()
    url = f"{reverse('innovation:patient-report-new')}?page={page}"
    assert url in shown
    sent = {"page": page, "where": "In the first paragraph"}
    assert ben.post(url, sent).status_code == 302
    report = PatientReport.objects.get()
    assert (report.page, report.unit) == (page, cast.four_west)
    assert LEAK not in json.dumps(list(Notice.objects.values("title", "text")))
    again = ben.post(url, sent)
    assert again.status_code == 409 and "administrators know" in again.content.decode()
    assert ben.post(url, {"page": "https://elsewhere.example/"}).status_code == 400
    assert ben.get(report.get_absolute_url()).status_code == 403

    hugo, ada = Client(), Client()
    hugo.force_login(cast.hugo)
    assert hugo.get(report.get_absolute_url()).status_code == 404
    ada.force_login(cast.ada)
    assert page in ada.get(reverse("innovation:redactions")).content.decode()
    take = f"{reverse('innovation:redaction-new')}?report={report.pk}"
    assert ada.get(take)["Location"].startswith(reverse("account_reauthenticate"))
    ada.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert ada.get(take).status_code == 200
    looked = ada.post(take, {"said": LEAK}).content.decode()
    assert "cannot be undone" in looked and page in looked
    count = found(LEAK, by=cast.ada).count
    given: dict[str, Any] = {"said": LEAK, "expected": count, "reason": WHY}
    unsure = ada.post(take, given)
    assert unsure.status_code == 400 and "Say that you have looked" in unsure.content.decode()
    done = ada.post(take, {**given, "sure": "on"}, follow=True)
    assert WHY in done.content.decode() and LEAK not in done.content.decode()
    report.refresh_from_db()
    assert report.outcome == "taken_out" and report.redaction is not None
    told = Notice.objects.get(person=cast.ben)
    assert "taken out" in told.text and told.url == page
    assert (
        LEAK not in ben.get(page).content.decode() and words.MARK in ben.get(page).content.decode()
    )


def test_report_of_nobody_is_answered_in_words(cast: Cast) -> None:
    report = actions.report_patient("/", where="", by=cast.ana, at=NOW)
    assert report.unit == cast.four_west  # Ana's own: the page is of none
    with pytest.raises(NotAllowed):
        actions.answer_nobody(report, answer="It is a nurse.", by=cast.maya, at=NOW)
    actions.answer_nobody(report, answer="It is a nurse.", by=cast.ada, at=NOW)
    with pytest.raises(Conflict, match="settled"):
        actions.answer_nobody(report, answer="It is a nurse.", by=cast.ada, at=NOW)
    assert Notice.objects.get(person=cast.ana).text == "It is a nurse."


def test_every_text_is_looked_through_or_left_out_for_a_reason() -> None:
    """Whoever adds a column of words need not know of this; whoever leaves one out says why."""
    known = {
        f"{model._meta.label}.{field.name}"
        for storey in places.STOREYS
        for model in apps.get_app_config(storey).get_models()
        if not model._meta.proxy
        for field in model._meta.concrete_fields
        if places.holds_words(field)
    }
    assert places.LEFT_OUT.keys() <= known, "no such column any more"
    swept = {f"{one.label}.{name}" for one in places.tables() for name in one.columns}
    lost = known - swept - places.LEFT_OUT.keys()
    assert lost <= {
        "innovation.LeaderLease.holder", "innovation.ApiToken.name",
        "innovation.PasswordGuesses.subject", "innovation.Session.session_data",
    }, lost  # fmt: skip
    no_unit = {one.label for one in places.tables() if not places.paths_to_unit(one.label)}
    assert no_unit - places.BY_REFERENCE.keys() <= {
        "innovation.Event", "innovation.ApprovalRound", "innovation.AccessReview",
    } | {"innovation.Verification"}, no_unit  # fmt: skip
    assert Verification._meta.label not in {one.label for one in places.tables()}
