"""Work for later: handed over on commit only, and never at the cost of what was done."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.db import transaction
from kombu.exceptions import OperationalError

from innovation.celery import app
from innovation.workflow import actions as workflow

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    found: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(
        app, "send_task", lambda name, kwargs, **options: found.append((name, kwargs))
    )
    return found


def test_defer_sends_once_the_transaction_has_committed(
    sent: list[tuple[str, dict[str, Any]]],
) -> None:
    with transaction.atomic():
        workflow.defer("innovation.notices.tasks.send_email", notice_id=7)
        assert sent == []
    assert sent == [("innovation.notices.tasks.send_email", {"notice_id": 7})]


def test_defer_in_a_transaction_that_fails_sends_nothing(
    sent: list[tuple[str, dict[str, Any]]],
) -> None:
    with pytest.raises(LookupError), transaction.atomic():
        workflow.defer("innovation.notices.tasks.send_email", notice_id=7)
        raise LookupError
    assert sent == []


def test_defer_with_the_broker_away_keeps_what_was_done(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("nobody answers")

    monkeypatch.setattr(app, "send_task", away)
    with caplog.at_level(logging.ERROR), transaction.atomic():
        workflow.defer("innovation.notices.tasks.send_email", notice_id=7)
    assert "nobody answers" in caplog.text


def test_defer_hands_over_to_tasks_that_exist() -> None:
    """Names are text; each one that any room defers must be a task."""
    import ast
    from importlib import import_module
    from pathlib import Path

    from django.conf import settings

    for path in ("innovation", "pilots", "okrs"):
        for file in (Path(settings.BASE_DIR) / path).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                    continue
                if node.func.attr == "defer" and node.args:
                    name = getattr(node.args[0], "value", None)
                    if isinstance(name, str) and ".tasks." in name:
                        module, _dot, task = name.rpartition(".")
                        assert hasattr(getattr(import_module(module), task), "delay"), name
