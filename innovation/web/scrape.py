"""What Prometheus is told at `/metrics`: what the processes of this server counted, whether others
answer, and what the database holds, which each room reads by its `gauges.py`.

It is answered within a time whatever the others do: while the database is away, without what only the
database knows. It takes no thread from people, and wants a token.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from hmac import compare_digest
from importlib import import_module
from typing import Any, TypeVar

from asgiref.typing import ASGISendCallable, HTTPResponseStartEvent, HTTPScope
from django.db import Error as DatabaseError
from django.db import close_old_connections, connection, transaction
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from innovation import house
from innovation.rules.database.hanging import HANGS

from . import metric_files, outage

logger = logging.getLogger(__name__)

PATH = "/metrics"
# Prometheus itself waits ten seconds.
WITHIN = 2.0
# Files do not hang; only a busy machine is slow.
FILES_WITHIN = 5.0
STATEMENT = "1s"

Found = TypeVar("Found")


class Probe:
    """One thing that is asked in a thread of its own. Who has not answered the last time is not asked
    a second time beside."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._thread = ThreadPoolExecutor(1, f"metrics-{name}")
        self._under_way: asyncio.Future[Any] | None = None

    async def ask(self, work: Callable[[], Found], *, within: float) -> Found | None:
        """What it says; None where it says nothing within this time, or failed."""
        if self._under_way is not None and not self._under_way.done():
            return None
        asked = asyncio.get_running_loop().run_in_executor(self._thread, work)
        self._under_way = asked
        await asyncio.wait({asked}, timeout=within)
        if not asked.done():
            asked.add_done_callback(_let_go)
            return None
        try:
            return asked.result()
        except Exception:
            logger.warning("Nothing was measured of the %s.", self._name, exc_info=True)
            return None


def _let_go(late: asyncio.Future[Found]) -> None:
    if not late.cancelled():
        late.exception()


class Scrape:
    def __init__(
        self, token: str, *, others: Mapping[str, Callable[[], bool]], within: float = WITHIN
    ) -> None:
        """`others` are asked whether they answer: `{"broker": …}` is `pilotlight_broker_up`."""
        self._token = token.encode()
        self._within = within
        self._others = {name: (Probe(name), answers) for name, answers in others.items()}
        self._database, self._processes = Probe("database"), Probe("processes")

    async def answer(self, scope: HTTPScope, send: ASGISendCallable) -> None:
        if not self._is_from_prometheus(scope):
            await _say(send, 401, b"A token is wanted.\n", (b"www-authenticate", b"Bearer"))
            return
        if scope["method"] != "GET":
            await _say(send, 405, b"", (b"allow", b"GET"))
            return
        body = await self._told()
        await _say(send, 200, body, (b"content-type", CONTENT_TYPE_LATEST.encode()))

    def _is_from_prometheus(self, scope: HTTPScope) -> bool:
        said = dict(scope["headers"]).get(b"authorization", b"")
        return compare_digest(said, b"Bearer " + self._token)

    async def _told(self) -> bytes:
        others = {
            name: probe.ask(work, within=self._within)
            for name, (probe, work) in self._others.items()
        }
        counted, held, answers = await asyncio.gather(
            self._processes.ask(counted_by_the_processes, within=FILES_WITHIN),
            self._held_by_the_database(),
            asyncio.gather(*others.values()),
        )
        up = {"database": held is not None}
        up |= {name: bool(one) for name, one in zip(others, answers, strict=True)}
        families = [
            GaugeMetricFamily(
                f"pilotlight_{name}_up", f"Whether the {name} answered in time.", value=float(is_up)
            )
            for name, is_up in up.items()
        ]
        return (counted or b"") + as_text([*families, *(held or [])])

    async def _held_by_the_database(self) -> list[Metric] | None:
        if HANGS.is_set():
            return None
        return await self._database.ask(_held, within=self._within)


class _Known(Collector):
    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


def as_text(families: Iterable[Metric]) -> bytes:
    registry = CollectorRegistry()
    registry.register(_Known(families))
    return generate_latest(registry)


def counted_by_the_processes() -> bytes:
    if metric_files.VARIABLE not in os.environ:
        return generate_latest(REGISTRY)
    metric_files.forget_the_dead()
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def _held() -> list[Metric]:
    """In a thread that has no requests, at whose ends Django would look after its connection."""
    close_old_connections()
    try:
        return held_by_the_database()
    finally:
        close_old_connections()


def held_by_the_database() -> list[Metric]:
    """What each room's `gauges.py` reads, each for itself: what one cannot read is missing alone."""
    failed = GaugeMetricFamily(
        "pilotlight_gauges_failed", "Whether a room's gauges could not be read.", labels=["room"]
    )
    found: list[Metric] = [failed]
    for room in house.with_file("gauges"):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION READ ONLY")
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", [STATEMENT])
                found += import_module(f"{room}.gauges").gauges()
            failed.add_metric([room], 0)
        except DatabaseError as error:
            if outage.is_away(error):
                raise
            logger.warning("The gauges of %s could not be read.", room, exc_info=True)
            failed.add_metric([room], 1)
    return found


async def _say(
    send: ASGISendCallable, status: int, body: bytes, *headers: tuple[bytes, bytes]
) -> None:
    begin: HTTPResponseStartEvent = {
        "type": "http.response.start",
        "status": status,
        "headers": [
            (b"content-length", b"%d" % len(body)),
            (b"cache-control", b"no-store"),
            *headers,
        ],
        "trailers": False,
    }
    await send(begin)
    await send({"type": "http.response.body", "body": body, "more_body": False})
