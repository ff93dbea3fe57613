"""What is held on a person is theirs to take away, and nothing of it is forgotten."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from django.apps import apps
from django.contrib.postgres.search import SearchVectorField
from django.db.models import BinaryField
from django.test import Client

from innovation.audit.models import Event
from innovation.needs import actions as needs
from innovation.people import actions as people
from innovation.people.models import User
from innovation.retention import actions as retention
from innovation.retention import held
from tests.factories.cast import NOW, PASSWORD, Cast
from tests.factories.needs import make_need
from tests.factories.pilots import open_pilot

# Names and addresses of things, or of people who are told of elsewhere.
NOT_OF_A_PERSON = {
    "pilots.Instrument.name": "the name of a set of questions",
    "innovation.Event.actor": "the log's part of the export",
    "innovation.Event.actor_name": "the log's part of the export",
    "innovation.Event.subject_name": "the log's part of the export",
    "innovation.Verification.asked_by": "the log tells that it was asked for",
    "innovation.Verification.asked_by_name": "the log tells that it was asked for",
    "innovation.PeopleImport.file_name": "a file's name",
    "innovation.PeopleImport.lines": "a file that waits; emptied when its rows are made",
    "innovation.Unit.name": "a unit",
    "pilots.Product.name": "a product",
    "pilots.EvidenceItem.file_name": "a file's name",
    "innovation.ScimToken.name": "a token",
    "pilots.BulkBinding.name": "a metric",
    "pilots.PushKey.name": "a key of a program",
    "innovation.DirectoryGroup.name": "a group",
    "innovation.LeaderLease.name": "a name of ours, such as scheduler",
    "pilots.AffectedGroup.name": "a group of people, without one's name",
    "pilots.Wave.name": "a wave",
    "pilots.Fund.name": "a fund",
    "pilots.PanelCandidate.name": "what could be measured",
    "pilots.Source.name": "a source",
    "pilots.SourceFile.name": "a file",
    "pilots.Receipt.name": "a file",
    "pilots.Metric.name": "a metric",
    "pilots.MetricVersion.source_name": "a source",
    "okrs.Cycle.name": "a cycle",
    "auth.Permission.name": "the back room's",
    "auth.Permission.codename": "the back room's",
    "auth.Group.name": "the back room's",
    "socialaccount.SocialApp.name": "a provider",
    "innovation.AddedSkill.name": "a skill",
}
# References to a person that no page of the product writes.
NOT_WRITTEN = {
    "innovation.User_groups.user": "the back room has no groups",
    "innovation.User_user_permissions.user": "the back room gives no permissions",
    "admin.LogEntry.user": "the back room changes nothing",
    "innovation.ServiceAccount.account": "a machine, and no person",
}
SAYS_WHO = ("email", "name", "address", "actor", "asked_by", "said", "lines")


def columns() -> list[tuple[str, Any]]:
    return [
        (model._meta.label, field)
        for model in apps.get_models(include_auto_created=True)
        if not model._meta.proxy and not model._meta.label.startswith("demo.")
        for field in model._meta.concrete_fields
    ]


def test_every_reference_to_a_person_is_in_the_export_or_has_its_reason() -> None:
    forgotten = [
        f"{label}.{field.name}"
        for label, field in columns()
        if isinstance(field.related_model, type) and issubclass(field.related_model, User)
        if field.name not in (*held.ABOUT.get(label, ()), *held.ACTED.get(label, ()))
        and f"{label}.{field.name}" not in NOT_WRITTEN
    ]
    assert forgotten == []


def test_every_column_with_a_name_or_an_address_is_in_the_export_or_has_its_reason() -> None:
    forgotten = [
        f"{label}.{field.name}"
        for label, field in columns()
        if any(word in field.name for word in SAYS_WHO)
        and not field.is_relation
        and field.get_internal_type() in ("CharField", "EmailField", "TextField", "JSONField")
        and label not in held.ABOUT
        and f"{label}.{field.name}" not in NOT_OF_A_PERSON
    ]
    assert forgotten == []


def test_no_binary_or_derived_column_leaves_and_each_that_is_left_out_is_there() -> None:
    known = {f"{label}.{field.name}" for label, field in columns()}
    assert set(held.LEFT_OUT) <= known
    assert set(NOT_OF_A_PERSON) | set(NOT_WRITTEN) <= known
    for label, field in columns():
        if label in held.ABOUT and isinstance(field, BinaryField | SearchVectorField):
            assert f"{label}.{field.name}" in held.LEFT_OUT


def taken_by(person: User) -> tuple[dict[str, Any], str]:
    with zipfile.ZipFile(io.BytesIO(retention.take_own_data(by=person, at=NOW))) as archive:
        return json.loads(archive.read("data.json")), archive.read("data.html").decode()


def test_own_data_holds_what_is_ones_own_and_nothing_of_others(cast: Cast) -> None:
    need = make_need(cast.ana, anonymous=True, problem="The bell rings all night.")
    into = make_need(cast.ben, title="Double entry", problem="Ben types everything twice.")
    needs.merge(need, into=into, by=cast.maya, at=NOW, reason="The same.")
    needs.save_draft(by=cast.ana, at=NOW, fields={"problem": "Not sent yet"})
    _token, secret = people.create_token(by=cast.ana, at=NOW, name="export", days=30)
    held_on, page = taken_by(cast.ana)
    about = held_on["about"]
    assert about["innovation.User"][0]["email"] == cast.ana.email
    assert [row["problem"] for row in about["innovation.Need"]] == ["The bell rings all night."]
    assert about["innovation.Voice"][0]["author_of"] == f"need:{need.pk}"
    assert about["innovation.NeedDraft"][0]["fields"] == {"problem": "Not sent yet"}
    assert about["innovation.Notice"][0]["title"].endswith(f"was merged into “{into.title}”")
    assert any(line["text"].startswith("Ana Ruiz made an API token") for line in held_on["log"])
    text = json.dumps(held_on) + page
    assert "The bell rings all night." in page
    for not_hers in ("Ben types everything", "Achterberg", secret, cast.ana.password):
        assert not_hers not in text


def test_own_data_tells_where_one_acted_and_not_what_stands_there(cast: Cast) -> None:
    pilot = open_pilot(cast)
    held_on, page = taken_by(cast.jonas)
    assert f"pilots.pilot {pilot.pk}, lead" in held_on["acted"]
    assert "pilots.Pilot" not in held_on["about"]
    assert f"pilots.pilot {pilot.pk}, lead" in page


@pytest.mark.parametrize("who", ["ana", "victor"])
def test_own_data_is_taken_on_a_page_and_the_log_says_so(
    cast: Cast, client: Client, who: str
) -> None:
    person = getattr(cast, who)
    client.force_login(person)
    assert client.get("/profile/data/").status_code == 302  # to give the password again
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert "Take it away" in client.get("/profile/data/").content.decode()
    assert "/profile/data/" in client.get("/profile/").content.decode()
    answer = client.post("/profile/data/")
    assert answer["Content-Type"] == "application/zip"
    assert "no-store" in answer["Cache-Control"]
    event = Event.objects.get(type="person.data_taken")
    assert (event.actor, event.subjects) == (person.ref, [person.ref])
