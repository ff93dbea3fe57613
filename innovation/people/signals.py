"""What the sign-in library tells of, handed to the actions that write it down."""

from allauth.account import signals as account
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.dispatch import Signal, receiver
from django.http import HttpRequest
from django.utils import timezone

from innovation.people import recovery_codes
from innovation.people.actions import sign_in
from innovation.people.models import User
from innovation.people.models.sessions import ADDRESS, BROWSER
from innovation.web import idle
from innovation.web.client_address import client_address

_ALONE = "passwordless"  # as the library writes it down


@receiver(user_logged_in)
def _session_begins(request: HttpRequest, **_given: object) -> None:
    idle.begin(request.session, now=timezone.now().timestamp())
    request.session[ADDRESS] = client_address(request)
    request.session[BROWSER] = request.META.get("HTTP_USER_AGENT", "")[:200]


@receiver(account.user_logged_in)
def _signed_in(request: HttpRequest, user: User, **_given: object) -> None:
    alone = [how["id"] for how in get_authentication_records(request, user) if how.get(_ALONE)]
    passkey = Authenticator.objects.filter(user=user, pk__in=alone).first()
    sign_in.note_sign_in(
        user,
        at=timezone.now(),
        address=client_address(request),
        passkey=str(passkey) if passkey else "",
    )


@receiver(user_login_failed)
def _failed(
    credentials: dict[str, object], request: HttpRequest | None = None, **_given: object
) -> None:
    named = str(credentials.get("email") or credentials.get("username") or "")
    person = User.objects.filter(email__iexact=named[:254]).first()
    if person is not None and request is not None:
        sign_in.note_failed_sign_in(person, at=timezone.now(), address=client_address(request))


@receiver(mfa.authentication_failed)
def _wrong_code(request: HttpRequest, user: User, **_given: object) -> None:
    sign_in.note_failed_sign_in(user, at=timezone.now(), address=client_address(request))


@receiver((account.password_set, account.password_changed, account.password_reset))
def _new_password(request: HttpRequest, user: User, **_given: object) -> None:
    sign_in.note_new_password(user, at=timezone.now(), address=client_address(request))


@receiver((mfa.authenticator_added, mfa.authenticator_removed))
def _second_step(
    signal: Signal, request: HttpRequest, user: User, authenticator: Authenticator, **_given: object
) -> None:
    is_on = signal is mfa.authenticator_added
    at, address = timezone.now(), client_address(request)
    if authenticator.type == Authenticator.Type.TOTP:
        sign_in.note_second_step(user, at=at, address=address, is_on=is_on)
    elif authenticator.type == Authenticator.Type.WEBAUTHN:
        name = str(authenticator)
        sign_in.note_passkey(user, at=at, address=address, name=name, is_there=is_on)


@receiver(mfa.authenticator_reset)
def _new_codes(request: HttpRequest, user: User, **_given: object) -> None:
    sign_in.note_recovery_codes(user, at=timezone.now(), address=client_address(request))


@receiver(mfa.authenticator_used)
def _used(request: HttpRequest, user: User, authenticator: Authenticator, **_given: object) -> None:
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        sign_in.note_recovery_code_used(
            user,
            at=timezone.now(),
            address=client_address(request),
            left=recovery_codes.left(authenticator),
        )
