"""How signing in works here: accounts are made by administrators, and closed ones stay out."""

from contextlib import nullcontext
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from innovation.people import guesses, passwords
from innovation.people.models import User
from innovation.rules import key_ring
from innovation.rules.refusal import Refused
from innovation.web.client_address import client_address


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs themselves up; an administrator makes the account."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def authenticate(self, request: HttpRequest, **credentials: str) -> AbstractBaseUser | None:
        """Look at a password, unless too many wrong ones came before it."""
        counted = guesses.count(
            account=credentials.get("email", ""),
            address=self.get_client_ip(request),
            at=timezone.now(),
        )
        if isinstance(counted, guesses.Wait):
            raise ValidationError(
                ngettext(
                    "Too many wrong passwords. Wait %(seconds)s second, then try again.",
                    "Too many wrong passwords. Wait %(seconds)s seconds, then try again.",
                    counted.seconds,
                )
                % {"seconds": counted.seconds},
                code="too_many_login_attempts",
            )
        user = super().authenticate(request, **credentials)
        if user is not None:
            guesses.was_right(counted, at=timezone.now())
        return user

    def pre_authenticate(self, request: HttpRequest, **credentials: str) -> None:
        """allauth would lock an account for minutes, in each process by itself."""

    def get_reauthentication_methods(self, user: User | AnonymousUser) -> list[dict[str, Any]]:
        """The library's, in our words."""
        words = {
            "reauthenticate": _("Use your password"),
            "mfa_reauthenticate": _("Use a code"),
            "mfa_reauthenticate:webauthn": _("Use a passkey"),
        }
        methods = super().get_reauthentication_methods(user)
        return [{**method, "description": words[method["id"]]} for method in methods]

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("innovation:profile")

    def format_email_subject(self, subject: str) -> str:
        return f"{settings.ORGANISATION}: {subject}"

    def get_reset_password_from_key_url(self, key: str) -> str:
        """In mail, addresses begin with the installation's own, whatever host was asked."""
        uid, _dash, rest = key.partition("-")
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": rest})
        return f"{settings.SITE_URL}{path}"

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, object]) -> None:
        """A link, or why there is none: the page that asked says the same to everybody."""
        if passwords.open_to(user.email):
            super().send_password_reset_mail(user, email, context)
        else:
            said = {"refusal": passwords.refusal(), "site": settings.SITE_URL, **context}
            self.send_mail("account/email/no_password", email, said)

    def set_password(self, user: User, password: str) -> None:
        """By a link from before, or on one's own page: what opens nothing is not chosen."""
        passwords.check_open_to(user)
        super().set_password(user, password)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, object]) -> None:
        """In the language of whoever is written to, whoever's browser asked."""
        person = User.objects.filter(email__iexact=email).first()
        with person.as_reader() if person is not None else nullcontext():
            super().send_mail(
                template_prefix, email, {**context, "organisation": settings.ORGANISATION}
            )


class SecondStepAdapter(DefaultMFAAdapter):
    """What the library keeps of a second step, the seed of its codes, is sealed: whoever reads the
    database could make every code to come."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy(
            "This code is not right, or no longer. Type the one that the app shows now."
        ),
    }

    def get_totp_issuer(self) -> str:
        name: str = settings.ORGANISATION
        return name

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Passkeys are of the installation's own address, whatever host was asked."""
        return {"id": urlsplit(settings.SITE_URL).hostname or "", "name": settings.ORGANISATION}

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        return ""  # its owner names it, or it is called by its day

    def encrypt(self, text: str) -> str:
        return key_ring.seal(text.encode(), key_ring.Purpose.SECOND_STEP).decode()

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return key_ring.unseal(encrypted_text.encode(), key_ring.Purpose.SECOND_STEP).decode()
        except key_ring.SealedWithAnotherKey:
            raise Refused(
                _(
                    "Your second step was kept with a key that this installation no longer has."
                    " Only whoever runs it can bring that key back."
                )
            ) from None
