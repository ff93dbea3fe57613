"""Every message is delivered ten times and in another order: what comes of them is the same as once."""

from __future__ import annotations

import json
import random
import threading
import uuid
from collections import Counter
from typing import Any

import redis

from bench.faults import numbers
from bench.faults.row import Round, Row
from bench.faults.stage import Stage, wait_until
from tests.pilots.metrics.server import serve

TIMES = 10
SOURCES, POINTS = 8, 30
QUEUE, DELIVERED = "pilotlight", "delivered"


def deliver(size: int, chance: random.Random, stage: Stage) -> Round:
    """The same work twice, on an empty site each time: each message once, then ten times."""
    found = Round()
    once, _sent = _work(size, chance, stage, times=1)
    stage.empty()
    often, sent = _work(size, chance, stage, times=TIMES)
    found.tried = sum(sent.values())
    for what in once.keys() | often.keys():
        one, many = once.get(what, Counter()), often.get(what, Counter())
        found.lost += sum((one - many).values())
        found.doubled += sum((many - one).values())
        found.check(one == many, f"{what}: {list((one - many) + (many - one))[:2]}")
        found.seen[what] += sum(one.values())
    for task, count in sent.items():
        found.seen[f"messages {task.rpartition('.')[2]}"] += count
    numbers.differences(found)
    return found


def _work(
    size: int, chance: random.Random, stage: Stage, *, times: int
) -> tuple[dict[str, Counter[Any]], Counter[str]]:
    """Metrics that fall due, guardrails that leave their bounds, people who are told by mail."""
    from django.utils import timezone

    from innovation.people.models import User
    from pilots.metrics import actions
    from pilots.metrics.models import Metric, Pull
    from tests.factories import pilots as make
    from tests.factories.cast import make_cast

    cast = make_cast()
    User.objects.update(inbox_news=[], daily_news=[])  # everything is mailed at once
    now = timezone.now()
    pilot = make.run(cast, make.open_pilot(cast), make.make_fund(cast))
    over = threading.Event()
    sent: Counter[str] = Counter()
    with serve() as hospital:
        hospital.answer = numbers.answering()
        metrics = numbers.make_metrics(
            cast, hospital, count=size, sources=SOURCES, points=POINTS, next_pull_at=None
        )
        guardrails = [metric.pk for metric in metrics[::2]]
        Metric.objects.filter(pk__in=guardrails).update(pilot=pilot, role="guardrail", limit="0.2")
        carrier = threading.Thread(target=_carry, args=(stage, chance, times, over, sent))
        carrier.start()
        stage.program(
            "worker1",
            *("celery", "-A", "innovation", "worker", "--loglevel", "WARNING"),
            *("--without-gossip", "--without-mingle", "-Q", DELIVERED, "--concurrency", "3"),
        )
        stage.beat()
        for metric in metrics:
            actions.request_pull(metric, by=cast.jonas if metric.pilot_id else None, at=now)
        wait_until(
            lambda: Pull.objects.filter(status="done").count() >= size and _is_quiet(stage),
            "all of it",
        )
        over.set()
        carrier.join()
        stage.stop()
    return _state(stage), sent


def _is_quiet(stage: Stage) -> bool:
    """Whatever was due has been done: mail too, which the schedule sends each minute."""
    from innovation.notices.models import Notice
    from pilots.metrics.models import Pull

    waits = (
        Pull.objects.under_way().exists()
        or Notice.objects.filter(mail_due_at__isnull=False).exists()
    )
    return not waits and any(stage.mail.iterdir())


def _carry(
    stage: Stage, chance: random.Random, times: int, over: threading.Event, sent: Counter[str]
) -> None:
    """From the queue in which the site puts its messages to the one from which the worker takes."""
    broker: Any = redis.Redis(unix_socket_path=f"{stage.services.sockets}/valkey.sock")
    while not over.wait(0.5):
        copies = []
        while (message := broker.rpop(QUEUE)) is not None:
            known = json.loads(message)
            sent[known["headers"]["task"]] += 1
            for _copy in range(times):
                known["properties"]["delivery_tag"] = str(uuid.uuid4())
                copies.append(json.dumps(known))
        chance.shuffle(copies)
        if copies:
            broker.lpush(DELIVERED, *copies)
    broker.close()


def _state(stage: Stage) -> dict[str, Counter[Any]]:
    """What people see and what is kept, without moments and numbers of rows."""
    from email import message_from_bytes, policy

    from innovation.audit.models import Event
    from innovation.notices.models import Notice
    from pilots.evidence.models import Alarm
    from pilots.metrics.models import Observation, Pull

    letters: Counter[Any] = Counter()
    for file in stage.mail.iterdir():
        for text in file.read_bytes().split(b"\n" + b"-" * 79 + b"\n"):
            if text.strip():
                letter = message_from_bytes(text, policy=policy.default)
                letters[letter["To"], letter["Subject"]] += 1
    # What no pull wrote is of the pilot as it was made, whose names are numbered on and on.
    numbers_kept = Observation.objects.filter(pull_id__gt=0).values_list(
        "metric__name", "period", "numerator", "denominator", "revision"
    )
    told = Event.objects.exclude(type__startswith="fund.").values_list("type", "subject_name")
    return {
        "numbers": Counter(numbers_kept),
        "pulls": Counter(Pull.objects.values_list("metric__name", "status", "added", "revised")),
        "events": Counter(told),
        "notices": Counter(Notice.objects.values_list("person__email", "title")),
        "alarms": Counter(Alarm.objects.values_list("metric__name", flat=True)),
        "letters": letters,
    }


ROWS = (Row("deliveries", "each message delivered ten times, in another order", deliver, size=60),)
