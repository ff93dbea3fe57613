"""The log as it leaves: exported in a range, verified without the database, compared with anchors."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.http import StreamingHttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from innovation.audit import actions as audit
from innovation.audit import chain, presenters, queries, tasks
from innovation.audit.models import Event, Verification
from innovation.needs import actions as needs
from innovation.people import actions as people
from innovation.people.models import User
from innovation.rules.refusal import Malformed, Refused
from tests.factories.cast import NOW, Cast
from tests.factories.needs import make_need

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@transaction.atomic
def record(cast: Cast, times: int = 1, **details: Any) -> None:
    for _time in range(times):
        audit.record(
            "unit.changed", cast.brigid, by=cast.ada, at=NOW, unit_id=cast.brigid.pk, **details
        )


@pytest.fixture
def told(cast: Cast) -> Cast:
    record(cast, 3, what="name", changed={"name": ["St Brigid", "St Brigid General"]})
    people.grant(cast.jonas, by=cast.hugo, at=NOW + timedelta(days=2), unit=cast.harbor, role="staff")  # fmt: skip
    record(cast, 2, what="=1+1", reason="+cmd|' /C calc'!A0")
    return cast


def tampered(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE innovation_event DISABLE TRIGGER ALL")
        cursor.execute(sql)
        cursor.execute("ALTER TABLE innovation_event ENABLE TRIGGER ALL")


def export(user: User, **sent: Any) -> str:
    fields = {"file_format": "jsonl", **sent}
    answer = signed_in(user).post(
        reverse("innovation:audit-export"), {f"export-{name}": fields[name] for name in fields}
    )
    assert isinstance(answer, StreamingHttpResponse), answer.content.decode()
    assert "attachment" in answer["Content-Disposition"]
    return answer.getvalue().decode()


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


# Exporting


def test_export_as_json_lines_holds_whole_events_and_is_itself_an_event(told: Cast) -> None:
    begin, *events, end = rows(export(told.otto))
    assert [event["number"] for event in events] == [1, 2, 3, 4, 5, 6]
    assert end == {"events": 6}
    head = Event.objects.get(number=6)
    assert begin["anchor"] == f"6:{head.hash}"
    assert (begin["first"], begin["previous_hash"], begin["every_event"]) == (1, "0" * 64, True)
    assert events[0]["details"]["changed"] == {"name": ["St Brigid", "St Brigid General"]}
    assert events[0]["sentence"] == "Ada Kowalski changed the unit St Brigid General: name."
    event = Event.objects.order_by("number").last()
    assert event is not None
    assert (event.type, event.actor) == ("log.exported", told.otto.ref)
    assert event.details == {"first": 1, "last": 6, "count": 6, "format": "JSON Lines"}


def test_export_as_csv_tells_old_and_new_values_and_starts_no_formula(told: Cast) -> None:
    table = list(csv.DictReader(io.StringIO(export(told.otto, file_format="csv"))))
    assert len(table) == 6
    first, last = table[0], table[-1]
    assert first["before"] == '{"name": "St Brigid"}'
    assert first["after"] == '{"name": "St Brigid General"}'
    assert first["anchor"] == f"1:{Event.objects.get(number=1).hash}"
    assert last["reason"].startswith("'+cmd")
    for row in table:
        for cell in row.values():
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


def test_export_of_a_range_is_narrowed_as_the_log_is(told: Cast) -> None:
    def numbers(**sent: Any) -> list[int]:
        return [row["number"] for row in rows(export(told.otto, **sent))[1:-1]]

    assert numbers(first=2, last=3) == [2, 3]
    assert numbers(what="role") == [4]
    assert numbers(unit=told.harbor.pk) == [4]
    assert numbers(since=f"{NOW + timedelta(days=1):%Y-%m-%d}", last=6) == [4]


def test_export_of_nothing_of_too_much_and_of_nonsense_says_why(
    told: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, address = signed_in(told.otto), reverse("innovation:audit-export")
    answer = client.post(address, {"export-file_format": "jsonl", "export-first": 999})
    assert answer.status_code == 400
    assert "No event matches" in answer.content.decode()
    monkeypatch.setattr("innovation.audit.views.MOST_EXPORTED", 5)
    answer = client.post(address, {"export-file_format": "csv"})
    assert "6 events match; a file holds 5 at most" in answer.content.decode()
    assert client.post(address, {"export-first": "x"}).status_code == 400
    assert not Event.objects.filter(type="log.exported").exists()


def test_export_of_a_hospital_holds_its_own_events_and_no_name_of_another(cast: Cast) -> None:
    theirs = make_need(cast.hugo, title="Pagers go flat")
    ours = make_need(cast.ana, title="Vitals are typed twice")
    needs.merge(theirs, into=ours, by=cast.maya, at=NOW, reason="They say the same.")
    for file_format in ("jsonl", "csv"):
        text = export(cast.hugo, file_format=file_format)
        assert theirs.title in text
        assert ours.title not in text
    begin, *events, _end = rows(export(cast.hugo))
    assert begin["every_event"] is False
    assert [event.get("whole", True) for event in events] == [True, False]
    with transaction.atomic():  # as such events were until 2026-11-28
        audit.record("need.in_pilot", theirs, by=cast.maya, at=NOW, pilot="Their note engine")
    assert "Their note engine" not in export(cast.hugo)
    assert "Their note engine" in export(cast.otto)
    # The API tells the same, and says so.
    answer = signed_in(cast.hugo).get(reverse("innovation:api-event-list"))
    assert ours.title not in answer.content.decode()
    assert [row["whole"] for row in answer.json()["results"]] == [False, False, True]
    answer = signed_in(cast.otto).get(reverse("innovation:api-event-list"))
    assert ours.title in answer.content.decode()
    assert all(row["whole"] for row in answer.json()["results"])


def test_export_holds_no_more_in_memory_for_ten_times_the_events(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "AT_ONCE", 20)

    def most(last: int) -> int:
        events = queries.in_order(Event.objects.filter(number__lte=last))
        tracemalloc.start()
        for _line in presenters.csv_lines(events, reader=cast.otto):
            pass
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    record(cast, 500, what="name")
    most(50)  # what is made once
    assert most(500) < 3 * most(50)


def test_export_asks_the_database_once_for_some_thousand_events(told: Cast) -> None:
    record(told, 40, what="name")
    with CaptureQueriesContext(connection) as asked:
        export(told.otto)
    assert len([query for query in asked if "innovation_event" in query["sql"]]) <= 6


# Verifying a file


@pytest.fixture
def file(told: Cast, tmp_path: Path) -> Path:
    path = tmp_path / "log.jsonl"
    path.write_text(export(told.otto), encoding="utf-8")
    return path


def verified_alone(path: Path, *arguments: str) -> tuple[int, str]:
    """By the one file of the chain, in a Python that knows nothing of Pilotlight."""
    done = subprocess.run(
        [
            sys.executable,
            "-I",
            "-S",
            settings.BASE_DIR / "innovation/audit/chain.py",
            path,
            *arguments,
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=path.parent,
    )
    assert not done.stderr
    return done.returncode, done.stdout


def test_exported_file_is_verified_without_database_and_without_pilotlight(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    anchor = queries.hash_before(7)
    with CaptureQueriesContext(connection) as asked:
        call_command("verify_audit", file=file)
    assert not asked.captured_queries
    assert capsys.readouterr().out.splitlines() == ["6 events, every link holds.", f"6:{anchor}"]
    assert verified_alone(file, f"6:{anchor}") == (
        0,
        f"6 events, 0 faults, 0 not shown whole.\n6:{anchor}\n",
    )


def changed(text: str, wanted: int, /, **fields: Any) -> Iterator[str]:
    for line in text.splitlines():
        row = json.loads(line)
        yield json.dumps(row | fields if row.get("number") == wanted else row)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"actor_name": "Somebody"}, "event 3 was changed after it was written"),
        ({"at": "2026-11-23T09:00:01+00:00"}, "event 3 was changed after it was written"),
        ({"details": {"what": "code"}}, "event 3 was changed after it was written"),
        ({"hash": "f" * 64}, "event 4 does not follow the one before it"),
        ({"number": 9}, "events 3 to 8 are missing"),
        ({"at": "yesterday"}, "line 4 is no event"),
        ({"subjects": None, "previous_hash": 7}, "event 3 does not follow the one before it"),
    ],
)
def test_edited_line_of_a_file_is_found(
    file: Path, capsys: pytest.CaptureFixture[str], fields: dict[str, Any], sentence: str
) -> None:
    file.write_text("\n".join(changed(file.read_text(), 3, **fields)))
    with pytest.raises(CommandError, match="broken"):
        call_command("verify_audit", file=file)
    assert sentence in capsys.readouterr().out
    code, said = verified_alone(file)
    assert code == 1
    assert sentence in said


def test_lines_taken_out_of_a_file_are_found(file: Path) -> None:
    lines = file.read_text().splitlines()
    for kept, sentence in (
        (lines[:3] + lines[4:], "events 3 to 3 are missing"),
        (lines[:-2] + lines[-1:], "the file says that it holds 6 events, and holds 5"),
        (lines[:-1], "the file says that it holds 0 events, and holds 6"),
        (lines[:1] + lines[2:], "events 1 to 1 are missing"),
        ([*lines[:2], "{", *lines[3:]], "line 3 is no event"),
        ([*lines[:2], "[" * 100_000, *lines[3:]], "line 3 is no event"),
    ):
        file.write_text("\n".join(kept))
        code, said = verified_alone(file)
        assert code == 1
        assert sentence in said


def test_file_is_held_to_an_anchor_that_was_kept_elsewhere(file: Path) -> None:
    good, bad = f"3:{queries.hash_before(4)}", "3:" + "a" * 64
    call_command("verify_audit", file=file, anchor=good)
    with pytest.raises(CommandError, match="broken in 1 places"):
        call_command("verify_audit", file=file, anchor=bad)
    assert verified_alone(file, good)[0] == 0
    assert verified_alone(file, bad)[0] == 1
    assert verified_alone(file, "nonsense")[0] == 2
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("verify_audit", file=file.with_name("missing"))


def test_file_of_some_events_is_verified_for_what_it_holds(told: Cast, tmp_path: Path) -> None:
    some = tmp_path / "some.jsonl"
    some.write_text(export(told.otto, what="unit"))
    assert verified_alone(some)[1].startswith("5 events, 0 faults")
    some.write_text(export(told.otto, first=4))
    assert verified_alone(some)[1].startswith("4 events, 0 faults")
    some.write_text("\n".join(changed(some.read_text(), 5, reason="x", actor="person:1")))
    assert "event 5 was changed" in verified_alone(some)[1]
    hugo = tmp_path / "hugo.jsonl"
    hugo.write_text(export(told.hugo))
    assert verified_alone(hugo)[1].startswith("1 events, 0 faults")


# Verifying on the page


def test_verification_of_a_small_log_is_done_at_once(told: Cast) -> None:
    otto = signed_in(told.otto)
    answer = otto.post(reverse("innovation:audit-verify"), {"first": "", "last": ""})
    done = Verification.objects.get()
    assert answer["Location"] == done.get_absolute_url()
    assert (done.first, done.last, done.checked, done.fault_count) == (1, 6, 6, 0)
    page = otto.get(done.get_absolute_url()).content.decode()
    assert "Every link holds" in page
    assert done.anchor == f"6:{Event.objects.get(number=6).hash}"
    assert done.anchor in page
    event = Event.objects.get(number=7)
    assert (event.type, event.details) == ("log.verification_asked", {"first": 1, "last": 6})
    page = otto.get(reverse("innovation:audit-chain")).content.decode()
    assert "Events 1 to 6 were verified" in page


def test_verification_of_a_long_log_goes_on_piece_by_piece(
    told: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "PIECE", 2)
    asked = audit.verify(by=told.otto, at=NOW, first=2)
    assert (asked.checked, asked.ended_at) == (3, None)
    page = signed_in(told.otto).get(asked.get_absolute_url()).content.decode()
    assert "2 of 5 events" in page
    assert "hx-get" in page
    tasks.verify_due()
    asked.refresh_from_db()
    assert (asked.checked, asked.fault_count) == (6, 0)
    assert asked.ended_at is not None
    assert audit.continue_verification(asked.pk, at=NOW) is None


@pytest.mark.parametrize(
    ("sql", "sentences"),
    [
        (
            "UPDATE innovation_event SET actor = 'person:9' WHERE number = 3",
            ["Event 3 was changed after it was written."],
        ),
        ("DELETE FROM innovation_event WHERE number IN (2, 3)", ["Events 2 to 3 are missing."]),
        ("DELETE FROM innovation_event WHERE number = 4", ["Event 4 is missing."]),
        ("DELETE FROM innovation_event WHERE number > 4", ["Events 5 to 6 are missing."]),
        (
            "UPDATE innovation_event SET hash = repeat('f', 64) WHERE number = 6",
            ["Event 6 was changed after it was written."],
        ),
        (
            "UPDATE innovation_event SET previous_hash = repeat('f', 64) WHERE number = 5",
            [
                "Event 5 does not follow the one before it.",
                "Event 5 was changed after it was written.",
            ],
        ),
    ],
)
@pytest.mark.parametrize("piece", [1, 100])
def test_verification_names_what_was_tampered_with_in_pieces_of_any_size(
    told: Cast, monkeypatch: pytest.MonkeyPatch, sql: str, sentences: list[str], piece: int
) -> None:
    tampered(sql)
    monkeypatch.setattr(audit, "PIECE", piece)
    asked = audit.verify(by=told.otto, at=NOW)
    while asked.ended_at is None:
        audit.continue_verification(asked.pk, at=NOW)
        asked.refresh_from_db()
    page = signed_in(told.otto).get(asked.get_absolute_url()).content.decode()
    assert "The chain does not hold" in page
    assert [presenters.fault_in_words(*fault) for fault in asked.faults] == sentences
    assert asked.fault_count == len(sentences)
    assert asked.anchor == ""


def test_verification_finds_an_end_that_was_written_anew(told: Cast) -> None:
    """The events agree with each other, and not with the head of the chain."""
    forged = Event.objects.get(number=6)
    forged.actor_name = "Somebody else"
    forged.hash = chain.digest(**queries.hashed(forged))
    tampered("DELETE FROM innovation_event WHERE number = 6")
    Event.objects.bulk_create([forged])
    asked = audit.verify(by=told.otto, at=NOW)
    assert [presenters.fault_in_words(*fault) for fault in asked.faults] == [
        "Event 6 is not the one that ended the log."
    ]


def test_verification_of_an_empty_log_or_beyond_its_end_says_so(cast: Cast) -> None:
    with pytest.raises(Refused, match="Nothing was done yet"):
        audit.verify(by=cast.otto, at=NOW)
    record(cast)
    with pytest.raises(Malformed, match="ends at event 1"):
        audit.verify(by=cast.otto, at=NOW, first=5)
    otto, address = signed_in(cast.otto), reverse("innovation:audit-verify")
    assert otto.post(address, {"first": 5, "last": 9}).status_code == 400
    assert otto.post(address, {"first": 3, "last": 2}).status_code == 400
    assert otto.post(address, {"first": "9" * 30}).status_code == 400


# Anchors


def test_anchors_are_downloaded_and_compared_later(told: Cast) -> None:
    otto = signed_in(told.otto)
    audit.verify(by=told.otto, at=NOW, last=3)
    kept = otto.get(reverse("innovation:audit-anchors")).content.decode()
    assert f"7:{Event.objects.get(number=7).hash}" in kept
    assert f"3:{Event.objects.get(number=3).hash}" in kept
    record(told)

    def compared(text: str) -> list[tuple[bool, str]]:
        answer = otto.post(reverse("innovation:audit-compare"), {"anchors": text})
        return [(one.holds, one.sentence) for one in answer.context["compared"]]

    assert compared(kept) == [(True, "The log passes through it.")] * 2
    tampered("UPDATE innovation_event SET hash = repeat('e', 64) WHERE number = 3")
    assert [holds for holds, _sentence in compared(kept)] == [True, False]
    (_no, beyond), (_no, nonsense) = compared(f"99:{'a' * 64}\nmilk")
    assert beyond == "The log ends before it: events were cut off."
    assert nonsense == "This is no anchor: NUMBER:HASH."
    assert otto.post(reverse("innovation:audit-compare"), {"anchors": "#"}).status_code == 400
