"""The database is restarted, crashes or is away, while people write and pulls run."""

from __future__ import annotations

import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench.faults import numbers
from bench.faults.row import Round, Row
from bench.faults.stage import PATIENCE, Stage, children_of, kill, wait_until
from bench.faults.visitors import Program, ask
from tests.pilots.metrics.server import serve

if TYPE_CHECKING:
    from innovation.people.models import User

WRITERS, READERS = 4, 2
METRICS, POINTS, SOURCES = 40, 200, 10
AWAY = 60.0
NEED = {
    "population": "Everybody on the night shift",
    "outcome": "Linen is there",
    "setting": "ward",
    "frequency": "daily",
}


@dataclass
class People:
    """Who writes needs by a program and who reads pages, without a pause, until it is over."""

    port: int
    token: str
    cookie: str
    unit: int
    found: Round
    over: threading.Event = field(default_factory=threading.Event)
    # What was acknowledged: the problem's words and when.
    kept: list[tuple[str, float]] = field(default_factory=list)

    def write(self, number: int) -> None:
        program = Program(self.token, [self.port], random.Random(number))
        turn = 0
        while not self.over.is_set():
            turn += 1
            words = f"The linen cupboard is empty at night, case {number}-{turn}. We wait for it."
            content = {**NEED, "unit": self.unit, "problem": words}
            until = time.monotonic() + PATIENCE
            said = program.send("/api/v1/needs/", content, f"need-{number}-{turn}", until=until)
            if said.status in (200, 201):
                self.kept.append((words, time.monotonic()))
            else:
                self.found.wrong.append(f"a need was answered {said.status}")
        for status, count in program.seen.items():
            self.found.seen[f"write {status}"] += count
            self.found.check(status in ("200", "201", "503"), f"a write was answered {status}")

    def read(self, number: int) -> None:
        while not self.over.wait(0.1):
            said = ask(self.port, "GET", "/needs/", headers={"Cookie": self.cookie})
            self.found.seen[f"read {said.status}"] += 1
            self.found.check(said.status in (200, 503), f"a page answered {said.status}")
            if said.status == 503:
                self.found.check(b"</html>" in said.body, "503 without a page")

    def first_kept_after(self, moment: float) -> float:
        wait_until(lambda: bool(self.kept) and self.kept[-1][1] > moment, "a need that is kept")
        return min(at for _words, at in self.kept if at > moment) - moment


def restart(size: int, chance: random.Random, stage: Stage) -> Round:
    """In turn: sessions are ended and it restarts, it is told to drop everything, it is killed with
    all its processes."""

    def one(turn: int) -> None:
        how = (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)[turn % 3]
        _end(stage, how)
        time.sleep(chance.uniform(0, 2))

    return _play(size, stage, one, pause=lambda: chance.uniform(1, 3))


def away(size: int, chance: random.Random, stage: Stage) -> Round:
    def one(_turn: int) -> None:
        _end(stage, signal.SIGINT)
        time.sleep(AWAY)

    return _play(size, stage, one, pause=lambda: chance.uniform(2, 4))


def _end(stage: Stage, how: int) -> None:
    """PostgreSQL's processes have groups of their own: a crash takes each."""
    pids = children_of(stage.postgres.process.pid)
    stage.postgres.process.send_signal(how)
    if how == signal.SIGKILL:
        for pid in pids:
            kill(pid)
    stage.postgres.process.wait()


def _play(
    size: int, stage: Stage, one: Callable[[int], None], *, pause: Callable[[], float]
) -> Round:
    from django.db import connection
    from django.utils import timezone

    from innovation.people import actions as people
    from innovation.web.scopes import Scope
    from pilots.metrics.models import Metric, Pull
    from tests.factories.cast import make_cast

    found, cast = Round(), make_cast()
    with serve() as hospital:
        hospital.answer = numbers.answering()
        metrics = numbers.make_metrics(
            cast, hospital, count=METRICS, sources=SOURCES, points=POINTS
        )
        token = people.create_token(
            by=cast.ana, at=timezone.now(), name="n", days=300, scopes=[Scope.NEEDS]
        )[1]
        web, port = stage.web()
        stage.worker()
        stage.beat()
        wait_until(web.is_ready, "the web server")
        everybody = People(port, token, cookie_of(cast.ana), cast.four_west.pk, found)
        threads = [
            *(threading.Thread(target=everybody.write, args=(n,)) for n in range(WRITERS)),
            *(threading.Thread(target=everybody.read, args=(n,)) for n in range(READERS)),
        ]
        for thread in threads:
            thread.start()
        try:
            for turn in range(size):
                everybody.first_kept_after(time.monotonic())
                Metric.objects.update(next_pull_at=timezone.now())
                time.sleep(pause())
                connection.close()
                one(turn)
                stage.postgres.start()
                stage.postgres.wait_until_ready()
                found.back_after.append(everybody.first_kept_after(time.monotonic()))
                found.tried += 1
        finally:
            everybody.over.set()
            for thread in threads:
                thread.join(PATIENCE)
        wait_until(
            lambda: (
                not Metric.objects.filter(data_version=0).exists()
                and not Pull.objects.under_way().exists()
            ),
            "all pulls",
        )
        stage.stop()
    _look(found, everybody)
    numbers.compare_numbers(found, metrics, points=POINTS)
    numbers.differences(found)
    return found


def _look(found: Round, everybody: People) -> None:
    """Every need that was acknowledged is there, and each is there once."""
    from innovation.needs.models import Need

    there = Counter(Need.objects.values_list("problem", flat=True))
    found.lost += sum(words not in there for words, _at in everybody.kept)
    found.doubled += sum(count - 1 for count in there.values())
    found.seen["needs kept"] += len(everybody.kept)


def cookie_of(person: User) -> str:
    """Of a browser in which this person has signed in."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from innovation.people.sessions import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    return f"sessionid={session.session_key}"


ROWS = (
    Row("restarts", "restarts and crashes of the database while people write", restart, size=20),
    Row("away", "the database is away for 60 s while people write", away, size=1),
)
