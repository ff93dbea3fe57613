"""The first process of a host: starts what the host runs, and starts again whatever ended, as systemd
would. When it is killed the kernel ends everything in its process table, as a power cut would.

    unshare --uts --ipc --pid --mount --fork --kill-child --mount-proc python machine.py HOST.json
"""

from __future__ import annotations

import json
import os
import pwd
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

RESTART_SECONDS = 1.0


def main() -> None:
    plan: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text())
    socket.sethostname(plan["name"])
    mount = ["mount", "--bind", plan["hosts_file"], "/etc/hosts"]
    subprocess.run(mount, check=True)
    for place in ("/dev/shm", "/tmp"):
        subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=1777", "tmpfs", place], check=True)
    programs = [Program(**one, log=Path(plan["logs"])) for one in plan["programs"]]
    signal.signal(signal.SIGTERM, lambda *_given: sys.exit(0))
    while True:
        ended = reaped()
        for program in programs:
            try:
                program.keep(ended)
            except OSError as error:
                program.note(f"cannot be started: {error}")
        time.sleep(0.2)


def reaped() -> dict[int, int]:
    """The children that ended, ours and those whose parents ended before them, which the first process inherits: Patroni
    waits for its PostgreSQL until that is gone from the table."""
    ended: dict[int, int] = {}
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return ended
        if pid == 0:
            return ended
        ended[pid] = status


class Program:
    def __init__(
        self,
        *,
        name: str,
        command: list[str],
        user: str,
        folder: str,
        env: dict[str, str],
        log: Path,
    ) -> None:
        self.command, self.folder = command, folder
        self.account = pwd.getpwnam(user)
        self.env = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG": "C.UTF-8",
            "HOME": folder,
            **env,
        }
        self.log = log / f"{name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.next_at = 0.0

    def keep(self, ended: dict[int, int]) -> None:
        """Start it, or start it again a second after it ended."""
        if self.process is not None:
            if self.process.pid not in ended:
                return
            status = self.process.returncode = ended[self.process.pid]
            self.note(f"ended with {status}")
            self.process, self.next_at = None, time.monotonic() + RESTART_SECONDS
        if time.monotonic() < self.next_at:
            return
        self.note("started")
        self.next_at = time.monotonic() + RESTART_SECONDS
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                self.command,
                cwd=self.folder,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                preexec_fn=self._become if self.account.pw_uid else None,
            )

    def _become(self) -> None:
        os.initgroups(self.account.pw_name, self.account.pw_gid)
        os.setgid(self.account.pw_gid)
        os.setuid(self.account.pw_uid)

    def note(self, word: str) -> None:
        with self.log.open("a") as out:
            out.write(f"── {time.time():.3f} {word}\n")


if __name__ == "__main__":
    main()
