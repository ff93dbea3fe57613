"""The verbs of promised time: a week is answered, a period read."""

from pilots.protected_time.actions.calling import call_due
from pilots.protected_time.actions.meter import answer_week, say_why
from pilots.protected_time.actions.publishing import publish_due

__all__ = ["answer_week", "call_due", "publish_due", "say_why"]
