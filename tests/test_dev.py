"""dev.py's own parts, without starting the site."""

from __future__ import annotations

import argparse
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import dev
from tests.present import present

ROOT = Path(dev.__file__).parent
SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout of its own, with two locks and a .venv that works."""
    for name in ("requirements-embedded.lock", "requirements-dev.lock"):
        (tmp_path / name).write_text(f"{name} one")
    (tmp_path / ".venv").mkdir()
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    monkeypatch.setattr(dev, "STATE", tmp_path / ".pilotlight")
    monkeypatch.setattr(dev, "LOGS", tmp_path / ".pilotlight" / "log")
    monkeypatch.setattr(dev, "OUTSIDE", tmp_path / "outside")
    monkeypatch.setattr(dev, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(dev, "PYTHON", sys.executable)
    return tmp_path


@pytest.fixture(autouse=True)
def _give_ports_back() -> Iterator[None]:
    yield
    while dev._reserved:
        dev._reserved.pop().close()


def program(place: Path, command: list[str], **more: Any) -> dev.Program:
    return dev.Program("sleeper", command, dict(os.environ), place, **more)


def is_running(pid: int) -> bool:
    """Zombies count as gone: whoever is their parent now will bury them."""
    return bool(dev.command_of(pid))


def wait_for(condition: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return bool(condition())


# ── Ports ────────────────────────────────────────────────────────────────────────────────────


def test_free_port_when_busy_takes_the_next_free_one() -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        assert dev.reserve_port(port) > port


def test_free_port_when_busy_and_insisted_says_so() -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        with pytest.raises(dev.Trouble, match=f"Port {port} is in use"):
            dev.reserve_port(port, insisted=True)


def test_two_at_the_same_moment_get_different_ports() -> None:
    """Both once took 8000 and shared visitors: the port was probed, let go and bound later."""
    ask = "import sys, dev; print(dev.reserve_port(18321), flush=True); sys.stdin.read()"
    begun = [
        subprocess.Popen(
            [sys.executable, "-c", ask],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _one in range(4)
    ]
    ports = [one.stdout.readline().strip() for one in begun if one.stdout]
    for one in begun:
        one.communicate()
    assert len(set(ports)) == 4, ports
    assert dev.reserve_port(18321) == 18321  # given back by those who ended


def test_a_reserved_port_is_free_for_the_server_itself() -> None:
    port = dev.reserve_port(18421)
    with socket.socket() as server:
        server.bind(("127.0.0.1", port))
        server.listen()


# ── The Python environment ───────────────────────────────────────────────────────────────────


def test_is_installed_only_while_the_lock_is_unchanged(checkout: Path) -> None:
    stamp = dev.VENV / "installed-lock"
    assert not dev.is_installed("requirements-embedded.lock", stamp)
    stamp.write_text(dev.fingerprint("requirements-embedded.lock"))
    assert dev.is_installed("requirements-embedded.lock", stamp)
    assert not dev.is_installed("requirements-dev.lock", stamp)
    (checkout / "requirements-embedded.lock").write_text("two")
    assert not dev.is_installed("requirements-embedded.lock", stamp)


def test_is_installed_with_the_development_lock_serves_both(checkout: Path) -> None:
    stamp = dev.VENV / "installed-lock"
    stamp.write_text(dev.fingerprint("requirements-dev.lock"))
    assert dev.is_installed("requirements-embedded.lock", stamp)
    assert dev.is_installed("requirements-dev.lock", stamp)


def test_is_installed_with_a_broken_python_is_false(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stamp = dev.VENV / "installed-lock"
    stamp.write_text(dev.fingerprint("requirements-embedded.lock"))
    monkeypatch.setattr(dev, "PYTHON", str(checkout / "gone" / "python"))
    assert not dev.is_installed("requirements-embedded.lock", stamp)


def test_install_into_a_linked_venv_changes_nothing(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (checkout / "elsewhere").mkdir()
    (checkout / "link").symlink_to(checkout / "elsewhere")
    monkeypatch.setattr(dev, "VENV", checkout / "link")
    dev.install("requirements-embedded.lock")
    assert not list((checkout / "elsewhere").iterdir())


def test_install_without_venv_module_names_the_fix(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev, "has_modules", lambda *names: False)
    with pytest.raises(dev.Trouble, match=r"apt-get install python3\.\d+-venv"):
        dev.make_venv()


def test_install_when_pip_fails_shows_its_last_words(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = checkout / "python"
    failing.write_text("#!/bin/sh\necho no such index; exit 1\n")
    failing.chmod(0o755)
    monkeypatch.setattr(dev, "bundled_pip", lambda: [str(failing)])
    with pytest.raises(dev.Trouble, match=r"could not be installed(?s:.*)no such index"):
        dev.install_with_pip("requirements-embedded.lock")


def test_pip_keeps_the_way_to_its_index_and_no_other_habit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    listing = """
global.index-url='https://mirror.example/simple'
global.user='true'
install.no-binary=':all:'
:env:.cert='/etc/ssl/own.pem'
"""
    monkeypatch.setenv("PIP_TARGET", "/somewhere")
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    way = dev.way_to_index([sys.executable, "-c", f"print({listing!r})"])
    kept = dev.pip_environment(way)
    assert kept["PIP_INDEX_URL"] == "https://mirror.example/simple"
    assert kept["PIP_CERT"] == "/etc/ssl/own.pem"
    assert kept["PIP_CONFIG_FILE"] == os.devnull
    assert not {"PIP_USER", "PIP_NO_BINARY", "PIP_TARGET", "PYTHONPATH"} & set(kept)
    for_uv = dev.way_for_uv(way)
    assert for_uv["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    assert for_uv["SSL_CERT_FILE"] == "/etc/ssl/own.pem"


def test_install_beside_a_running_site_adds_and_never_empties(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`check` once emptied the environment under a running `up`."""
    stamp = dev.VENV / "installed-lock"
    stamp.write_text(dev.fingerprint("requirements-embedded.lock"))
    there = dev.VENV / "there"
    there.touch()
    monkeypatch.setattr(dev, "install_with_uv", lambda lock: "uv")
    with dev.alone():
        monkeypatch.setattr(dev, "ours", [])  # it is another process
        dev.install("requirements-dev.lock")
        assert there.exists()
        assert stamp.read_text() == dev.fingerprint("requirements-dev.lock")
        (checkout / "requirements-dev.lock").write_text("other packages")
        with pytest.raises(dev.Trouble, match="Stop it first"):
            dev.install("requirements-dev.lock")
        assert there.exists()


def test_both_locks_agree_on_what_they_share() -> None:
    """So that the development lock adds packages and changes none."""

    def versions(lock: str) -> set[str]:
        text = (ROOT / lock).read_text()
        return {line.split(" ")[0] for line in text.splitlines() if line[:1].isalnum()}

    assert versions("requirements-embedded.lock") <= versions("requirements-dev.lock")


# ── Processes ────────────────────────────────────────────────────────────────────────────────


def test_end_leftover_ends_the_process_of_a_killed_run(tmp_path: Path) -> None:
    orphan = program(tmp_path, SLEEP)
    orphan.start()
    dev.end_leftover(orphan.pid_file)
    assert orphan.process.wait(10) == -signal.SIGTERM
    assert not orphan.pid_file.exists()


def test_end_leftover_lets_a_stranger_with_that_number_be(tmp_path: Path) -> None:
    stranger = subprocess.Popen(SLEEP, start_new_session=True)
    try:
        pid_file = tmp_path / "web.pid"
        pid_file.write_text(f"{stranger.pid}\n{int(signal.SIGTERM)}\n/a/web/server of long ago")
        dev.end_leftover(pid_file)
        assert stranger.poll() is None
        assert not pid_file.exists()
    finally:
        stranger.kill()
        stranger.wait()


@pytest.mark.parametrize("text", ["", "rubbish", "1\n2"])
def test_end_leftover_with_a_torn_pid_file_does_nothing(tmp_path: Path, text: str) -> None:
    pid_file = tmp_path / "web.pid"
    pid_file.write_text(text)
    dev.end_leftover(pid_file)


def test_supervisor_starts_a_dead_program_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev, "terminal", sys.stdout)
    with dev.supervised() as supervisor:
        sleeper = program(tmp_path, SLEEP)
        supervisor.start(sleeper)
        first = sleeper.process
        first.kill()
        first.wait()
        sleeper.start_again_if_dead()
        assert "starts again in 1 s" in capsys.readouterr().out
        sleeper.start_again_at = time.monotonic() - 1
        sleeper.start_again_if_dead()
        second = sleeper.process
        assert second.pid != first.pid
        assert second.poll() is None
    assert second.poll() is not None


def test_supervisor_starts_a_program_anew_when_the_code_has_changed(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (checkout / "templates").mkdir()
    page = checkout / "templates" / "page.html"
    page.write_text("before")
    one = program(checkout, SLEEP)
    supervisor = dev.Supervisor()
    supervisor.start(one)
    first, rounds, pause = one.process.pid, iter(range(4)), time.sleep

    def turn(seconds: float) -> None:
        if seconds < 0.5:  # whoever waits for the program to end
            return pause(seconds)
        if next(rounds, None) is None:
            raise KeyboardInterrupt
        page.write_text("after")
        return os.utime(page, (time.time() + 5, time.time() + 5))

    monkeypatch.setattr(time, "sleep", turn)
    try:
        with pytest.raises(KeyboardInterrupt):
            supervisor.watch(reload=[one])
        assert one.process.pid != first
        assert not is_running(first)
    finally:
        monkeypatch.undo()
        supervisor.stop()


def test_supervisor_waits_longer_after_each_early_death(tmp_path: Path) -> None:
    sleeper = program(tmp_path, [sys.executable, "-c", "raise SystemExit(3)"])
    pauses = []
    for _ in range(7):
        sleeper.start()
        sleeper.process.wait(10)
        before = time.monotonic()
        sleeper.start_again_if_dead()
        pauses.append(round(sleeper.start_again_at - before))
    assert pauses == [1, 2, 4, 8, 16, 30, 30]


def test_supervisor_stop_leaves_no_grandchild(tmp_path: Path) -> None:
    script = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]])"
    write = f"import os, time; open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); "
    with dev.supervised() as supervisor:
        supervisor.start(
            program(tmp_path, [sys.executable, "-c", script, write + "time.sleep(60)"])
        )
        assert wait_for(
            lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text() != ""
        )
        grandchild = int((tmp_path / "pid").read_text())
        assert is_running(grandchild)
    assert wait_for(lambda: not is_running(grandchild))
    assert not (tmp_path / "sleeper.pid").exists()


def test_program_dies_with_a_dev_py_that_is_killed(tmp_path: Path) -> None:
    script = (
        "import dev, os, pathlib, sys, time\n"
        f"program = dev.Program('child', {SLEEP!r}, dict(os.environ), pathlib.Path(sys.argv[1]))\n"
        "program.start(); print(program.process.pid, flush=True); time.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    child = int(present(parent.stdout).readline())
    assert is_running(child)
    parent.kill()
    parent.wait()
    present(parent.stdout).close()
    if sys.platform != "linux":  # only Linux promises it; elsewhere the next start cleans up
        dev.end_leftover(tmp_path / "child.pid")
    assert wait_for(lambda: not is_running(child))


def test_program_that_does_not_start_says_its_last_words(tmp_path: Path) -> None:
    (tmp_path / "sleeper.log").write_text("an old complaint\n")
    dying = program(
        tmp_path, [sys.executable, "-c", "raise SystemExit('no licence')"], is_ready=lambda: False
    )
    dying.start()
    with pytest.raises(dev.Trouble, match=r"sleeper did not start(?s:.*)no licence") as trouble:
        dying.wait_until_ready()
    assert "old complaint" not in str(trouble.value)


def test_failure_for_want_of_space_speaks_of_the_disk(tmp_path: Path) -> None:
    log = tmp_path / "initdb.log"
    log.write_text("initdb: could not write: No space left on device\n")
    assert "The disk is full" in str(dev.failed("It did not work.", log))


# ── Services and the site ────────────────────────────────────────────────────────────────────


def test_services_named_by_you_replace_the_embedded_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://db.example/pilotlight")
    monkeypatch.setenv("CELERY_BROKER_URL", "amqp://broker.example//")
    services = dev.Services(tmp_path / "services")
    services.start(dev.Supervisor())
    assert services.urls["DATABASE_URL"] == "postgresql://db.example/pilotlight"
    assert services.urls["CELERY_BROKER_URL"] == "amqp://broker.example//"
    assert services.answer()
    assert not (tmp_path / "services").exists()


@pytest.mark.parametrize("name", ["x" * 90, "my projects", "100%"])
def test_services_in_an_awkward_directory_have_short_plain_sockets(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    services = dev.Services(tmp_path / name)
    path = f"{services.sockets}/.s.PGSQL.5432"
    assert len(path) < 100
    assert " " not in path
    assert "%" not in path


def test_environment_prefers_yours_and_fills_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PILOTLIGHT_CURRENCY", "EUR")
    monkeypatch.setenv("PILOTLIGHT_ENV", "production")
    found = dev.environment(
        "development", dev.Services(tmp_path), PILOTLIGHT_CURRENCY="USD", PILOTLIGHT_URL="http://x"
    )
    assert found["PILOTLIGHT_CURRENCY"] == "EUR"
    assert found["PILOTLIGHT_URL"] == "http://x"
    assert found["PILOTLIGHT_ENV"] == "development"


def test_settled_once_stays_the_same_and_private(checkout: Path) -> None:
    dev.STATE.mkdir()
    first = dev.settled_once()
    assert first == dev.settled_once()
    assert len(first["PILOTLIGHT_SECRET_KEY"]) > 40
    assert first["PILOTLIGHT_SECRET_KEY"] != first["PILOTLIGHT_CREDENTIAL_KEY"]
    assert (dev.STATE / "settled.json").stat().st_mode & 0o077 == 0


def test_sign_ins_are_a_table_of_the_demo_people(checkout: Path) -> None:
    assert dev.sign_ins() == ""
    dev.STATE.mkdir()
    people = [
        {"name": "Ana Ruiz", "email": "ana@example.org", "password": "one", "role": "Staff"},
        {"name": "Li", "email": "li@example.org", "password": "two", "role": "Executive"},
    ]
    (dev.STATE / "demo.json").write_text(json.dumps(people))
    assert dev.sign_ins().splitlines()[1:] == [
        "Sign in as",
        "  ana@example.org  one  Ana Ruiz  Staff",
        "  li@example.org   two  Li        Executive",
    ]
    people[1]["password"] = "one"
    (dev.STATE / "demo.json").write_text(json.dumps(people))
    assert dev.sign_ins().splitlines()[1:] == [
        "Sign in with the password one as",
        "  ana@example.org  Ana Ruiz  Staff",
        "  li@example.org   Li        Executive",
    ]


# ── Commands ─────────────────────────────────────────────────────────────────────────────────


def test_alone_while_another_runs_says_where_it_is(checkout: Path) -> None:
    with dev.alone() as note:
        note.write_text("http://localhost:8000")
        with pytest.raises(dev.Trouble, match="http://localhost:8000"), dev.alone():
            pass
    with dev.alone() as note:
        assert note.read_text() == ""


def test_reset_without_yes_and_without_anybody_keeps_the_data(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dev.STATE.mkdir()
    (dev.STATE / "settled.json").write_text("{}")
    monkeypatch.setattr(sys, "stdin", io.StringIO("yes"))
    with pytest.raises(dev.Trouble, match="--yes"):
        dev.reset(argparse.Namespace(yes=False))
    assert (dev.STATE / "settled.json").exists()


def test_reset_with_yes_deletes_the_data_and_keeps_the_packages(checkout: Path) -> None:
    dev.STATE.mkdir()
    (dev.STATE / "settled.json").write_text("{}")
    assert dev.reset(argparse.Namespace(yes=True)) == 0
    assert not dev.STATE.exists()
    assert dev.VENV.exists()


def test_some_tests_make_the_database_anew_only_when_a_migration_changed(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrations = checkout / "pilots" / "migrations"
    migrations.mkdir(parents=True)
    (migrations / "0001_initial.py").write_text("one")
    services = dev.Services(checkout / "services", outlives_us=True)
    asked: list[list[str]] = []
    monkeypatch.setattr(dev, "install", lambda lock: None)
    monkeypatch.setattr(dev, "found_for_tests", dict)
    monkeypatch.setattr(dev, "background_services", lambda: services)
    monkeypatch.setattr(services, "answer", lambda: True)

    def foreground(command: list[str], env: object) -> int:
        asked.append(command)
        return 0

    monkeypatch.setattr(dev, "foreground", foreground)

    dev.some_tests(["tests/a.py::test_b"])
    dev.some_tests(["tests/a.py::test_b"])
    (migrations / "0002_more.py").write_text("two")
    dev.some_tests(["-k", "word"])

    assert ["--create-db" in command for command in asked] == [True, False, True]
    assert ["-n" in command for command in asked] == [False, False, True]


@pytest.mark.parametrize(
    ("audited", "found", "said"),
    [
        ([{"name": "a", "version": "1", "vulns": []}], "", "none"),
        (
            [{"name": "a", "version": "1", "vulns": [{"id": "X-1", "fix_versions": ["2"]}]}],
            "a 1: X-1, fixed in ['2']",
            "found something, see below",
        ),
        ([{"name": "a", "skip_reason": "not found"}], "", "NOT CHECKED: no advisories"),
        (None, "", "NOT CHECKED: no advisories"),
    ],
)
def test_known_bad_versions_are_named_and_no_answer_is_said_loudly(
    checkout: Path,
    monkeypatch: pytest.MonkeyPatch,
    audited: list[object] | None,
    found: str,
    said: str,
) -> None:
    answer = "no network" if audited is None else json.dumps({"dependencies": audited})
    (dev.VENV / "bin").mkdir()
    audit = dev.VENV / "bin" / "pip-audit"
    audit.write_text(f"#!/bin/sh\ncat <<'END'\n{answer}\nEND\n")
    audit.chmod(0o755)
    bad, outcome = dev.known_bad_versions(dict(os.environ))
    assert (bad.strip(), outcome) == (found, said)


@pytest.mark.parametrize(
    ("today", "said"),
    [
        (date(2026, 12, 1), "3 days"),
        (date(2027, 2, 28), "92 days"),
        (date(2027, 3, 1), "OLDER THAN A QUARTER: 93 days"),
    ],
)
def test_locks_older_than_a_quarter_are_said_loudly(checkout: Path, today: date, said: str) -> None:
    (checkout / "pyproject.toml").write_text("[tool.pilotlight]\nlocks-compared = 2026-11-28\n")
    assert dev.age_of_locks(today) == said


def test_hooks_lint_what_is_committed_and_leave_another_hook_alone(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subprocess.run(["git", "init", "-q", "."], cwd=checkout, check=True)
    monkeypatch.setattr(dev, "install", lambda lock: None)
    assert dev.hooks(argparse.Namespace()) == 0
    ruff = dev.VENV / "bin" / "ruff"
    ruff.parent.mkdir(exist_ok=True)
    ruff.write_text('#!/bin/sh\ncase "$*" in *bad.py*) echo bad; exit 1;; esac\n')
    ruff.chmod(0o755)
    me = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    for name, code in (("good.py", 0), ("bad.py", 1)):
        (checkout / name).write_text("x = 1\n")
        subprocess.run(["git", "add", name], cwd=checkout, check=True)
        done = subprocess.run(
            ["git", *me, "commit", "-qm", name], cwd=checkout, check=False, capture_output=True
        )
        assert (done.returncode != 0) == bool(code), done.stderr
    (checkout / ".git" / "hooks" / "pre-commit").write_text("#!/bin/sh\n")
    with pytest.raises(dev.Trouble, match="another hook"):
        dev.hooks(argparse.Namespace())


def test_dev_py_without_a_command_lists_the_commands() -> None:
    answer = subprocess.run(
        [sys.executable, "dev.py"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 2
    assert "COMMAND" in answer.stderr
    for command in ("up", "test", "check", "manage", "services", "reset"):
        assert command in dev.__doc__
