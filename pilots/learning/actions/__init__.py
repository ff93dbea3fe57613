"""The verbs of learning cards: drafted as a pilot ends, completed by its lead, read by the next team."""

from pilots.learning.actions.drafting import draft, draft_missing
from pilots.learning.actions.writing import mark_read, publish

__all__ = ["draft", "draft_missing", "mark_read", "publish"]
