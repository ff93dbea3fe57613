"""A machine brings a file: once, again, too large, to the wrong source, with the wrong token."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from innovation.access import actions as access
from innovation.audit.models import Event
from innovation.people import actions as people
from innovation.people.models import Unit, User
from innovation.web.scopes import Scope
from pilots.metrics import actions
from pilots.metrics.models import Metric, Source
from tests.factories.cast import NOW, Cast
from tests.factories.pilots import TODAY, make_metric, make_source, open_pilot

pytestmark = pytest.mark.django_db

WEEK = TODAY.replace(day=2)
CSV = f"week,minutes\n{WEEK},16.1\n".encode()
NEWER = CSV + b"soon,1\n"


@pytest.fixture
def metric(cast: Cast) -> Metric:
    return make_metric(
        cast,
        open_pilot(cast),
        source=make_source(cast, name="Bed log"),
        binding={"date": "week", "value": "minutes"},
    )


def machine(cast: Cast, *units: Unit, scopes: tuple[Scope, ...] = (Scope.NUMBERS,)) -> Client:
    service = access.create_service(
        by=cast.ada, at=NOW, name="Warehouse export", purpose="Brings the bed log each night.",
        unit=cast.lakeshore, owner=cast.maya, units=units or (cast.brigid,),
    )  # fmt: skip
    _token, text = access.create_service_token(
        service, by=cast.ada, at=NOW, name="nightly", days=30, scopes=scopes
    )
    return Client(headers={"Authorization": f"Token {text}"})


def bring(client: Client, source: Source, content: bytes = CSV, **given: Any) -> Any:
    url = reverse("pilots:api-source-file", args=[source.pk])
    return client.put(url, content, **{"content_type": "text/csv", **given})


def test_machine_brings_a_file_and_its_metrics_are_read(cast: Cast, metric: Metric) -> None:
    answer = bring(machine(cast), metric.source)
    assert answer.status_code == 202, answer.content
    said = answer.json()
    assert said["detail"] == "The file is kept, and is read for 1 metric."
    assert (said["is_new"], said["pull_count"]) == (True, 1)
    [pull] = said["pulls"]
    assert (pull["metric"], pull["status"]) == (metric.pk, "waiting")
    done = actions.run_pull(pull["id"], at=NOW)
    assert done is not None and done.added == 1
    event = Event.objects.get(type="source.file_uploaded")
    assert event.actor_name == "Warehouse export"
    assert event.details["sha256"] == said["sha256"]


def test_same_content_again_changes_nothing_and_says_so(cast: Cast, metric: Metric) -> None:
    client = machine(cast)
    first = bring(client, metric.source).json()
    actions.run_pull(first["pulls"][0]["id"], at=NOW)
    events = Event.objects.count()
    again = bring(client, metric.source)
    assert again.status_code == 200
    assert again.json()["detail"] == "This file was here already; nothing was changed."
    assert (again.json()["is_new"], again.json()["pulls"]) == (False, [])
    assert again.json()["uploaded_at"] == first["uploaded_at"]
    assert (metric.source.files.count(), metric.pulls.count()) == (1, 1)
    assert Event.objects.count() == events
    assert bring(client, metric.source, NEWER).status_code == 202
    assert (metric.source.files.count(), metric.pulls.count()) == (2, 2)


def test_file_is_brought_as_the_field_of_a_form_by_post(cast: Cast, metric: Metric) -> None:
    answer = machine(cast).post(
        reverse("pilots:api-source-file", args=[metric.source.pk]),
        {"file": SimpleUploadedFile("bed-log.csv", CSV)},
    )
    assert answer.status_code == 202, answer.content
    assert answer.json()["name"] == "bed-log.csv"
    assert bytes(metric.source.files.get().content) == CSV


def test_file_of_many_megabytes_is_taken_as_a_body(cast: Cast, metric: Metric) -> None:
    content = b"week,minutes\n" + b"2026-09-07,16.1\n" * 200_000
    assert len(content) > 3_000_000
    assert bring(machine(cast), metric.source, content).status_code == 202
    assert bytes(metric.source.files.get().content) == content


def test_source_that_nothing_is_measured_from_says_what_is_next(cast: Cast) -> None:
    answer = bring(machine(cast), make_source(cast))
    assert answer.status_code == 202
    assert "say what its columns mean" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("content", "given", "status", "says"),
    [
        (b"", {}, 400, "Send the CSV file: as the body with Content-Type: text/csv"),
        (b"%PDF-1.7 \x00\x01", {}, 400, "."),
        (b"<!doctype html><html>Sign in</html>", {}, 400, "web page"),
        (CSV, {"content_type": "application/json"}, 415, "this address takes text/csv, multipart"),
        (CSV, {"CONTENT_LENGTH": str(61 * 2**20)}, 413, "At most 60 MB"),
        (
            b"x" * 3_000_000,
            {"content_type": "application/x-www-form-urlencoded"},
            413,
            "say that it is one (Content-Type: text/csv or multipart/form-data)",
        ),
    ],
    ids=["nothing", "pdf", "sign-in", "json", "beyond", "unsaid"],
)
def test_what_cannot_be_taken_is_refused_with_what_to_do(
    cast: Cast, metric: Metric, content: bytes, given: dict[str, str], status: int, says: str
) -> None:
    answer = bring(machine(cast), metric.source, content, **given)
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert says in " ".join([problem["detail"], *(e["message"] for e in problem.get("errors", []))])
    assert not metric.source.files.exists()


def test_file_beyond_its_bound_is_refused(cast: Cast, metric: Metric, settings: Settings) -> None:
    settings.LARGEST_FILE = 10
    answer = bring(machine(cast), metric.source)
    assert (answer.status_code, "Split it by year" in answer.json()["detail"]) == (400, True)
    settings.LARGEST_UPLOAD = 20
    answer = bring(machine(cast), metric.source)
    assert (answer.status_code, "at once" in answer.json()["detail"]) == (413, True)


def test_source_that_fetches_takes_no_file(cast: Cast) -> None:
    source = make_source(cast, kind="csv_url", config={"url": "https://a.example/x.csv"})
    answer = bring(machine(cast), source)
    assert (answer.status_code, "takes no file" in answer.json()["detail"]) == (409, True)


def token_of(person: User, scope: Scope = Scope.NUMBERS) -> Client:
    _token, text = people.create_token(by=person, at=NOW, name="x", days=1, scopes=[scope])
    return Client(headers={"Authorization": f"Token {text}"})


def test_only_who_keeps_the_source_brings_its_file(cast: Cast, metric: Metric) -> None:
    source = metric.source
    assert bring(machine(cast, scopes=(Scope.READ,)), source).status_code == 403
    assert bring(machine(cast, cast.harbor), source).status_code == 404
    assert bring(token_of(cast.hugo), source).status_code == 404
    assert bring(token_of(cast.ana), source).status_code == 403
    assert bring(token_of(cast.jonas, Scope.PILOTS), source).status_code == 403
    assert bring(Client(), source).status_code == 401
    assert not source.files.exists()
    assert bring(token_of(cast.jonas), source).status_code == 202


def test_upload_page_says_how_a_machine_brings_the_file(cast: Cast, metric: Metric) -> None:
    jonas = Client()
    jonas.force_login(cast.jonas)
    here = reverse("pilots:source-upload", args=[metric.source.pk])
    page = jonas.get(here).content.decode()
    assert reverse("pilots:api-source-file", args=[metric.source.pk]) in page
    actions.upload_file(metric.source, name="a.csv", content=CSV, by=cast.jonas, at=NOW)
    again = jonas.post(here, {"file": SimpleUploadedFile("a.csv", CSV)}, follow=True)
    assert "This file was here already; nothing was changed." in again.content.decode()


@pytest.mark.parametrize("is_form", [False, True])
def test_other_file_of_the_same_length_with_the_same_key_is_refused(
    cast: Cast, metric: Metric, *, is_form: bool
) -> None:
    """Never answered as if it had been taken; the same file again is, as the first time."""
    client, url = machine(cast), reverse("pilots:api-source-file", args=[metric.source.pk])

    def ask(content: bytes) -> Any:
        head = {"Idempotency-Key": "night-1"}
        if is_form:
            file = SimpleUploadedFile("a.csv", content, "text/csv")
            return client.post(url, {"file": file}, headers=head)
        return bring(client, metric.source, content, headers=head)

    first = ask(CSV)
    assert first.status_code == 202
    assert ask(CSV).json() == first.json()
    assert ask(CSV.replace(b"16.1", b"99.9")).status_code == 409
    assert metric.source.files.count() == 1
