"""A real RabbitMQ for a test: Debian's, on ports of its own, which may be stopped, filled and killed."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.patience import PATIENCE, wait_until

PROGRAMS = Path("/usr/lib/rabbitmq/bin")
# A message that is not acknowledged for so long closes its channel; RabbitMQ's own is half an hour.
PATIENCE_OF_BROKER = 4
ADVANCED = f"[{{rabbit, [{{consumer_timeout, {PATIENCE_OF_BROKER * 1000}}}, {{channel_tick_interval, 1000}}]}}]."


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RabbitMQ:
    def __init__(self, home: Path) -> None:
        self.home = home
        self.port, distribution, mapper = free_port(), free_port(), free_port()
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}//"
        (home / "plugins").write_text("[].")
        (home / "advanced.config").write_text(ADVANCED)
        self.environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(home),  # of Erlang's cookie
            "LANG": "C.UTF-8",
            "RABBITMQ_NODENAME": f"pilotlight{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(distribution),
            "RABBITMQ_MNESIA_BASE": str(home / "mnesia"),
            "RABBITMQ_LOG_BASE": str(home / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "plugins"),
            "RABBITMQ_CONFIG_FILE": str(home / "none.conf"),
            "RABBITMQ_CONF_ENV_FILE": str(home / "none-env.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(home / "advanced.config"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none",
            "ERL_EPMD_PORT": str(mapper),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
        }
        # By itself the server leaves this one running.
        self.mapper = self._run(["epmd", "-port", str(mapper), "-address", "127.0.0.1"])
        self.start()

    def _run(self, command: list[str]) -> subprocess.Popen[bytes]:
        with (self.home / "said.log").open("ab") as out:
            return subprocess.Popen(
                command,
                cwd=self.home,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    def start(self) -> None:
        self.server = self._run([str(PROGRAMS / "rabbitmq-server")])
        wait_until(self._answers)

    def _answers(self) -> bool:
        assert self.server.poll() is None, (self.home / "said.log").read_text()[-2000:]
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as line:
                line.settimeout(1)
                line.sendall(b"AMQP\x00\x00\x09\x01")
                return line.recv(1) == b"\x01"
        except OSError:
            return False

    def signal(self, number: int) -> None:
        os.killpg(self.server.pid, number)

    def kill(self) -> None:
        """As a power cut would."""
        self.signal(signal.SIGKILL)
        self.server.wait(PATIENCE)

    def control(self, *words: str) -> str:
        return subprocess.run(
            [str(PROGRAMS / "rabbitmqctl"), "--quiet", *words],
            check=True,
            capture_output=True,
            text=True,
            env=self.environment,
        ).stdout

    def close(self) -> None:
        self.kill()
        self.mapper.kill()
        self.mapper.wait(PATIENCE)


@contextmanager
def rabbitmq() -> Iterator[RabbitMQ]:
    """Skips, by name, where it is not installed."""
    if not (PROGRAMS / "rabbitmq-server").exists() or not shutil.which("epmd"):
        pytest.skip("no RabbitMQ on this machine: apt-get install rabbitmq-server")
    with TemporaryDirectory(prefix="pilotlight-rabbitmq-") as home:
        broker = RabbitMQ(Path(home))
        try:
            yield broker
        finally:
            broker.close()
