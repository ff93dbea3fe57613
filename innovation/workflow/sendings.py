"""What is sent once counts once.

Each form carries a key that was made when it was shown (`{% form_key %}`), and a program may send one of
its own (`Idempotency-Key`). The first action of the request writes the key down in its own transaction: a
second sending of the same waits there for the first, in whichever process, and is answered with
what came of it. A refusal takes the key back with everything else.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.core.files.uploadedfile import UploadedFile
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from innovation.rules.refusal import Conflict
from innovation.rules.transactions import at_the_door
from innovation.web import unsent
from innovation.workflow.models import UsedKey

logger = logging.getLogger(__name__)

FIELD = "form_key"
HEADER = "Idempotency-Key"
KEPT = timedelta(days=2)
LONGEST_BODY = 64 * 1024
# The first has been written, and its page is still being made.
ANSWERED_WITHIN = 3.0

USE = """
INSERT INTO innovation_usedkey (person_id, key, digest, at, status, location, body)
VALUES (%s, %s, %s, %s, NULL, '', '') ON CONFLICT (person_id, key) DO NOTHING RETURNING id
"""


class AlreadySent(Exception):
    """The very same was sent before, and has been done."""

    def __init__(self, used: UsedKey) -> None:
        super().__init__(used.key)
        self.used = used


class Sending:
    """One request that carries a key."""

    def __init__(self, request: HttpRequest, key: str) -> None:
        self._request = request
        self._key = key
        self._body: Overheard | None = None
        if request.content_type not in FORMS:
            self._body = Overheard(request)
        self._made: int | None = None
        self.is_taken = False

    def take(self) -> None:
        """In the transaction of an action, before it writes anything."""
        user = self._request.user  # of a token the API knows it by now
        if self.is_taken or isinstance(user, AnonymousUser):
            return
        digest = digest_of(self._request, self._body)
        with connection.cursor() as cursor:
            cursor.execute(USE, [user.pk, self._key, digest, timezone.now()])
            row = cursor.fetchone()
        if row is not None:
            self._made = row[0]
            return
        used = UsedKey.objects.get(person=user.pk, key=self._key)
        if used.digest == digest:
            raise AlreadySent(used)
        raise Conflict(
            _(
                "This was sent before, with other content, and that was done. Nothing of this sending "
                "was; send it again if you want both."
            )
        )

    def taken(self) -> None:
        self.is_taken = True

    def answered(self, response: HttpResponse) -> None:
        """Keep what came of it, for whoever sends it again."""
        if not self.is_taken or self._made is None:
            return
        body = ""
        kind = response.headers.get("Content-Type", "")
        if "json" in kind and not response.streaming and len(response.content) <= LONGEST_BODY:
            body = response.content.decode()
        try:
            UsedKey.objects.filter(pk=self._made).update(
                status=response.status_code,
                location=response.headers.get("Location", ""),
                body=body,
            )
        except DatabaseError:
            logger.warning("What came of a sending could not be kept.", exc_info=True)


class Overheard:
    """The body of a request, and the hash of what a parser has read of it: it is read once."""

    def __init__(self, request: HttpRequest) -> None:
        # What was read whole before is given out again from memory, past this.
        self._hash = sha256(vars(request).get("_body", b""))
        self._stream = request._stream
        vars(request)["_stream"] = self

    def read(self, *size: int) -> bytes:
        return self._heard(self._stream.read(*size))

    def readline(self, *size: int) -> bytes:
        return self._heard(self._stream.readline(*size))

    def close(self) -> None:
        self._stream.close()

    def hexdigest(self) -> str:
        return self._hash.hexdigest()

    def _heard(self, piece: bytes) -> bytes:
        self._hash.update(piece)
        return piece


def digest_of(request: HttpRequest, body: Overheard | None) -> str:
    """Of where it went and of all that was sent: a form by its fields, for each sending of it has
    another boundary, and anything else by its bytes."""
    parts: list[object] = [request.method, request.get_full_path()]
    if body is not None:
        parts += [request.headers.get("Content-Length", ""), body.hexdigest()]
    else:
        parts += sorted(
            (name, values)
            for name, values in request.POST.lists()
            if name not in (FIELD, "csrfmiddlewaretoken")
        )
        parts += sorted(
            (name, _digest_of_file(file)) for name, files in request.FILES.lists() for file in files
        )
    return sha256(repr(parts).encode()).hexdigest()


def _digest_of_file(file: UploadedFile[Any]) -> str:
    digest = sha256((file.name or "").encode())
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


class SentOnceMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        sending = _sending(request)
        if sending is None:
            response = self.get_response(request)
            if "HX-Redirect" in response.headers:
                unsent.note_done(request, response)
            return response
        token = at_the_door.set(sending)
        try:
            response = self.get_response(request)
        finally:
            at_the_door.reset(token)
        sending.answered(response)
        if sending.is_taken:
            unsent.note_done(request, response)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return _answer_of_the_first(request, error.used) if isinstance(error, AlreadySent) else None


def _sending(request: HttpRequest) -> Sending | None:
    """A fragment (htmx) is sent again and again from one form, and is not meant."""
    if request.method in ("GET", "HEAD", "OPTIONS") or "HX-Request" in request.headers:
        return None
    key = request.headers.get(HEADER, "")
    if (
        not key
        and request.content_type in FORMS
        and not request.path.startswith(("/api/", "/scim/"))
    ):
        key = request.POST.get(FIELD, "")
    return Sending(request, _kept_as(key)) if key else None


def _kept_as(key: str) -> str:
    """Whatever a program calls its sending by counts: what is too long or odd for the table goes by its
    hash."""
    if KEY.fullmatch(key):
        return key
    return sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


KEY = re.compile(r"[!-~]{1,100}")
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def _answer_of_the_first(request: HttpRequest, used: UsedKey) -> HttpResponse:
    until = time.monotonic() + ANSWERED_WITHIN
    while used.status is None and time.monotonic() < until:
        time.sleep(0.05)
        used.refresh_from_db(fields=["status", "location", "body"])
    if used.body and used.status:
        return HttpResponse(used.body, status=used.status, content_type="application/json")
    if used.location:
        return HttpResponseRedirect(used.location)
    if HEADER in request.headers and used.status:
        return HttpResponse(status=used.status)
    if HEADER in request.headers:
        # Whoever was to answer died after the action was written: a refusal would be a lie.
        done = _(
            "This was sent before, and was done. What was answered then is not known; look at it."
        )
        return JsonResponse({"detail": done})
    messages.info(request, _("You sent this twice. It was done once."))
    return HttpResponseRedirect("/")


def forget(*, at: datetime) -> None:
    UsedKey.objects.filter(at__lt=at - KEPT).delete()
