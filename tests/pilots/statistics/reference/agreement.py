"""Whether what was computed is what was published."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest


def agree(computed: Any, expected: Any, tolerance: dict[str, float], where: str = "") -> None:
    """Numbers within the tolerance; whole numbers that were counted, words and flags exactly."""
    if isinstance(expected, dict):
        for key, value in expected.items():
            agree(computed[key], value, tolerance, f"{where}.{key}")
    elif isinstance(expected, list) and np.ndim(computed) > 0:
        assert len(computed) == len(expected), where
        for number, value in enumerate(expected):
            agree(computed[number], value, tolerance, f"{where}[{number}]")
    elif isinstance(expected, list):  # the same at every point
        for value in expected:
            agree(computed, value, tolerance, where)
    elif isinstance(expected, str | bool | None) or isinstance(computed, int | np.integer):
        assert computed == expected, where
    else:
        assert computed == pytest.approx(
            expected, abs=tolerance.get("abs") or 0, rel=tolerance.get("rel") or 0
        ), where
