"""What a browser carries of questions that are answered by a link: a slip, and that it has answered.

Neither says who: the slip is random, made when the form is shown, and the cookie names the round alone.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

from allauth.mfa.adapter import get_adapter
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from innovation.rules.refusal import Refused
from innovation.web.client_address import client_address
from pilots.surveys.models import SurveyRound

_SALT = "pilots.surveys"
_KEPT = 24 * 60 * 60  # a form that was open for longer is shown anew
# Of one address, a minute and process: a whole hospital may stand behind it.
MOST_A_MINUTE = 600


class TooMany(Refused):
    """More answers come from one place than people there could give."""

    status = 429


def new_slip(survey: SurveyRound) -> str:
    return signing.TimestampSigner(salt=f"{_SALT}.{survey.pk}").sign(secrets.token_urlsafe(12))


def read_slip(survey: SurveyRound, given: str) -> str | None:
    """The random part of a slip that was made for this round; None for anything else."""
    try:
        return signing.TimestampSigner(salt=f"{_SALT}.{survey.pk}").unsign(given, max_age=_KEPT)
    except signing.BadSignature:
        return None


def _cookie(survey: SurveyRound) -> str:
    if survey.instrument.is_about_pilot:
        return f"answered_{survey.pilot_id}_{survey.instrument_id}"
    return f"answered_{survey.instrument_id}"


def has_answered(request: HttpRequest, survey: SurveyRound) -> bool:
    """Whether this browser answered it, or another round of the same questions in the same weeks, also of
    another pilot unless they are about the pilot: both readings together could tell who answered."""
    found = request.get_signed_cookie(_cookie(survey), default="", salt=_SALT) or ""
    pk, _colon, until = found.partition(":")
    if not until.isdigit():
        return False
    return pk == str(survey.pk) or survey.opened_at < datetime.fromtimestamp(int(until), UTC)


def note_answered(response: HttpResponse, survey: SurveyRound, *, at: datetime) -> None:
    until = max(survey.again_from, survey.closes_at)
    response.set_signed_cookie(
        _cookie(survey),
        f"{survey.pk}:{int(until.timestamp())}",
        salt=_SALT,
        max_age=max(1, int((until - at).total_seconds())),
        path="/a/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def check_pace(request: HttpRequest, survey: SurveyRound, *, at: datetime) -> None:
    """In memory alone: who answered from where is written down nowhere."""
    key = f"answers:{survey.pk}:{client_address(request)}:{int(at.timestamp()) // 60}"
    cache.add(key, 0, timeout=120)
    try:
        came = cache.incr(key)
    except ValueError:  # driven out by others meanwhile
        return
    if came > MOST_A_MINUTE:
        raise TooMany(
            _(
                "Very many answer from your network just now. Nothing is lost: send it again in a minute."
            )
        )


def qr(address: str) -> str:
    """The square that a phone reads, as SVG; the library is the one of the second step."""
    adapter: Any = get_adapter()
    return str(adapter.build_totp_svg(address))
