"""Pages of no room: refusals, errors, the choice of light or dark."""

import sys

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.template import loader
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_POST

from innovation.rules.refusal import NotAllowed, Refused

from . import entrance, navigation, outage, panels, request_id, unsent
from . import gallery as exhibition

RETRY_AFTER = 30
SCIM_ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


def _is_from_program(request: HttpRequest) -> bool:
    return request.path.startswith(("/api/", "/scim/"))


def _problem(request: HttpRequest, status: int, title: str, detail: str) -> JsonResponse:
    """As the API says it (RFC 9457), or as SCIM does (RFC 7644 §3.12)."""
    if request.path.startswith("/scim/"):
        said = {"schemas": [SCIM_ERROR], "status": str(status), "detail": detail}
        return JsonResponse(said, status=status, content_type="application/scim+json")
    return JsonResponse(
        {"type": "about:blank", "title": title, "status": status, "detail": detail},
        status=status,
        content_type="application/problem+json",
    )


def _answer(
    request: HttpRequest, status: int, *, title: str, sentence: str, advice: str, **extra: object
) -> HttpResponse:
    """One page for every refusal and error; the API gets problem details instead."""
    if _is_from_program(request):
        return _problem(request, status, title, sentence)
    if getattr(request, "htmx", None):
        return _said_in_passing(status, sentence)
    context = {"title": title, "sentence": sentence, "advice": advice, "status": status, **extra}
    context["reference"] = request_id.current()
    return render(request, "innovation/web/problem.html", context, status=status)


def _said_in_passing(status: int, sentence: str) -> HttpResponse:
    """For a fragment: the sentence among the toasts; what the person looks at stays as it is."""
    if status >= 500:
        sentence = f"{sentence} ({request_id.current()})"
    toast = {"text": sentence, "kind": "error"}
    response = HttpResponse(loader.render_to_string("components/toast.html", toast), status=status)
    response["HX-Retarget"] = "[data-toasts]"
    response["HX-Reswap"] = "beforeend"
    return response


def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    """The sentence of a refusal, as a page."""
    if isinstance(error, NotAllowed) and request.method in ("GET", "HEAD"):
        return _answer(
            request,
            error.status,
            title=_("This is not open to you"),
            sentence=str(error),
            advice="",
        )
    if isinstance(error, NotAllowed):
        return _answer(
            request,
            error.status,
            title=_("This is not yours to do"),
            sentence=str(error),
            advice=_("Nothing was changed. Whoever looks after your unit can give you the role."),
        )
    return _answer(
        request,
        error.status,
        title=_("That could not be done"),
        sentence=str(error),
        advice=_("Nothing was changed. Go back, look at how it stands now, and decide again."),
    )


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(
        request,
        400,
        title=_("We could not read that"),
        sentence=_("What your browser sent was incomplete or in a form we do not know."),
        advice=_("Nothing was changed. Go back and try once more."),
    )


@requires_csrf_token
def too_large(request: HttpRequest, most: int) -> HttpResponse:
    sentence = _("At most %(most)s MB can be sent here at once.") % {"most": most // 2**20}
    if _is_from_program(request) and most < settings.LARGEST_UPLOAD:
        sentence += " " + _(
            "A file may hold more: say that it is one (Content-Type: text/csv or"
            " multipart/form-data)."
        )
    return _answer(
        request,
        413,
        title=_("This is too large"),
        sentence=sentence,
        advice=_("Nothing was changed. Send it in parts."),
    )


@requires_csrf_token
def too_slow(request: HttpRequest) -> HttpResponse:
    return _answer(
        request,
        408,
        title=_("This took too long to arrive"),
        sentence=_("What you sent did not arrive in full in the time there is for it."),
        advice=_("Nothing was changed. Go back and send it again, where the connection is better."),
    )


def in_the_open(request: HttpRequest) -> HttpResponse:
    """What came over plain HTTP to an address for programs."""
    return _problem(
        request,
        403,
        _("Only over https"),
        _(
            "This came over plain http, where everybody on the way can read it. Send it over"
            " https, and replace the token that it carried."
        ),
    )


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, Refused):
        return refused(request, exception)
    return _answer(
        request,
        403,
        title=_("This is not open to you"),
        sentence=str(exception) or _("Your roles do not reach this page."),
        advice=_("Whoever looks after your unit can give you the role."),
    )


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(
        request,
        404,
        title=_("Nothing is here"),
        sentence=_("The address is wrong, or what stood here is not open to you."),
        advice=_("Look for it in the list it belongs to, or start from what waits for you."),
    )


def only_pressed(request: HttpRequest, allowed: str) -> HttpResponse:
    """405: the address of a button, opened like a page."""
    response = _answer(
        request,
        405,
        title=_("Nothing was done here"),
        sentence=_("This address belongs to a button, and opening it does nothing by itself."),
        advice=_("Go back to the page that you came from and press it there."),
    )
    response["Allow"] = allowed
    return response


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    """Our fault. Drawn without a database; if the database is what is missing, it says so."""
    if outage.is_away(sys.exc_info()[1]):
        return database_away(request)
    if _is_from_program(request):
        return _problem(
            request,
            500,
            _("Something went wrong on our side"),
            _("It was recorded. What you sent may not have been kept."),
        )
    if getattr(request, "htmx", None):
        sentence = _("Something went wrong on our side. It was recorded; try once more.")
        return _said_in_passing(500, sentence)
    context = {"theme": _theme(request), "reference": request_id.current()}
    return HttpResponse(loader.render_to_string("500.html", context), status=500)


def took_too_long(request: HttpRequest) -> HttpResponse:
    """503: the database was given up for this one page."""
    response = _answer(
        request,
        503,
        title=_("This takes too long just now"),
        sentence=_("Much is asked of the database, or somebody else holds what you would change."),
        advice=_("Nothing was changed. Try once more in a minute, or ask for less at a time."),
    )
    response["Retry-After"] = str(RETRY_AFTER)
    return response


def database_away(request: HttpRequest) -> HttpResponse:
    """503: the database is away, come again shortly. It may have taken what was sent, and have gone
    before it came to say so: at the end of a transaction nobody can tell."""
    unsure = request.method not in ("GET", "HEAD", "OPTIONS")
    response: HttpResponse
    if request.path == "/readyz":
        response = JsonResponse({"status": "not ready", "database": "down"}, status=503)
    elif _is_from_program(request):
        response = _problem(
            request,
            503,
            _("The database is away"),
            _(
                "It may have been kept, or not. With the Idempotency-Key that you sent it counts once, "
                "so send it again in half a minute; without one, look first."
            )
            if unsure
            else _("Ask again in half a minute."),
        )
    elif getattr(request, "htmx", None):
        sentence = (
            _(
                "Our database cannot be reached right now. Look whether it was kept before you go on."
            )
            if unsure
            else _("Our database cannot be reached right now.")
        )
        response = _said_in_passing(503, sentence)
    else:
        context = {"theme": _theme(request), "unsure": unsure, "reference": request_id.current()}
        response = HttpResponse(loader.render_to_string("503.html", context), status=503)
    response["Retry-After"] = str(RETRY_AFTER)
    response["Cache-Control"] = "no-store"
    return response


@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _answer(
        request,
        403,
        title=_("The page was open too long"),
        sentence=_("We could not be sure that this came from you, so nothing was changed."),
        advice=_("Go back, reload the page and send it again. What you typed in a draft is kept."),
    )


def _theme(request: HttpRequest) -> str:
    return navigation.theme_of(request)


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Light, dark, or as the system says: the person's own, and this device's before signing in."""
    back = request.POST.get("next") or request.META.get("HTTP_REFERER", "/")
    if not url_has_allowed_host_and_scheme(
        back, {request.get_host()}, require_https=request.is_secure()
    ):
        back = "/"
    theme = request.POST.get("theme", "")
    theme = theme if theme in navigation.THEMES else ""
    if request.user.is_authenticated and hasattr(request.user, "theme"):
        request.user.theme = theme
        request.user.save(update_fields=["theme"])
    response = HttpResponseRedirect(back)
    if theme:
        response.set_cookie(
            settings.THEME_COOKIE_NAME,
            theme,
            max_age=365 * 24 * 3600,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    else:
        response.delete_cookie(settings.THEME_COOKIE_NAME, samesite="Lax")
    return response


@entrance.signed_in
def waiting_count(request: HttpRequest) -> HttpResponse:
    """How much waits for the person, for the mark in the navigation."""
    count = len(panels.waiting_for(request.user))
    response = JsonResponse({"count": navigation.number_of_waiting(count)})
    response["Cache-Control"] = "private, no-store"
    return response


@entrance.require()
def search(request: HttpRequest) -> HttpResponse:
    """What every room finds for these words, each within the person's reach."""
    text = request.GET.get("q", "").strip()[:200]
    hits = panels.search(request.user, text)
    context = {"text": text, "hits": hits, "asked": bool(text)}
    return render(request, "innovation/web/search.html", context)


@entrance.require()
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component in its states; for anybody who works here."""
    exhibits = exhibition.drawn(request, timezone.now())
    return render(request, "innovation/web/gallery.html", {"exhibits": exhibits})


@entrance.signed_in
def unsent_form(request: HttpRequest) -> HttpResponse:
    """What was sent into a session that had been left alone, for whoever has shown who they are."""
    sent = unsent.of(request)
    if sent is None:
        return redirect("/")
    context = {"unsent": unsent.described(sent), "had_files": unsent.had_files(request)}
    return render(request, "innovation/web/unsent.html", context)


@entrance.signed_in
@require_POST
def unsent_send(request: HttpRequest) -> HttpResponse:
    sent = unsent.of(request)
    if sent is None:
        messages.info(request, _("Nothing waits any more."))
        return redirect("/")
    answer = unsent.send(sent)
    unsent.drop(request)
    unsent.note_done(sent, answer)
    return answer


@entrance.signed_in
@require_POST
def unsent_drop(request: HttpRequest) -> HttpResponse:
    unsent.drop(request)
    messages.info(request, _("It is thrown away; nothing was sent."))
    return redirect("/")
