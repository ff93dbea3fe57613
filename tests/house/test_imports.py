"""The directions of the house, as import contracts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from django.conf import settings

from tests.patience import PATIENCE

ROOT = Path(settings.BASE_DIR)


def test_imports_keep_their_direction() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run(
        [linter, "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert result.returncode == 0, result.stdout[-6000:] + result.stderr
