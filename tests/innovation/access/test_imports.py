"""Importing people: what a file would do, what it does, and how it is taken back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from innovation.access import actions, queries
from innovation.access.models import ImportRow, PeopleImport
from innovation.audit.models import Event
from innovation.people import actions as people
from innovation.people.models import SERVICE_DOMAIN, RoleGrant, RoleProposal, Unit, UnitKind, User
from innovation.rules import dates
from innovation.rules.refusal import Conflict, Malformed, NotAllowed, Refused
from tests.factories.cast import NOW, Cast, make_cast

pytestmark = pytest.mark.django_db

FILE = """\
E-mail,Name,Job title,Unit,Role,Last day
nadia@lakeshore.example,Nadia Petrov,Nurse,4 West,Staff,2027-03-31
nadia@lakeshore.example,Nadia Petrov,Nurse,Medicine,mentor,
ana@lakeshore.example,Ana Ruiz-Soler,Nurse,,,
ben@lakeshore.example,Ben Achterberg,Ward clerk,St Brigid General,Staff,
omar@lakeshore.example,Omar Haddad,Nurse,Harbor clinic,Staff,
lena@lakeshore.example,Lena Wolf,Nurse,4 West,Chief,
eve@lakeshore.example,,Nurse,4 West,Staff,
not an address,Kim Oh,Nurse,4 West,Staff,
"""


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def uploaded(cast: Cast, text: str = FILE, *, by: User | None = None) -> PeopleImport:
    return actions.upload_people(
        by=by or cast.ada, at=NOW, unit=cast.brigid, file_name="ward.csv", content=text.encode()
    )


def done(cast: Cast, text: str = FILE) -> PeopleImport:
    found = uploaded(cast, text)
    actions.start_import(found, by=cast.ada, at=NOW)
    actions.work_on_import(found.pk, at=NOW)
    found.refresh_from_db()
    return found


def rows(found: PeopleImport) -> dict[int, ImportRow]:
    return {row.number: row for row in ImportRow.objects.filter(people_import=found)}


def test_preview_says_of_every_row_what_it_would_do_and_does_nothing(cast: Cast) -> None:
    before = User.objects.count()
    found = uploaded(cast)
    planned = queries.planned(found, by=cast.ada, today=dates.day_of(NOW))
    assert [(row.number, row.intent.outcome.value) for row in planned] == [
        (2, "created"),
        (3, "changed"),
        (4, "changed"),
        (5, "unchanged"),
        (6, "refused"),
        (7, "refused"),
        (8, "refused"),
        (9, "refused"),
    ]
    assert [row.intent.sentence for row in planned[4:]] == [
        "There is no open unit Harbor clinic in St Brigid General or below it.",
        "There is no role Chief.",
        "The name is missing.",
        "The e-mail is missing or is none.",
    ]
    assert User.objects.count() == before
    assert not Event.objects.exists()


def test_preview_refuses_the_addresses_of_machines_as_the_import_does(cast: Cast) -> None:
    machine = f"pump{SERVICE_DOMAIN}"
    found = uploaded(cast, f"email,name\n{machine},Pump\nnadia@lakeshore.example,Nadia Petrov\n")
    planned = queries.planned(found, by=cast.ada, today=dates.day_of(NOW))
    assert [row.intent.outcome.value for row in planned] == ["refused", "created"]
    assert planned[0].intent.sentence == "Addresses of this kind belong to service accounts."


def test_import_does_what_the_preview_said_and_keeps_every_row(cast: Cast) -> None:
    planned = queries.planned(uploaded(cast), by=cast.ada, today=dates.day_of(NOW))
    found = done(cast)
    assert {row.number: row.intent.outcome.value for row in planned} == {
        number: row.outcome for number, row in rows(found).items()
    }
    nadia = User.objects.get(email="nadia@lakeshore.example")
    assert (nadia.name, nadia.job_title, nadia.unit) == ("Nadia Petrov", "Nurse", cast.four_west)
    held = {(given.role, given.unit, str(given.ends_on)) for given in nadia.grants.all()}
    assert held == {
        ("staff", cast.four_west, "2027-03-31"),
        ("mentor", cast.medicine, "None"),
    }
    assert fresh(cast.ana).name == "Ana Ruiz-Soler"
    assert found.lines == []
    told = list(Event.objects.order_by("number").values_list("type", flat=True))
    assert told == [
        "people_import.started",
        "person.created",
        "role.granted_until",
        "role.granted",
        "person.changed",
        "people_import.done",
    ]
    done_event = Event.objects.latest("number").details
    assert (done_event["created"], done_event["changed"], done_event["refused"]) == (1, 2, 4)


def test_import_obeys_the_rules_of_granting_of_whoever_imports(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        uploaded(cast, by=cast.hugo)
    # An administrator of one ward: units above are none of the file's, nor is whom others keep.
    people.grant_from_command_line(
        cast.priya, at=NOW, unit=cast.medicine, role="administrator", reason="The first of them."
    )
    priya = fresh(cast.priya)
    found = actions.upload_people(
        by=priya,
        at=NOW,
        unit=cast.medicine,
        file_name="x.csv",
        content=(
            b"email,name,unit,role\n"
            b"new@x.example,New,St Brigid General,staff\n"
            b"hugo@lakeshore.example,Hugo Marsh,Medicine,staff\n"
            b"priya@lakeshore.example,Priya Raman,Medicine,mentor\n"
            b"ana@lakeshore.example,Somebody Else,,\n"
        ),
    )
    planned = queries.planned(found, by=priya, today=dates.day_of(NOW))
    assert [row.intent.sentence for row in planned] == [
        "There is no open unit St Brigid General in Medicine or below it.",
        "Somebody whose account your role does not reach signs in with this e-mail.",
        "Nobody changes their own roles. Ask another administrator.",
        "Ana Ruiz also holds a role in St Brigid General, which your role does not reach.",
    ]
    with pytest.raises(Refused, match="No row would"):
        actions.start_import(found, by=priya, at=NOW)


def test_role_above_the_line_is_proposed_and_withdrawn_by_the_undo(cast: Cast) -> None:
    """A file is no way around the second person."""
    text = "email,name,role\nnew@x.example,New,executive\nben@lakeshore.example,,auditor\n"
    found = uploaded(cast, text)
    first, _second = queries.planned(found, by=cast.ada, today=dates.day_of(NOW))
    assert "proposes the role Executive in St Brigid General" in first.intent.sentence
    actions.start_import(found, by=cast.ada, at=NOW)
    actions.work_on_import(found.pk, at=NOW)
    new, ben = RoleProposal.objects.order_by("pk")
    assert not new.person.grants.exists()
    assert (ben.person, ben.role, ben.reason) == (
        cast.ben,
        "auditor",
        "Imported from ward.csv.",
    )
    undone(cast, PeopleImport.objects.get(pk=found.pk))
    assert {one.outcome for one in RoleProposal.objects.all()} == {"withdrawn"}
    assert not fresh(new.person).is_active


def test_row_that_says_otherwise_of_the_same_person_is_refused(cast: Cast) -> None:
    found = uploaded(cast, "email,name\na@x.example,Ann\na@x.example,Anna\na@x.example,Ann\n")
    planned = queries.planned(found, by=cast.ada, today=dates.day_of(NOW))
    assert [row.intent.outcome.value for row in planned] == ["created", "refused", "unchanged"]


def test_unit_is_named_by_its_code_where_two_have_one_name(cast: Cast) -> None:
    for parent, code in ((cast.medicine, "M-7"), (cast.brigid, "B-7")):
        Unit.objects.create(name="7 East", kind=UnitKind.TEAM, parent=parent, code=code)
    found = uploaded(cast, "email,name,unit\na@x.example,A,7 east\nb@x.example,B,b-7\n")
    first, second = queries.planned(found, by=cast.ada, today=dates.day_of(NOW))
    assert "Several units are called 7 east" in first.intent.sentence
    assert second.intent.unit == Unit.objects.get(code="B-7")


def test_what_changed_since_the_preview_is_refused_in_its_row_alone(cast: Cast) -> None:
    text = "email,name,unit,role\na@x.example,A,4 West,staff\nb@x.example,B,Medicine,staff\n"
    found = uploaded(cast, text)
    actions.start_import(found, by=cast.ada, at=NOW)
    Unit.objects.filter(pk=cast.four_west.pk).update(closed_at=NOW)
    actions.work_on_import(found.pk, at=NOW)
    first, second = rows(found).values()
    assert first.outcome == "refused"
    assert "no open unit 4 West" in first.sentence
    assert second.outcome == "created"


def test_import_goes_on_where_a_worker_left_it(cast: Cast) -> None:
    found = uploaded(cast)
    actions.start_import(found, by=cast.ada, at=NOW)
    actions.work_on_imports(at=NOW)  # the task was lost; the schedule finds the rows
    actions.work_on_import(found.pk, at=NOW)  # and it comes after all
    assert User.objects.filter(email="nadia@lakeshore.example").count() == 1
    assert Event.objects.filter(type="people_import.done").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_one_import_do_every_row_once() -> None:
    """The schedule comes while a worker is at it."""
    cast = make_cast()
    lines = "".join(f"p{number}@x.example,P {number},4 West,staff\n" for number in range(30))
    found = uploaded(cast, "email,name,unit,role\n" + lines)
    actions.start_import(found, by=cast.ada, at=NOW)

    def work(_worker: int) -> None:
        try:
            for _round in range(20):  # as the schedule would, until it is done
                actions.work_on_imports(at=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))
    found.refresh_from_db()
    assert found.done_at is not None
    assert {row.outcome for row in rows(found).values()} == {"created"}
    assert User.objects.filter(email__endswith="@x.example").count() == 30
    assert Event.objects.filter(type="people_import.done").count() == 1


def test_import_is_done_once(cast: Cast) -> None:
    found = done(cast)
    with pytest.raises(Conflict, match="imported already"):
        actions.start_import(found, by=cast.ada, at=NOW)
    with pytest.raises(Conflict, match="imported already"):
        actions.discard_import(found, by=cast.ada)


def test_import_without_a_column_for_the_email_is_refused(cast: Cast) -> None:
    found = uploaded(cast, "a,b\nx@x.example,X\n")
    with pytest.raises(Malformed, match="e-mail"):
        actions.start_import(found, by=cast.ada, at=NOW)
    actions.map_columns(
        found, by=cast.ada, mapping={"email": "0", "name": "1"}, mails_newcomers=True
    )
    actions.start_import(found, by=cast.ada, at=NOW)
    # The next file with these columns is read in the same way.
    assert uploaded(cast, "a,b\ny@x.example,Y\n").mapping == {"email": "0", "name": "1"}


def test_draft_that_nobody_came_back_to_is_dropped(cast: Cast) -> None:
    found = uploaded(cast)
    actions.work_on_imports(at=NOW + timedelta(days=6))
    assert PeopleImport.objects.filter(pk=found.pk).exists()
    actions.work_on_imports(at=NOW + timedelta(days=8))
    assert not PeopleImport.objects.filter(pk=found.pk).exists()


# First mails


def test_newcomers_are_mailed_once_and_after_a_mail_server_was_away(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    done(cast)
    with monkeypatch.context() as patch:
        patch.setattr(
            "innovation.people.passwords.send_mail",
            lambda *_given: (_ for _ in ()).throw(SMTPServerDisconnected("away")),
        )
        assert actions.mail_newcomers(at=NOW) == 0
    assert actions.mail_newcomers(at=NOW + timedelta(minutes=1)) == 0
    assert actions.mail_newcomers(at=NOW + timedelta(minutes=3)) == 1
    assert actions.mail_newcomers(at=NOW + timedelta(days=1)) == 0
    assert [sent.to for sent in mail.outbox] == [["nadia@lakeshore.example"]]


def test_newcomers_are_not_mailed_where_the_administrator_said_so(cast: Cast) -> None:
    found = uploaded(cast)
    actions.map_columns(found, by=cast.ada, mapping=found.mapping, mails_newcomers=False)
    actions.start_import(found, by=cast.ada, at=NOW)
    actions.work_on_import(found.pk, at=NOW)
    assert actions.mail_newcomers(at=NOW) == 0


# Taking it back


def undone(cast: Cast, found: PeopleImport) -> PeopleImport:
    actions.undo_import(found, by=fresh(cast.ada), at=NOW)
    actions.work_on_import(found.pk, at=NOW)
    found.refresh_from_db()
    return found


def test_undo_closes_accounts_takes_roles_back_and_restores_details(cast: Cast) -> None:
    found = undone(cast, done(cast))
    nadia = User.objects.get(email="nadia@lakeshore.example")
    assert not nadia.is_active
    assert not nadia.grants.current().exists()
    assert fresh(cast.ana).name == "Ana Ruiz"
    assert cast.ben.grants.current().count() == 1  # which he held before
    assert all(row.undone_at for row in rows(found).values() if row.grant_id or row.changes)
    assert Event.objects.latest("number").type == "people_import.undone"
    assert actions.mail_newcomers(at=NOW) == 0  # nobody is asked in whose account is closed
    with pytest.raises(Conflict, match="taken back already"):
        actions.undo_import(found, by=cast.ada, at=NOW)


def test_undo_names_and_keeps_what_was_used_since(cast: Cast) -> None:
    text = FILE + "omid@x.example,Omid,Nurse,4 West,staff,\nlin@x.example,Lin,Nurse,4 West,staff,\n"
    found = done(cast, text)
    User.objects.filter(email="nadia@lakeshore.example").update(last_login=NOW)
    people.change_person(fresh(cast.ana), by=cast.ada, at=NOW, name="Ana Soler")
    lin = User.objects.get(email="lin@x.example")
    people.grant(lin, by=cast.ada, at=NOW, unit=cast.brigid, role="mentor")
    undone(cast, found)
    kept = {row.number: row.kept for row in rows(found).values() if row.kept}
    assert kept == {
        2: "The account stays open: Nadia Petrov has signed in.",
        4: "Changed again since, so it stays: name.",
        11: "The account stays open: Lin was given a role since.",
    }
    assert fresh(cast.ana).name == "Ana Soler"
    assert fresh(lin).is_active
    assert [given.role for given in lin.grants.current()] == ["mentor"]
    assert not User.objects.get(email="omid@x.example").is_active
    nadia = User.objects.get(email="nadia@lakeshore.example")
    assert nadia.is_active
    assert not nadia.grants.current().exists()


def test_undo_before_the_import_is_done_is_refused(cast: Cast) -> None:
    with pytest.raises(Conflict, match="not done yet"):
        actions.undo_import(uploaded(cast), by=cast.ada, at=NOW)


# Pages


def test_file_is_uploaded_mapped_imported_and_taken_back_on_pages(cast: Cast) -> None:
    ada = Client()
    ada.force_login(cast.ada)
    imports = reverse("innovation:people-imports")
    assert "Imports" in ada.get(reverse("innovation:people")).content.decode()

    def sent(content: bytes) -> SimpleUploadedFile:
        return SimpleUploadedFile("ward.csv", content, content_type="text/csv")

    wrong = ada.post(imports, {"unit": cast.brigid.pk, "file": sent(b"")})
    assert wrong.status_code == 400
    assert "first line" in wrong.content.decode()
    page = ada.post(imports, {"unit": cast.brigid.pk, "file": sent(FILE.encode())})["Location"]
    draft = ada.get(page).content.decode()
    assert "There is no role Chief." in draft
    answer = ada.get(f"{page}rows.csv").content.decode()
    assert "lena@lakeshore.example,Lena Wolf,Refused,There is no role Chief." in answer
    columns = {"email": 0, "name": 1, "job_title": 2, "unit": 3, "role": 4, "ends_on": 5}
    missing = ada.post(page, {**columns, "email": ""})
    assert missing.status_code == 400
    assert ada.post(page, {**columns, "step": "import"})["Location"] == page
    found = PeopleImport.objects.get()
    assert "0 of 8 rows" not in ada.get(page).content.decode()
    assert "4 of 8 rows" in ada.get(page).content.decode()  # those refused at once
    actions.work_on_import(found.pk, at=timezone.now())
    report = ada.get(page, {"outcome": "refused"}).content.decode()
    assert "There is no role Chief." in report
    assert "Nadia" not in report
    ada.post(reverse("innovation:people-import-undo", args=[found.pk]))
    actions.work_on_import(found.pk, at=timezone.now())
    assert "<strong>3</strong> rows are as before" in ada.get(page).content.decode()
    assert "Taken back" in ada.get(imports).content.decode()


def test_import_of_another_hospital_is_not_there(cast: Cast) -> None:
    found = done(cast)
    hugo = Client()
    hugo.force_login(cast.hugo)
    assert hugo.get(reverse("innovation:people-import", args=[found.pk])).status_code == 404
    assert "ward.csv" not in hugo.get(reverse("innovation:people-imports")).content.decode()


def test_draft_is_dropped(cast: Cast) -> None:
    found = uploaded(cast)
    ada = Client()
    ada.force_login(cast.ada)
    ada.post(reverse("innovation:people-import-discard", args=[found.pk]))
    assert not PeopleImport.objects.exists()
    assert RoleGrant.objects.filter(person__email="nadia@lakeshore.example").count() == 0
