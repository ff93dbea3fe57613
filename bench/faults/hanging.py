"""Database and broker stand still (SIGSTOP): they take what is sent and answer nobody."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from contextlib import suppress

from bench.faults.database import NEED, cookie_of
from bench.faults.row import Round, Row
from bench.faults.stage import Stage, children_of, wait_until
from bench.faults.visitors import Program, Said, ask

STANDS = 4.0
VISITORS = 4
# A page says so within, the health of a process answers within, and the site is back within.
PAGE, HEALTH, BACK = 2.0, 0.05, 1.0


def stop_database(size: int, chance: random.Random, stage: Stage) -> Round:
    from tests.factories.cast import make_cast

    found, cast = Round(), make_cast()
    cookie = {"Cookie": cookie_of(cast.ana)}
    web, port = stage.web()
    wait_until(web.is_ready, "the web server")
    for _page in range(20):
        ask(port, "GET", "/needs/", headers=cookie)
    health: list[float] = []
    for _turn in range(size):
        pages: list[Said] = []
        over = threading.Event()

        def visit(over: threading.Event = over, pages: list[Said] = pages) -> None:
            while not over.is_set():
                pages.append(ask(port, "GET", "/needs/", headers=cookie))

        def look(over: threading.Event = over) -> None:
            while not over.wait(0.05):
                said = ask(port, "GET", "/healthz")
                health.append(said.seconds)
                found.check(said.status == 200, f"/healthz answered {said.status}")

        processes = [stage.postgres.process.pid, *children_of(stage.postgres.process.pid)]
        _tell(processes, signal.SIGSTOP)
        threads = [threading.Thread(target=visit) for _one in range(VISITORS)]
        threads.append(threading.Thread(target=look))
        for thread in threads:
            thread.start()
        time.sleep(STANDS + chance.uniform(0, 1))
        over.set()
        for thread in threads:
            thread.join()
        _tell(processes, signal.SIGCONT)
        found.back_after.append(
            wait_until(lambda: ask(port, "GET", "/needs/", headers=cookie).status == 200, "back")
        )
        found.tried += 1
        for said in pages:
            found.seen[str(said.status)] += 1
            found.check(said.status == 503, f"a page answered {said.status}")
        longest = max(said.seconds for said in pages)
        found.figures["slowest 503 (s)"] = max(longest, found.figures.get("slowest 503 (s)", 0))
    health.sort()
    found.figures["healthz median (ms)"] = health[len(health) // 2] * 1000
    found.figures["healthz max (ms)"] = health[-1] * 1000
    found.check(health[-1] <= HEALTH, "/healthz took longer than 50 ms")
    found.check(found.figures["slowest 503 (s)"] <= PAGE, "a page took longer than 2 s to say so")
    return found


def stop_broker(size: int, chance: random.Random, stage: Stage) -> Round:
    """What the database takes is answered as taken."""
    from django.utils import timezone

    from innovation.needs.models import Need
    from innovation.people import actions as people
    from innovation.web.scopes import Scope
    from tests.factories.cast import make_cast

    found, cast = Round(), make_cast()
    token = people.create_token(
        by=cast.ana, at=timezone.now(), name="n", days=300, scopes=[Scope.NEEDS]
    )[1]
    web, port = stage.web()
    wait_until(web.is_ready, "the web server")
    program = Program(token, [port], chance)

    def send(turn: int) -> float:
        """Five needs, and how long the slowest answer took."""
        slowest = 0.0
        for place in range(5):
            words = f"The pump beeps all night, case {turn}-{place}, and nobody hears it."
            content = {**NEED, "unit": cast.four_west.pk, "problem": words}
            said = program.send("/api/v1/needs/", content, f"{turn}-{place}", until=0)
            slowest = max(slowest, said.seconds)
            found.check(said.status == 201, f"a need was answered {said.status}")
        return slowest

    send(-2)
    before, slowest = send(-1), 0.0
    for turn in range(size):
        stage.valkey.process.send_signal(signal.SIGSTOP)
        slowest = max(slowest, send(turn))
        health = ask(port, "GET", "/healthz")
        found.check(health.seconds <= HEALTH, f"/healthz took {health.seconds:.3f} s")
        stage.valkey.process.send_signal(signal.SIGCONT)
        found.tried += 1
    found.seen.update(program.seen)
    found.lost += 5 * (size + 2) - Need.objects.count()
    found.figures["slowest answer (s)"] = slowest
    found.figures["slowest answer before (s)"] = before
    found.check(slowest <= PAGE, "an answer took longer than 2 s")
    return found


def _tell(processes: list[int], what: int) -> None:
    for pid in processes:
        with suppress(ProcessLookupError):
            os.kill(pid, what)


ROWS = (
    Row("hanging", "SIGSTOP of the database", stop_database, size=20, within=BACK),
    Row("hanging-broker", "SIGSTOP of the broker", stop_broker, size=20),
)
