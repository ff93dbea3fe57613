"""The background in words."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from innovation.rules.dates import moment_in_words
from innovation.workflow import signs_of_life
from innovation.workflow.models import ProcessKind


def silence(*, at: datetime) -> str:
    """What whoever waits for numbers is told; nothing where all is well, or nobody was ever seen."""
    missed = signs_of_life.missed(at=at)
    worker, scheduler = missed.get(ProcessKind.WORKER), missed.get(ProcessKind.SCHEDULER)
    if worker is not None:
        return _(
            "No worker has been seen since %(when)s. Numbers and mails wait until one runs again; "
            "nothing is lost. Whoever runs Pilotlight starts it."
        ) % {"when": moment_in_words(worker)}
    if scheduler is not None:
        return _(
            "The scheduler has not been seen since %(when)s. What a person asks for is done; what is due "
            "by itself waits. Whoever runs Pilotlight starts it."
        ) % {"when": moment_in_words(scheduler)}
    return ""
