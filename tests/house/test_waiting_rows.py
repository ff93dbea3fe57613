"""What must wait is a due row in the database: nothing waits inside a message of the broker."""

from __future__ import annotations

import ast
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PRODUCT = [
    path
    for app in ("innovation", "pilots", "okrs")
    for path in sorted((ROOT / app).rglob("*.py"))
    if "migrations" not in path.parts
]


def test_no_task_is_sent_to_wait() -> None:
    """A message that waits longer than the visibility timeout is delivered once more for each time
    it passes (five times for one task, Valkey 9, celery 5.7, 2026-11-28)."""
    for path in PRODUCT:
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            waits = {word.arg for word in node.keywords} & {"countdown", "eta", "retry_backoff"}
            assert not waits, f"{path.relative_to(ROOT)}:{node.lineno} sends a message that waits"
            if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
                assert (node.func.value.id, node.func.attr) != ("self", "retry"), (
                    f"{path.relative_to(ROOT)}:{node.lineno} retries inside a message"
                )


def test_the_longest_task_ends_before_it_would_be_delivered_again() -> None:
    """20 minutes is the visibility timeout that the settings name for Redis and Valkey."""
    assert settings.CELERY_TASK_TIME_LIMIT < 20 * 60
    assert settings.CELERY_TASK_SOFT_TIME_LIMIT < settings.CELERY_TASK_TIME_LIMIT
