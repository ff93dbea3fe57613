"""Asking somebody to show, at this very moment, that it is them: by password, code, passkey or provider.

The sign-in library asks, and counts wrong ones as when signing in; what was sent waits meanwhile and is
carried out after it. One showing is good for one thing, and only after it was asked for.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NoReturn

from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest

_ASKED = "shown_anew_asked"  # in the session: for what, and when


@dataclass(frozen=True)
class Shown:
    method: str  # password, code, passkey or provider
    at: datetime


def taken(request: HttpRequest, what: str) -> Shown | None:
    """How the person showed that it is them since this was asked; spent by asking."""
    asked = request.session.get(_ASKED)
    if not asked or asked["what"] != what:
        return None
    del request.session[_ASKED]
    records = [
        one
        for one in get_authentication_records(request, request.user)
        if one.get("reauthenticated") and one["at"] >= asked["at"]
    ]
    if not records:
        return None
    last = records[-1]
    return Shown(_method(last), datetime.fromtimestamp(last["at"], tz=UTC))


def ask(request: HttpRequest, what: str) -> NoReturn:
    """Send the person to where they show it; what they sent is carried out afterwards."""
    request.session[_ASKED] = {"what": what, "at": time.time()}
    raise ReauthenticationRequired


def _method(record: dict[str, object]) -> str:
    if record.get("method") == "socialaccount":
        return "provider"
    if record.get("method") != "mfa":
        return "password"
    return "passkey" if record.get("type") == "webauthn" else "code"
