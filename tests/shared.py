"""Reference numbers and real data that lie beside the repository, not in it."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

FOLDER = Path(
    os.environ.get("PILOTLIGHT_SHARED_DATA", settings.BASE_DIR.parent / "shared" / "data")
)


def shared(name: str) -> Path:
    """The file of this name; the test is skipped, loudly, where it is absent."""
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"NOT TESTED: {name} is not in the shared data (set PILOTLIGHT_SHARED_DATA)")
    return path


def reference_case(name: str) -> dict[str, Any]:
    """One case of the statistics reference: input, expected, tolerance, source."""
    cases = json.loads(shared("statistics_reference.json").read_text())["cases"]
    return next(case for case in cases if case["id"] == name)
