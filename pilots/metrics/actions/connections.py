"""The connection test: whether a source answers and lets us in. Nothing is kept."""

from __future__ import annotations

from dataclasses import asdict

from pilots.connectors.kind import ConnectionTest
from pilots.metrics import collect
from pilots.metrics.models import SourceCheck


def run(check: SourceCheck) -> None:
    """Ask a source for as little as shows that address and credentials are right."""
    copy = collect.uploaded(check.source)
    check.answer = asdict(check.source.connector.test(collect.visit(check.source, copy)))


def found_by(check: SourceCheck) -> ConnectionTest | None:
    """What the test found; None where it failed, or is not done."""
    if not check.answer:
        return None
    rows = tuple(tuple(row) for row in check.answer["rows"])
    offered = check.answer.get("offered", "")
    return ConnectionTest(check.answer["sentence"], tuple(check.answer["columns"]), rows, offered)
