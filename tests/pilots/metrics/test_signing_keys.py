"""The keys of a source that signs: made with it, published for anybody, changed in two steps, never shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from innovation.audit.models import Event
from innovation.rules.refusal import NotAllowed, Refused
from pilots.connectors import signing
from pilots.metrics import actions, collect, credentials
from pilots.metrics.models import Source
from tests.factories.cast import NOW, Cast
from tests.fakes.token_server import TokenServer, token_server

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("worker_beside")]


@pytest.fixture
def server(settings: Settings) -> Iterator[TokenServer]:
    with token_server() as found:
        settings.INTERNAL_HOSTS = ["127.0.0.1"]
        yield found


def config(address: str, **more: Any) -> dict[str, Any]:
    return {
        "base_url": f"{address}/r4", "auth": "smart", "client_id": "pilotlight", "scope": "system/*.rs",
        "signing_algorithm": "ES384", **more,
    }  # fmt: skip


def connect(cast: Cast, address: str, **more: Any) -> Source:
    secrets = more.pop("secrets", None)
    return actions.create_source(
        by=cast.jonas, at=NOW, unit=cast.brigid, name="Quality server", kind="rest_json",
        config=config(address, **more), secrets=secrets, steward="Integration team",
    )  # fmt: skip


def edit(source: Source, cast: Cast, changed: dict[str, Any], **secrets: str) -> Source:
    return actions.edit_source(
        source, by=cast.jonas, at=NOW, name=source.name, steward=source.steward,
        config={**source.config, **changed}, secrets=secrets,
    )  # fmt: skip


def published(client: Client, source: Source) -> list[dict[str, Any]]:
    answer = client.get(reverse("pilots:source-keys", args=[source.pk]))
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "public, max-age=300"
    keys: list[dict[str, Any]] = answer.json()["keys"]
    return keys


def test_key_is_made_published_and_believed_and_changed_without_a_gap(
    client: Client, cast: Cast, server: TokenServer
) -> None:
    client.force_login(cast.jonas)
    here = f"{reverse('pilots:source-create')}?kind=rest_json"
    form = {"name": "Quality server", "unit": cast.brigid.pk, "steward": "", "headers": ""}
    client.post(here, {**form, **config(server.address)})
    source = Source.objects.get(name="Quality server")
    page = reverse("pilots:source-detail", args=[source.pk])
    shown = client.get(page).content.decode()
    assert reverse("pilots:source-keys", args=[source.pk]) in shown and "PRIVATE" not in shown

    stranger = Client()
    (first,) = published(stranger, source)
    assert first["kid"] in shown and "d" not in first

    def answers() -> bool:
        address = reverse("pilots:source-test-connection", args=[source.pk])
        return "accepts the credentials" in client.post(address, follow=True).content.decode()

    server.keys = published(stranger, source)
    assert answers()

    change = reverse("pilots:source-change-key", args=[source.pk])
    client.post(change)
    source.refresh_from_db()
    assert published(stranger, source)[0]["kid"] == first["kid"]
    assert answers()  # the one that the server knows signs still
    server.keys = published(stranger, source)
    assert len(server.keys) == 2
    client.post(change)
    source.refresh_from_db()
    second, former = published(stranger, source)
    assert (second["kid"] != first["kid"], former["kid"]) == (True, first["kid"])
    assert answers()
    assert [one["kid"] for one in server.headers] == [first["kid"]] * 2 + [second["kid"]]
    client.post(change)
    source.refresh_from_db()
    assert len(published(stranger, source)) == 3  # the next one, and the former until it signs
    names = Event.objects.filter(type__startswith="source.key").values_list("type", flat=True)
    assert sorted(names) == ["source.key_changed", "source.key_made", "source.key_made"]


def test_key_that_is_entered_is_looked_at_and_the_one_before_stays_published(
    client: Client, cast: Cast
) -> None:
    mine = signing.new_key("RS384")
    source = connect(cast, "https://fhir.example.org", secrets={"signing_key": mine})
    assert published(client, source) == signing.published({"signing_key": mine})
    other = signing.new_key("ES384")
    edit(source, cast, {}, signing_key=other.replace("\n", " "))
    assert [one["alg"] for one in published(client, source)] == ["ES384", "RS384"]
    with pytest.raises(Refused, match="not a private key"):
        edit(source, cast, {}, signing_key="nonsense")


def test_key_does_not_go_with_a_source_to_another_address(client: Client, cast: Cast) -> None:
    source = connect(cast, "https://fhir.example.org")
    (before,) = published(client, source)
    edit(source, cast, {"scope": "system/Measure.rs"})
    assert published(client, source) == [before]
    edit(source, cast, {"base_url": "https://elsewhere.example.org/r4"})
    (after,) = published(client, source)
    assert after["kid"] != before["kid"]


def test_source_that_signs_nothing_has_no_keys(client: Client, cast: Cast) -> None:
    source = connect(cast, "https://fhir.example.org")
    edit(source, cast, {"auth": "none"})
    assert client.get(reverse("pilots:source-keys", args=[source.pk])).status_code == 404
    with pytest.raises(Refused, match="signs nothing"):
        actions.change_signing_key(source, by=cast.jonas, at=NOW)
    assert collect.signing_keys(source) == []


def test_only_whoever_keeps_a_source_changes_its_key(cast: Cast) -> None:
    source = connect(cast, "https://fhir.example.org")
    with pytest.raises(NotAllowed):
        actions.change_signing_key(source, by=cast.ana, at=NOW)


def test_private_key_is_sealed_and_in_no_answer(client: Client, cast: Cast) -> None:
    source = connect(cast, "https://fhir.example.org")
    pem = credentials.unseal(source.secret)["signing_key"]
    inside = pem.split("\n")[1]
    assert inside.encode() not in bytes(source.secret) and inside not in json.dumps(source.config)
    client.force_login(cast.jonas)
    for name in ("source-detail", "source-edit", "source-keys", "api-source-detail"):
        answer = client.get(reverse(f"pilots:{name}", args=[source.pk]))
        assert answer.status_code == 200
        assert inside not in answer.content.decode()
