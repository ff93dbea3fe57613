"""Celery's scheduler, of which any number may run: the one that leads sends (settings: CELERY_BEAT_SCHEDULER)."""

from __future__ import annotations

import atexit
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
        # Not in `close`: Celery calls that within the signal that ends it, on top of whatever a tick is
        # at. A scheduler that was asking the database waited there for its own lock (2026-11-29).
        atexit.register(self.leadership.give_back)
        self._led = False
        super().__init__(*args, **named)

    def tick(self, *args: Any, **named: Any) -> float:
        if not self.leadership.leads():
            signs_of_life.say(ProcessKind.STANDBY)
            return ASKED_EVERY
        if not self._led:
            self._led = True
            # Before anything falls due: whoever starts the units looks at once.
            signs_of_life.say(ProcessKind.SCHEDULER)
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
