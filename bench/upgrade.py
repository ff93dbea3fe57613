"""Whether a request fails while web servers are replaced one by one, and a pull while its worker is.

    eval "$(python3 dev.py services)"
    .venv/bin/python -m bench.upgrade [--rounds 5] [--clients 8] [--processes 2]

What docs/operations.md says under "Upgrading without a stop": the nginx of deploy/ before two web servers of two
processes each, on loopback; deploy/replace-web replaces both in each round. Clients
keep their connections and read pages, fetch their styles, record needs by the API (some bodies come
drop by drop) and add voices by a form. After the second round a migration is carried out and the
site becomes a copy with that migration and another style. Nothing is sent twice by a client:
whatever does not end as it should is a failure. Then a worker is replaced while it pulls.

Ends with 1 unless nothing failed and each need that was answered as taken is there once.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from bench.database import ROOT, empty_database, set_up

HOST = "pilotlight.example.org"
WEEK = date(2026, 11, 9)
PATIENCE = 600  # seconds; a busy machine is no failure
MIGRATION = """
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("innovation", "{last}")]
    operations = [migrations.AddField("need", "ward_code", models.TextField(null=True))]
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--processes", type=int, default=2, help="of each web server")
    parser.add_argument("--before", type=float, default=20, help="seconds of load before")
    options = parser.parse_args()
    for program in ("nginx", "openssl", "curl"):
        if program_of(program) is None:
            sys.exit(f"NOT MEASURED: {program} is not on this machine.")
    signal.signal(signal.SIGTERM, lambda *_given: sys.exit("Stopped."))
    # One pair of keys for what is written here and read there.
    for name in ("PILOTLIGHT_SECRET_KEY", "PILOTLIGHT_CREDENTIAL_KEY"):
        os.environ[name] = secrets.token_urlsafe(40)
    set_up()
    with empty_database(), tempfile.TemporaryDirectory(prefix="upgrade-") as folder:
        Path(folder).chmod(0o755)
        account = people_and_needs()
        site = Site(Path(folder), options.processes)
        with site.running():
            failed = measure(site, account, options)
        return failed or pulls(site)


def program_of(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path="/usr/sbin")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Account:
    token: str
    cookie: str
    unit: int
    needs: list[int]


def people_and_needs() -> Account:
    """Ada, who may record needs, and forty needs of somebody else's."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.utils import timezone

    from innovation.needs import actions as needs
    from innovation.people import actions as people
    from innovation.people.models import RoleGrant, User
    from innovation.people.sessions import SessionStore

    now = timezone.now()
    ada, unit = people.install(email="ada@bench.example", name="Ada", unit_name="Bench", at=now)
    ben = User.objects.create_user("ben@bench.example", "Ben", None, unit=unit)
    for person in (ada, ben):
        RoleGrant.objects.create(person=person, unit=unit, role="staff", granted_at=now)
    ada, ben = User.objects.get(pk=ada.pk), User.objects.get(pk=ben.pk)
    made = [needs.submit(by=ben, at=now, unit=unit, **words(f"Old {n}")).pk for n in range(40)]
    _token, text = people.create_token(
        by=ada, at=now, name="load", days=2, scopes=["read", "needs"]
    )
    session = SessionStore()
    session[SESSION_KEY] = str(ada.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = ada.get_session_auth_hash()
    session.create()
    return Account(text, str(session.session_key), unit.pk, made)


def words(title: str) -> dict[str, Any]:
    return {
        "title": title,
        "problem": "The monitor does not reach the chart, and somebody types it again.",
        "population": "Patients of 4 West",
        "outcome": "Typed once",
        "setting": "ward",
        "frequency": "daily",
        "people_affected": 30,
        "minutes_lost": 10,
        "safety": "none",
    }


class Site:
    """Two web servers that are started again whenever they end, as by systemd, and a proxy."""

    def __init__(self, folder: Path, processes: int) -> None:
        self.folder, self.processes = folder, processes
        self.ports = [free_port(), free_port()]
        self.port = free_port()
        self.current = folder / "site"
        self.current.symlink_to(ROOT)
        self.stops = False
        self.keepers = [
            threading.Thread(target=self.keep, args=(port,), daemon=True) for port in self.ports
        ]
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "bench.site_settings",
            "PILOTLIGHT_ENV": "production",
            "PILOTLIGHT_HOSTS": HOST,
            "PILOTLIGHT_URL": f"https://{HOST}",
            "PILOTLIGHT_BEHIND_PROXY": "on",
            "PILOTLIGHT_API_RATE": "1000000/min",
            "PILOTLIGHT_SECOND_FACTOR_ROLES": "",
            "PILOTLIGHT_STATIC_ROOT": str(folder / "static"),
            "PILOTLIGHT_LOG_LEVEL": "ERROR",
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def manage(self, *arguments: str, tree: Path | None = None) -> None:
        command = [sys.executable, "manage.py", *arguments]
        subprocess.run(
            command,
            cwd=tree or self.current,
            env=self.environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        began = time.monotonic()
        self.manage("collectstatic", "--no-input", "--verbosity=0")
        print(f"collectstatic {time.monotonic() - began:.0f} s")
        for keeper in self.keepers:
            keeper.start()
        with self.proxied():
            for port in self.ports:
                wait_for(lambda port=port: answers(port))
            try:
                yield
            finally:
                self.stops = True
                for port in self.ports:
                    with contextlib.suppress(OSError, ValueError):
                        os.kill(int((self.folder / f"{port}.pid").read_text()), signal.SIGTERM)
                for keeper in self.keepers:
                    keeper.join(40)

    def keep(self, port: int) -> None:
        """As deploy/systemd/pilotlight-web@.service has it."""
        unit = (ROOT / "deploy/systemd/pilotlight-web@.service").read_text()
        found = re.search(r"^ExecStart=\S*/granian (.*)$", unit, re.MULTILINE)
        assert found is not None
        line = found[1].replace("%i", str(port))
        arguments = line.replace("--workers 2", f"--workers {self.processes}").split()
        while not self.stops:
            with (self.folder / f"{port}.log").open("a") as log:
                process = subprocess.Popen(
                    [sys.executable, "-m", "granian", *arguments, "--log-level", "warning"],
                    cwd=self.current.resolve(),
                    env=self.environment,
                    stdout=log,
                    stderr=log,
                )
            (self.folder / f"{port}.pid").write_text(str(process.pid))
            process.wait()

    @contextlib.contextmanager
    def proxied(self) -> Iterator[None]:
        """The file of deploy/, but for its ports and folders."""
        key, certificate = self.folder / "privkey.pem", self.folder / "fullchain.pem"
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
        command += ["-subj", f"/CN={HOST}", "-keyout", str(key), "-out", str(certificate)]
        subprocess.run(command, check=True, capture_output=True)
        process = subprocess.Popen(self.nginx())
        try:
            wait_for(lambda: answers(self.port))
            yield
        finally:
            process.terminate()
            process.wait(30)

    def nginx(self) -> list[str]:
        where = self.folder / "pilotlight.servers"
        where.write_text(self.renumbered((ROOT / "deploy/nginx/pilotlight.servers").read_text()))
        text = (ROOT / "deploy/nginx/pilotlight.conf").read_text()
        for old, new in {
            "/etc/nginx/pilotlight.servers": str(where),
            "/etc/pilotlight/tls": str(self.folder),
            "/var/log/nginx": str(self.folder),
            "listen 443": f"listen 127.0.0.1:{self.port}",
            "listen 80": f"listen 127.0.0.1:{free_port()}",
        }.items():
            assert old in text
            text = text.replace(old, new)
        text = re.sub(r"^ *listen \[::\].*\n", "", text, flags=re.MULTILINE)
        (self.folder / "site.conf").write_text(text)
        main = self.folder / "nginx.conf"
        main.write_text(
            f"daemon off; pid {self.folder}/nginx.pid; error_log {self.folder}/nginx.log;\n"
            f"events {{}}\nhttp {{ include {self.folder}/site.conf; }}\n"
        )
        return [str(program_of("nginx")), "-c", str(main)]

    def renumbered(self, text: str) -> str:
        for old, new in zip(("8000", "8001"), map(str, self.ports), strict=True):
            text = text.replace(old, new)
        return text

    def replace(self) -> None:
        """By the script, told where things are here."""
        restart = self.folder / "restart-"
        for port in self.ports:
            script = Path(f"{restart}{port}")
            pid = self.folder / f"{port}.pid"
            script.write_text(
                f"#!/bin/sh\nold=$(cat {pid})\nkill -TERM $old\n"
                f"while kill -0 $old 2>/dev/null; do sleep 0.1; done\n"
            )
            script.chmod(0o755)
        subprocess.run(
            [str(ROOT / "deploy/replace-web"), *map(str, self.ports)],
            check=True,
            env={
                **os.environ,
                "SERVERS": str(self.folder / "pilotlight.servers"),
                "NGINX_COMMAND": f"{program_of('nginx')} -c {self.folder}/nginx.conf",
                "NGINX_PID": str(self.folder / "nginx.pid"),
                "RESTART": str(restart),
                "HOST": HOST,
                "PATIENCE": str(PATIENCE),
            },
        )

    def upgrade(self) -> None:
        """A copy with one more migration and another style; the database and files are brought up
        to date while the former version serves."""
        new = self.folder / "new"
        ignored = shutil.ignore_patterns(".git", ".venv", ".pilotlight", "__pycache__", "*_cache")
        shutil.copytree(ROOT, new, ignore=ignored)
        last = sorted(path.stem for path in (new / "innovation/migrations").glob("0*.py"))[-1]
        (new / "innovation/migrations/9999_planted.py").write_text(MIGRATION.format(last=last))
        styles = sorted((new / "innovation/static").rglob("*.css"))
        for style in styles:
            style.write_text(style.read_text() + "\n.upgraded { color: inherit; }\n")
        began = time.monotonic()
        self.manage("migrate", "--no-input", tree=new)
        print(f"migrated beside the old code in {time.monotonic() - began:.1f} s")
        self.manage("collectstatic", "--no-input", "--verbosity=0", tree=new)
        self.current.unlink()
        self.current.symlink_to(new)


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_for(holds: Any) -> None:
    until = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > until:
            raise SystemExit(f"It did not happen within {PATIENCE} seconds.")
        time.sleep(0.1)


@dataclass
class Load:
    """Clients that never send anything twice."""

    site: Site
    account: Account
    times: list[tuple[float, float, str]] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    taken: list[str] = field(default_factory=list)
    ends: bool = False

    def client(self, number: int) -> None:
        import urllib3

        urllib3.disable_warnings()
        pool = urllib3.HTTPSConnectionPool(
            "127.0.0.1",
            self.site.port,
            maxsize=1,
            cert_reqs=ssl.CERT_NONE,
            assert_hostname=False,
            retries=False,
            timeout=60,
            headers={"Host": HOST},
        )
        cookie = {"Cookie": f"__Host-sessionid={self.account.cookie}"}
        styles: list[str] = []
        turn = 0
        while not self.ends:
            turn += 1
            kind = (turn + number) % 8
            if kind in (0, 3):
                page = self.ask(pool, "page", "GET", "/needs/", {200}, headers=cookie)
                styles = re.findall(r'(/static/[^"]+\.css)"', page)
                for style in styles:  # of the page that was just read, as a browser does
                    self.ask(pool, "style", "GET", style, {200})
            elif kind in (1, 5):
                need = self.account.needs[turn % len(self.account.needs)]
                self.ask(pool, "page", "GET", f"/needs/{need}/", {200}, headers=cookie)
            elif kind in (2, 6):
                self.record(pool, f"Need {number}-{turn}", slowly=False)
            elif kind == 4:
                self.ask(pool, "page", "GET", "/pilots/", {200}, headers=cookie)
            else:
                self.record(pool, f"Slow need {number}-{turn}", slowly=True)

    def record(self, pool: Any, title: str, *, slowly: bool) -> None:
        text = json.dumps({**words(title), "unit": self.account.unit}).encode()
        headers = {
            "Authorization": f"Token {self.account.token}",
            "Content-Type": "application/json",
            "Content-Length": str(len(text)),
        }

        def drops() -> Iterator[bytes]:
            step = len(text) // 8 + 1
            for place in range(0, len(text), step):
                yield text[place : place + step]
                time.sleep(0.25)

        body = drops() if slowly else text
        kind = "slow post" if slowly else "post"
        if self.ask(pool, kind, "POST", "/api/v1/needs/", {201}, headers=headers, body=body):
            self.taken.append(title)

    def ask(self, pool: Any, kind: str, verb: str, path: str, wanted: set[int], **more: Any) -> str:
        began = time.monotonic()
        try:
            headers = {"Host": HOST, **more.pop("headers", {})}
            answer = pool.urlopen(verb, path, redirect=False, headers=headers, **more)
        except Exception as error:  # whatever it is: this request has failed
            self.failures[f"{kind}: {type(error).__name__}: {error}"[:150]] += 1
            return ""
        self.times.append((began, time.monotonic() - began, kind))
        if answer.status not in wanted:
            self.failures[f"{kind}: {answer.status} {path[:60]}"] += 1
            return ""
        return str(answer.data.decode(errors="replace"))


def measure(site: Site, account: Account, options: argparse.Namespace) -> int:
    load = Load(site, account)
    clients = [
        threading.Thread(target=load.client, args=(number,), daemon=True)
        for number in range(options.clients)
    ]
    for client in clients:
        client.start()
    time.sleep(options.before)
    began, replaced = time.monotonic(), 0
    try:
        for turn in range(options.rounds):
            if turn == 2:
                site.upgrade()
            site.replace()
            replaced += len(site.ports)
    finally:  # stopped half-way, it says what came of it so far
        ended = time.monotonic()
        time.sleep(2)
        load.ends = True
        for client in clients:
            client.join(70)
        wrong = report(load, began, ended, replaced)
    return wrong


class Hospital(BaseHTTPRequestHandler):
    """One row, whose answer takes six seconds to come."""

    def do_GET(self) -> None:
        body = json.dumps({"rows": [{"week": str(WEEK), "late": 9, "all": 90}]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(OSError):  # whoever asked has been killed
            for place in range(len(body)):
                self.wfile.write(body[place : place + 1])
                time.sleep(6 / len(body))

    def log_message(self, *_given: Any) -> None:
        pass


def pulls(site: Site) -> int:
    """A worker told to go while it pulls ends the pull; of one that is killed it is taken again."""
    from django.conf import settings
    from django.utils import timezone

    from pilots.metrics import actions
    from pilots.metrics.models import Observation, Pull, PullStatus

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hospital)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.INTERNAL_HOSTS = ["127.0.0.1"]
    settings.CELERY_TASK_DEFAULT_QUEUE = f"upgrade-{os.getpid()}"
    os.environ["PILOTLIGHT_QUEUE"] = settings.CELERY_TASK_DEFAULT_QUEUE
    site.environment |= {
        "PILOTLIGHT_QUEUE": settings.CELERY_TASK_DEFAULT_QUEUE,
        "PILOTLIGHT_INTERNAL_HOSTS": "127.0.0.1",
    }
    from innovation.celery import app

    app.conf.task_default_queue = settings.CELERY_TASK_DEFAULT_QUEUE
    wrong = 0
    for number, (word, how) in enumerate(
        [("told to go", signal.SIGTERM), ("told to go", signal.SIGTERM), ("killed", signal.SIGKILL)]
    ):
        worker = celery_worker(site)
        metric = due_metric(f"http://127.0.0.1:{server.server_port}", number)

        def pull(metric: int = metric) -> Pull | None:
            actions.dispatch_due(at=timezone.now())  # as the schedule does
            return Pull.objects.filter(metric=metric).order_by("-pk").first()

        wait_for(lambda: (one := pull()) is not None and one.status == PullStatus.RUNNING)
        os.killpg(worker.pid, how) if how == signal.SIGKILL else worker.send_signal(how)
        gone_at = time.monotonic()
        worker.wait(120)
        ended_in = time.monotonic() - gone_at
        other = celery_worker(site)
        wait_for(lambda: (one := pull()) is not None and one.status == PullStatus.DONE)
        done_in = time.monotonic() - gone_at
        other.terminate()
        other.wait(120)
        found = pull()
        assert found is not None
        kept = Observation.objects.filter(metric=metric).count()
        print(
            f"worker {word}: gone after {ended_in:.1f} s, pull done after {done_in:.1f} s in "
            f"{found.attempts} attempts, {kept} number kept"
        )
        wrong += kept != 1
    server.shutdown()
    return 1 if wrong else 0


def celery_worker(site: Site) -> subprocess.Popen[bytes]:
    """As deploy/systemd/pilotlight-worker@.service has it."""
    unit = (ROOT / "deploy/systemd/pilotlight-worker@.service").read_text()
    found = re.search(r"^ExecStart=\S*/celery (.*)$", unit, re.MULTILINE)
    assert found is not None
    arguments = found[1].replace("%i", "1").replace("%%", "%").split()
    with (site.folder / "worker.log").open("a") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "celery", *arguments],
            cwd=site.current.resolve(),
            env=site.environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def due_metric(url: str, number: int) -> int:
    from django.utils import timezone

    from innovation.people.models import Unit, User
    from pilots.metrics.models import Metric, Source

    now, unit = timezone.now(), Unit.objects.get()
    source = Source.objects.create(
        name=f"Chart {number}",
        unit=unit,
        kind="rest_json",
        config={"base_url": url},
        created_at=now,
        created_by=User.objects.get(email="ada@bench.example"),
    )
    binding = {
        "rows": "rows",
        "period": "week",
        "numerator": "late",
        "denominator": "all",
        "path": "late?from={start}",
    }
    metric = Metric.objects.create(
        name=f"Late notes {number}",
        definition="late ÷ all",
        unit=unit,
        kind="proportion",
        direction="lower",
        dimension="workflow",
        source=source,
        binding=binding,
        pull_from=WEEK,
        created_at=now,
        next_pull_at=now,
        data_version=1,
    )
    return int(metric.pk)


def report(load: Load, began: float, ended: float, replaced: int) -> int:
    from innovation.needs.models import Need

    print(f"\n{replaced} replacements in {ended - began:.0f} s")
    print(f"{'':12}{'requests':>10}{'p50 ms':>9}{'p95 ms':>9}{'longest':>9}")
    for words, low, high in (("before", 0, began), ("during", began, ended)):
        for kinds in (("page",), ("style",), ("post",), ("slow post",)):
            found = sorted(
                1000 * took
                for moment, took, kind in load.times
                if low <= moment < high and kind in kinds
            )
            if found:
                middle, tail = found[len(found) // 2], found[int(len(found) * 0.95) - 1]
                figures = f"{len(found):>10}{middle:>9.0f}{tail:>9.0f}{found[-1]:>9.0f}"
                print(f"{words:7}{kinds[0]:10}{figures}")
    there = Counter(Need.objects.filter(title__contains="eed ").values_list("title", flat=True))
    lost = [title for title in load.taken if there[title] == 0]
    doubled = [title for title in load.taken if there[title] > 1]
    print(f"failed {sum(load.failures.values())}, lost {len(lost)}, doubled {len(doubled)}")
    for words, count in load.failures.most_common(12):
        print(f"  {count:>5}  {words}")
    return 1 if load.failures or lost or doubled else 0


if __name__ == "__main__":
    sys.exit(main())
