"""Whether somebody works in the background, told to whom it concerns."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from innovation.workflow import signs_of_life
from innovation.workflow.models import ProcessKind, SignOfLife
from tests.factories.cast import Cast
from tests.patience import wait_until
from tests.worker import Worker


def test_worker_that_did_a_task_was_seen(worker: Worker) -> None:
    from innovation.celery import app

    assert signs_of_life.last_seen(ProcessKind.WORKER) is None
    app.send_task("innovation.workflow.tasks.forget_used_keys")
    wait_until(lambda: signs_of_life.last_seen(ProcessKind.WORKER) is not None)


def test_sign_is_one_row_a_host_and_written_again_after_a_while(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signs_of_life, "_said_at", {})
    signs_of_life.say(ProcessKind.SCHEDULER)
    first = SignOfLife.objects.get()
    SignOfLife.objects.update(seen_at=first.seen_at - timedelta(minutes=5))
    signs_of_life.say(ProcessKind.SCHEDULER)
    assert ProcessKind.SCHEDULER in signs_of_life.missed(at=timezone.now()), "said too soon"
    signs_of_life._said_at.clear()
    signs_of_life.say(ProcessKind.SCHEDULER)
    assert ProcessKind.SCHEDULER not in signs_of_life.missed(at=timezone.now())
    assert SignOfLife.objects.count() == 1


@pytest.mark.parametrize(
    ("silent", "sentence"),
    [("worker", "No worker has been seen since"), ("scheduler", "The scheduler has not been seen")],
)
def test_silence_is_said_to_administrators_and_beside_the_sources(
    cast: Cast, silent: str, sentence: str
) -> None:
    ada, maya = Client(), Client()
    ada.force_login(cast.ada)
    maya.force_login(cast.maya)
    waiting, sources = "/", reverse("pilots:source-list")
    now = timezone.now()
    for kind in ProcessKind:
        SignOfLife.objects.create(kind=kind, host="one", seen_at=now)
    for browser, page in ((ada, waiting), (maya, sources)):
        assert sentence not in browser.get(page, follow=True).content.decode()
    SignOfLife.objects.filter(kind=silent).update(seen_at=now - timedelta(minutes=4))
    for browser, page in ((ada, waiting), (maya, sources)):
        assert sentence in browser.get(page, follow=True).content.decode(), page
    assert sentence not in maya.get(waiting, follow=True).content.decode()
