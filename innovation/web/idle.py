"""How long a session lasts: until nobody used it for a while, and for one working day at most."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase

SIGNED_IN_AT = "signed_in_at"
SEEN_AT = "seen_at"


def begin(session: SessionBase, *, now: float) -> None:
    session[SIGNED_IN_AT] = session[SEEN_AT] = now


def is_over(session: SessionBase | Mapping[str, Any], *, now: float) -> bool:
    idle = now - session.get(SEEN_AT, now)
    lasted = now - session.get(SIGNED_IN_AT, now)
    return bool(idle > settings.IDLE_SECONDS or lasted > settings.SESSION_COOKIE_AGE)


def keep(session: SessionBase, *, now: float) -> None:
    """Note that it is used: once in a tenth of the limit, so that few pages write."""
    if SIGNED_IN_AT not in session:
        begin(session, now=now)
    elif now - session[SEEN_AT] > settings.IDLE_SECONDS / 10:
        session[SEEN_AT] = now
