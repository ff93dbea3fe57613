"""What is past its term goes, once, and the record of who has left stays true without the name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from innovation.access import actions as access
from innovation.audit import actions as audit
from innovation.audit import presenters as audit_presenters
from innovation.audit import queries as audit_queries
from innovation.audit.chain import FileReport, faults_in_file
from innovation.audit.models import Event
from innovation.needs import actions as needs
from innovation.needs.models import NeedDraft
from innovation.notices import actions as notices
from innovation.notices.models import Notice
from innovation.people import actions as people
from innovation.people.models import ClosedAccount, PasswordGuesses, User
from innovation.retention import actions as retention
from innovation.retention import kinds
from innovation.retention.models import RetentionRun
from innovation.rules.refusal import Conflict, NotAllowed, Refused
from innovation.workflow.models import StateChange
from pilots.metrics.models import QuarantinedRow
from tests.factories.cast import NOW, Cast
from tests.factories.needs import make_need
from tests.factories.pilots import open_pilot

YEARS = timedelta(days=800)


def told(person: User) -> None:
    notices.notify([person], kind="access", title="News", about=person, url="/profile/", at=NOW)


@pytest.fixture
def left(cast: Cast) -> User:
    """Ben recorded a need and had one answered, and left."""
    need = make_need(cast.ben, unit=cast.brigid)
    needs.ask(need, by=cast.maya, at=NOW, reason="How often?")
    needs.answer(need, by=cast.ben, at=NOW, reason="Each round.")
    told(cast.ben)
    people.deactivate(cast.ben, by=cast.ada, at=NOW)
    cast.ben.refresh_from_db()
    ClosedAccount.objects.filter(person=cast.ben).update(at=NOW)
    return cast.ben


# Terms


def test_what_is_past_its_term_goes_and_the_rest_stays(cast: Cast) -> None:
    needs.save_draft(by=cast.ana, at=NOW - timedelta(days=91), fields={"problem": "Old"})
    needs.save_draft(by=cast.ben, at=NOW - timedelta(days=89), fields={"problem": "Young"})
    PasswordGuesses.objects.create(subject="a", level=3, last_at=NOW - timedelta(days=31))
    told(cast.ana)
    run = retention.keep_to_terms(at=NOW)
    assert list(NeedDraft.objects.values_list("person__name", flat=True)) == ["Ben Achterberg"]
    assert not PasswordGuesses.objects.exists()
    assert Notice.objects.count() == 1
    assert run.removed == {"drafts": 1, "guesses": 1}
    event = Event.objects.get(type="retention.run_done")
    assert audit_presenters.line(event).text == (
        "retention took away what was past its term: drafts 1, guesses 1."
    )


def test_run_of_a_day_is_done_once_and_goes_on_where_it_stopped(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    for person in (cast.ana, cast.ben, cast.maya):
        told(person)
    monkeypatch.setattr(retention, "PIECE", 1)
    later = NOW + timedelta(days=366)
    RetentionRun.objects.create(
        on=later.date(),
        started_at=later,
        removed={"notices": 1},
        reached={"notices": Notice.objects.earliest("pk").pk},
    )
    run = retention.keep_to_terms(at=later)
    assert run.removed == {"notices": 3}  # the first was counted before the worker died
    assert Notice.objects.count() == 1  # and is looked at again the next day
    told(cast.ana)
    assert retention.keep_to_terms(at=later).pk == run.pk
    assert Event.objects.filter(type="retention.run_done").count() == 1


def test_kind_that_is_kept_for_good_never_goes(cast: Cast, settings: Any) -> None:
    settings.KEEP_DAYS = {**settings.KEEP_DAYS, "notices": 0}
    told(cast.ana)
    assert retention.keep_to_terms(at=NOW + 9 * YEARS).removed == {}
    assert Notice.objects.exists()


def test_every_kind_has_its_setting_and_every_setting_its_kind(settings: Any) -> None:
    assert {kind.key for kind in kinds.kinds()} == set(settings.KEEP_DAYS)
    assert QuarantinedRow in {kind.past(NOW).model for kind in kinds.kinds()}


def test_dry_run_says_what_is_due_and_changes_nothing(cast: Cast) -> None:
    needs.save_draft(by=cast.ana, at=timezone.now() - timedelta(days=91), fields={"problem": "x"})
    said = StringIO()
    call_command("retention", "--dry-run", stdout=said)
    assert "drafts: kept 90 days, 1 due" in said.getvalue()
    assert NeedDraft.objects.exists()
    assert not RetentionRun.objects.exists()
    call_command("retention", stdout=said)
    assert "drafts: 1\nDone for today." in said.getvalue()
    assert not NeedDraft.objects.exists()


def test_terms_are_read_by_the_administrators_of_the_whole(cast: Cast, client: Client) -> None:
    retention.keep_to_terms(at=timezone.now())
    client.force_login(cast.ada)
    page = client.get("/people/retention/").content.decode()
    for kind in kinds.kinds():
        assert str(kind.label) in page
    assert "Nothing was due" in page
    client.force_login(cast.hugo)
    assert client.get("/people/retention/").status_code == 403


# Names


def everything_shown(client: Client, cast: Cast, pk: int) -> Iterator[str]:
    client.force_login(cast.ada)
    for path in (
        f"/people/{pk}/",
        "/log/",
        "/needs/",
        "/api/v1/events/",
        "/people/?accounts=closed",
    ):
        answer = client.get(path)
        assert answer.status_code == 200, path
        yield answer.content.decode()
    events = Event.objects.order_by("number")
    yield "".join(audit_presenters.csv_lines(events, reader=cast.ada))
    yield file_of(cast)


def file_of(cast: Cast) -> str:
    events = Event.objects.order_by("number")
    lines = audit_presenters.json_lines(
        events, reader=cast.ada, first=1, every_event=True, end="", at=NOW
    )
    return "".join(lines)


def test_closed_account_loses_its_name_at_its_term_and_the_record_stays(
    cast: Cast, left: User, client: Client
) -> None:
    changes = StateChange.objects.filter(by=left).count()
    events = Event.objects.filter(subjects__contains=[left.ref]).count()
    assert any("Achterberg" in text for text in everything_shown(client, cast, left.pk))
    assert retention.keep_to_terms(at=NOW + timedelta(days=729)).removed.get("accounts") is None
    retention.keep_to_terms(at=NOW + timedelta(days=731))
    left.refresh_from_db()
    assert left.name == f"A former colleague, no. {left.pk}"
    assert left.email == f"former-{left.pk}@invalid"
    assert (left.job_title, left.has_usable_password()) == ("", False)
    assert not Notice.objects.filter(person=left).exists()
    assert StateChange.objects.filter(by=left).count() == changes == 1
    assert Event.objects.filter(subjects__contains=[left.ref]).count() > events
    for text in everything_shown(client, cast, left.pk):
        assert "Achterberg" not in text
        assert "ben@lakeshore" not in text


def test_log_calls_a_former_colleague_by_no_name_that_it_holds_as_plain_text(
    cast: Cast, left: User, client: Client
) -> None:
    """What a directory called them, the address of an invitation, who led a pilot; and nobody finds
    it by searching for it."""
    invited = access.invite(by=cast.ada, at=NOW, email=left.email, unit=cast.brigid, role="mentor")
    with transaction.atomic():
        for kind, about, details in (
            ("directory_account.linked", left, {"user_name": "b.achterberg"}),
            ("pilot.opened", cast.medicine, {"lead": left.name}),
            ("pilot.member_left", cast.medicine, {"person": audit.named(left)}),
            ("pilot.opened", cast.medicine, {"lead": cast.jonas.name}),
        ):
            audit.record(kind, about, by=cast.ada, at=NOW, unit_id=cast.brigid.pk, **details)
    names = ("Achterberg", "achterberg", "ben@lakeshore")

    def found(text: str) -> int:
        return len(client.get("/log/", {"q": text}).context["rows"])

    client.force_login(cast.ada)
    assert found("achterberg") > 0
    assert found("ben") > 0
    retention.anonymise(left, by=cast.ada, at=NOW, reason="Asked on paper.")
    invited.refresh_from_db()
    assert invited.email == left.email
    for text in everything_shown(client, cast, left.pk):
        assert not [name for name in names if name in text]
    client.force_login(cast.ada)
    assert [found(text) for text in ("achterberg", "b.achterberg", "ben")] == [0] * 3
    assert found("Ada Kowalski") > 0  # who did it is found as before
    assert "led by Jonas Park" in client.get("/log/").content.decode()


def test_chain_and_exports_verify_after_a_name_went(cast: Cast, left: User) -> None:
    retention.keep_to_terms(at=NOW + YEARS)
    assert list(audit_queries.faults(None)) == []
    report = FileReport()
    text = file_of(cast)
    assert list(faults_in_file(text.splitlines(), report)) == []
    hers = [json.loads(line) for line in text.splitlines() if left.ref in line]
    assert hers
    assert report.not_whole > 0  # what the reader is not shown is said to be left out


def test_leaver_who_still_answers_for_something_keeps_the_name(cast: Cast) -> None:
    open_pilot(cast)  # Jonas leads it
    people.deactivate(cast.jonas, by=cast.ada, at=NOW)
    ClosedAccount.objects.update(at=NOW)
    run = retention.keep_to_terms(at=NOW + YEARS)
    assert run.removed.get("accounts") == 0
    assert run.ended_at is not None
    cast.jonas.refresh_from_db()
    assert cast.jonas.name == "Jonas Park"
    with pytest.raises(Refused, match="Hand over"):
        retention.anonymise(cast.jonas, by=cast.ada, at=NOW, reason="Asked.")


def test_name_that_was_taken_away_does_not_come_back(cast: Cast, left: User) -> None:
    retention.anonymise(left, by=cast.ada, at=NOW, reason="Asked on paper.")
    with pytest.raises(Refused, match="stays closed"):
        people.reactivate(left, by=cast.ada, at=NOW)
    with pytest.raises(Conflict, match="already"):
        retention.anonymise(left, by=cast.ada, at=NOW, reason="Again.")
    for change in ({"is_active": True}, {"email": "ben@lakeshore.example"}, {"job_title": "Clerk"}):
        with pytest.raises(IntegrityError, match="without_a_name"), transaction.atomic():
            User.objects.filter(pk=left.pk).update(**change)


def test_name_is_taken_by_who_keeps_the_account_after_a_second_confirmation(
    cast: Cast, left: User, client: Client
) -> None:
    with pytest.raises(NotAllowed):
        retention.anonymise(left, by=cast.hugo, at=NOW, reason="Asked.")
    with pytest.raises(Refused, match="Close it first"):
        retention.anonymise(cast.ana, by=cast.ada, at=NOW, reason="Asked.")
    client.force_login(cast.ada)
    where = f"/people/{left.pk}/take-name/"
    assert where in client.get(f"/people/{left.pk}/").content.decode()
    page = client.get(where).content.decode()
    assert "The log, in which the name stands and is not shown any more" in page
    answer = client.post(where, {"reason": "Asked on paper."})
    assert "it cannot be taken back" in answer.content.decode()
    assert "Asked on paper." in answer.content.decode()
    left.refresh_from_db()
    assert left.name == "Ben Achterberg"
    answer = client.post(where, {"reason": "Asked on paper.", "sure": "on"}, follow=True)
    assert f"A former colleague, no. {left.pk}" in answer.content.decode()
    event = Event.objects.get(type="person.anonymised")
    assert (event.actor, event.details) == (cast.ada.ref, {"reason": "Asked on paper."})
    assert where not in answer.content.decode()
