"""The Celery app and the ONE beat table. Tasks are found by name in each room's `tasks.py`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "innovation.settings")

app = Celery("pilotlight")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(
    [
        "innovation.notices",
        "pilots.metrics",
        "pilots.evidence",
    ]
)
app.conf.beat_schedule = {
    # One tick dispatches whatever is due (FOR UPDATE SKIP LOCKED), never one schedule a metric.
    "dispatch-due-pulls": {"task": "pilots.metrics.tasks.dispatch_due", "schedule": 15.0},
    # A guardrail is looked at after each of its pulls; this makes up for a look that was lost.
    "watch-guardrails": {"task": "pilots.evidence.tasks.watch_all", "schedule": 900.0},
    # Mails whose task was never taken: the notice is the truth, the broker only carries its id.
    "send-missed-mail": {"task": "innovation.notices.tasks.send_missed", "schedule": 600.0},
}
