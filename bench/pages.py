"""Pages and API lists on a large health system, beside floors measured in the same run.

    eval "$(python3 dev.py services)" && .venv/bin/python -m bench.pages [--small]

For each page: SQL queries at a tenth of the rows and at all of them, kilobytes, milliseconds for
one client and for eight (over HTTP from a real server on loopback), and the ratio to its floor.
"""

from __future__ import annotations

import argparse
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bench.database import ROOT, empty_database, set_up

REQUESTS = 120


@dataclass(frozen=True)
class Page:
    name: str
    path: str
    floor: str


PAGES = (
    Page("need list", "/needs/", "/floor/needs/"),
    Page("need list by voices", "/needs/?sort=-voices", "/floor/needs/"),
    Page("triage", "/triage/", "/floor/needs/"),
    Page("pilot list", "/pilots/", "/floor/needs/"),
    Page("need detail", "/needs/4242/", "/floor/pilots/42/"),
    Page("pilot detail", "/pilots/42/", "/floor/pilots/42/"),
    Page("metric detail", "/metrics/42/", "/floor/pilots/42/"),
    Page("leadership review", "/review/", "/floor/needs/"),
    Page("hours by pilot", "/hours/", "/floor/needs/"),
    Page("hours by unit", "/hours/?by=unit", "/floor/needs/"),
    Page("hours by quarter", "/hours/?by=quarter", "/floor/needs/"),
    Page("objectives", "/objectives/", "/floor/needs/"),
    Page("API needs", "/api/v1/needs/", "/floor/api/needs/"),
    Page("API pilots", "/api/v1/pilots/", "/floor/api/needs/"),
)


def session_cookie() -> str:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from innovation.people.models import User
    from innovation.people.sessions import SessionStore

    user = User.objects.get(pk=1)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return f"sessionid={session.session_key}"


def count_queries(path: str, cookie: str) -> tuple[int, int, int]:
    """Status, SQL queries and bytes of one request, in this process."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(headers={"cookie": cookie, "host": "localhost"})
    client.get(path)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        answer = client.get(path)
    return answer.status_code, len(captured), len(answer.content)


@contextmanager
def server() -> Iterator[int]:
    """The web server as docs/operations.md starts it, on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [
            sys.executable, "-m", "granian", "--interface", "asginl", "--host", "127.0.0.1",
            "--port", str(port), "--workers", "2",
            "--no-ws", "--log-level", "warning",
            "innovation.asgi:application",
        ],
        cwd=ROOT,
        env=os.environ,
    )  # fmt: skip
    try:
        for _attempt in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def timings(port: int, path: str, cookie: str, clients: int, requests: int) -> list[float]:
    """Milliseconds of each request, `clients` at a time, over kept connections."""
    import urllib3

    found: list[float] = []

    def visit(count: int) -> None:
        pool = urllib3.HTTPConnectionPool("127.0.0.1", port, maxsize=1)
        for _turn in range(count):
            began = time.perf_counter()
            answer = pool.request("GET", path, headers={"Cookie": cookie, "Host": "localhost"})
            if answer.status != 200:
                raise SystemExit(f"{path} answered {answer.status}")
            found.append((time.perf_counter() - began) * 1000)

    threads = [threading.Thread(target=visit, args=(requests // clients,)) for _c in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def middle_and_tail(found: list[float]) -> tuple[float, float]:
    ordered = sorted(found)
    return statistics.median(ordered), ordered[int(len(ordered) * 0.95) - 1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="a hundredth of the rows, to try it")
    arguments = parser.parse_args()
    set_up()
    from bench.data import Size, fill

    whole = Size(1_000, 40, 4_000) if arguments.small else Size()
    tenth = Size(whole.needs // 10, max(50, whole.pilots // 10), whole.observations // 10)
    if arguments.small:
        tenth = whole
    before: dict[str, int] = {}
    with empty_database():
        fill(Size(max(5_000, tenth.needs), tenth.pilots, tenth.observations))
        cookie = session_cookie()
        before = {page.name: count_queries(page.path, cookie)[1] for page in PAGES}
    with empty_database():
        began = time.perf_counter()
        fill(Size(max(5_000, whole.needs), max(50, whole.pilots), whole.observations))
        print(f"filled in {time.perf_counter() - began:.0f} s: {whole}")
        cookie = session_cookie()
        print(
            f"{'page':22}{'queries':>12}{'kB':>7}{'p50':>8}{'p95':>8}{'floor':>8}{'ratio':>7}"
            f"{'p95 of 8':>10}{'floor':>8}{'ratio':>7}"
        )
        with server() as port:
            for page in PAGES:
                status, queries, size = count_queries(page.path, cookie)
                if status != 200:
                    print(f"{page.name:22} answered {status}")
                    continue
                figures = {}
                for clients in (1, 8):
                    timings(port, page.floor, cookie, clients, 16)
                    timings(port, page.path, cookie, clients, 16)
                    # In turns, so that a machine that drifts drifts for both.
                    floor: list[float] = []
                    own: list[float] = []
                    for _turn in range(4):
                        floor += timings(port, page.floor, cookie, clients, REQUESTS // 4)
                        own += timings(port, page.path, cookie, clients, REQUESTS // 4)
                    figures[clients] = (middle_and_tail(own), middle_and_tail(floor))
                (p50, p95), (_f50, f95) = figures[1]
                (_m50, m95), (_g50, g95) = figures[8]
                grown = f"{before[page.name]} → {queries}"
                print(
                    f"{page.name:22}{grown:>12}{size / 1000:>7.0f}{p50:>8.1f}{p95:>8.1f}{f95:>8.1f}"
                    f"{p95 / f95:>7.1f}{m95:>10.1f}{g95:>8.1f}{m95 / g95:>7.1f}"
                )


if __name__ == "__main__":
    main()
