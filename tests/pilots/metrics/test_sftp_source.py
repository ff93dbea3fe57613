"""A source on an SFTP server: connected, its key confirmed by a person, pulled, and stopped when that key changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from innovation.audit.models import Event
from innovation.notices.models import Notice
from innovation.rules.refusal import NotAllowed, Refused
from pilots.connectors.sftp import host_keys, keys, reading
from pilots.metrics import actions, collect, credentials
from pilots.metrics.models import Metric, Observation, PullStatus, Source, SourceCheck
from tests.factories.cast import NOW, Cast
from tests.fakes.sftp_server import SftpServer, library_server
from tests.present import present

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("worker_beside")]

MAPPING = {"date": "week", "numerator": "late", "denominator": "all"}
TABLE = "week,late,all\n2026-09-07,3,40\n2026-09-14,4,50\n"


@pytest.fixture
def server(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], SftpServer]]:
    """Started anew, it has another key at another port."""
    settings.INTERNAL_HOSTS = ["127.0.0.1"]
    monkeypatch.setattr(reading, "LOOK_AGAIN_SECONDS", 0.01)
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "late.csv").write_text(TABLE)
    with ExitStack() as stack:
        yield lambda: stack.enter_context(library_server(tmp_path / "files"))


def connect(client: Client, cast: Cast, server: SftpServer) -> Source:
    client.force_login(cast.jonas)
    client.post(
        f"{reverse('pilots:source-create')}?kind=sftp",
        {
            "name": "Nightly files", "unit": cast.brigid.pk, "steward": "", "host": server.host, "directory": "",
            "pattern": "late.csv", "username": "pilotlight", "auth": "key", "finished": "stable",
            "signing_algorithm": "ssh-ed25519",
        },
    )  # fmt: skip
    return Source.objects.get(name="Nightly files")


def page(client: Client, source: Source) -> str:
    return client.get(reverse("pilots:source-detail", args=[source.pk])).content.decode()


def tried(client: Client, source: Source) -> tuple[str, SourceCheck]:
    answer = client.post(reverse("pilots:source-test-connection", args=[source.pk]), follow=True)
    check = SourceCheck.objects.filter(source=source).first()
    return answer.content.decode(), present(check)


def confirm(client: Client, check: SourceCheck) -> str:
    address = reverse("pilots:source-host-key-confirm", args=[check.pk])
    return client.post(address, follow=True).content.decode()


def moved(source: Source, server: SftpServer) -> None:
    """The same address, as far as the source knows, with another server behind it."""
    Source.objects.filter(pk=source.pk).update(config={**source.config, "host": server.host})
    source.refresh_from_db()


def test_source_is_confirmed_pulled_and_stopped_when_the_key_of_its_server_changes(
    client: Client, cast: Cast, server: Callable[[], SftpServer], plan: Callable[..., Metric]
) -> None:
    first = server()
    source = connect(client, cast, first)
    shown = page(client, source)
    ((line, _state),) = collect.ssh_keys(source)
    assert line in shown and line.endswith(f"pilotlight-{source.pk}") and "PRIVATE" not in shown
    metric = plan(source=source, binding=MAPPING)
    pull = present(actions.run_pull(actions.request_pull(metric, at=NOW).pk, at=NOW))
    assert pull.status == PullStatus.FAILED and "Nobody has confirmed yet" in pull.problem
    assert not first.tried

    said, check = tried(client, source)
    assert "Is this the right server?" in said and host_keys.fingerprint(first.host_key) in said
    first.knows(line)
    assert "It is confirmed" in confirm(client, check)
    source.refresh_from_db()
    assert source.config["host_key"] == first.host_key
    assert "3 columns" in tried(client, source)[0]
    later = NOW + timedelta(minutes=2)
    pull = present(actions.run_pull(actions.request_pull(metric, at=later).pk, at=later))
    assert (pull.status, pull.added) == (PullStatus.DONE, 2)

    second = server()
    second.knows(line)
    moved(source, second)
    metric.refresh_from_db()
    later = NOW + timedelta(minutes=9)
    pull = present(actions.run_pull(actions.request_pull(metric, at=later).pk, at=later))
    assert pull.status == PullStatus.FAILED and "shows another key" in pull.problem
    assert pull.who_can_fix == "the hospital's integration team"
    assert not second.tried and Observation.objects.filter(metric=metric).count() == 2
    said, check = tried(client, source)
    assert "shows another key than before" in said
    assert {host_keys.fingerprint(one.host_key) in said for one in (first, second)} == {True}
    confirm(client, check)
    assert "3 columns" in tried(client, source)[0]
    found = Event.objects.filter(type__startswith="source.host_key").values_list("type", flat=True)
    assert sorted(found) == ["source.host_key_changed", "source.host_key_confirmed"]
    told = Notice.objects.filter(title__contains="has another key")
    assert cast.ada in {one.person for one in told} and cast.jonas not in {
        one.person for one in told
    }


def test_key_is_confirmed_by_who_asked_and_for_the_address_that_showed_it(
    client: Client, cast: Cast, server: Callable[[], SftpServer]
) -> None:
    source = connect(client, cast, server())
    _said, check = tried(client, source)
    for person in (cast.maya, cast.ana, cast.victor):
        other = Client()
        other.force_login(person)
        address = reverse("pilots:source-host-key-confirm", args=[check.pk])
        assert other.post(address).status_code in (403, 404)
        with pytest.raises((NotAllowed, Refused)):
            actions.confirm_host_key(check, by=person, at=NOW)
    actions.edit_source(
        source, by=cast.jonas, at=NOW, name=source.name, steward="",
        config={**source.config, "directory": "elsewhere"},
    )  # fmt: skip
    assert "changed since" in confirm(client, check)
    source.refresh_from_db()
    assert not source.config["host_key"]
    assert "changed since" in client.get(reverse("pilots:source-check", args=[check.pk])).content.decode()  # fmt: skip


def test_key_that_signs_in_is_changed_in_two_steps(
    client: Client, cast: Cast, server: Callable[[], SftpServer]
) -> None:
    source = connect(client, cast, server())
    change = reverse("pilots:source-change-key", args=[source.pk])
    (before,) = [line for line, _state in collect.ssh_keys(source)]
    client.post(change)
    source.refresh_from_db()
    first, following = [line for line, _state in collect.ssh_keys(source)]
    assert first == before and following in page(client, source)
    client.post(change)
    source.refresh_from_db()
    assert [line for line, _state in collect.ssh_keys(source)] == [following]
    event = present(Event.objects.filter(type="source.key_changed").first())
    assert event.details["key"] == host_keys.fingerprint(following)
    assert client.get(reverse("pilots:source-keys", args=[source.pk])).status_code == 404


def test_key_that_is_entered_is_looked_at_and_sealed(client: Client, cast: Cast) -> None:
    def connected(**secrets: str) -> Source:
        return actions.create_source(
            by=cast.jonas, at=NOW, unit=cast.brigid, name="Files", kind="sftp", secrets=secrets,
            config={"host": "files.example.org", "username": "us", "pattern": "a.csv", "auth": "key"},
        )  # fmt: skip

    with pytest.raises(Refused, match="not a private key"):
        connected(signing_key="nonsense")
    mine = keys.new_key("ssh-rsa")
    source = connected(signing_key=mine.replace("\n", " "))
    assert keys.public(mine) in collect.ssh_keys(source)[0][0]
    inside = credentials.unseal(source.secret)["signing_key"].split()[5]
    client.force_login(cast.jonas)
    for name in ("source-detail", "source-edit", "api-source-detail"):
        answer: Any = client.get(reverse(f"pilots:{name}", args=[source.pk]))
        assert answer.status_code == 200 and inside not in answer.content.decode()
