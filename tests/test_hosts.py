"""What `dev.py hosts` plans and reckons; the machines themselves want root and a quarter of an hour."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bench.hosts import __main__ as hosts
from bench.hosts import checks, programs
from bench.hosts.checks import Look
from bench.hosts.faults import Outcome, longest_leaderless, longest_without, plan, table
from bench.hosts.load import Attempt
from bench.hosts.network import HOSTS


def test_each_host_is_killed_and_cut_off_as_often_as_asked_in_an_order_of_the_seed() -> None:
    faults = plan(20, [], seed=7)
    assert len(faults) == len(set(faults)) == 20 * 2 * len(HOSTS)
    assert faults == plan(20, [], seed=7) != plan(20, [], seed=8)
    assert {host for host, _way, _number in plan(2, ["db1", "mq2"], seed=1)} == {"db1", "mq2"}


def test_longest_time_without_an_answer_goes_to_the_next_good_one() -> None:
    answers = [(1, 2, 200), (2, 3, 503), (4, 5, 0), (6, 9, 200), (10, 11, 503), (12, 13, 200)]
    attempts = [Attempt("need", a, b, status, status == 200) for a, b, status in answers]
    assert longest_without(attempts, "need", fault=0) == 7
    assert longest_without(attempts, "need", fault=2.5) == 6.5
    assert longest_without(attempts, "pull", fault=0) == 0


def test_time_without_a_leader() -> None:
    led = [("work1", 1), None, None, ("work2", 2), None]
    looks = [Look(at, leader, (), 0) for at, leader in enumerate(led)]
    assert longest_leaderless(looks, "db1") == 1
    assert longest_leaderless(looks, "work1") == 2, "its lease outlives it"


def test_what_a_scheduler_sends_while_another_leads_is_found(tmp_path: Path) -> None:
    def line(second: int, words: str) -> str:
        return f"2026-11-29 02:00:{second:02},000 INFO celery.beat {words}\n"

    sent = "Scheduler: Sending due task x (x)"
    one = line(1, "work1/7/ab leads (scheduler), term 1.") + line(2, sent) + line(9, sent)
    other = line(5, "work2/9/cd leads (scheduler), term 2.") + line(6, sent)
    for host, words in (("work1", one), ("work2", other)):
        (tmp_path / f"{host}.beat.log").write_text(words)
    [found] = checks.sent_without_leading(tmp_path)
    assert found.startswith("work1 at ")
    assert "in term 2 of work2" in found


def test_table_tells_of_each_host_and_way_what_was_lost_and_seen() -> None:
    outcomes = [
        Outcome("db1", "kill", 0, back=21.0, acknowledged=50, statuses={"503": 4}, longest=20.5),
        Outcome("db1", "kill", 1, back=None, acknowledged=40, lost=["need: x"]),
    ]
    [line, whole] = table(outcomes).splitlines()
    for part in (
        "tried   2",
        "lost 1",
        "500s 0",
        "4×503 (longest 20.5 s)",
        "worst 21.0 s, never 1",
    ):
        assert part in line
    assert whole.startswith("all ")


def test_without_root_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 1000)
    monkeypatch.setattr(programs, "missing", lambda: ["patroni", "etcd-server"])
    said = hosts.not_possible()
    assert "run it as root" in said
    assert said.endswith("It would install from Debian: patroni, etcd-server.")


def test_files_of_the_first_machine_are_made_another_ones() -> None:
    etcd = programs.of_file(programs.DEPLOY / "etcd/etcd.env", mq1="mq3")
    assert (etcd["ETCD_NAME"], etcd["ETCD_ADVERTISE_CLIENT_URLS"]) == ("mq3", "http://mq3:2379")
    assert etcd["ETCD_INITIAL_CLUSTER"].startswith("mq1=http://mq1:2380,mq2=")
