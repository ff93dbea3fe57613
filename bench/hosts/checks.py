"""Whether every part is well, who leads, and whether the database has what was acknowledged."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import socket
import subprocess
import threading
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from bench.hosts.network import HOSTS, address
from bench.hosts.programs import DATABASE, Site, rabbit


def of_kind(kind: str) -> list[str]:
    return [host for host in HOSTS if host.rstrip("0123456789") == kind]


def asked(host: str, port: int, path: str) -> tuple[int, str]:
    """The status and text of one plain answer; 0 where there is none."""
    line = http.client.HTTPConnection(address(host), port, timeout=2)
    try:
        line.request("GET", path)
        answer = line.getresponse()
        return answer.status, answer.read().decode()
    except (OSError, http.client.HTTPException):
        return 0, ""
    finally:
        line.close()


class Database:
    """Whichever takes writes, asked from beside."""

    def __init__(self, site: Site) -> None:
        hosts = ",".join(address(host) for host in of_kind("db"))
        ports = ",".join("5432" for _host in of_kind("db"))
        self._words = (
            f"host={hosts} port={ports} dbname={DATABASE} user={DATABASE} "
            f"password={site.secrets.owner} target_session_attrs=read-write connect_timeout=2 "
            "tcp_user_timeout=3000 keepalives_idle=2 keepalives_interval=1 keepalives_count=2"
        )
        self._line: psycopg.Connection[Any] | None = None

    def rows(self, sql: str, values: list[object] | None = None) -> list[tuple[Any, ...]]:
        try:
            if self._line is None or self._line.closed:
                self._line = psycopg.connect(self._words, autocommit=True)
            with self._line.cursor() as cursor:
                cursor.execute(sql, values)
                return cursor.fetchall()
        except psycopg.Error:
            if self._line is not None:
                self._line.close()
            self._line = None
            raise


# ── Is all well ──────────────────────────────────────────────────────────────────────────────


def ailing(database: Database) -> list[str]:
    """What is not as it was before the first fault, in words; cheap questions first."""
    found = [host for host in of_kind("web") if asked(host, 8000, "/healthz")[0] != 200]
    found += [host for host in of_kind("mq") if '"true"' not in asked(host, 2379, "/health")[1]]
    found += [f"{host}: RabbitMQ" for host in of_kind("mq") if not speaks_amqp(host)]
    found += standby_ailing()
    if found:
        return found
    try:
        found += _background(database)
    except psycopg.Error as error:
        return [f"database: {error}"]
    return found


def standby_ailing() -> list[str]:
    for host in of_kind("db"):
        status, text = asked(host, 8008, "/cluster")
        if status != 200:
            return [f"{host}: patroni"]
        members = json.loads(text)["members"]
        roles = sorted((one["role"], one["state"]) for one in members)
        if [role for role, _state in roles] != ["leader", "sync_standby"]:
            return [f"{host} sees {roles}"]
        if any(state not in ("running", "streaming") for _role, state in roles):
            return [f"{host} sees {roles}"]
    return []


def _background(database: Database) -> list[str]:
    found = []
    fresh = database.rows(
        "SELECT kind, host FROM innovation_signoflife WHERE seen_at > now() - interval '35 s'"
    )
    workers = {host for kind, host in fresh if kind == "worker"}
    found += [f"{host}: worker" for host in of_kind("work") if host not in workers]
    if not any(kind == "standby" for kind, _host in fresh):
        found.append("no scheduler stands by")
    if not leader_of(database):
        found.append("no scheduler leads")
    return found


def speaks_amqp(host: str) -> bool:
    """A node opens its port last, when it has its copies of the queues: `rabbitmq-queues quorum_status` says
    the same for two seconds of a core."""
    try:
        with socket.create_connection((address(host), 5672), timeout=2) as line:
            line.sendall(b"AMQP\x00\x00\x09\x01")
            return line.recv(1) == b"\x01"
    except OSError:
        return False


def on_rabbit(site: Site, program: str, *words: str) -> str:
    """A command of RabbitMQ's, asked of the first node that answers it."""
    said = ""
    for host in of_kind("mq"):
        command = ["ip", "netns", "exec", f"pl-{host}", "env", f"HOSTNAME={host}"]
        env = {**site.rabbit_env(host), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
        env["RABBITMQ_CTL_ERL_ARGS"] = "+S 1:1"
        hosts = f"mount --bind {site.folder}/hosts /etc/hosts && exec "
        shell = ["unshare", "--uts", "--mount", "sh", "-c"]
        inside = (
            f"hostname {host} && {hosts} setpriv --reuid rabbitmq --regid rabbitmq --clear-groups "
        )
        inside += " ".join([str(rabbit(program)), "-n", f"rabbit@{host}", "-q", *words])
        try:
            done = subprocess.run(
                [*command, *shell, inside],
                check=False,
                capture_output=True,
                text=True,
                env=env,
                timeout=45,
            )
        except subprocess.TimeoutExpired:
            said = f"{host}: no answer to {' '.join(words)}"
            continue
        if done.returncode == 0:
            return done.stdout
        said = done.stdout + done.stderr
    return said


# ── Who leads ────────────────────────────────────────────────────────────────────────────────


def leader_of(database: Database) -> tuple[str, int] | None:
    """The host whose scheduler leads, and its term."""
    rows = database.rows(
        "SELECT holder, term FROM innovation_leaderlease WHERE until > clock_timestamp()"
    )
    return (rows[0][0].partition("/")[0], rows[0][1]) if rows else None


@dataclass(frozen=True)
class Look:
    """At one moment."""

    at: float
    leader: tuple[str, int] | None
    primaries: tuple[str, ...]
    pulls_done: int  # the highest number of a pull that is done


class Watch(threading.Thread):
    """Looks twice a second who leads and who is the primary."""

    def __init__(self, site: Site) -> None:
        super().__init__(daemon=True)
        self.looks: list[Look] = []
        self._database = Database(site)

    def run(self) -> None:
        while True:
            at = time.time()
            primaries = tuple(
                host for host in of_kind("db") if asked(host, 8008, "/primary")[0] == 200
            )
            leader, done = None, 0
            with contextlib.suppress(psycopg.Error):
                leader = leader_of(self._database)
                [(done,)] = self._database.rows(
                    "SELECT coalesce(max(id), 0) FROM pilots_pull WHERE status = 'done'"
                )
            self.looks.append(Look(at, leader, primaries, done))
            time.sleep(0.5)

    def since(self, moment: float) -> list[Look]:
        return [look for look in self.looks[-2000:] if look.at >= moment]


LEADS = re.compile(r"^(\S+ \S+) .* (\S+?)/\S+ leads \(scheduler\), term (\d+)")
SENT = re.compile(r"^(\S+ \S+) .*Scheduler: Sending due task")


def moment(text: str) -> float:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S,%f").timestamp()  # noqa: DTZ007 - ours is the machine's


def sent_without_leading(logs: Path) -> list[str]:
    """What a scheduler sent after another one had begun to lead, by the schedulers' own words."""
    begun: list[tuple[float, int, str]] = []
    sent: list[tuple[float, str]] = []
    for host in of_kind("work"):
        for line in (logs / f"{host}.beat.log").read_text(errors="replace").splitlines():
            if found := LEADS.match(line):
                begun.append((moment(found[1]), int(found[3]), host))
            elif found := SENT.match(line):
                sent.append((moment(found[1]), host))
    if not begun or not sent:
        raise ValueError("The schedulers' logs are written otherwise than is known here.")
    begun.sort()
    wrong = []
    for at, host in sent:
        before = [reign for reign in begun if reign[0] <= at]
        if before and before[-1][2] != host:
            wrong.append(f"{host} at {at:.3f}, in term {before[-1][1]} of {before[-1][2]}")
    return wrong


# ── Is it there ──────────────────────────────────────────────────────────────────────────────

FOUND = {
    "need": "SELECT title, count(*) FROM innovation_need WHERE title = ANY(%s) GROUP BY 1",
    "approval": "SELECT reason, count(*) FROM pilots_gatereview WHERE reason = ANY(%s) GROUP BY 1",
    "pull": "SELECT id::text, count(*) FROM pilots_pull WHERE id::text = ANY(%s) "
    "AND status = 'done' GROUP BY 1",
}


def compare(
    database: Database, acknowledged: list[tuple[str, str, float]]
) -> tuple[list[str], list[str]]:
    """What was acknowledged and is not there, and what is there twice."""
    lost, doubled = [], []
    for kind, sql in FOUND.items():
        words = [word for of, word, _at in acknowledged if of == kind]
        there = dict(database.rows(sql, [words]))
        lost += [f"{kind}: {word}" for word in words if word not in there]
        doubled += [f"{kind}: {word}" for word, count in there.items() if count > 1]
    twice = database.rows(
        "SELECT title, count(*) FROM innovation_need WHERE title LIKE 'Hosts %%' "
        "GROUP BY 1 HAVING count(*) > 1"
    )
    doubled += [f"need: {title}" for title, _count in twice if f"need: {title}" not in doubled]
    return lost, doubled


def compared(
    database: Database, acknowledged: list[tuple[str, str, float]], within: float = 60
) -> tuple[list[str], list[str]]:
    """The same, once the pulls that were just asked for had their time."""
    deadline = time.time() + within
    while True:
        lost, doubled = compare(database, acknowledged)
        if not lost or time.time() > deadline:
            return lost, doubled
        time.sleep(1)
