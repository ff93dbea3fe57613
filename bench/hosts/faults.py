"""One fault after another: a host is killed or cut off, what comes of it is watched, and it comes back."""

from __future__ import annotations

import json
import random
import statistics
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from bench.hosts import checks
from bench.hosts.load import EVERY, Attempt, Load
from bench.hosts.network import HOSTS, Host
from bench.hosts.programs import Site

WAYS = ("kill", "cut off")
# How long nothing may fail until the site counts as back, and how long that is waited for.
QUIET = 3.0
GIVEN_UP_AFTER = 120.0
WELL_WITHIN = 420.0
# So long a host is away at least, or nobody would have to do without it.
# Those who vote miss it after ten seconds.
AWAY, AWAY_OF_VOTERS = 8.0, 16.0
# A host without another of its kind comes back by itself, as one that is started again.
ALONE, ALONE_SECONDS = {"proxy"}, 5.0


@dataclass
class Outcome:
    host: str
    way: str
    number: int
    back: float | None = None  # seconds until everything was done again
    healed: float | None = None  # seconds from when the host came back until all was as before
    acknowledged: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)  # of what was not well
    longest: float = 0.0  # seconds in which one kind of request was not answered well
    slowest: float = 0.0  # seconds of an answer that was well
    leader_away: float = 0.0  # seconds without a scheduler that leads
    most_primaries: int = 0
    was: str = ""  # what the host was: the primary, the one that leads
    astray: str = ""  # what was not well long after it had come back, until it was started again

    @property
    def key(self) -> tuple[str, str, int]:
        return self.host, self.way, self.number


def plan(rounds: int, only: Iterable[str], seed: int) -> list[tuple[str, str, int]]:
    """Every host killed and cut off so many times, in an order that the seed decides."""
    chosen = [host for host in HOSTS if not only or host in only]
    order = random.Random(seed)
    faults = []
    for number in range(rounds):
        turn = [(host, way, number) for host in chosen for way in WAYS]
        order.shuffle(turn)
        faults += turn
    return faults


class Faults:
    def __init__(self, site: Site, hosts: dict[str, Host], load: Load, watch: checks.Watch) -> None:
        self._hosts, self._load, self._watch = hosts, load, watch
        self._database = checks.Database(site)

    def wait_until_well(self, within: float = WELL_WITHIN) -> None:
        deadline = time.time() + within
        while found := checks.ailing(self._database):
            if time.time() > deadline:
                raise RuntimeError(f"Not well within {within:.0f} s: {', '.join(found)}")
            time.sleep(1)

    def one(self, host: str, way: str, number: int) -> Outcome:
        outcome = Outcome(host, way, number, was=self._was(host))
        machine, before = self._hosts[host], len(self._load.record.acknowledged)
        fault = time.time()
        if way == "kill":
            machine.kill()
        else:
            machine.cut_off()
        if host in ALONE:
            time.sleep(ALONE_SECONDS)
            self._bring_back(machine, way)
        away = AWAY_OF_VOTERS if host.startswith(("db", "mq")) else AWAY
        outcome.back = self._back(fault, away, host)
        returns = time.time()
        if host not in ALONE:
            self._bring_back(machine, way)
        try:
            self.wait_until_well()
            outcome.healed = round(time.time() - returns, 1)
        except RuntimeError as error:
            # It is of no use to the next fault; whoever reads this looks into its log.
            outcome.astray = str(error)
            machine.kill()
            machine.join()
            machine.start()
            self.wait_until_well()
        time.sleep(QUIET)  # what its coming back does is of this fault, too
        self._judge(outcome, fault, before)
        return outcome

    def _was(self, host: str) -> str:
        looks = self._watch.looks
        leads = bool(looks) and looks[-1].leader is not None and looks[-1].leader[0] == host
        return "primary" if looks and host in looks[-1].primaries else "leader" if leads else ""

    def _bring_back(self, machine: Host, way: str) -> None:
        machine.join()
        if way == "kill":
            machine.start()

    def _back(self, fault: float, away: float, gone: str) -> float | None:
        """Seconds from the fault until each kind was done again and stayed so for a while: needs and
        approvals answered, a pull that was asked for since is done, a scheduler leads, and none on the
        host that is gone: its lease stands for some seconds more."""
        while time.time() < fault + GIVEN_UP_AFTER:
            time.sleep(0.25)
            moments = [self._well_again(kind, fault) for kind in EVERY]
            moments += [self._pulled_again(fault), self._led_again(fault, gone)]
            known = [moment for moment in moments if moment is not None]
            now = time.time()
            if len(known) == len(moments) and now >= max(*known, fault + away - QUIET) + QUIET:
                return round(max(0.0, max(known) - fault), 1)
        return None

    def _well_again(self, kind: str, fault: float) -> float | None:
        """When the first was answered well after the last that was not."""
        again: float | None = None
        for one in sorted(self._load.record.since(fault), key=lambda one: one.ended):
            if one.kind != kind:
                continue
            if not one.is_well:
                again = None
            elif again is None and one.begun >= fault:
                again = one.ended
        return again

    def _pulled_again(self, fault: float) -> float | None:
        with self._load.record.lock:
            since = [
                word
                for kind, word, at in self._load.record.acknowledged
                if kind == "pull" and at >= fault
            ]
        if not since:
            return None
        first = int(since[0])
        return next(
            (look.at for look in self._watch.since(fault) if look.pulls_done >= first), None
        )

    def _led_again(self, fault: float, gone: str) -> float | None:
        again: float | None = None
        for look in self._watch.since(fault):
            if look.leader is None or look.leader[0] == gone:
                again = None
            elif again is None:
                again = look.at
        return again

    def _judge(self, outcome: Outcome, fault: float, before: int) -> None:
        record = self._load.record
        attempts = record.since(fault)
        looks = self._watch.since(fault)
        outcome.statuses = dict(Counter(str(one.status) for one in attempts if not one.is_well))
        outcome.slowest = round(
            max((one.ended - one.begun for one in attempts if one.is_well), default=0), 1
        )
        outcome.longest = round(max(longest_without(attempts, kind, fault) for kind in EVERY), 1)
        outcome.most_primaries = max((len(look.primaries) for look in looks), default=0)
        outcome.leader_away = round(longest_leaderless(looks, outcome.host), 1)
        acknowledged = record.acknowledged[before:]
        outcome.acknowledged = len(acknowledged)
        outcome.lost, outcome.doubled = checks.compared(self._database, acknowledged)


def longest_without(attempts: list[Attempt], kind: str, fault: float) -> float:
    """The longest time from the first request that was not answered well to the next that was."""
    longest, since = 0.0, None
    for one in sorted((one for one in attempts if one.kind == kind), key=lambda one: one.ended):
        if not one.is_well:
            since = max(one.begun, fault) if since is None else since
        elif since is not None:
            longest, since = max(longest, one.ended - since), None
    return longest


def longest_leaderless(looks: list[checks.Look], gone: str) -> float:
    """The longest time without a leader, or with none but one on the host that was gone."""
    longest, since = 0.0, None
    for look in looks:
        if look.leader is None or look.leader[0] == gone:
            since = look.at if since is None else since
            longest = max(longest, look.at - since)
        else:
            since = None
    return longest


class Journal:
    """What was tried so far, so that a run goes on where one ended."""

    def __init__(self, path: Path, *, resume: bool) -> None:
        self._path = path
        self.outcomes: list[Outcome] = []
        path.parent.mkdir(parents=True, exist_ok=True)
        if resume and path.exists():
            self.outcomes = [Outcome(**json.loads(line)) for line in path.read_text().splitlines()]
        else:
            path.write_text("")

    def add(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        with self._path.open("a") as out:
            out.write(json.dumps(asdict(outcome)) + "\n")


def table(outcomes: list[Outcome]) -> str:
    """A line a host and way."""
    if not outcomes:
        return "Nothing was tried."
    lines = []
    for host in HOSTS:
        for way in WAYS:
            some = [one for one in outcomes if (one.host, one.way) == (host, way)]
            if some:
                lines.append(line_of(f"{host} {way}", some))
    lines.append(line_of("all", outcomes))
    return "\n".join(lines)


def line_of(name: str, some: list[Outcome]) -> str:
    statuses: Counter[str] = Counter()
    for one in some:
        statuses.update(one.statuses)
    others = ", ".join(
        f"{count}×{status if status != '0' else 'no answer'}"
        for status, count in sorted(statuses.items())
        if status != "500"
    )
    backs = [one.back for one in some if one.back is not None]
    never = len(some) - len(backs)
    median = f"{statistics.median(backs):.1f}" if backs else "–"
    worst = f"{max(backs):.1f}" if backs else "–"
    healed = max((one.healed for one in some if one.healed is not None), default=0.0)
    return (
        f"{name:<15} tried {len(some):>3}  acknowledged {sum(one.acknowledged for one in some):>6}  "
        f"lost {sum(len(one.lost) for one in some)}  doubled {sum(len(one.doubled) for one in some)}  "
        f"500s {statuses['500']}  others: {others or 'none'} (longest {max(one.longest for one in some):.1f} s)  "
        f"back median {median} s, worst {worst} s{f', never {never}' if never else ''}  "
        f"no leader for {max(one.leader_away for one in some):.1f} s at most  "
        f"primaries at once {max(one.most_primaries for one in some)}  "
        f"the host itself after {healed:.0f} s at most"
        f"{''.join('  ASTRAY: ' + one.astray for one in some if one.astray)}"
    )
