"""Around every page: the person's clock, a refusal nobody caught, a database that is away."""

import logging
import time
from collections.abc import Callable, Iterator
from datetime import tzinfo
from weakref import WeakKeyDictionary

from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest
from django.db import Error as DatabaseError
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    StreamingHttpResponse,
)
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from innovation.rules import dates
from innovation.rules.languages import language_of
from innovation.rules.refusal import Refused

from . import idle, outage, request_id, request_metrics, unsent, views
from .client_address import client_address
from .entrance import page_of_fragment
from .shown_path import shown_path
from .whole_requests import ARRIVED, HANGS, TOO_SLOW, UNHEARD, length_of, most_of

Answer = Callable[[HttpRequest], HttpResponse]


access = logging.getLogger("pilotlight.access")
# Whoever watches the process asks every few seconds.
_WATCHERS = ("/healthz", "/readyz")


class AnsweredMiddleware:
    """Around all others: the answer carries the request's id, and the log says what came of it.
    Neither who asked nor from where is in that line; a refusal has one of its own that says it."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begun = request.META.get(ARRIVED) or time.monotonic()
        request_metrics.count_begun(request)
        response = self.get_response(request)
        response[request_id.HEADER] = request_id.of(request.META)
        seconds = time.monotonic() - begun
        request_metrics.count_answered(request, response.status_code, seconds)
        _say_what_came_of_it(request, response.status_code, seconds)
        return response


def _say_what_came_of_it(request: HttpRequest, status: int, seconds: float) -> None:
    path, match = shown_path(request), request.resolver_match
    is_usual = status < 400 and (path in _WATCHERS or path.startswith(settings.STATIC_URL))
    access.log(
        logging.DEBUG if is_usual else logging.INFO,
        "%s %s %s in %.3f s",
        *(request.method, path, status, seconds),
        extra={
            "method": request.method,
            "path": path,
            "route": match.view_name if match else "",
            "status": status,
            "seconds": round(seconds, 4),
            "unheard": request.META.get(UNHEARD) or None,
        },
    )


class ReadableMiddleware:
    """What no browser of ours sends and no view could read is refused at the door: a NUL, which
    the database cannot hold, in an address or a cookie, a charset that is none, a token that is no
    text or came in the open, more than any form of ours holds, a body that took too long."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _is_in_the_open(request):
            return views.in_the_open(request)
        if request.encoding and not _is_charset(request.encoding):
            # Or the page that says so could not be drawn either.
            request.encoding = None  # type: ignore[assignment]
            raise BadRequest("not a charset")
        if "%00" in request.META.get("QUERY_STRING", "") or "\0" in "".join(
            (request.path_info, *request.COOKIES.values())
        ):
            raise BadRequest("a NUL in the address or in a cookie")
        if not request.META.get("HTTP_AUTHORIZATION", "").isascii():
            raise BadRequest("a token is plain text")
        if length_of(request.META) > (most := most_of(request.META)):
            return views.too_large(request, most)
        if TOO_SLOW in request.META:
            return views.too_slow(request)
        return self.get_response(request)


def _is_in_the_open(request: HttpRequest) -> bool:
    for_programs = request.path_info.startswith(settings.FOR_PROGRAMS)
    return for_programs and settings.SECURE_SSL_REDIRECT and not request.is_secure()


def _is_charset(name: str) -> bool:
    """Whether text is written in it: `hex` and `zlib` are codecs, too, but none of text."""
    try:
        "".encode(name)
    except (LookupError, UnicodeError):
        return False
    return True


class DatabaseAwayMiddleware:
    """A database that cannot be reached is a pause, not an accident: 503 and when to come again."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Nothing before this one asks the database: files are given out while it hangs.
        if HANGS in request.META:
            return views.database_away(request)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if outage.took_too_long(error):
            return views.took_too_long(request)
        return views.database_away(request) if outage.is_away(error) else None


class NotKeptMiddleware:
    """What somebody sees who signed in stays on no disk: the next person at a shared computer would
    find it by the button that goes back."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        has_session = settings.SESSION_COOKIE_NAME in request.COOKIES
        if has_session or "HTTP_AUTHORIZATION" in request.META:
            response["Cache-Control"] = "private, no-store"
        match = request.resolver_match
        if match is not None and match.view_name == "account_logout" and request.method == "POST":
            # Drafts too, where scripts are off by now; the session's cookie ends by itself.
            response["Clear-Site-Data"] = '"storage"'
        return response


class ReaderMiddleware:
    """Whoever has signed in reads in their own language and on their own clock; a stranger in the
    language that the browser asks for."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            user = getattr(request, "user", AnonymousUser())
            own = None if isinstance(user, AnonymousUser) else (user.language, user.time_zone)
        except DatabaseError as error:
            if outage.is_away(error):
                return views.database_away(request)
            raise
        if own is None:
            return self.get_response(request)
        language, zone = language_of(own[0]), dates.zone_of(own[1])
        with translation.override(language), timezone.override(zone):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        if isinstance(response, StreamingHttpResponse) and not isinstance(response, FileResponse):
            response.streaming_content = _as_read(iter(response), language, zone)
        return response


def _as_read(parts: Iterator[bytes], language: str, zone: tzinfo) -> Iterator[bytes]:
    """What is written while it is sent, when the request is over: each part for its reader."""
    while True:
        with translation.override(language), timezone.override(zone):
            part = next(parts, None)
        if part is None:
            return
        yield part


# Whose session was over when they sent something: known until their view is found.
_OVER_OF: WeakKeyDictionary[HttpRequest, int] = WeakKeyDictionary()

# Where a session that was left alone is taken up again, or ended for the next person.
OPEN_TO_IDLE = {
    *(*idle.GIVEN_AGAIN, "sso_begin", "openid_connect_callback", "saml_finish_acs"),
    *("account_logout", "innovation:theme", "innovation:mail-off"),
}


class IdleMiddleware:
    """Whoever did nothing for a while gives the password again: the next person at a shared computer
    would act in their name. So does whoever's working day is over. A form that they had begun waits
    until they have seen it; nothing typed is lost."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = time.time()
            if idle.is_over(request.session, now=now):
                _OVER_OF[request] = request.user.pk
                logout(request)
                messages.info(request, _("Your working day here is over. Sign in again."))
            elif not idle.is_idle(request.session, now=now):
                idle.keep(request.session, now=now)
        given_before = idle.given_again_at(request.session)
        response = self.get_response(request)
        if idle.given_again_at(request.session) > given_before:
            request.session.cycle_key()  # whoever had read the former one stays behind
        return response

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponse | None:
        if not request.user.is_authenticated:
            return self._kept_of_whom_it_is_over(request)
        if not idle.is_idle(request.session, now=time.time()):
            return None
        assert request.resolver_match is not None
        name = request.resolver_match.view_name
        request.session.pop(STATE_SESSION_KEY, None)  # it would go with the password unseen
        if name in OPEN_TO_IDLE:
            return None
        if ":api-" in name:  # a program has no password to give: it is nobody until somebody did
            request.user = AnonymousUser()
            return None
        page = reverse("account_reauthenticate")
        if getattr(request, "htmx", None):
            return HttpResponseClientRedirect(
                redirect_to_login(page_of_fragment(request), page).url
            )
        messages.info(request, _("You were away for a while. Give your password to go on."))
        if name in (unsent.PAGE, unsent.SEND, unsent.DROP):
            return redirect_to_login(reverse(unsent.PAGE), page)
        # Whoever goes elsewhere leaves undone what waited.
        unsent.drop(request)
        if request.method != "POST":
            return redirect_to_login(request.get_full_path(), page)
        unsent.keep(request, owner=request.user.pk)
        return redirect_to_login(reverse(unsent.PAGE), page)

    def _kept_of_whom_it_is_over(self, request: HttpRequest) -> HttpResponse | None:
        owner = _OVER_OF.pop(request, None)
        match = request.resolver_match
        if owner is None or match is None or request.method != "POST":
            return None
        of_programs = ":api-" in match.view_name or getattr(request, "htmx", None)
        if of_programs or match.view_name in OPEN_TO_IDLE:
            return None
        if match.view_name not in (unsent.PAGE, unsent.SEND, unsent.DROP):
            unsent.keep(request, owner=owner)
        return redirect_to_login(reverse(unsent.PAGE))


REFUSALS = (401, 403, 404, 413, 429)
refusals = logging.getLogger("pilotlight.refusals")


def _write_down(request: HttpRequest, status: int) -> None:
    """Who was refused: the web server's own log knows the address alone. What belongs to somebody
    else answers 404, so these count, too."""
    who = getattr(request.user, "ref", "nobody")
    path, address = shown_path(request), client_address(request)
    refusals.warning("%s %s %s to %s at %s", status, request.method, path, who, address)


class RefusalMiddleware:
    """A refusal that a page's view did not answer itself becomes a page with its sentence; so does
    opening the address of a button, as somebody does who has to sign in again after pressing it."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code in REFUSALS:
            _write_down(request, response.status_code)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            return views.only_pressed(request, response["Allow"])
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return views.refused(request, error) if isinstance(error, Refused) else None
