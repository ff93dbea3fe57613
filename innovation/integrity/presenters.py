"""A night's comparison, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from innovation.audit.presenters import fault_in_words
from innovation.integrity.models import LogComparison
from innovation.integrity.queries import CHAIN, comparisons


def difference_in_words(key: str, kind: str, values: Mapping[str, Any]) -> str:
    if key == CHAIN.key:
        return fault_in_words(kind, values["number"], values["until"])
    return next(one for one in comparisons() if one.key == key).in_words(kind, values)


def counts(run: LogComparison) -> list[dict[str, Any]]:
    """For each comparison what it is of, and how much there was."""
    labels = {one.key: one.label for one in (CHAIN, *comparisons())}
    return [
        {
            "label": labels.get(one["key"], one["key"]),
            "compared": one["compared"],
            "before": one["before"],
            "since": datetime.fromisoformat(one["since"]) if one["since"] else None,
        }
        for one in run.counts
    ]
