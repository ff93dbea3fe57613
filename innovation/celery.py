"""The Celery app and the ONE beat table: what each room's plate says is scheduled, found by name in
its `tasks.py`."""

import os

from celery import Celery

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
