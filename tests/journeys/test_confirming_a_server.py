"""Jonas connects a hospital's SFTP server, gives it the source's key, and compares the server's own by telephone."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from pilots.connectors.sftp import host_keys, reading
from pilots.metrics.models import Source
from tests.factories.cast import Cast
from tests.fakes.sftp_server import library_server
from tests.journeys.visitor import Live
from tests.worker import Worker


def test_server_is_compared_and_confirmed_on_a_phone(
    live: Live, cast: Cast, worker: Worker, tmp_path: Path, settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    settings.INTERNAL_HOSTS = ["127.0.0.1"]
    monkeypatch.setattr(reading, "LOOK_AGAIN_SECONDS", 0.01)
    root = tmp_path / "files"
    root.mkdir()
    (root / "falls_2026-09.csv").write_text("week,falls,bed_days\n2026-09-07,3,410\n")
    with library_server(root) as server:
        jonas = live(cast.jonas, device="phone")
        # When he connects it
        jonas.open("/sources/new/")
        jonas.press("File on an SFTP server")
        jonas.look()
        jonas.fill("Name of the file", "falls_{month}.csv")
        jonas.press("Connect it")
        jonas.sees("A date in the name needs its year")
        jonas.look()
        jonas.fill("Name", "Falls of the night")
        jonas.choose("Unit", "St Brigid General")
        jonas.fill("Server", server.host)
        jonas.fill("Name of the file", "falls_{year}-{month}.csv")
        jonas.fill("User name", server.username)
        jonas.press("Connect it")
        # Then the line for the server stands there
        jonas.sees("Key for the server", "ssh-ed25519 AAAA")
        jonas.look()
        source = Source.objects.get()
        line = jonas.page.get_by_text("ssh-ed25519 AAAA").inner_text()
        server.knows(line)

        # When he asks whether it answers, he is shown whose key it is
        jonas.press("Ask whether it answers")
        jonas.sees("Is this the right server?", host_keys.fingerprint(server.host_key))
        jonas.look()
        assert not server.tried
        jonas.press("It is the same: confirm it")
        jonas.sees("From now on this server is spoken to.")
        jonas.press("Ask whether it answers")
        jonas.sees("1 rows, 3 columns")
        jonas.look()
        source.refresh_from_db()
        assert source.config["host_key"] == server.host_key
