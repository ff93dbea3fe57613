"""How long a session lasts: it waits for its person when nobody used it for a while, and ends
twelve hours after signing in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.urls import reverse

SIGNED_IN_AT = "signed_in_at"
SEEN_AT = "seen_at"
# Where the password, a code or a passkey is given again.
GIVEN_AGAIN = ("account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn")


def begin(session: SessionBase, *, now: float) -> None:
    session[SIGNED_IN_AT] = session[SEEN_AT] = now


def is_over(session: SessionBase | Mapping[str, Any], *, now: float) -> bool:
    return bool(now - session.get(SIGNED_IN_AT, now) > settings.SESSION_COOKIE_AGE)


def is_idle(session: SessionBase, *, now: float) -> bool:
    """Whether nobody used it, or gave the password for it again, for as long as is allowed."""
    last = max(session.get(SEEN_AT, now), given_again_at(session))
    return bool(now - last > settings.IDLE_SECONDS)


def given_again_at(session: SessionBase) -> float:
    """When the password, or a code, was last given again in it; 0 where it never was."""
    records = session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])
    return max((record["at"] for record in records if record.get("reauthenticated")), default=0.0)


def keep(session: SessionBase, *, now: float) -> None:
    """Note that it is used: once in a tenth of the limit, so that few pages write."""
    if SIGNED_IN_AT not in session:
        begin(session, now=now)
    elif now - session[SEEN_AT] > settings.IDLE_SECONDS / 10:
        session[SEEN_AT] = now


def has_waited(request: HttpRequest) -> bool:
    """Whether it was sent before the password was asked for: its answer stands at another address
    than its own, so a form on it has to say where it is sent."""
    match = request.resolver_match
    asked = match is not None and match.view_name in (*GIVEN_AGAIN, "innovation:unsent-send")
    return asked and request.path not in map(reverse, (*GIVEN_AGAIN, "innovation:unsent-send"))
