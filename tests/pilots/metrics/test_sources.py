"""Connecting sources: who may, and what becomes of their secrets."""

from __future__ import annotations

import hashlib
from ipaddress import ip_network
from typing import Any

import pytest
from pytest_django import Settings

from innovation.audit.models import Event
from innovation.rules.key_ring import SealedWithAnotherKey
from innovation.rules.refusal import NotAllowed, Refused
from pilots.internal_hosts import actions as internal_hosts
from pilots.metrics import actions, credentials
from pilots.metrics.actions import connections
from pilots.metrics.models import Metric, Pull, Source, SourceFile
from tests.factories.cast import NOW, Cast
from tests.factories.pilots import answered
from tests.pilots.metrics import server

pytestmark = pytest.mark.django_db

CSV = b"week,late,all\n2026-09-07,12,100\n2026-09-14,9,90\n"
SECRET = "between-lake-and-harbour"


def connect(cast: Cast, **fields: Any) -> Source:
    usual: dict[str, Any] = {
        "unit": cast.brigid,
        "name": "Reporting",
        "kind": "rest_json",
        "config": {
            "base_url": "https://reports.lakeshore.example/api",
            "auth": "basic",
            "username": "p",
        },
        "secrets": {"password": SECRET},
    }
    return actions.create_source(by=cast.jonas, at=NOW, **{**usual, **fields})


def test_create_source_seals_its_secret(cast: Cast, settings: Settings) -> None:
    source = connect(cast)
    source.refresh_from_db()
    assert SECRET.encode() not in bytes(source.secret)
    assert SECRET not in str(source.config)
    assert credentials.unseal(source.secret) == {"password": SECRET}
    for event in Event.objects.all():
        assert SECRET not in str(event.details)


def test_unseal_with_another_key_is_refused(cast: Cast, settings: Settings) -> None:
    source = connect(cast)
    settings.CREDENTIAL_KEY = "another key"
    with pytest.raises(SealedWithAnotherKey):
        credentials.unseal(source.secret)


def test_pull_after_the_key_changed_says_what_to_do(
    metric: Metric, hospital: server.Source, cast: Cast, settings: Settings
) -> None:
    actions.edit_source(
        metric.source,
        by=cast.jonas,
        at=NOW,
        name=metric.source.name,
        config={"base_url": hospital.url, "auth": "bearer"},
        secrets={"token": SECRET},
    )
    settings.CREDENTIAL_KEY = "another key"
    done = actions.run_pull(metric.pulls.get().pk, at=NOW)
    assert done is not None
    assert "Enter them again" in done.problem
    assert hospital.asked == []


def test_create_source_in_a_unit_out_of_reach_is_refused(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        connect(cast, unit=cast.harbor)
    with pytest.raises(NotAllowed):
        actions.create_source(
            by=cast.ana, at=NOW, unit=cast.brigid, name="x", kind="csv_upload", config={}
        )


@pytest.mark.parametrize(
    "address",
    ["", "not an address", "ftp://reports.example/", "file:///etc/passwd", "https://"],
)
def test_create_source_with_a_bad_address_is_refused_with_a_sentence(
    cast: Cast, address: str
) -> None:
    with pytest.raises(Refused) as refused:
        connect(cast, config={"base_url": address, "auth": "none"}, secrets={})
    assert str(refused.value).endswith(".")
    assert not Source.objects.exists()


def test_create_source_twice_by_the_same_name_is_refused(cast: Cast) -> None:
    connect(cast)
    with pytest.raises(Refused, match="source of this name"):
        connect(cast)


def test_edit_source_without_a_secret_keeps_the_one_it_has(cast: Cast, settings: Settings) -> None:
    source = connect(cast)
    actions.edit_source(
        source, by=cast.jonas, at=NOW, name="Reports", config=source.config, secrets={}
    )
    source.refresh_from_db()
    assert source.name == "Reports"
    assert credentials.unseal(source.secret) == {"password": SECRET}


def test_edit_source_to_another_host_asks_for_the_secret_again(
    cast: Cast, settings: Settings
) -> None:
    source = connect(cast)
    elsewhere = {**source.config, "base_url": "https://collector.example/api"}
    with pytest.raises(Refused, match="not sent"):
        actions.edit_source(source, by=cast.jonas, at=NOW, name=source.name, config=elsewhere)
    source.refresh_from_db()
    assert source.config["base_url"] == "https://reports.lakeshore.example/api"
    actions.edit_source(
        source,
        by=cast.jonas,
        at=NOW,
        name=source.name,
        config=elsewhere,
        secrets={"password": "new"},
    )
    source.refresh_from_db()
    assert credentials.unseal(source.secret) == {"password": "new"}


def test_edit_source_pulls_its_metrics_again(metric: Metric, cast: Cast) -> None:
    Pull.objects.update(status="done", finished_at=NOW)
    source = metric.source
    actions.edit_source(source, by=cast.jonas, at=NOW, name="Renamed", config=source.config)
    assert metric.pulls.count() == 1  # a name is no reason
    config = {**source.config, "headers": {"Accept-Language": "en"}}
    actions.edit_source(source, by=cast.jonas, at=NOW, name="Renamed", config=config)
    assert metric.pulls.count() == 2


def uploaded(cast: Cast, content: bytes = CSV, name: str = "late.csv") -> Source:
    source = connect(cast, kind="csv_upload", config={}, secrets={})
    actions.upload_file(source, name=name, content=content, by=cast.jonas, at=NOW)
    return source


def test_upload_keeps_the_file_as_it_came(cast: Cast) -> None:
    file = uploaded(cast, name="C:\\exports\\late\n.csv").files.get()
    assert bytes(file.content) == CSV
    assert file.sha256 == hashlib.sha256(CSV).hexdigest()
    assert file.name == "late.csv"


def test_upload_of_the_same_file_again_keeps_one(cast: Cast) -> None:
    source = uploaded(cast)
    actions.upload_file(source, name="again.csv", content=CSV, by=cast.jonas, at=NOW)
    assert source.files.count() == 1


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"<!doctype html><html><body>Sign in</body></html>", "web page"),
        (b"%PDF-1.7 \x00\x01\x02", ""),
        (b"PK\x03\x04\x00\x00 a workbook", ""),
        (b"\xff\xfe\x00\x00\x00nonsense\x00\xd8", ""),
    ],
    ids=["empty", "html", "pdf", "xlsx", "bytes"],
)
def test_upload_of_what_is_no_table_is_refused_with_a_sentence(
    cast: Cast, content: bytes, says: str
) -> None:
    with pytest.raises(Refused) as refused:
        uploaded(cast, content)
    assert says in str(refused.value)
    assert str(refused.value).endswith(".")
    assert not SourceFile.objects.exists()


def test_upload_to_a_source_that_fetches_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused, match="takes no file"):
        actions.upload_file(connect(cast), name="a.csv", content=CSV, by=cast.jonas, at=NOW)


def test_connection_test_says_whether_the_source_answers(
    source: Source, hospital: server.Source, cast: Cast
) -> None:
    found = connections.found_by(answered(actions.ask_source(source, by=cast.jonas, at=NOW)))
    assert found is not None and "answers" in found.sentence
    hospital.answer = server.Answer(401)
    tried = answered(actions.ask_source(source, by=cast.jonas, at=NOW))
    assert "credentials" in tried.problem
    assert tried.who_can_fix == "Integration team, ext. 4410"
    with pytest.raises(NotAllowed):
        actions.ask_source(source, by=cast.ana, at=NOW)


def test_pull_of_a_host_that_nobody_allowed_is_refused_before_a_connection(
    metric: Metric, hospital: server.Source, settings: Settings
) -> None:
    settings.INTERNAL_HOSTS = []
    done = actions.run_pull(metric.pulls.get().pk, at=NOW)
    assert done is not None
    assert "not a public address" in done.problem
    assert done.who_can_fix == "a Pilotlight administrator"
    assert hospital.asked == []


def test_source_reaches_an_internal_host_while_it_is_open_to_its_unit(
    cast: Cast, source: Source, settings: Settings
) -> None:
    """From the page of internal hosts to the numbers, and back."""
    settings.INTERNAL_HOSTS = []
    settings.INTERNAL_CEILING = ([ip_network("127.0.0.0/8")], [])
    said = "no administrator has allowed it"
    assert said in str(answered(actions.ask_source(source, by=cast.jonas, at=NOW)).problem)
    elsewhere = internal_hosts.allow_host(
        by=cast.hugo, at=NOW, host="127.0.0.1", port=None, unit=cast.harbor, reason="Ours"
    )
    assert elsewhere.unit == cast.harbor
    assert said in str(answered(actions.ask_source(source, by=cast.jonas, at=NOW)).problem)
    host = internal_hosts.allow_host(
        by=cast.ada, at=NOW, host="127.0.0.1", port=None, unit=cast.lakeshore, reason="For all"
    )
    assert not answered(actions.ask_source(source, by=cast.jonas, at=NOW)).problem
    internal_hosts.withdraw_host(host, by=cast.ada, at=NOW, reason="It moved")
    assert said in str(answered(actions.ask_source(source, by=cast.jonas, at=NOW)).problem)
