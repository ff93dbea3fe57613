"""What the sign-in library tells of, handed to the actions that write it down."""

from allauth.account import signals as account
from allauth.account.adapter import get_adapter
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.core.exceptions import PermissionDenied
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from innovation.people.actions import sign_in
from innovation.people.models import User
from innovation.people.models.sessions import ADDRESS, BROWSER
from innovation.web import idle


def address_of(request: HttpRequest) -> str:
    """Where the request came from; empty where that cannot be told (a socket)."""
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:
        return ""


@receiver(user_logged_in)
def _session_begins(request: HttpRequest, **_given: object) -> None:
    idle.begin(request.session, now=timezone.now().timestamp())
    request.session[ADDRESS] = address_of(request)
    request.session[BROWSER] = request.META.get("HTTP_USER_AGENT", "")[:200]


@receiver(account.user_logged_in)
def _signed_in(request: HttpRequest, user: User, **_given: object) -> None:
    sign_in.note_sign_in(user, at=timezone.now(), address=address_of(request))


@receiver(user_login_failed)
def _failed(
    credentials: dict[str, object], request: HttpRequest | None = None, **_given: object
) -> None:
    named = str(credentials.get("email") or credentials.get("username") or "")
    person = User.objects.filter(email__iexact=named[:254]).first()
    if person is not None and request is not None:
        sign_in.note_failed_sign_in(person, at=timezone.now(), address=address_of(request))


@receiver(mfa.authentication_failed)
def _wrong_code(request: HttpRequest, user: User, **_given: object) -> None:
    sign_in.note_failed_sign_in(user, at=timezone.now(), address=address_of(request))


@receiver((account.password_set, account.password_changed, account.password_reset))
def _new_password(request: HttpRequest, user: User, **_given: object) -> None:
    sign_in.note_new_password(user, at=timezone.now(), address=address_of(request))


@receiver(mfa.authenticator_added)
def _step_added(
    request: HttpRequest, user: User, authenticator: Authenticator, **_given: object
) -> None:
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        at = timezone.now()
        sign_in.note_second_step(user, at=at, address=address_of(request), is_on=True)


@receiver(mfa.authenticator_removed)
def _step_removed(
    request: HttpRequest, user: User, authenticator: Authenticator, **_given: object
) -> None:
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        at = timezone.now()
        sign_in.note_second_step(user, at=at, address=address_of(request), is_on=False)
