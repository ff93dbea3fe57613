"""A process between the product and its database, which can be stopped as a server can (SIGSTOP): it is
connected to by the kernel, takes what is sent, and answers nobody until it may go on."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.patience import PATIENCE


class Relay:
    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        assert process.stdout is not None
        self.port = int(process.stdout.readline())

    def stop(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._process.send_signal(signal.SIGCONT)


@contextmanager
def relaying(target: str) -> Iterator[Relay]:
    """To a Unix socket, or to `host:port`."""
    process = subprocess.Popen(
        [sys.executable, "-m", __name__, target], stdout=subprocess.PIPE, text=True
    )
    try:
        yield Relay(process)
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE)


async def _relay(target: str) -> None:
    async def pass_on(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while piece := await source.read(65536):
                sink.write(piece)
                await sink.drain()
        sink.close()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if target.startswith("/"):
            far_reader, far_writer = await asyncio.open_unix_connection(target)
        else:
            host, _colon, port = target.rpartition(":")
            far_reader, far_writer = await asyncio.open_connection(host, int(port))
        await asyncio.gather(pass_on(reader, far_writer), pass_on(far_reader, writer))

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_relay(sys.argv[1]))
