"""Files on SFTP servers: by the library's own server, and by OpenSSH itself where it is installed."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from pilots.connectors.errors import SourceError, Who
from pilots.connectors.http import HttpClient
from pilots.connectors.kind import Visit
from pilots.connectors.measurement import Measurement, Window
from pilots.connectors.sftp import KIND, host_keys, keys, reading, session
from tests.fakes.sftp_server import (
    OPENSSH,
    WITHOUT_OPENSSH,
    SftpServer,
    library_server,
    openssh_server,
)

MAPPING = {"date": "week", "numerator": "late", "denominator": "all"}
TABLE = "week,late,all\n2026-09-07,3,40\n2026-09-14,4,50\n"
Maker = Callable[..., HttpClient]


@pytest.fixture(scope="module")
def own_key() -> str:
    return keys.new_key("ssh-ed25519")


@pytest.fixture(
    params=[
        "library",
        pytest.param("openssh", marks=pytest.mark.skipif(not OPENSSH, reason=WITHOUT_OPENSSH)),
    ]
)
def server(request: pytest.FixtureRequest, tmp_path: Path, own_key: str) -> Iterator[SftpServer]:
    """Both know the source's key."""
    root = tmp_path / "files"
    root.mkdir()
    make = {"library": library_server, "openssh": openssh_server}[request.param]
    with make(root) as found:
        found.knows(keys.public(own_key))
        yield found


@pytest.fixture(autouse=True)
def looks_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LOOK_AGAIN_SECONDS", 0.05)


def settings_of(server: SftpServer, **more: Any) -> dict[str, Any]:
    config = {
        "host": server.host, "username": server.username, "auth": "key", "pattern": "late.csv",
        "host_key": server.host_key, **MAPPING,
    }  # fmt: skip
    return {**config, **more}


def visit(client: HttpClient, config: dict[str, Any], own_key: str, **secrets: str) -> Visit:
    return Visit(config, client, {"signing_key": own_key, **secrets})


def refused(seen: Visit) -> SourceError:
    with pytest.raises(SourceError) as caught:
        reading.fetch(seen)
    return caught.value


def test_numbers_come_from_the_newest_file_by_the_date_in_its_name(
    server: SftpServer, http_client: Maker, own_key: str
) -> None:
    server.put("late_2026-09-21.csv", TABLE, changed=1_000_000_000)
    server.put("late_2026-09-14.csv", "week,late,all\n2026-09-07,9,9\n")
    server.put("late_2026-13-45.csv", "no day\n")
    server.put("late_2026-09-28.csv.part", "half of i")
    (server.root / "late_2026-10-05.csv").mkdir()
    config = settings_of(server, pattern="late_{year}-{month}-{day}.csv")
    assert KIND.problems(config, measure="proportion") == {}
    client = http_client()
    window = Window(date(2026, 9, 7), date(2026, 9, 21), date(2026, 9, 23), UTC)
    found = list(
        KIND.observe(
            config,
            window,
            cadence="week",
            measure="proportion",
            client=client,
            secrets={"signing_key": own_key},
        )
    )
    assert [(one.period, one.numerator) for one in found if isinstance(one, Measurement)] == [
        (date(2026, 9, 7), Decimal(3)),
        (date(2026, 9, 14), Decimal(4)),
    ]
    assert (client.requests, client.bytes) == (1, len(TABLE))


def test_newest_is_the_one_changed_last_where_no_date_stands_in_the_name(
    server: SftpServer, http_client: Maker, own_key: str
) -> None:
    server.put("a_late.csv", "newer\n", changed=1_700_000_100)
    server.put("z_late.csv", "older\n", changed=1_700_000_000)
    config = settings_of(server, pattern="*_late.csv")
    assert reading.fetch(visit(http_client(), config, own_key)) == b"newer\n"


def test_link_to_a_file_is_followed_and_dated_by_the_file(
    server: SftpServer, http_client: Maker, own_key: str
) -> None:
    """A listing tells of the link itself, whose size is the length of the name that it leads to."""
    server.put("run_0417.csv", TABLE)
    (server.root / "late.csv").symlink_to("run_0417.csv")
    assert reading.fetch(visit(http_client(), settings_of(server), own_key)) == TABLE.encode()


@pytest.mark.parametrize("size", [0, 1, 32_768, 32_769, 300_000])
def test_file_comes_whole_whatever_its_size(
    server: SftpServer, http_client: Maker, own_key: str, size: int
) -> None:
    body = bytes(n % 251 for n in range(size))
    server.put("late.csv", body)
    assert reading.fetch(visit(http_client(), settings_of(server), own_key)) == body


def test_file_that_grows_between_two_looks_is_not_taken(
    server: SftpServer, http_client: Maker, own_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = server.put("late.csv", TABLE)
    monkeypatch.setattr(reading, "LOOK_AGAIN_SECONDS", 0.5)

    def write() -> None:
        time.sleep(0.1)
        with path.open("a") as file:
            file.write("2026-09-21,1,5\n")

    writer = threading.Timer(0.1, write)
    writer.start()
    error = refused(visit(http_client(), settings_of(server), own_key))
    writer.join()
    assert ("is still being written" in error.sentence, error.retry) == (True, True)
    assert reading.fetch(visit(http_client(), settings_of(server), own_key)).endswith(b"1,5\n")


def test_file_is_taken_once_another_beside_it_says_that_it_is_finished(
    server: SftpServer, http_client: Maker, own_key: str
) -> None:
    server.put("late_20260914.csv", "former\n")
    server.put("late_20260914.csv.done", "")
    server.put("late_20260921.csv", "half of i")
    config = settings_of(
        server, pattern="late_{year}{month}{day}.csv", finished="marker", marker="{name}.done"
    )
    assert reading.fetch(visit(http_client(), config, own_key)) == b"former\n"
    server.put("late_20260921.csv.done", "")
    assert reading.fetch(visit(http_client(), config, own_key)) == b"half of i"
    (server.root / "late_20260914.csv.done").unlink()
    (server.root / "late_20260921.csv.done").unlink()
    error = refused(visit(http_client(), config, own_key))
    assert ("late_20260921.csv has no file beside it" in error.sentence, error.retry) == (
        True,
        True,
    )


def test_what_is_not_there_is_named(server: SftpServer, http_client: Maker, own_key: str) -> None:
    server.put("Late.CSV", TABLE)
    error = refused(visit(http_client(), settings_of(server), own_key))
    assert "fits the name" in error.sentence and "“Late.CSV”" in error.sentence
    error = refused(visit(http_client(), settings_of(server, directory="outgoing"), own_key))
    assert "There is no directory “outgoing”" in error.sentence


def test_file_that_is_too_large_is_not_fetched(
    server: SftpServer, http_client: Maker, own_key: str
) -> None:
    server.put("late.csv", b"x" * 200_000)
    client = http_client(max_bytes=100_000)
    assert refused(visit(client, settings_of(server), own_key)).code == "too_large"
    assert client.bytes == 0


def test_key_of_the_server_is_shown_and_nothing_is_asked_before_a_person_confirmed_it(
    server: SftpServer, http_client: Maker, own_key: str
) -> None:
    server.put("late.csv", TABLE)
    new = settings_of(server, host_key="")
    found = reading.test_connection(visit(http_client(), new, own_key))
    assert (found.offered, found.rows) == (server.host_key, ())
    assert "answered and showed this key. Nothing was sent" in found.sentence
    assert refused(visit(http_client(), new, own_key)).code == "host_key"
    assert not server.tried
    known = settings_of(server, host_key=found.offered)
    assert reading.test_connection(visit(http_client(), known, own_key)).columns == (
        "week", "late", "all",
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa"])
def test_another_key_than_the_confirmed_one_is_told_nothing(
    server: SftpServer, http_client: Maker, own_key: str, kind: str
) -> None:
    """Of its own kind or another, which no common algorithm must hide."""
    server.put("late.csv", TABLE)
    other = host_keys.written(_key(kind))
    error = refused(visit(http_client(), settings_of(server, host_key=other), own_key))
    assert isinstance(error, session.KeyUnknown)
    assert (error.offered, error.who, error.retry) == (server.host_key, Who.INTEGRATION, False)
    assert host_keys.fingerprint(server.host_key) in error.sentence
    assert not server.tried


def _key(kind: str) -> Any:
    return asyncssh.generate_private_key(kind).convert_to_public()


def test_key_that_the_server_does_not_know_is_refused_in_words(
    server: SftpServer, http_client: Maker
) -> None:
    error = refused(visit(http_client(), settings_of(server), keys.new_key("ssh-rsa")))
    assert (error.code, "public half is on the source's page" in error.sentence) == ("401", True)


def test_address_that_is_closed_is_not_connected_to(
    server: SftpServer, http_client: Maker, own_key: str, connected: list[Any]
) -> None:
    client = http_client(allowed_hosts=[])
    assert refused(visit(client, settings_of(server), own_key)).code == "address"
    assert connected == []


def test_nothing_but_files_is_asked_for(
    server: SftpServer, http_client: Maker, own_key: str
) -> None:
    server.put("late.csv", TABLE)
    reading.fetch(visit(http_client(), settings_of(server), own_key))
    assert server.shells == []


@pytest.mark.skipif(not OPENSSH, reason=WITHOUT_OPENSSH)
def test_login_whose_shell_greets_is_refused_in_words(
    http_client: Maker, own_key: str, tmp_path: Path
) -> None:
    (tmp_path / "files").mkdir()
    with openssh_server(tmp_path / "files", greeting="Welcome to Lakeshore") as server:
        server.knows(keys.public(own_key))
        error = refused(visit(http_client(), settings_of(server), own_key))
        assert "prints a greeting" in error.sentence


# ---- what the library's server alone can be told


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Callable[..., SftpServer]]:
    with ExitStack() as stack:

        def make(**options: Any) -> SftpServer:
            root = tmp_path / f"files{len(list(tmp_path.iterdir()))}"
            root.mkdir()
            return stack.enter_context(library_server(root, **options))

        yield make


@pytest.mark.parametrize("kbdint", [False, True], ids=["password", "keyboard-interactive"])
def test_password_is_given_once_however_it_is_asked_for(
    door: Callable[..., SftpServer], http_client: Maker, kbdint: bool
) -> None:
    server = door(password="correct horse", kbdint=kbdint)
    server.put("late.csv", TABLE)
    config = settings_of(server, auth="password")
    good = Visit(config, http_client(), {"password": "correct horse"})
    assert reading.fetch(good) == TABLE.encode()
    way = "keyboard-interactive" if kbdint else "password"
    assert server.tried == [(way, "correct horse")]
    server.tried.clear()
    error = refused(Visit(config, http_client(), {"password": "battery staple"}))
    assert "did not let “pilotlight” in: the password is wrong" in error.sentence
    assert "battery" not in error.sentence
    assert server.tried == [(way, "battery staple")]


def test_password_is_not_tried_where_a_key_is_chosen_nor_the_other_way_round(
    door: Callable[..., SftpServer], http_client: Maker, own_key: str
) -> None:
    server = door(password="correct horse", known=["ssh-ed25519 AAAA"])
    config = settings_of(server)
    refused(visit(http_client(), config, own_key, password="correct horse"))
    assert {way for way, _given in server.tried} == {"publickey"}
    server.tried.clear()
    refused(visit(http_client(), {**config, "auth": "password"}, own_key, password="wrong"))
    assert {way for way, _given in server.tried} == {"password"}


def test_file_that_is_replaced_while_it_is_read_is_not_taken(
    door: Callable[..., SftpServer], http_client: Maker, own_key: str
) -> None:
    server = door(known=[keys.public(own_key)])
    path = server.put("late.csv", TABLE)

    def replace() -> None:
        path.write_text(TABLE + "2026-09-21,1,5\n")

    server.on_read = replace
    error = refused(visit(http_client(), settings_of(server), own_key))
    assert "is still being written" in error.sentence


def test_server_that_does_not_answer_is_left_after_the_time_that_it_has(
    http_client: Maker, own_key: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server = SftpServer(Path(), silent.getsockname()[1])
        client = http_client(request_seconds=0.5, read_seconds=0.3, connect_seconds=0.3)
        began = time.monotonic()
        error = refused(visit(client, settings_of(server), own_key))
        assert (error.code, error.retry) == ("timeout", True)
        assert time.monotonic() - began < 5


def test_what_is_no_sftp_server_is_said(hostile: Any, http_client: Maker, own_key: str) -> None:
    port = int(hostile.url("").rpartition(":")[2].split("/")[0])
    error = refused(visit(http_client(request_seconds=3), settings_of(SftpServer(Path(), port)), own_key))  # fmt: skip
    assert error.code in ("shape", "broken", "timeout")


def test_key_with_a_password_or_none_at_all_is_refused() -> None:
    with pytest.raises(SourceError, match="not a private key"):
        keys.loaded("nonsense")
    rsa = keys.new_key("ssh-rsa")
    assert keys.public(rsa.replace("\n", " "), "pilotlight").startswith("ssh-rsa AAAA")
    assert keys.public(rsa).count(" ") == 1
