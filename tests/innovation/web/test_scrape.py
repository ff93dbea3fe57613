"""Prometheus is told in time, whatever hangs, and nobody else is told."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, OperationalError, connection
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from innovation import house
from innovation.celery import app
from innovation.rules.database.hanging import HANGS
from innovation.web import metric_files, scrape
from innovation.web.scrape import Scrape
from innovation.web.whole_requests import WholeRequests
from innovation.workflow import broker
from tests.factories.cast import Cast
from tests.innovation.web.test_whole_requests import Site, Visitor, scope_of
from tests.patience import PATIENCE

TOKEN = "a-token-of-the-tests-4711"
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def samples(text: bytes) -> Samples:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


def asked(
    one: Scrape | None, *, times: int = 1, token: str | None = TOKEN, method: str = "GET"
) -> list[tuple[int, bytes, float]]:
    """What a web server with this answers, one time after the other."""
    headers = [] if token is None else [(b"authorization", f"Bearer {token}".encode())]
    found = []

    async def ask() -> None:
        server: Any = WholeRequests(Site(b"the site"), threads=1, seconds=PATIENCE, scrape=one)
        for _ in range(times):
            visitor, begun = Visitor(), time.monotonic()
            scope = scope_of(*headers, path=b"/metrics", method=method)
            await server(scope, visitor.receive, visitor.send)
            body = b"".join(event.get("body", b"") for event in visitor.got[1:])
            found.append((visitor.got[0]["status"], body, time.monotonic() - begun))

    with ThreadPoolExecutor(1) as alone:
        alone.submit(asyncio.run, ask()).result()
    return found


def up() -> bool:
    return True


@pytest.fixture
def nothing_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scrape, "held_by_the_database", list)


@pytest.mark.parametrize("token", ["", "another", TOKEN[:-1], TOKEN + "x"])
def test_whoever_has_another_token_is_told_nothing(nothing_held: None, token: str) -> None:
    [(status, body, _seconds)] = asked(Scrape(TOKEN, others={}), token=token)
    assert status == 401
    assert b"pilotlight" not in body


def test_whoever_has_the_token_is_told(nothing_held: None) -> None:
    [(status, body, _seconds)] = asked(Scrape(TOKEN, others={"broker": up}))
    assert status == 200
    found = samples(body)
    assert found["pilotlight_database_up", ()] == found["pilotlight_broker_up", ()] == 1


def test_nothing_is_changed_there(nothing_held: None) -> None:
    [(status, _body, _seconds)] = asked(Scrape(TOKEN, others={}), method="POST")
    assert status == 405


def test_person_who_leaves_out_a_slash_is_led_to_the_page() -> None:
    [(_status, body, _seconds)] = asked(Scrape(TOKEN, others={}), token=None)
    assert body == b"the site"


def test_without_a_token_of_the_site_nobody_is_told() -> None:
    [(_status, body, _seconds)] = asked(None)
    assert body == b"the site"


def refuse() -> None:
    raise OperationalError("nobody answers")


def test_database_that_is_away_is_said_and_the_rest_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scrape, "held_by_the_database", refuse)
    [(status, body, _seconds)] = asked(Scrape(TOKEN, others={"broker": up}))
    found = samples(body)
    assert status == 200
    assert found["pilotlight_database_up", ()] == 0
    assert found["pilotlight_broker_up", ()] == 1
    assert b"pilotlight_http_wait_seconds" in body


@pytest.fixture
def hanging() -> Iterator[Callable[[], Any]]:
    let_go = threading.Event()

    def hang() -> bool:
        let_go.wait(PATIENCE)
        return True

    yield hang
    let_go.set()


def test_database_and_broker_that_hang_hold_nobody_up(
    monkeypatch: pytest.MonkeyPatch, hanging: Callable[[], Any]
) -> None:
    """The first time as long as there is, and from then on no time at all."""
    monkeypatch.setattr(scrape, "held_by_the_database", hanging)
    within = PATIENCE / 10
    one = Scrape(TOKEN, others={"broker": hanging}, within=within)
    before = threading.active_count()
    found = asked(one, times=4)
    assert threading.active_count() - before <= 3
    for status, body, _seconds in found:
        assert status == 200
        assert samples(body)["pilotlight_database_up", ()] == 0
        assert samples(body)["pilotlight_broker_up", ()] == 0
    assert found[0][2] >= within
    assert sum(seconds for _s, _b, seconds in found[1:]) < within


def test_database_that_is_known_to_hang_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked_all_the_same() -> None:
        raise AssertionError

    monkeypatch.setattr(scrape, "held_by_the_database", asked_all_the_same)
    HANGS.set()
    try:
        [(_status, body, _seconds)] = asked(Scrape(TOKEN, others={}))
    finally:
        HANGS.clear()
    assert samples(body)["pilotlight_database_up", ()] == 0


@pytest.mark.django_db
def test_gauges_of_each_room_are_read() -> None:
    found = samples(scrape.as_text(scrape.held_by_the_database()))
    failed = {key[1]: value for key, value in found.items() if key[0] == "pilotlight_gauges_failed"}
    assert failed == {(("room", room),): 0 for room in house.with_file("gauges")}
    assert len(failed) == 5


@pytest.mark.django_db
def test_room_whose_gauges_cannot_be_read_is_missing_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from innovation.notices import gauges

    monkeypatch.setattr(gauges, "DUE", "SELECT nobody_has_this_column")
    found = samples(scrape.as_text(scrape.held_by_the_database()))
    assert found["pilotlight_gauges_failed", (("room", "innovation.notices"),)] == 1
    assert ("pilotlight_mails_due", ()) not in found
    assert ("pilotlight_sources_paused", ()) in found


@pytest.mark.django_db
def test_gauges_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    from innovation.notices import gauges

    def change() -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM innovation_signoflife")
        return []

    monkeypatch.setattr(gauges, "gauges", change)
    with pytest.raises(DatabaseError, match="read-only"):
        scrape.held_by_the_database()


def test_broker_that_refuses_is_not_up(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert broker.answers()
    monkeypatch.setattr(app.conf, "broker_write_url", "redis://127.0.0.1:9/0")
    assert not broker.answers()


def test_requests_are_counted_by_their_route_and_not_by_their_path(
    cast: Cast, settings: Settings
) -> None:
    settings.METRICS_TOKEN = TOKEN
    key = (
        "pilotlight_http_requests_total",
        (("method", "GET"), ("route", "innovation:need-detail"), ("status", "404")),
    )
    before = samples(scrape.counted_by_the_processes()).get(key, 0)
    browser = Client()
    browser.force_login(cast.ana)
    for number in (999991, 999992):
        browser.get(f"/needs/{number}/")
    browser.get("/nowhere/at-all/")
    browser.generic("BREW", "/needs/999993/")
    told = scrape.counted_by_the_processes()
    assert samples(told)[key] == before + 2
    assert b"needs/9999" not in told
    assert b"nowhere" not in told
    assert b"BREW" not in told
    assert b'route="none"' in told
    assert b'method="other"' in told


def test_nothing_is_counted_where_nobody_asks(cast: Cast, settings: Settings) -> None:
    settings.METRICS_TOKEN = ""
    before = samples(scrape.counted_by_the_processes())
    Client().get("/needs/")
    after = samples(scrape.counted_by_the_processes())
    ours = {key: value for key, value in after.items() if key[0].startswith("pilotlight_")}
    assert ours
    assert ours == {key: before[key] for key in ours}


def test_what_the_dead_said_of_themselves_is_forgotten_and_what_they_counted_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(metric_files.VARIABLE, str(tmp_path))
    gone = subprocess.Popen(["true"])
    gone.wait()
    names = [
        f"gauge_livesum_{gone.pid}.db",
        f"counter_{gone.pid}.db",
        f"gauge_livesum_{os.getpid()}.db",
    ]
    for name in names:
        (tmp_path / name).touch()
    metric_files.forget_the_dead()
    assert {file.name for file in tmp_path.iterdir()} == set(names[1:])


def test_server_whose_number_was_another_ones_counts_in_files_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Numbers of processes come again: what is named by the number alone went on with old counts."""
    one, other = (subprocess.Popen(["cat"], stdin=subprocess.PIPE) for _turn in range(2))
    began = []
    for process in (one, other):
        monkeypatch.setattr(os, "getppid", lambda process=process: process.pid)
        name = metric_files._of_this_server().name
        assert name == metric_files._of_this_server().name
        assert name.startswith(f"pilotlight-metrics-{process.pid}-")
        began.append(int(name.rpartition("-")[2]))
        process.communicate()
    assert 0 < began[0] <= began[1]


def test_files_of_somebody_else_are_not_used(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A directory for temporary files is everybody's."""
    settings.IS_WEB, settings.METRICS_TOKEN = True, TOKEN
    monkeypatch.delitem(sys.modules, "prometheus_client")
    (tmp_path / "theirs").mkdir()
    (tmp_path / "ours").symlink_to(tmp_path / "theirs")
    monkeypatch.setenv(metric_files.VARIABLE, str(tmp_path / "ours"))
    with pytest.raises(RuntimeError, match="somebody else's"):
        metric_files.prepare()
    monkeypatch.setenv(metric_files.VARIABLE, str(tmp_path / "new"))
    metric_files.prepare()
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700


def test_library_that_came_too_early_is_noticed(settings: Settings) -> None:
    """It would keep its values to itself, and each process tell its own."""
    settings.IS_WEB, settings.METRICS_TOKEN = True, TOKEN
    with pytest.raises(RuntimeError, match="imported before"):
        metric_files.prepare()
