"""deploy/rabbitmq/rabbitmq-watch ends a node that answers nobody, and leaves alone one that does."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings

from tests.patience import wait_until

SCRIPT = Path(settings.BASE_DIR) / "deploy/rabbitmq/rabbitmq-watch"
UNIT = SCRIPT.with_suffix(".service")


@contextmanager
def watching(folder: Path, port: int) -> Iterator[Path]:
    """What it says, while it looks at this port; its `pkill` only says what it was called with."""
    ends = folder / "pkill"
    ends.write_text('#!/bin/sh\necho "pkill $*"\n')
    ends.chmod(0o755)
    said = folder / "said"
    with said.open("wb") as out:
        process = subprocess.Popen(
            [str(SCRIPT)],
            env={"PATH": f"{folder}:{os.environ['PATH']}", "PORT": str(port), "EVERY": "0.1", "PATIENCE": "2"},
            stdout=out,
        )  # fmt: skip
        try:
            yield said
        finally:
            process.kill()
            process.wait()


def test_node_that_answers_nobody_is_ended(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as node:
        port = node.getsockname()[1]
        with watching(tmp_path, port) as said:
            node.listen()
            for _look in range(30):
                node.accept()[0].close()
            assert said.read_text() == "", "it answered for three seconds"
            node.close()
            wait_until(lambda: said.read_text().count("pkill -KILL -u rabbitmq -x beam.smp") == 2)
    first, second = (int(n) for n in re.findall(r"not answered for (\d+) s", said.read_text()))
    assert first >= 2
    assert second >= 4, "it gets twice as long to start"


def test_systemd_reads_the_unit_without_a_word(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not on this machine")
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text().replace("/usr/local/sbin/rabbitmq-watch", str(SCRIPT)))
    command = ["systemd-analyze", "verify", "--man=no", str(unit)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert [line for line in done.stderr.splitlines() if UNIT.name in line] == []
    assert "Restart=always" in UNIT.read_text()
