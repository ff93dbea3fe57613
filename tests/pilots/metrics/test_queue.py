"""Whose turn it is: lost pulls first, by urgency, in turn between sources, and never all for one."""

from __future__ import annotations

import socket
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from innovation.notices.models import Notice
from pilots.connectors.errors import Unreachable
from pilots.metrics import actions, collect
from pilots.metrics.actions import dispatch, pace, pull, queue, requests
from pilots.metrics.models import Metric, Pull, PullStatus, Source, SourcePace, Urgency
from pilots.metrics.queries import freshness
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.pilots.metrics import server
from tests.pilots.metrics.test_dispatch import due_metrics
from tests.pilots.metrics.test_views import text_of
from tests.present import present

pytestmark = pytest.mark.django_db


def a_source(cast: Cast, name: str, **said: Any) -> Source:
    """A source of which the last answers are known."""
    source = Source.objects.create(
        name=name, unit=cast.brigid, kind="rest_json", config={"base_url": "http://127.0.0.1:9"},
        created_at=NOW, created_by=cast.jonas,
    )  # fmt: skip
    if said:
        SourcePace.objects.create(source=source, **said)
    return source


def quick(cast: Cast, name: str) -> Source:
    return a_source(cast, name, quick_until=timezone.now() + timedelta(minutes=5))


def waiting(cast: Cast, *sources: Source, urgency: Urgency = Urgency.DUE) -> list[Pull]:
    """A waiting pull for each of the sources named, in this order."""
    metrics = due_metrics(cast, len(sources)) if sources else []
    Source.objects.filter(name="Reporting").update(name=f"Reporting {metrics[0].pk}")
    for metric, source in zip(metrics, sources, strict=True):
        Metric.objects.filter(pk=metric.pk).update(source=source, next_pull_at=None)
    turns = queue.places((urgency, source.pk) for source in sources)
    return Pull.objects.bulk_create(
        Pull(
            metric=metric, source=source, urgency=urgency, turn=turn, requested_at=NOW,
            window_start=NOW, window_end=NOW,
        )
        for metric, source, turn in zip(metrics, sources, turns, strict=True)
    )  # fmt: skip


def taken(times: int, monkeypatch: pytest.MonkeyPatch) -> list[int | None]:
    """What so many workers take, one after the other."""
    found = []
    for number in range(times):
        monkeypatch.setattr(queue, "_worker", lambda number=number: f"worker {number}")
        one = queue.take()
        found.append(None if one is None else one.pull_id)
    return found


def keys(pulls: list[Pull]) -> list[int]:
    return [one.pk for one in pulls]


def test_each_waiting_pull_is_taken_by_one_worker(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = quick(cast, "Reports")
    pulls = waiting(cast, source, source, source)
    assert taken(4, monkeypatch) == [*keys(pulls), None]
    assert set(Pull.objects.values_list("leased_by", "fence")) == {
        (f"worker {n}", 1) for n in range(3)
    }


def test_urgency_goes_first_and_sources_come_round_in_turn(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    many, few = quick(cast, "Many"), quick(cast, "Few")
    due = waiting(cast, many, many, many, few)
    backfill = waiting(cast, few, urgency=Urgency.BACKFILL)
    alarm = waiting(cast, many, urgency=Urgency.ALARM)
    asked = waiting(cast, many, urgency=Urgency.ASKED)
    [late] = waiting(cast, few)  # joins behind its own, not behind all
    expected = [*asked, *alarm, due[0], due[3], due[1], late, due[2], *backfill]
    assert taken(9, monkeypatch) == [*keys(expected), None]


def test_dispatch_says_how_urgent_each_due_metric_is(cast: Cast) -> None:
    pilot = make.run(cast, make.open_pilot(cast), make.make_fund(cast))
    watched, known, new = due_metrics(cast, 3)
    Metric.objects.filter(pk=watched.pk).update(role="guardrail", pilot=pilot)
    Metric.objects.filter(pk=known.pk).update(data_version=1)
    actions.dispatch_due(at=NOW)
    due = Pull.objects.filter(metric__in=[watched, known, new])
    urgencies = dict(due.values_list("metric_id", "urgency"))
    assert urgencies == {watched.pk: 2, known.pk: 3, new.pk: 4}
    # Somebody asks for what is only due: it is the same pull, sooner.
    assert actions.request_pull(new, by=cast.jonas, at=NOW).pk == new.pulls.get().pk
    assert new.pulls.get().urgency == Urgency.ASKED


def test_who_asks_for_a_thousand_goes_before_guardrails_with_the_first_alone(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "MOST_ASKED", 2)
    new = due_metrics(cast, 5)
    for metric in new[:3]:
        actions.request_pull(metric, by=cast.jonas, at=NOW)
    actions.dispatch_due(at=NOW)
    for metric in new[3:]:  # these are due by now, and are asked for all the same
        actions.request_pull(metric, by=cast.jonas, at=NOW)
    urgencies = [metric.pulls.get().urgency for metric in new]
    assert urgencies == [1, 1, 3, 4, 4]
    again = actions.request_pull(new[4], by=cast.ada, at=NOW)
    assert Pull.objects.get(pk=again.pk).urgency == Urgency.ASKED, "somebody else waits at a page"
    assert Pull.objects.get(pk=again.pk).requested_by == cast.ada


def test_two_workers_lost_in_one_source_block_nothing(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen on 2026-11-28: their pulls counted as running for half an hour."""
    source = a_source(cast, "Reports", slow=True)
    pulls = waiting(cast, source, source, source)
    assert taken(3, monkeypatch) == [*keys(pulls[:2]), None]
    Pull.objects.filter(fence=1).update(
        status="running", started_at=NOW, attempts=1,
        leased_until=timezone.now() - timedelta(seconds=1),
    )  # fmt: skip
    assert taken(3, monkeypatch) == [*keys(pulls[:2]), None]
    assert set(Pull.objects.filter(status="running").values_list("fence", flat=True)) == {2}


def test_source_that_is_not_known_to_be_quick_gets_one_worker(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    unknown, other = a_source(cast, "Unknown"), quick(cast, "Other")
    pulls = waiting(cast, unknown, unknown, other)
    assert taken(3, monkeypatch) == [pulls[0].pk, pulls[2].pk, None]


def test_slow_sources_together_leave_workers_for_the_rest(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.SLOW_WORKERS = 3
    slow = [a_source(cast, f"Slow {n}", slow=True) for n in range(5)]
    pulls = waiting(cast, *slow, *slow)
    [healthy] = waiting(cast, quick(cast, "Healthy"))
    assert taken(5, monkeypatch) == [*keys(pulls[:3]), healthy.pk, None]


def test_paused_source_is_asked_by_one_worker_once_its_time_has_come(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon = timezone.now() + timedelta(minutes=1)
    ill = a_source(cast, "Ill", failures=5, problem="It does not answer.", asked_again_at=soon)
    pulls = waiting(cast, ill, ill)
    assert taken(1, monkeypatch) == [None]
    SourcePace.objects.update(asked_again_at=soon - timedelta(minutes=2))
    assert taken(2, monkeypatch) == [pulls[0].pk, None]


def test_source_keeps_a_worker_by_what_is_known_of_it(cast: Cast) -> None:
    """Unknown, known to be quick, known to be slow."""
    for source, seconds in (
        (a_source(cast, "New"), pace.UNKNOWN_SECONDS),
        (quick(cast, "Quick"), pace.QUICK_SECONDS),
        (a_source(cast, "Slow", slow=True), collect.PULL_SECONDS),
    ):
        [asked] = waiting(cast, source)
        one = present(queue.take())
        assert (one.pull_id, pace.patience(one)) == (asked.pk, seconds)


def run_next() -> Pull:
    one = present(queue.take())
    return present(pull.run_taken(one, at=timezone.now()))


def test_source_that_keeps_a_worker_waiting_makes_room_and_is_asked_again_with_patience(
    metric: Metric, hospital: server.Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    hospital.answer = server.rows(("2026-09-07", 12, 100))
    hospital.gate.clear()
    with monkeypatch.context() as patch:
        patch.setattr(pace, "UNKNOWN_SECONDS", 0.05)
        put_back = run_next()
    assert (put_back.status, put_back.attempts, put_back.leased_until) == ("waiting", 0, None)
    assert metric.source.pace.slow
    assert present(queue.take()).patient
    Pull.objects.update(leased_by="", leased_until=None)
    hospital.gate.set()
    assert run_next().status == PullStatus.DONE
    pace_now = SourcePace.objects.get(source=metric.source)
    assert (pace_now.slow, pace_now.failures) == (False, 0)
    assert pace_now.quick_until is not None


def test_worker_that_was_given_up_for_lost_brings_its_numbers_too_late(
    metric: Metric, hospital: server.Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    hospital.answer = server.rows(("2026-09-07", 12, 100))
    collected, others = collect.collect, []

    def stood_still(*args: Any, **kwargs: Any) -> collect.Collected:
        monkeypatch.setattr(collect, "collect", collected)
        Pull.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
        others.append(run_next())
        return collected(*args, **kwargs)

    monkeypatch.setattr(collect, "collect", stood_still)
    first = present(queue.take())
    assert pull.run_taken(first, at=timezone.now()) is None
    assert others[0].status == PullStatus.DONE
    assert metric.pulls.get().added == 1
    # … nor does it end it with a failure.
    assert pull.fail(others[0], first, Unreachable("gone"), seconds=1, now=timezone.now) is None


def fail_often(metric: Metric, times: int) -> None:
    for _time in range(times):
        waiting = actions.request_pull(metric, at=timezone.now())
        actions.run_pull(waiting.pk, at=timezone.now())


def test_source_that_fails_again_and_again_is_paused_and_its_keeper_is_told_once(
    metric: Metric, hospital: server.Source, cast: Cast, client: Client
) -> None:
    source = metric.source
    other = Metric.objects.get(pk=metric.pk)
    other.pk, other.name, other.role = None, "Notes on time", "secondary"
    other.save()
    Source.objects.filter(pk=source.pk).update(keeper=cast.maya)
    hospital.answer = server.Answer(500)
    fail_often(metric, 4)
    assert SourcePace.objects.get().asked_again_at is None
    fail_often(metric, 1)
    paused = SourcePace.objects.get()
    assert paused.failures == 5
    assert timezone.now() < present(paused.asked_again_at) < timezone.now() + timedelta(minutes=3)
    [notice] = Notice.objects.filter(person=cast.maya)
    assert "Note times does not answer and is paused" in notice.title
    assert Notice.objects.filter(person=cast.jonas).count() == 1  # of the metric, at the third
    Notice.objects.all().delete()

    # What is due meanwhile waits, and says why.
    long_ago = timezone.now() - timedelta(hours=1)
    late = actions.request_pull(other, at=long_ago)
    assert queue.take() is None
    assert "does not answer and is paused" in freshness(other, timezone.now()).sentence
    client.force_login(cast.jonas)
    page = text_of(client.get(reverse("pilots:source-detail", args=[source.pk])))
    assert "It failed 5 times in a row" in page
    page = text_of(client.get(reverse("pilots:pull-detail", args=[late.pk])))
    assert "Waiting for Note times, which does not answer" in page

    # Asked again it fails once more, and nobody is told again; then it answers.
    client.post(reverse("pilots:source-ask-again", args=[source.pk]))
    assert run_next().status == PullStatus.FAILED
    assert present(SourcePace.objects.get().asked_again_at) > present(paused.asked_again_at)
    assert not Notice.objects.exists()
    page = text_of(client.get(reverse("pilots:source-detail", args=[source.pk])))
    assert "It failed 6 times in a row" in page
    hospital.answer = server.rows(("2026-09-07", 12, 100))
    assert not Pull.objects.under_way().exists()  # so one is asked for
    assert actions.ask_source_again(source, by=cast.jonas, at=timezone.now())
    assert run_next().status == PullStatus.DONE
    assert SourcePace.objects.filter(asked_again_at=None, failures=0, problem="").exists()
    assert not actions.ask_source_again(source, by=cast.jonas, at=timezone.now())


def test_new_settings_of_a_paused_source_are_tried_at_once(
    metric: Metric, cast: Cast, hospital: server.Source
) -> None:
    SourcePace.objects.create(
        source=metric.source, failures=5, problem="It does not answer.",
        asked_again_at=timezone.now() + timedelta(hours=1),
    )  # fmt: skip
    source = metric.source
    actions.edit_source(
        source, by=cast.jonas, at=NOW, name=source.name, steward=source.steward,
        config={"base_url": f"{hospital.url}/v2"},
    )  # fmt: skip
    assert queue.take() is not None


def test_lease_is_renewed_for_whoever_still_holds_it(cast: Cast) -> None:
    waiting(cast, quick(cast, "Reports"))
    mine = present(queue.take())
    Pull.objects.update(leased_until=F("leased_until") - timedelta(seconds=20))
    before = Pull.objects.get().leased_until
    queue.renew([replace(mine, fence=mine.fence + 1)])
    assert Pull.objects.get().leased_until == before
    queue.renew([mine])
    assert present(Pull.objects.get().leased_until) > present(before) + timedelta(seconds=15)


@pytest.fixture
def ended() -> int:
    """The number of a process that was killed."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    process.kill()
    process.communicate()
    return process.pid


def test_pull_of_a_process_that_was_killed_on_this_machine_is_taken_at_once(
    cast: Cast, ended: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    [pull] = waiting(cast, quick(cast, "Reports"))
    with monkeypatch.context() as killed:
        killed.setattr(queue, "_worker", lambda: f"{queue._machine()}{ended} 140")
        assert present(queue.take()).fence == 1
    woken: list[int] = []
    monkeypatch.setattr(dispatch, "wake", woken.append)
    actions.dispatch_due(at=NOW)
    assert woken == [1]
    again = present(queue.take())
    assert (again.pull_id, again.fence) == (pull.pk, 2)
    assert queue.take() is None, "this process lives"
    assert queue.waiting(10) == 0


def test_killed_process_holds_no_place_of_a_slow_source(
    cast: Cast, ended: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dead leases held both places of a source for their thirty seconds each (2026-11-29)."""
    source = quick(cast, "Reports")
    SourcePace.objects.filter(source=source).update(slow=True)
    waiting(cast, source, source, source)
    with monkeypatch.context() as killed:
        killed.setattr(queue, "_lives", lambda _pid: True)
        for number in range(queue.MOST_ON_A_SLOW_SOURCE):
            by = f"{queue._machine()}{ended} {number}"
            killed.setattr(queue, "_worker", lambda by=by: by)
            assert queue.take() is not None
        assert queue.take() is None
    ran: list[int] = []

    def run(taken: queue.Taken, **_named: object) -> int:
        ran.append(taken.fence)
        return 1

    monkeypatch.setattr(dispatch, "_run", run)
    actions.run_waiting(at=NOW)
    assert ran == [2, 2, 1]


def test_processes_of_another_machine_are_known_by_their_lease(
    cast: Cast, ended: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where it has the same name, or is another container of this one."""
    waiting(cast, quick(cast, "Reports"))
    other = f"{socket.gethostname()} 0badb007-4026531836 {ended} 140"
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(queue, "_worker", lambda: other)
        assert queue.take() is not None
    queue.end_those_of_the_dead()
    assert queue.take() is None


def test_where_processes_cannot_be_known_leases_run_out(
    cast: Cast, ended: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting(cast, quick(cast, "Reports"))
    monkeypatch.setattr(queue, "_processes_of", lambda: "")
    with monkeypatch.context() as killed:
        killed.setattr(queue, "_worker", lambda: f"{queue._machine()}{ended} 140")
        assert queue.take() is not None
    queue.end_those_of_the_dead()
    assert queue.take() is None


def test_worker_that_is_told_its_boot_needs_no_file_of_the_kernel(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hidden(path: Path, *_given: object, **_named: object) -> str:
        raise FileNotFoundError(path)

    monkeypatch.setattr(Path, "read_text", hidden)
    queue._processes_of.cache_clear()
    assert queue._processes_of() == ""
    settings.BOOT = "0badb007a3f14cf0b2ad4b0dd5a4e1c9"
    queue._processes_of.cache_clear()
    assert queue._processes_of().startswith("0badb007-")
    queue._processes_of.cache_clear()
