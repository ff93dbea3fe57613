"""What is written to somebody about how they sign in, and the link that chooses a password."""

from collections.abc import Mapping

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from innovation.rules.refusal import Refused


def open_to(address: str) -> bool:
    """Whether a password may open the account of this address (settings: ONLY_SSO)."""
    return not settings.ONLY_SSO or address.strip().lower() in settings.BREAK_GLASS


def refusal() -> str:
    names = [str(provider["name"]) for provider in settings.IDENTITY_PROVIDERS]
    return gettext("Passwords open nothing here. Sign in with %(providers)s.") % {
        "providers": gettext(" or ").join(names)
    }


def check_open_to(person: User) -> None:
    if not open_to(person.email):
        raise Refused(refusal())


def link_for(person: User) -> str:
    """A new link; it holds for PASSWORD_RESET_TIMEOUT and until a password was chosen by it."""
    path = reverse(
        "account_reset_password_from_key",
        kwargs={
            "uidb36": user_pk_to_url_str(person),
            "key": default_token_generator.make_token(person),
        },
    )
    return f"{settings.SITE_URL}{path}"


def days_valid() -> int:
    return settings.PASSWORD_RESET_TIMEOUT // (24 * 3600)


def send_welcome(person: User) -> None:
    """Write to somebody who is new here: where to choose a password, and until when; or where to
    sign in, if passwords open nothing."""
    _write(
        person,
        _("Your account at %(organisation)s"),
        "innovation/people/welcome_mail.txt",
        {
            "link": link_for(person) if open_to(person.email) else None,
            "sign_in": f"{settings.SITE_URL}{reverse('account_login')}",
            "days": days_valid(),
        },
    )


def tell_of_new_address(person: User, old_address: str, *, by: User) -> None:
    """Write to both addresses: the one that signs in now, and the one that does so no longer.

    The old mailbox may be somebody else's already, so it is not told the new address.
    """
    subject, facts = _("Your sign-in at %(organisation)s has changed"), {"by": by}
    _write(person, subject, "innovation/people/new_address_mail.txt", facts)
    _write(person, subject, "innovation/people/old_address_mail.txt", facts, to=old_address)


def tell_of_link(person: User, *, by: User) -> None:
    """Write that somebody was handed a link by which a password can be chosen for the account."""
    _write(
        person,
        _("A password link was made for your account at %(organisation)s"),
        "innovation/people/link_made_mail.txt",
        {"by": by},
    )


def _write(
    person: User, subject: Promise, template: str, facts: Mapping[str, object], *, to: str = ""
) -> None:
    known = {"person": person, "organisation": settings.ORGANISATION, **facts}
    with person.as_reader():
        send_mail(
            str(subject) % known,
            render_to_string(template, known),
            settings.DEFAULT_FROM_EMAIL,
            [to or person.email],
        )
