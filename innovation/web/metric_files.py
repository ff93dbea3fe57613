"""Where the processes of one web server keep what they count, so that any of them can tell it all.

The client library shares its values by files in a directory (PROMETHEUS_MULTIPROC_DIR), and looks for
it once, when it is imported: this comes before (innovation/apps.py).
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from django.conf import settings

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def prepare() -> None:
    """In a web process that is asked for metrics; all others keep their values to themselves."""
    if not (settings.IS_WEB and settings.METRICS_TOKEN):
        return
    if "prometheus_client" in sys.modules:
        raise RuntimeError("prometheus_client was imported before it was told where its files are.")
    folder = Path(os.environ.setdefault(VARIABLE, str(_of_this_server())))
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
        raise RuntimeError(f"{folder} is somebody else's. Name another directory by {VARIABLE}.")
    forget_the_dead()


def _of_this_server() -> Path:
    """The processes of one server have one parent. Its number is used again some day: when it began is
    part of the name, or the counts of a server that ended would go on in another's."""
    parent = os.getppid()
    try:
        began = Path(f"/proc/{parent}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        began = "0"  # not on Linux
    return Path(tempfile.gettempdir(), f"pilotlight-metrics-{parent}-{began}")


def forget_the_dead() -> None:
    """What a process that ended said of its own state is no longer so; what it counted stays."""
    for file in Path(os.environ[VARIABLE]).glob("gauge_live*_*.db"):
        pid = file.stem.rpartition("_")[2]
        if not Path("/proc", pid).exists():
            file.unlink(missing_ok=True)
