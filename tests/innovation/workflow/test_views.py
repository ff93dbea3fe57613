from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from kombu.connection import Connection

from innovation.celery import app
from innovation.workflow.models import SignOfLife


def test_healthz_answers_without_a_database(client: Client) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "up"}
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_readyz_with_database_and_broker_answers_and_misses_who_was_never_seen(
    client: Client,
) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "degraded",
        "database": "up",
        "broker": "up",
        "worker": "never seen",
        "scheduler": "never seen",
    }


@pytest.mark.django_db
def test_readyz_says_since_when_no_worker_was_seen_and_stays_in_the_rotation(
    client: Client,
) -> None:
    now = timezone.now()
    SignOfLife.objects.create(kind="scheduler", host="one", seen_at=now)
    SignOfLife.objects.create(kind="worker", host="one", seen_at=datetime(2026, 11, 23, tzinfo=UTC))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert answer.json()["worker"] == "not seen since 2026-11-23T00:00:00Z"
    assert answer.json()["scheduler"] == "up"
    SignOfLife.objects.create(kind="worker", host="two", seen_at=now)
    assert client.get("/readyz").json()["status"] == "ready"


@pytest.mark.django_db
def test_readyz_without_the_broker_is_503_and_says_which(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = partial(Connection, "redis://127.0.0.1:1/0")
    monkeypatch.setattr(app, "connection_for_write", gone)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    said = answer.json()
    assert (said["status"], said["database"], said["broker"]) == ("not ready", "up", "down")


@pytest.mark.django_db
def test_readyz_without_the_database_is_503_and_says_which(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr(connection, "cursor", refuse)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["database"] == "down"


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_accepts_no_post(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
