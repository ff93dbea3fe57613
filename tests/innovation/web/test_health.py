from __future__ import annotations

from functools import partial

import pytest
from django.db import OperationalError, connection
from django.test import Client
from kombu.connection import Connection

from innovation.celery import app


def test_healthz_answers_without_a_database(client: Client) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "up"}
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_readyz_with_database_and_broker_is_ready(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ready", "database": "up", "broker": "up"}


@pytest.mark.django_db
def test_readyz_without_the_broker_is_503_and_says_which(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = partial(Connection, "redis://127.0.0.1:1/0")
    monkeypatch.setattr(app, "connection_for_write", gone)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "not ready", "database": "up", "broker": "down"}


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
