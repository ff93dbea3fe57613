"""The worker that tests use: real, on the test's database, and mortal."""

from __future__ import annotations

import time

from celery import current_app

from tests.worker import Worker


def test_worker_takes_tasks_and_comes_back_after_kill_9(worker: Worker) -> None:
    ping = current_app.control.inspect([worker.name], timeout=5).ping
    assert ping() == {worker.name: {"ok": "pong"}}
    worker.kill()
    assert not worker.alive
    worker.start()
    assert ping() == {worker.name: {"ok": "pong"}}


def test_worker_rest_forgets_what_waits(worker: Worker) -> None:
    worker.kill()
    for _ in range(2):
        current_app.send_task("nobody.knows.this")
    assert current_app.control.purge() == 2
    current_app.send_task("nobody.knows.this")
    worker.rest()
    assert current_app.control.purge() == 0


def test_worker_at_rest_takes_nothing_until_it_wakes(worker: Worker) -> None:
    worker.rest()
    current_app.send_task("nobody.knows.this")
    assert worker.alive
    assert current_app.control.purge() == 1
    worker.wake()
    current_app.send_task("nobody.knows.this")
    until = time.monotonic() + 20
    while "nobody.knows.this" not in worker.log.read_text() and time.monotonic() < until:
        time.sleep(0.05)
    assert "nobody.knows.this" in worker.log.read_text()
