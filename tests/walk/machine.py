"""An empty Debian with a systemd of its own, of which nothing reaches the machine it runs on.

It has its own files, processes, shared memory, host name, control groups and network. A systemd
that shared memory with its host has deleted what others kept there, so that is looked at first.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

import dev

NEEDED = {
    "mmdebstrap": "mmdebstrap",
    "systemd-nspawn": "systemd-container",
    "slirp4netns": "slirp4netns",
    "nsenter": "util-linux",
}
# What an installed Debian has beside the packages of priority “important”.
BESIDE = "ca-certificates,dbus,libpam-systemd,procps"
HOST_NAME = "pl-walk"
SPACES = ("ipc", "pid", "mnt", "net", "uts", "cgroup")
CONSOLE = {"HOME": "/root", "LANG": "C.UTF-8", "TERM": "dumb", "USER": "root"}
PIP_CACHE = "/var/cache/pip"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def what_is_missing() -> list[str]:
    """In words; nothing where the walk can begin."""
    if os.getuid() != 0 or not Path("/etc/debian_version").exists():
        return ["The walk wants root on a Debian."]
    absent = sorted({package for name, package in NEEDED.items() if not shutil.which(name)})
    if "systemd-container" in absent:  # of the version that is there, which stays untouched
        version = subprocess.run(
            ["dpkg-query", "--show", "--showformat=${Version}", "systemd"],
            check=False,
            capture_output=True,
            text=True,
        ).stdout
        absent[absent.index("systemd-container")] = f"systemd-container={version}"
    words = [f"apt-get install --no-install-recommends {' '.join(absent)}"] if absent else []
    return words + ([] if _control_groups() else ["No control groups (version 2) are mounted."])


def _control_groups() -> Path | None:
    for line in Path("/proc/mounts").read_text().splitlines():
        _what, where, kind, *_rest = line.split()
        if kind == "cgroup2":
            return Path(where)
    return None


class Machine:
    """One that is made, walked and thrown away; packages are kept in `place` for the next."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.root = place / "root"
        self.base = place / "base.tar.zst"
        self.log = place / "console.log"
        groups = _control_groups()
        assert groups is not None
        self.group = groups / f"pl-walk-{os.getpid()}"
        for left in groups.glob("pl-walk-*"):
            if not Path("/proc", left.name.rpartition("-")[2]).exists():
                _end(left)  # of a walk that was killed
        self.way = dev.way_to_index(dev.bundled_pip())
        self.programs: list[subprocess.Popen[bytes]] = []
        self.leader = 0

    def make(self) -> None:
        """An empty Debian of the release and from the archive that this machine has."""
        shutil.rmtree(self.root, ignore_errors=True)
        for folder in (self.root, self.place / "archives/partial", self.place / "pip"):
            folder.mkdir(parents=True, exist_ok=True)
        if not self.base.exists():
            self._bootstrap()
        subprocess.run(["tar", "-xf", self.base, "-C", self.root], check=True)
        (self.root / "etc/hostname").write_text(f"{HOST_NAME}\n")
        with (self.root / "etc/hosts").open("a") as hosts:
            hosts.write(f"127.0.1.1 {HOST_NAME}\n")
        # It is thrown away: nothing of it must be safe on a disk.
        (self.root / "etc/dpkg/dpkg.cfg.d/walk").write_text("force-unsafe-io\n")
        (self.root / "etc/resolv.conf").write_text("nameserver 10.0.2.3\n")  # slirp4netns

    def _bootstrap(self) -> None:
        release = dict(
            line.split("=", 1) for line in Path("/etc/os-release").read_text().splitlines() if line
        )
        sources = [*Path("/etc/apt/sources.list.d").glob("debian.sources")]
        sources += [Path("/etc/apt/sources.list")]
        options = [
            f"--aptopt={path}"
            for path in Path("/etc/apt/apt.conf.d").iterdir()
            if "Acquire::" in path.read_text(errors="replace")
        ]
        command = ["mmdebstrap", "--variant=important", f"--include={BESIDE}", *options]
        making = self.base.with_name("making.tar.zst")
        command += [release["VERSION_CODENAME"], str(making)]
        command += [str(next(path for path in sources if path.exists()))]
        with self.log.open("ab") as out:
            subprocess.run(command, check=True, stdout=out, stderr=out)
        making.rename(self.base)

    def start(self) -> None:
        """Boot it; raises Trouble if it would share memory with this machine."""
        self.group.mkdir()
        own = spaces("self")
        look = self._run(self._nspawn("/usr/bin/readlink", "/proc/self/ns/ipc"), subprocess.PIPE)
        seen = look.communicate()[0].decode().strip()
        if not seen.startswith("ipc:") or seen == own["ipc"]:
            raise dev.Trouble("It would share memory with this machine. It was not started.")
        console = self._run(self._nspawn("--boot", "--console=pipe"))
        try:
            self._until(lambda: self._is_apart(console, own), 30)
        except dev.Trouble as trouble:
            console.kill()
            raise dev.Trouble("It shares something with this machine. It was ended.") from trouble
        network = ["slirp4netns", "--configure", "--mtu=65520", "--disable-host-loopback"]
        self._run([*network, str(self.leader), "tap0"])
        self._until(lambda: self.ask("systemctl is-system-running") in ("running", "degraded"))
        self._until(lambda: "tap0" in self.ask("cat /proc/net/route"))

    def _nspawn(self, *options: str) -> list[str]:
        command = ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit"]
        command += ["--private-network"]
        command += [f"--machine={self.group.name}", f"--hostname={HOST_NAME}"]
        command += ["--resolv-conf=off", f"--directory={self.root}"]
        command += [f"--bind={self.place}/archives:/var/cache/apt/archives"]
        command += [f"--bind={self.place}/pip:{PIP_CACHE}"]
        for value in {word for way in self.way.values() for word in way.split()}:
            # An index of files names those that lie beside it.
            path = Path(value.removeprefix("file://"))
            path = path.parent if value.startswith("file://") else path
            if path.is_absolute() and path.exists():
                command.append(f"--bind-ro={path}")
        return [*command, *options]

    def _run(self, command: list[str], output: int | None = None) -> subprocess.Popen[bytes]:
        die = dev.die_with_us(signal.SIGTERM)  # which nspawn takes for a shutdown

        def before() -> None:
            if die:
                die()
            (self.group / "cgroup.procs").write_text(str(os.getpid()))

        with self.log.open("ab") as out:
            program = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output or out,
                stderr=out,
                env={**os.environ, "UNIFIED_CGROUP_HIERARCHY": "1"},
                start_new_session=True,
                preexec_fn=before,
            )
        self.programs.append(program)
        return program

    def _is_apart(self, console: subprocess.Popen[bytes], own: dict[str, str]) -> bool:
        """Whether its first process is there, which nspawn makes in two steps, and shares nothing."""
        if console.poll() is not None:
            raise dev.Trouble("The empty Debian did not start; its console.log says why.")
        children = Path(f"/proc/{console.pid}/task/{console.pid}/children")
        with contextlib.suppress(OSError, IndexError):
            self.leader = int(children.read_text().split()[0])
            return not set(own.items()) & set(spaces(str(self.leader)).items())
        return False

    @staticmethod
    def _until(condition: Callable[[], bool], seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise dev.Trouble("The empty Debian did not come up; its console.log says more.")
            time.sleep(0.1)

    def environment(self) -> dict[str, str]:
        """Of root's shell: none of this machine's, but for the way to the index of packages."""
        names = {name: value for name, value in self.way.items() if name != "cache-dir"}
        way = {f"PIP_{name.upper().replace('-', '_')}": value for name, value in names.items()}
        return {**CONSOLE, "PATH": PATH, "PIP_CACHE_DIR": PIP_CACHE, **way}

    def command(self, *words: str) -> list[str]:
        return ["nsenter", f"--target={self.leader}", "--all", "--root", "--wdns=/root", *words]

    def in_network(self, *words: str) -> list[str]:
        """A program of this machine in the other's network."""
        return ["nsenter", f"--target={self.leader}", "--net", *words]

    def type(self, script: str, out: IO[bytes]) -> int:
        """Commands in root's shell; the first that fails ends them."""
        typed = self.root / "opt/typed"
        typed.write_text(script)
        return subprocess.run(
            self.command("bash", "-euo", "pipefail", "/opt/typed"),
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=self.environment(),
        ).returncode

    def ask(self, script: str) -> str:
        """What a command says."""
        done = subprocess.run(
            self.command("bash", "-c", script),
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=self.environment(),
        )
        return done.stdout.strip()

    def stop(self) -> None:
        _end(self.group)
        for program in self.programs:
            program.kill()
            program.wait()
        self.programs.clear()


def spaces(process: str) -> dict[str, str]:
    """The namespaces of a process, by kind."""
    return {name: str(Path(f"/proc/{process}/ns/{name}").readlink()) for name in SPACES}


def _end(group: Path) -> None:
    """Everything that lives in a control group, which a machine does not leave; then the group."""
    if not group.exists():
        return
    (group / "cgroup.kill").write_text("1")
    for _try in range(100):
        with contextlib.suppress(OSError):
            for place, _folders, _files in os.walk(group, topdown=False):
                Path(place).rmdir()
            return
        time.sleep(0.1)
