"""The lease of a pull under random schedules: first its rule, then the statements that carry it out.

Workers take it, renew, fall silent, die, come back too late, and clocks jump. Two never end one
pull, and no pull that lost its worker waits longer than a minute while another worker lives.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from pilots.metrics.actions import queue
from pilots.metrics.actions.pull import held, locked
from pilots.metrics.lease import LEASE, RENEWED_EVERY, Lease
from pilots.metrics.models import Pull, PullStatus
from pilots.metrics.room import ROOM
from tests.factories.cast import NOW, Cast
from tests.pilots.metrics.test_dispatch import due_metrics
from tests.present import present
from tests.probes import WHOLE

START = datetime(2026, 11, 28, 4, tzinfo=UTC)
# Workers are woken so often.
TICK = next(int(one.seconds) for one in ROOM.scheduled if one.task == "dispatch_due")
RENEWED = int(RENEWED_EVERY.total_seconds())
LONGEST = 60
STEPS = 16


@dataclass
class World:
    """One pull and its workers, by the number of their taking; the seconds that really pass, and a
    clock that need not show them."""

    chance: random.Random
    lease: Lease = field(default_factory=Lease)
    passed: int = 0
    ahead: int = 0
    ends: int = 0
    takings: int = 0
    heard_of: set[int] = field(default_factory=set)
    silent: set[int] = field(default_factory=set)
    # When the pull lost its worker; a clock that jumps since then begins to count anew.
    lost_at: int | None = None

    @property
    def clock(self) -> datetime:
        return START + timedelta(seconds=self.passed + self.ahead)

    def wait(self, seconds: int) -> None:
        """Who lives renews what it holds, and on each tick somebody is there who would take it."""
        for _second in range(seconds):
            self.passed += 1
            if self.passed % RENEWED == 0:
                for fence in self.heard_of:
                    self.lease = self.lease.renewed(fence, self.clock) or self.lease
            if self.passed % TICK == 0:
                self.take()
            if self.lost_at is not None:
                assert self.passed - self.lost_at <= LONGEST

    def take(self) -> None:
        taken = None if self.ends else self.lease.taken("somebody", self.clock)
        if taken is not None:
            assert taken.fence > self.lease.fence
            self.lease, self.lost_at = taken, None
            self.takings += 1
            self.heard_of.add(taken.fence)

    def fall_silent(self) -> None:
        """It is killed, stands still or is cut off: nobody can tell."""
        if self.heard_of:
            fence = self.chance.choice(sorted(self.heard_of))
            self.heard_of.remove(fence)
            self.silent.add(fence)
            if fence == self.lease.fence and not self.ends:
                self.lost_at = self.passed

    def finish(self) -> None:
        """One of them, perhaps long given up for lost, comes with its numbers."""
        if workers := sorted(self.heard_of | self.silent):
            fence = self.chance.choice(workers)
            self.heard_of.discard(fence)
            self.silent.discard(fence)
            ended = self.lease.ended(fence)
            if ended is not None:
                self.lease, self.lost_at = ended, None
                self.ends += 1

    def jump(self) -> None:
        self.ahead += self.chance.choice((-86_400, -600, -40, -5, 5, 40, 600, 86_400))
        if self.lost_at is not None:
            self.lost_at = self.passed


def one_schedule(seed: int) -> World:
    world = World(random.Random(seed))
    world.take()
    verbs = (world.take, world.fall_silent, world.fall_silent, world.finish, world.jump)
    for _step in range(STEPS):
        if world.chance.random() < 0.5:
            world.wait(world.chance.choice((1, 9, 21)))
        else:
            world.chance.choice(verbs)()
        assert world.ends <= 1
    return world


def test_two_never_end_one_pull_and_no_orphan_waits_a_minute() -> None:
    """The rule alone; a million schedules where the long rows are asked for."""
    worlds = [0, 0]
    count = 1_000_000 if WHOLE else 1_000
    for seed in range(count):
        world = one_schedule(seed)
        worlds[0] += world.ends
        worlds[1] += world.takings
    assert worlds[0] > count / 2
    assert worlds[1] > count * 1.2  # many were taken again


@pytest.fixture
def pull(cast: Cast) -> Pull:
    [metric] = due_metrics(cast, 1)
    return Pull.objects.create(
        metric=metric, source=metric.source, requested_at=NOW, window_start=NOW, window_end=NOW
    )


def row_of(pull: Pull) -> Lease:
    return Lease(*Pull.objects.values_list("leased_by", "leased_until", "fence").get(pk=pull.pk))


def moved(pull: Pull, seconds: int) -> None:
    """As if the database's clock had gone on by so many seconds, or back."""
    Pull.objects.filter(pk=pull.pk, leased_until__isnull=False).update(
        leased_until=present(row_of(pull).until) - timedelta(seconds=seconds)
    )


def first(found: list[queue.Taken]) -> queue.Taken | None:
    return found[0] if found else None


def now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


@pytest.mark.django_db
def test_the_statements_do_what_the_rule_says(pull: Pull) -> None:
    """Some four hundred steps on the real table, each beside the same step of the rule."""
    chance = random.Random(1128)
    known: list[queue.Taken] = []
    steps = {"taken": 0, "refused": 0, "renewed": 0, "ended": 0, "late": 0}
    for _step in range(4_000 if WHOLE else 400):
        verb = chance.choice(("take", "take", "renew", "finish", "clock", "clock"))
        before = row_of(pull)
        if verb == "take":
            expected = before.taken("", now())
            found = queue.take() if chance.random() < 0.5 else first(queue.take_these([pull.pk]))
            assert (found is None) is (expected is None), before
            steps["refused" if found is None else "taken"] += 1
            if found is not None and expected is not None:
                assert found.fence == expected.fence
                known.append(found)
        elif verb == "renew" and known:
            taken = chance.choice(known[-3:])
            queue.renew([taken])
            expected = before.renewed(taken.fence, now())
            assert (row_of(pull) != before) is (expected is not None)
            steps["renewed"] += expected is not None
        elif verb == "finish" and known:
            taken = chance.choice(known[-3:])
            with transaction.atomic():
                _metric, row = locked(pull.metric_id, pull.pk)
                mine = held(row, taken)
                assert mine is (before.ended(taken.fence) is not None)
                if mine:  # and another one waits
                    queue.release(row)
                    row.save()
            steps["ended" if mine else "late"] += 1
        elif verb == "clock" and before.until is not None:
            moved(pull, chance.choice((-600, -40, 5, 20, 40)))
    assert min(steps.values()) > 5, steps


@pytest.mark.django_db
def test_running_without_a_lease_cannot_be_written(pull: Pull) -> None:
    with pytest.raises(IntegrityError, match="pull_leased_while_running"):
        Pull.objects.filter(pk=pull.pk).update(status=PullStatus.RUNNING)


def test_an_orphan_is_free_before_a_minute_is_over() -> None:
    assert LEASE + timedelta(seconds=TICK) < timedelta(seconds=LONGEST)
    assert 3 * RENEWED_EVERY <= LEASE
