"""What the statistics cost to import, and what of them the web process loads, by subprocess."""

import os
import re
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator

ROUNDS = 5
WEB = "import django; django.setup(); import innovation.urls"
# Any address will do: nothing connects while modules are loaded.
NOWHERE = {
    "PILOTLIGHT_ENV": "development",
    "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
    "CELERY_BROKER_URL": "redis://127.0.0.1:1/0",
    "DJANGO_SETTINGS_MODULE": "innovation.settings",
}


def figures() -> Iterator[tuple[str, float, float]]:
    """Name, milliseconds, and milliseconds of the floor: numpy alone."""
    numpy = milliseconds("import numpy")
    for module in (
        "pilots.statistics",
        "pilots.statistics.charts",
        "pilots.statistics.rules",
        "pilots.statistics.analysis",
    ):
        yield f"import {module} (floor: import numpy)", milliseconds(f"import {module}"), numpy
    spent = by_package(WEB)
    engine = spent["pilots.statistics"]
    libraries = sum(spent[name] for name in ("numpy", "scipy", "statsmodels", "pandas"))
    everything = sum(spent.values())
    yield "web process: statistics and libraries (floor: import numpy)", engine + libraries, numpy
    yield "web process: statistics alone, of all its imports", engine, everything
    for name in ("scipy", "statsmodels", "pandas"):
        if spent[name]:
            yield f"web process: {name}, which it should not load", spent[name], everything


def milliseconds(code: str) -> float:
    """The median time that some imports take in a fresh process."""
    program = (
        "import time; began = time.perf_counter(); "
        f"{code}; print(1000 * (time.perf_counter() - began))"
    )
    return statistics.median(float(run([program]).stdout) for _ in range(ROUNDS))


def by_package(code: str) -> dict[str, float]:
    """Milliseconds of each package's own modules while some code is loaded."""
    found: defaultdict[str, float] = defaultdict(float)
    for own, name in re.findall(r"import time:\s+(\d+) \|\s+\d+ \|\s*(\S+)", run([code]).stderr):
        package = (
            "pilots.statistics" if name.startswith("pilots.statistics") else name.split(".")[0]
        )
        found[package] += int(own) / 1000
    return found


def run(code: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-X", "importtime", "-c", *code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **NOWHERE},
    )
