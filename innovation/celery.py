"""The Celery app and the ONE beat table: what each room's plate says is scheduled, found by name in
its `tasks.py`."""

import gc
import os
from typing import Any

from celery import Celery
from celery.signals import (
    after_task_publish,
    beat_init,
    setup_logging,
    task_postrun,
    task_prerun,
    worker_before_create_process,
    worker_init,
)

from innovation import house

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "innovation.settings")

app = Celery("pilotlight")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(house.with_file("tasks"))
app.conf.beat_schedule = {
    f"{room}.tasks.{scheduled.task}": {
        "task": f"{room}.tasks.{scheduled.task}",
        "schedule": scheduled.seconds,
    }
    for room, plate in house.plates().items()
    for scheduled in plate.scheduled
}


def _lines_as_everywhere(**_given: object) -> None:
    """Celery leaves the log as the settings have it."""


def _under_the_id_of_its_request(task: Any, **_given: object) -> None:
    """What a request left to be done goes on under its id; a tick of the schedule begins one."""
    from innovation.web import request_id

    request_id.begin(task.request.get("request_id") or request_id.new())


def _under_no_id(**_given: object) -> None:
    from innovation.web import request_id

    request_id.end()


def _worker_shows_that_it_works(**_given: object) -> None:
    """Of this process and the children that it will have."""
    from innovation.workflow import outstanding, signs_of_life
    from innovation.workflow.models import ProcessKind

    def begun(task: Any, **_given: object) -> None:
        if task.name in app.conf.beat_schedule:
            outstanding.begun(task.name)

    def say(**_given: object) -> None:
        signs_of_life.say(ProcessKind.WORKER)

    task_prerun.connect(begun, weak=False)
    task_prerun.connect(say, weak=False)
    task_postrun.connect(say, weak=False)


def _scheduler_shows_that_it_sends(**_given: object) -> None:
    from innovation.workflow import signs_of_life
    from innovation.workflow.models import ProcessKind

    def say(**_given: object) -> None:
        signs_of_life.say(ProcessKind.SCHEDULER)

    after_task_publish.connect(say, weak=False)


def _children_share_what_is_loaded(**_given: object) -> None:
    """The collector marks what it looks at, so each of its rounds copied a page of what parent and
    children share: of three processes 80 MB within ten minutes (CPython 3.11, 2026-11-29)."""
    gc.collect()
    gc.freeze()


setup_logging.connect(_lines_as_everywhere, weak=False)
task_prerun.connect(_under_the_id_of_its_request, weak=False)
task_postrun.connect(_under_no_id, weak=False)
worker_init.connect(_worker_shows_that_it_works, weak=False)
beat_init.connect(_scheduler_shows_that_it_sends, weak=False)
worker_before_create_process.connect(_children_share_what_is_loaded, weak=False)
