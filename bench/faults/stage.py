"""A site that is thrown away, whose parts may be killed, stopped and started by whoever plays."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import dev
from bench.database import ROOT

DATABASE = "faults"
TEMPLATE = "pilotlight"
# Of a thing that must happen; rows that measure how long it took say so themselves.
PATIENCE = 240.0


def wait_until(holds: Callable[[], bool], what: str, *, seconds: float = PATIENCE) -> float:
    """How many seconds it took; an error when it does not happen."""
    began = time.monotonic()
    while not holds():
        if time.monotonic() > began + seconds:
            raise TimeoutError(f"{what}: not within {seconds:.0f} s")
        time.sleep(0.05)
    return time.monotonic() - began


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class Stage:
    """PostgreSQL as in production (what was committed is on the disk, autovacuum runs), Valkey, and
    as many processes of the product as a row starts."""

    def __init__(self, home: Path, supervisor: dev.Supervisor) -> None:
        for name in ("DATABASE_URL", "CELERY_BROKER_URL"):
            os.environ.pop(name, None)  # nobody's own services are killed
        self.home, self.supervisor = home, supervisor
        self.services = dev.Services(home, throwaway=False)
        self.services.logs = home
        self.services.start(supervisor)
        self.postgres, self.valkey = supervisor.programs[-2:]
        self.mail = home / "mail"
        # Services run as `nobody` where root plays; the site's own processes do not.
        self.mail.mkdir()
        url = self.services.urls["DATABASE_URL"]
        self.environment = {
            **dev.environment("development", self.services),
            "DATABASE_URL": url.replace(f"/{TEMPLATE}?", f"/{DATABASE}?"),
            "DJANGO_SETTINGS_MODULE": "bench.faults.settings",
            "PYTHONPATH": str(ROOT),
            "PILOTLIGHT_DEMO": "off",
            "PILOTLIGHT_INTERNAL_HOSTS": "127.0.0.1",
            "PILOTLIGHT_API_RATE": "1000000/min",
            "PILOTLIGHT_LOG_LEVEL": "WARNING",
            "PILOTLIGHT_WEB_THREADS": "4",
            # On a busy machine every source is slow at times, and more workers are killed in the row
            # of kills than slow sources may have: their pulls would wait for each other.
            "PILOTLIGHT_SLOW_WORKERS": "8",
            "PILOTLIGHT_FAULTS_MAIL": str(self.mail),
        }
        migrate = {**self.environment, "DATABASE_URL": url}
        command = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
        dev.run(command, home / "migrate.log", "The migrations failed.", cwd=ROOT, env=migrate)
        os.environ.update(self.environment)
        import django

        django.setup()

    def empty(self) -> None:
        """A migrated database with nothing in it, and a broker that knows nothing."""
        import psycopg
        from django.db import connections

        self.stop()
        connections.close_all()
        admin = self.services.urls["DATABASE_URL"].replace(f"/{TEMPLATE}?", "/postgres?")
        with psycopg.connect(admin, autocommit=True) as line:
            line.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
            line.execute(f"CREATE DATABASE {DATABASE} TEMPLATE {TEMPLATE}")
        self.broker_says(b"FLUSHALL")
        for letter in self.mail.iterdir():
            letter.unlink()

    # Processes of the product

    def program(
        self,
        name: str,
        *module: str,
        is_ready: Callable[[], bool] = lambda: True,
        more: Mapping[str, str] | None = None,
        nice: int = 0,
    ) -> dev.Program:
        """Started, and waited for by whoever needs it."""
        command = [*(("nice", f"-n{nice}") if nice else ()), sys.executable, "-m", *module]
        environment = {**self.environment, **(more or {})}
        log = self.home / f"{name}.log"
        log.unlink(missing_ok=True)
        program = dev.Program(
            name, command, environment, self.home, is_ready, options={"cwd": ROOT}
        )
        self.supervisor.start(program)
        return program

    def worker(
        self, number: int = 1, *, concurrency: int = 2, more: Mapping[str, str] | None = None
    ) -> dev.Program:
        """With the priority that its unit gives it."""
        celery = ("celery", "-A", "innovation", "worker", "--loglevel", "WARNING")
        name = f"worker{number}"
        quiet = ("--without-gossip", "--without-mingle", "--hostname", f"{name}@faults")
        module = (*celery, *quiet, "--concurrency", str(concurrency))
        return self.program(name, *module, more=more, nice=5)

    def beat(self) -> dev.Program:
        place = ("--schedule", str(self.home / "beat.schedule"), "--pidfile=")
        return self.program("beat", "celery", "-A", "innovation", "beat", *place)

    def web(self, number: int = 1) -> tuple[dev.Program, int]:
        """A web server as docs/operations.md starts it, and its port."""
        port = free_port()
        program = self.program(
            f"web{number}",
            *dev.WEB_SERVER,
            *("--host", "127.0.0.1", "--port", str(port), "--workers", "1"),
            *("--log-level", "warning"),
            is_ready=lambda: dev.status_of(f"http://127.0.0.1:{port}/healthz") == 200,
        )
        return program, port

    def again(self, program: dev.Program) -> None:
        """Kill -9 of all of it, and a new one, which is not waited for."""
        program.signal(signal.SIGKILL)
        program.process.wait()
        program.start()

    def look_after(self, program: dev.Program) -> bool:
        """Start it again where it ended by itself, as systemd does and `dev.py up`; whether it had."""
        ended = program.process.poll() is not None and not program.start_again_at
        program.start_again_if_dead()
        return ended

    def stop(self) -> None:
        """End every process of the product; the services go on."""
        services = (self.postgres, self.valkey)
        for program in [one for one in self.supervisor.programs if one not in services]:
            program.signal(signal.SIGKILL)
            program.process.wait()
            program.pid_file.unlink(missing_ok=True)
            self.supervisor.programs.remove(program)

    # Services

    def broker_says(self, *words: bytes) -> bytes:
        """One command to the broker, and its answer as it comes."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(5)
            line.connect(f"{self.services.sockets}/valkey.sock")
            sent = b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)
            line.sendall(b"*%d\r\n%s" % (len(words), sent))
            return line.recv(65536)

    def forget_broker(self) -> None:
        """What the broker had on its disk."""
        shutil.rmtree(self.services.home / "valkey", ignore_errors=True)
        dev.private_directory(self.services.home / "valkey")


def children_of(pid: int) -> list[int]:
    """Of a process, and of theirs."""
    found: list[int] = []
    with suppress(OSError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            found += [int(child), *children_of(int(child))]
    return found


def kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


@contextmanager
def staged() -> Iterator[Stage]:
    """The site, and nothing left of it."""
    home = Path(tempfile.mkdtemp(prefix="pilotlight-faults-", dir=dev.short_temporary_directory()))
    try:
        with dev.supervised() as supervisor:
            home.chmod(0o755)
            stage = Stage(home, supervisor)
            try:
                yield stage
            finally:
                from django.db import connections

                connections.close_all()
    finally:
        shutil.rmtree(home, ignore_errors=True)
