"""A real Celery worker on the database of the running test."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from innovation.celery import app
from tests.patience import PATIENCE, wait_until


class Worker:
    """One process with one child, taking tasks from this test process's own queue."""

    def __init__(self) -> None:
        self.queue = settings.CELERY_TASK_DEFAULT_QUEUE
        self.name = f"{self.queue}@localhost"
        self.directory = TemporaryDirectory(prefix="pilotlight-worker-")
        self.log = Path(self.directory.name, "worker.log")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Worker:
        """Start, and return when it takes tasks."""
        command = [sys.executable, "-m", "celery", "-A", "innovation", "worker"]
        command += ["--hostname", self.name, "--concurrency", "1"]
        command += ["--without-gossip", "--without-mingle", "--loglevel", "INFO"]
        self.log.write_bytes(b"")
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                command,
                cwd=settings.BASE_DIR,
                env={
                    **os.environ,
                    "DATABASE_URL": database_url(),
                    "PILOTLIGHT_QUEUE": self.queue,
                    # Sources of tests answer on this machine; an administrator has allowed it.
                    "PILOTLIGHT_INTERNAL_HOSTS": "127.0.0.1",
                    "PYTHONUNBUFFERED": "1",
                },
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_until(self._is_ready)
        return self

    def _is_ready(self) -> bool:
        assert self.alive, self.log.read_text()
        return "ready." in self.log.read_text(errors="replace")

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        """Kill -9 of the worker and its children, as a power cut would."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(PATIENCE)

    def close(self) -> None:
        """Forget what runs and what waits: the next test is alone."""
        if self.alive:
            self.kill()
        self.forget_what_waits()
        self.directory.cleanup()

    def forget_what_waits(self) -> None:
        app.control.purge()


def database_url() -> str:
    """The URL of the database this test runs on, for another process."""
    now = connection.settings_dict
    host, port = now["HOST"] or "", now["PORT"] or ""
    login = quote(now["USER"] or "", safe="")
    if now["PASSWORD"]:
        login += ":" + quote(now["PASSWORD"], safe="")
    if host.startswith("/"):
        return f"postgresql://{login}@/{now['NAME']}?host={quote(host)}"
    return f"postgresql://{login}@{host}{f':{port}' if port else ''}/{now['NAME']}"
