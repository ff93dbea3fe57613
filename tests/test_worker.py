"""The worker that tests use: real, on the test's database, and mortal."""

from __future__ import annotations

from celery import current_app

from tests.patience import wait_until
from tests.worker import Worker


def answers(worker: Worker) -> bool:
    """Asked again and again: a question put before the worker listens is lost (fanout, Valkey)."""
    reply = current_app.control.inspect([worker.name], timeout=2).ping()
    return bool(reply == {worker.name: {"ok": "pong"}})


def test_worker_takes_tasks_and_comes_back_after_kill_9(worker: Worker) -> None:
    wait_until(lambda: answers(worker))
    worker.kill()
    assert not worker.alive
    worker.start()
    wait_until(lambda: answers(worker))


def test_worker_forgets_what_waits_when_it_is_closed(worker: Worker) -> None:
    worker.kill()
    for _ in range(2):
        current_app.send_task("nobody.knows.this")
    assert current_app.control.purge() == 2
    current_app.send_task("nobody.knows.this")
    worker.close()
    assert current_app.control.purge() == 0
