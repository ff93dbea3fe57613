"""SFTP servers on loopback: one by the library that also asks, and OpenSSH itself where it is installed."""

from __future__ import annotations

import asyncio
import getpass
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh

from pilots.connectors.sftp import host_keys
from tests.patience import PATIENCE

OPENSSH = shutil.which("sshd") or shutil.which("sshd", path="/usr/sbin:/usr/local/sbin")
WITHOUT_OPENSSH = "OpenSSH's sshd is not installed; apt-get install openssh-server"


@dataclass
class SftpServer:
    """`root` is what its login sees as its own directory; `known` are the keys that may sign in."""

    root: Path
    port: int = 0
    host_key: str = ""  # the line of the key that it shows
    username: str = "pilotlight"
    known: list[str] = field(default_factory=list)
    password: str = ""
    kbdint: bool = False  # asks for the password with a prompt of its own, as PAM does
    tried: list[tuple[str, str]] = field(default_factory=list)  # (way, what was given)
    shells: list[str] = field(default_factory=list)  # what was asked for besides files
    # Called before a read of a file is answered.
    on_read: Callable[[], None] | None = None

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def knows(self, line: str) -> None:
        """Let a key sign in, as whoever runs a server does."""
        self.known.append(line)
        (self.root.parent / "authorized_keys").write_text("\n".join(self.known) + "\n")

    def put(self, name: str, text: str | bytes, *, changed: float | None = None) -> Path:
        path = self.root / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        if changed is not None:
            os.utime(path, (changed, changed))
        return path


class _Door(asyncssh.SSHServer):
    def __init__(self, server: SftpServer) -> None:
        self.server = server

    def begin_auth(self, username: str) -> bool:
        return True

    def public_key_auth_supported(self) -> bool:
        return bool(self.server.known)

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        line = host_keys.written(key)
        self.server.tried.append(("publickey", line))
        return username == self.server.username and any(line in one for one in self.server.known)

    def password_auth_supported(self) -> bool:
        return bool(self.server.password)

    def validate_password(self, username: str, password: str) -> bool:
        self.server.tried.append(("password", password))
        return password == self.server.password and not self.server.kbdint

    def kbdint_auth_supported(self) -> bool:
        return bool(self.server.password)

    def get_kbdint_challenge(self, username: str, lang: str, submethods: str) -> Any:
        return ("", "", "", [("Password: ", False)])

    def validate_kbdint_response(self, username: str, responses: Any) -> bool:
        self.server.tried.append(("keyboard-interactive", *responses))
        return list(responses) == [self.server.password]

    def session_requested(self) -> Any:
        return True


@contextmanager
def library_server(root: Path, *, key: str = "ssh-ed25519", **options: Any) -> Iterator[SftpServer]:
    """By asyncssh itself, in a thread."""
    server = SftpServer(root, **options)
    loop = asyncio.new_event_loop()
    own = asyncssh.generate_private_key(key)
    server.host_key = host_keys.written(own.convert_to_public())

    class Files(asyncssh.SFTPServer):
        def __init__(self, channel: Any) -> None:
            super().__init__(channel, chroot=str(root).encode())

        def read(self, file_obj: Any, offset: int, size: int) -> Any:
            if server.on_read:
                server.on_read()
            return super().read(file_obj, offset, size)

    def process(asked: Any) -> None:
        server.shells.append(str(asked.command or "shell"))
        asked.exit(1)

    async def listen() -> Any:
        return await asyncssh.create_server(
            lambda: _Door(server),
            "127.0.0.1",
            0,
            server_host_keys=[own],
            sftp_factory=Files,
            process_factory=process,
            password_auth=not server.kbdint,
            kbdint_auth=server.kbdint,
        )

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    listening = asyncio.run_coroutine_threadsafe(listen(), loop).result(PATIENCE)
    server.port = listening.get_port()
    try:
        yield server
    finally:

        async def end() -> None:
            listening.close()
            others = [one for one in asyncio.all_tasks() if one is not asyncio.current_task()]
            for one in others:
                one.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(end(), loop).result(PATIENCE)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE)
        loop.close()


@contextmanager
def openssh_server(root: Path, *, key: str = "ed25519", greeting: str = "") -> Iterator[SftpServer]:
    """OpenSSH's sshd, as whoever runs the tests; its login is theirs, by key alone. With a greeting, the login has
    a shell that prints it before anything else."""
    assert OPENSSH, WITHOUT_OPENSSH
    beside = root.parent
    own = beside / f"host_{key}"
    if not own.exists():
        subprocess.run(
            ["ssh-keygen", "-q", "-t", key, "-N", "", "-f", str(own)], check=True, timeout=PATIENCE
        )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = SftpServer(root, port, username=getpass.getuser())
    server.host_key = host_keys.line_of(own.with_suffix(".pub").read_text())
    settings = beside / "sshd_config"
    settings.write_text(
        f"""
Port {port}
ListenAddress 127.0.0.1
HostKey {own}
PidFile none
AuthorizedKeysFile {beside / "authorized_keys"}
StrictModes no
UsePAM no
PermitRootLogin yes
PasswordAuthentication no
KbdInteractiveAuthentication no
Subsystem sftp internal-sftp -d {root}
{f"ForceCommand echo {greeting}; sleep 9" if greeting else f"ForceCommand internal-sftp -d {root}"}
"""
    )
    (beside / "authorized_keys").touch()
    Path("/run/sshd").mkdir(exist_ok=True) if getpass.getuser() == "root" else None
    with (beside / "sshd.log").open("wb") as log:
        process = subprocess.Popen([OPENSSH, "-D", "-e", "-f", str(settings)], stderr=log)
        try:
            _wait(port, process, beside / "sshd.log")
            yield server
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), 1) as line:
                if line.recv(4):
                    return
        except OSError:
            time.sleep(0.02)
    raise AssertionError(f"sshd did not begin: {log.read_text()[-2000:]}")
