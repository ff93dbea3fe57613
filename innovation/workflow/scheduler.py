"""Celery's scheduler, of which any number may run: the one that leads sends (settings: CELERY_BEAT_SCHEDULER)."""

from __future__ import annotations

import logging
from typing import Any

from celery.beat import PersistentScheduler

from innovation.workflow import outstanding, signs_of_life
from innovation.workflow.leading import ASKED_EVERY, Leadership
from innovation.workflow.models import ProcessKind

logger = logging.getLogger(__name__)


class LeadingScheduler(PersistentScheduler):  # type: ignore[misc]  # the library has no types
    """What fell due while it stood by is sent when it takes over."""

    def __init__(self, *args: Any, **named: Any) -> None:
        self.leadership = Leadership("scheduler")
        super().__init__(*args, **named)

    def tick(self, *args: Any, **named: Any) -> float:
        if not self.leadership.leads():
            signs_of_life.say(ProcessKind.STANDBY)
            return ASKED_EVERY
        wait: float = super().tick(*args, **named)
        return min(wait, ASKED_EVERY)

    def apply_async(self, entry: Any, *args: Any, **named: Any) -> Any:
        """What no worker has begun is not sent again each time (`outstanding`)."""
        if (at := outstanding.asked(entry.task)) is None:
            logger.info("%s is outstanding, and not sent again yet.", entry.task)
            signs_of_life.say(ProcessKind.SCHEDULER)
            return None
        result = super().apply_async(entry, *args, **named)
        outstanding.sent(entry.task, at)
        return result

    def close(self) -> None:
        try:
            super().close()
        finally:
            self.leadership.give_back()
