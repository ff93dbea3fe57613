"""How long tests wait for what must happen: a machine that is busy fails none of them.

A test never sleeps for as long as something usually takes; it waits until it is so.
"""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 120.0  # seconds; what is right has never taken a tenth of it


def wait_until(holds: Callable[[], bool]) -> None:
    """Return as soon as it holds; fail when it never does."""
    ends = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < ends, f"It did not happen within {PATIENCE:.0f} seconds."
        time.sleep(0.03)
