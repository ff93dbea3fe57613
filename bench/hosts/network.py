"""Hosts as network namespaces on one bridge. A host that is cut off is taken off the bridge: its own link
stays up, and nothing that it sends arrives."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

from dev import die_with_us

BRIDGE = "pl-bridge"
NETWORK = "10.231.77"
HERE = f"{NETWORK}.1"
# A host's name, and the last number of its address.
HOSTS = {
    "proxy": 10,
    "web1": 11,
    "web2": 12,
    "work1": 21,
    "work2": 22,
    "db1": 31,
    "db2": 32,
    "mq1": 41,
    "mq2": 42,
    "mq3": 43,
}


def address(host: str) -> str:
    return f"{NETWORK}.{HOSTS[host]}"


def ip(*words: str, check: bool = True) -> str:
    done = subprocess.run(["ip", *words], check=check, capture_output=True, text=True)
    return done.stdout


def clear() -> None:
    """Take away what a run that was killed left behind."""
    for line in ip("netns", "list").splitlines():
        name = line.split()[0] if line.strip() else ""
        if name.removeprefix("pl-") in HOSTS:
            for pid in ip("netns", "pids", name, check=False).split():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)
            ip("netns", "del", name)
    if BRIDGE in ip("-br", "link"):
        ip("link", "del", BRIDGE)
    for host in HOSTS:
        ip("link", "del", f"pl-{host}", check=False)


def build() -> None:
    ip("link", "add", BRIDGE, "type", "bridge")
    ip("addr", "add", f"{HERE}/24", "dev", BRIDGE)
    ip("link", "set", BRIDGE, "up")
    for host in HOSTS:
        space = f"pl-{host}"
        ip("netns", "add", space)
        ip("link", "add", space, "type", "veth", "peer", "name", "eth0", "netns", space)
        ip("link", "set", space, "master", BRIDGE, "up")
        ip("-n", space, "link", "set", "lo", "up")
        ip("-n", space, "addr", "add", f"{address(host)}/24", "dev", "eth0")
        ip("-n", space, "link", "set", "eth0", "up")


def hosts_file() -> str:
    lines = [f"{address(host)} {host}" for host in HOSTS]
    return "\n".join(["127.0.0.1 localhost", f"{HERE} hospital", *lines, ""])


class Host:
    """One machine, and what was written down for it to run."""

    def __init__(self, name: str, folder: Path, programs: list[dict[str, Any]]) -> None:
        self.name = name
        self._plan = folder / f"{name}.json"
        self._out = folder / "log" / f"{name}.machine.log"
        hosts = folder / "hosts"
        plan = {"name": name, "hosts_file": str(hosts), "logs": str(folder / "log")}
        self._plan.write_text(json.dumps({**plan, "programs": programs}))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """From the main thread: a host ends with the thread that started it."""
        apart = ["unshare", "--uts", "--ipc", "--pid", "--mount", "--fork"]
        apart += ["--kill-child=KILL", "--mount-proc"]
        machine = ["/usr/bin/python3", str(Path(__file__).with_name("machine.py")), str(self._plan)]
        with self._out.open("ab") as out:
            self._process = subprocess.Popen(
                ["ip", "netns", "exec", f"pl-{self.name}", *apart, *machine],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                preexec_fn=die_with_us(signal.SIGKILL),
            )

    def kill(self) -> None:
        """Everything on it at once, without a last word; the kernel closes no line either."""
        # A dying process has its lines closed by the kernel, which a machine without power does not do.
        self.cut_off()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        deadline = time.monotonic() + 10
        while ip("netns", "pids", f"pl-{self.name}", check=False).split():
            if time.monotonic() > deadline:
                raise RuntimeError(f"{self.name} does not die")
            time.sleep(0.05)

    def cut_off(self) -> None:
        ip("link", "set", f"pl-{self.name}", "nomaster")

    def join(self) -> None:
        ip("link", "set", f"pl-{self.name}", "master", BRIDGE)
