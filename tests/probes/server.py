"""A real web server on the test's database, whose memory can be read."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import connection

from tests.patience import PATIENCE, wait_until

ROOT = Path(settings.BASE_DIR)
MEGABYTE = 2**20


HIGHEST = "VmHWM"


def memory_of(process: int, kind: str = "VmRSS") -> float:
    """Megabytes that a process holds, or held at most (HIGHEST)."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith(f"{kind}:"):
            return int(line.split()[1]) / 1024
    raise ValueError(kind)


def forget_highest(process: int) -> None:
    """What it held at most counts anew from now (proc(5): clear_refs)."""
    Path(f"/proc/{process}/clear_refs").write_text("5")


@dataclass(frozen=True)
class Server:
    """One granian with one worker, as operations.md starts it."""

    port: int
    worker: int  # the process that answers

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> int:
        """The status of the answer; 0 where the connection was closed without one."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            line.request(method, path, body or None, dict(headers or {}))
            with line.getresponse() as answer:
                return answer.status
        except (ConnectionError, http.client.HTTPException):
            return 0
        finally:
            line.close()

    def memory(self, kind: str = "VmRSS") -> float:
        return memory_of(self.worker, kind)


@contextmanager
def serving(
    threads: int = 2, *, workers: int = 1, log: Path = Path(os.devnull), **variables: str
) -> Iterator[Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = urlsplit(os.environ["DATABASE_URL"])
    name = connection.settings_dict["NAME"]
    command = [
        *(sys.executable, "-m", "granian", "--interface", "asginl", "--no-ws"),
        *("--host", "127.0.0.1", "--port", str(port), "--workers", str(workers)),
        "innovation.asgi:application",
    ]
    environment = {
        **os.environ,
        "DATABASE_URL": urlunsplit(url._replace(path=f"/{name}")),
        "PILOTLIGHT_WEB_THREADS": str(threads),
        **variables,
    }
    with log.open("ab") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT
        )

    def answers() -> bool:
        return Server(port, process.pid).ask("GET", "/healthz") == 200

    try:
        wait_until(answers)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        answering = [int(child) for child in children if _is_worker(int(child))]
        yield Server(port, answering[-1])
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _is_worker(pid: int) -> bool:
    return b"resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_bytes()
