"""The site on RabbitMQ, which is restarted, stands still and takes nothing more: the worker lives
through it, no page waits for it, and what was due is done."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from typing import Any

import pytest
from celery import Celery
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from innovation import celery as product
from innovation.notices import actions as notices
from innovation.notices.models import Notice
from innovation.workflow import actions as workflow
from pilots.metrics import actions as metrics
from pilots.metrics.models import Metric, Pull, PullStatus
from tests.factories import pilots as make
from tests.factories.cast import Cast, make_cast
from tests.patience import wait_until
from tests.pilots.metrics.conftest import LATE
from tests.pilots.metrics.server import rows, serve
from tests.probes import WHOLE
from tests.probes.server import serving
from tests.rabbitmq import PATIENCE_OF_BROKER, RabbitMQ, rabbitmq
from tests.worker import Worker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Iterator[RabbitMQ]:
    """It is this process's broker, and that of those it starts."""
    with rabbitmq() as broker:
        monkeypatch.setenv("CELERY_BROKER_URL", broker.url)
        app: Any = Celery("of a web process", set_as_current=False)  # type: ignore[call-arg]
        app.conf.update(
            task_default_queue=settings.CELERY_TASK_DEFAULT_QUEUE, broker_connection_timeout=1
        )
        monkeypatch.setattr(product, "app", app)
        # Whoever empties the queue between workers, too: the product's keeps its connections.
        monkeypatch.setattr("tests.worker.app", app)
        monkeypatch.setattr(workflow, "_broker_asked_again_at", 0.0)
        yield broker
        app.pool.force_close_all()


def metric_of(cast: Cast, url: str) -> Metric:
    source = make.make_source(cast, kind="rest_json", config={"base_url": url})
    return make.make_metric(cast, make.open_pilot(cast), source=source, binding=LATE)


def pulled(metric: Metric) -> bool:
    """Asks for the numbers now, as the button does; whether they are there, once it ended."""
    with transaction.atomic():
        began = time.monotonic()
        pull = metrics.request_pull(metric, at=timezone.now())
    assert time.monotonic() - began < 5, "whoever asks waits for no broker"
    wait_until(lambda: has_ended(pull))
    pull.refresh_from_db()
    return pull.status == PullStatus.DONE


def has_ended(pull: Pull) -> bool:
    """The schedule comes by meanwhile: what was sent into a line that the broker's end had cut is lost,
    and found again as due."""
    with transaction.atomic():
        metrics.dispatch_due(at=timezone.now())
    time.sleep(1)
    return not Pull.objects.under_way().filter(pk=pull.pk).exists()


def test_no_task_runs_into_the_time_that_a_message_may_be_held() -> None:
    """RabbitMQ closes a channel whose message is not acknowledged for half an hour, and Celery ends
    the worker then."""
    assert settings.CELERY_TASK_TIME_LIMIT < 30 * 60


def test_worker_lives_and_what_was_due_is_done_whatever_the_broker_does(broker: RabbitMQ) -> None:
    """In the long rows it is killed and filled, too, and messages may be held for seconds only."""
    cast = make_cast()
    worker = Worker().start()
    try:
        with serve() as hospital, serving(CELERY_BROKER_URL=broker.url) as site:
            hospital.answer = rows(("2026-09-07", 12, 100))
            metric = metric_of(cast, hospital.url)
            assert pulled(metric)
            assert site.ask("GET", "/readyz") == 200
            told = mail_that_nobody_takes(cast, metric)

            broker.signal(signal.SIGSTOP)
            assert site.ask("GET", "/readyz") == 503
            assert site.ask("GET", "/healthz") == 200
            broker.signal(signal.SIGCONT)
            assert pulled(metric)
            wait_until(lambda: Notice.objects.get(pk=told.pk).mail_due_at != told.mail_due_at)
            if WHOLE:
                time.sleep(PATIENCE_OF_BROKER + 2)  # no message is held for the mail's sake
                assert worker.alive
                broker.kill()
                broker.start()
                wait_until(lambda: pulled(metric))
                broker.control("set_vm_memory_high_watermark", "0.0001")
                began = time.monotonic()
                with transaction.atomic():
                    pull = metrics.request_pull(metric, at=timezone.now())
                assert time.monotonic() - began < 5
                assert site.ask("GET", "/healthz") == 200
                broker.control("set_vm_memory_high_watermark", "0.4")
                wait_until(lambda: has_ended(pull))
            assert worker.alive
            assert site.ask("GET", "/readyz") == 200
    finally:
        worker.close()


def mail_that_nobody_takes(cast: Cast, metric: Metric) -> Notice:
    """Of a guardrail; no mail server listens in tests."""
    with transaction.atomic():
        [notice] = notices.notify(
            [cast.ana], kind="alarms", title="Falls rose", about=metric, url="/", at=timezone.now()
        )
    return notice
