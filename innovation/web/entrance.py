"""The door of every page and API: signed in, with a role, and with the permission it asks for.

It asks the person (`user.check_enters`), so it knows no room and every room can stand behind it.
Each view that passes here carries its `entrance`; a house test finds the views that do not.
"""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_htmx.http import HttpResponseClientRedirect
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from innovation.rules.refusal import NotAllowed
from innovation.web.scopes import Scope, check_covers

View = Callable[..., HttpResponseBase]

# Of a session: whoever brought the person here had asked them for a second step, and is believed.
SECOND_STEP_ASKED = "second_step_asked"
ANY_ROLE = "any role"
SIGNED_IN = "signed in"
NO_SECOND_FACTOR = _(
    "You are asked for a second step when you sign in. Set it up now; it takes a minute."
)


def require(permission: str | None = None) -> Callable[[View], View]:
    """Let in whoever holds `permission` in some unit (any role at all where it is None).

    Strangers are sent to sign in. Everybody else reads why not and whom to ask.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def entered(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            user = request.user
            if isinstance(user, AnonymousUser):
                return _to_sign_in(request)
            user.check_enters(permission)
            if waits_for_second_factor(request):
                return to_second_factor(request)
            return view(request, *args, **kwargs)

        entered.entrance = str(permission) if permission else ANY_ROLE  # type: ignore[attr-defined]
        return entered

    return decorate


def waits_for_second_factor(request: HttpRequest) -> bool:
    """Whether whoever is signed in has to set up a second step before anything else."""
    user = request.user
    if isinstance(user, AnonymousUser) or request.session.get(SECOND_STEP_ASKED):
        return False
    return user.lacks_second_factor


def to_second_factor(request: HttpRequest) -> HttpResponse:
    """To where it is set up, which says why; one's own account stays open for it."""
    page = reverse("mfa_index")
    if getattr(request, "htmx", None):
        return HttpResponseClientRedirect(page)
    return redirect(page)


def signed_in(view: View) -> View:
    """Let in everybody who is signed in, with or without a role: a person's own account."""

    @wraps(view)
    def entered(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        user = request.user
        if isinstance(user, AnonymousUser):
            return _to_sign_in(request)
        if user.waits_for_second_factor and not request.session.get(SECOND_STEP_ASKED):
            return to_second_factor(request)
        return view(request, *args, **kwargs)

    entered.entrance = SIGNED_IN  # type: ignore[attr-defined]
    return entered


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """A page is asked for again after signing in; a fragment sends its whole page there."""
    if not getattr(request, "htmx", None):
        return redirect_to_login(request.get_full_path())
    return HttpResponseClientRedirect(redirect_to_login(page_of_fragment(request)).url)


def page_of_fragment(request: HttpRequest) -> str:
    """The page that an htmx request was sent from."""
    try:
        return getattr(request, "htmx").current_url_abs_path or "/"  # noqa: B009 - by middleware
    except ValueError:  # a header that is no address
        return "/"


class Door(BasePermission):
    """Of a view of the API; `Holds` makes one."""

    permission: str | None = None
    writes: Scope | None = None

    def scope_for(self, method: str) -> Scope | None:
        """What a token must have been made for; None where no token does it."""
        return Scope.READ if method in SAFE_METHODS else self.writes

    def has_permission(self, request: Request, view: object) -> bool:
        user = request.user
        if isinstance(user, AnonymousUser):
            return False  # 401, by way of the authenticators
        if request.auth is not None:
            scopes: list[str] = getattr(request.auth, "scopes", [])
            check_covers(scopes, self.scope_for(request.method or ""))
        user.check_enters(self.permission)
        # A token was made by somebody who had signed in with all that it takes.
        asked = request.auth is not None or request.session.get(SECOND_STEP_ASKED)
        if not asked and user.lacks_second_factor:
            raise NotAllowed(str(NO_SECOND_FACTOR))
        return True


def Holds(permission: str | None = None, *, writes: Scope | None = None) -> type[BasePermission]:
    """The same door for the API: `permission_classes = [Holds(NeedsPermission.READ)]`. Reading takes
    a token of the scope `read`, anything else one of the scope that the view `writes`."""
    return type("Holds", (Door,), {"permission": permission, "writes": writes})


class AnyRole(Door):
    """The door where a view names none (settings: DEFAULT_PERMISSION_CLASSES)."""
