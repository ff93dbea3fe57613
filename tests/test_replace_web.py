"""deploy/replace-web replaces servers behind a real nginx, and no request notices. With the site itself
and load on it: `python -m bench.upgrade`."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3
from django.conf import settings

from tests.patience import PATIENCE, wait_until

SCRIPT = Path(settings.BASE_DIR) / "deploy/replace-web"
# Says its process; told to go, it leaves at once whatever it is at. Ready unless a file says otherwise.
SERVER = """
import os, pathlib, sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Server(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with open("posts", "ab", buffering=0) as posts:
            posts.write(b".")
        self.do_GET()

    def do_GET(self):
        broken = self.path == "/readyz" and pathlib.Path("broken-" + sys.argv[1]).exists()
        body = str(os.getpid()).encode()
        time.sleep(0.02)
        self.send_response(503 if broken else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_given):
        pass

ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Server).serve_forever()
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Machine:
    """nginx and two servers; `restart-PORT` replaces one as systemd would."""

    def __init__(self, folder: Path, nginx: str) -> None:
        self.folder, self.port, self.ports = folder, free_port(), [free_port(), free_port()]
        self.nginx = [nginx, "-c", str(folder / "nginx.conf")]
        (folder / "server.py").write_text(SERVER)
        servers = folder / "pilotlight.servers"
        text = (SCRIPT.parent / "nginx/pilotlight.servers").read_text()
        for old, new in zip(("8000", "8001"), map(str, self.ports), strict=True):
            text = text.replace(old, new)
        servers.write_text(text)
        (folder / "nginx.conf").write_text(
            f"pid {folder}/nginx.pid; error_log {folder}/error.log; events {{}}\n"
            f"http {{ access_log off; upstream site {{ include {servers}; keepalive 8; }}\n"
            f"  server {{ listen 127.0.0.1:{self.port}; location / {{ proxy_pass http://site;"
            '    proxy_http_version 1.1; proxy_set_header Connection ""; } } }\n'
        )
        for port in self.ports:
            (folder / f"restart-{port}").write_text(
                f"#!/bin/sh\ncd {folder}\nkill $(cat {port}.pid)\n"
                f"{sys.executable} server.py {port} >/dev/null 2>&1 &\necho $! > {port}.pid\n"
            )
            (folder / f"restart-{port}").chmod(0o755)

    def start(self) -> None:
        subprocess.run(self.nginx, check=True, capture_output=True)
        for port in self.ports:
            (self.folder / f"{port}.pid").write_text("")
            subprocess.run([str(self.folder / f"restart-{port}")], check=False, capture_output=True)
            wait_until(lambda port=port: answers(port))  # type: ignore[misc]

    def stop(self) -> None:
        subprocess.run([*self.nginx, "-s", "quit"], check=False, capture_output=True)
        for port in self.ports:
            os.kill(self.pid(port), signal.SIGKILL)

    def pid(self, port: int) -> int:
        return int((self.folder / f"{port}.pid").read_text())

    def replace(
        self, *ports: int, patience: int = int(PATIENCE)
    ) -> subprocess.CompletedProcess[str]:
        given = {
            "SERVERS": str(self.folder / "pilotlight.servers"),
            "NGINX_COMMAND": " ".join(self.nginx),
            "NGINX_PID": str(self.folder / "nginx.pid"),
            "RESTART": str(self.folder / "restart-"),
            "HOST": "pilotlight.example.org",
            "PATIENCE": str(patience),
        }
        return subprocess.run(
            [str(SCRIPT), *map(str, ports or self.ports)],
            env={**os.environ, **given},
            check=False,
            capture_output=True,
            text=True,
        )

    @property
    def servers(self) -> str:
        return (self.folder / "pilotlight.servers").read_text()


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx is None or shutil.which("curl") is None:
        pytest.skip("nginx or curl is not on this machine")
    tmp_path.chmod(0o755)
    found = Machine(tmp_path, nginx)
    found.start()
    yield found
    found.stop()


def send(pool: urllib3.HTTPConnectionPool) -> urllib3.BaseHTTPResponse:
    """As browsers do: a kept connection that was closed before a byte of the answer came may have been
    closed as the request went out, so it is sent again on a new one (RFC 9110, 9.2.2; nginx 1.22 closes
    kept connections as it reloads, 2026-11-29)."""
    opened = pool.num_connections
    try:
        return pool.request("POST", "/", body=b"need", timeout=PATIENCE)
    except urllib3.exceptions.ProtocolError as error:
        # "Closed without an answer" is a reset, too, and which of both it is depends on the moment.
        was_kept = pool.num_connections == opened
        if not (was_kept and isinstance(error.args[1], ConnectionResetError)):
            raise
        return pool.request("POST", "/", body=b"need", timeout=PATIENCE)


def test_no_request_fails_while_both_are_replaced(machine: Machine) -> None:
    seen: list[str] = []
    failures: list[str] = []
    ends = threading.Event()

    def visit() -> None:
        pool = urllib3.HTTPConnectionPool("127.0.0.1", machine.port, maxsize=1, retries=False)
        while not ends.is_set():
            try:
                answer = send(pool)
            except urllib3.exceptions.HTTPError as error:
                failures.append(str(error))
                continue
            seen.append(answer.data.decode())
            if answer.status != 200:
                failures.append(str(answer.status))

    visitors = [threading.Thread(target=visit) for _visitor in range(3)]
    before = {machine.pid(port) for port in machine.ports}
    wait_until(lambda: answers(machine.port))
    for visitor in visitors:
        visitor.start()
    done = machine.replace()
    after = {machine.pid(port) for port in machine.ports}
    wait_until(lambda: {str(pid) for pid in after} <= set(seen))
    ends.set()
    for visitor in visitors:
        visitor.join()
    assert done.returncode == 0, done.stdout + done.stderr
    assert failures == []
    # Each was done once: nginx asks the other server for nothing twice.
    assert (machine.folder / "posts").stat().st_size == len(seen)
    assert not before & after
    assert "down" not in machine.servers


def test_one_that_does_not_come_back_stays_out_and_the_other_serves(machine: Machine) -> None:
    first, second = machine.ports
    other, broken = machine.pid(second), machine.folder / f"broken-{first}"
    restart = machine.folder / f"restart-{first}"
    begun_as = restart.read_text()
    restart.write_text(f"{begun_as}touch {broken}\n")
    done = machine.replace(patience=1)
    assert done.returncode == 1
    assert f"{first} is not ready" in done.stdout
    assert f"server 127.0.0.1:{first} max_fails=1 fail_timeout=2s down;" in machine.servers
    assert machine.pid(second) == other
    for _visit in range(5):
        answer = urllib3.request("GET", f"http://127.0.0.1:{machine.port}/", retries=False)
        assert (answer.status, answer.data) == (200, str(other).encode())
    # Mended, the same command goes on where it stopped.
    broken.unlink()
    restart.write_text(begun_as)
    assert machine.replace().returncode == 0
    assert machine.pid(second) != other
    assert "down" not in machine.servers


def test_one_alone_and_one_that_is_not_listed_are_refused(machine: Machine) -> None:
    before = [machine.pid(port) for port in machine.ports]
    assert "one alone" in machine.replace(machine.ports[0]).stdout
    assert "is not in" in machine.replace(machine.ports[0], 1).stdout
    assert [machine.pid(port) for port in machine.ports] == before
