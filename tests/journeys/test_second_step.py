"""The second step, as people meet it: a code, a recovery code, a device that is lost, a passkey."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.urls import reverse
from playwright.sync_api import CDPSession, expect

from innovation.audit.models import Event
from tests.factories.cast import PASSWORD, make_cast
from tests.innovation.people.test_signing_in import code_of
from tests.journeys.visitor import Live, Visitor
from tests.probes import one_of

if TYPE_CHECKING:
    from pytest_django import Settings

    from innovation.people.models import User

HOME = re.compile(r":\d+/$")
pytestmark = pytest.mark.django_db(transaction=True)


def give_password(visitor: Visitor, user: User) -> None:
    visitor.open(reverse("account_login"))
    visitor.fill("E-mail", user.email)
    visitor.fill("Password", PASSWORD)
    visitor.press("Sign in")


def give_code(visitor: Visitor, code: str) -> None:
    visitor.sees("The second step")
    visitor.fill("Code", code)
    visitor.press("Sign in")


def sign_out(visitor: Visitor) -> None:
    visitor.open(reverse("account_logout"))
    visitor.press("Sign out")


@pytest.mark.parametrize(
    ("device", "javascript"), one_of(("desktop", True), ("phone", False), taken=1)
)
def test_code_recovery_code_and_lost_phone(live: Live, device: str, javascript: bool) -> None:
    cast = make_cast()
    ana = live(device=device, javascript=javascript)
    give_password(ana, cast.ana)
    ana.open(reverse("innovation:profile"))
    ana.press("A second step when signing in")
    ana.look()
    ana.press("Set it up")
    ana.fill("Your password", PASSWORD)
    ana.look()
    ana.press("Go on")
    ana.sees("Or type this key")
    ana.look()
    secret = ana.page.locator(".fact dd").inner_text()
    ana.fill("Code from the app", "12")
    ana.press("Switch it on")
    ana.sees("This code is not right")
    ana.look()
    secret = ana.page.locator(".fact dd").inner_text()
    ana.fill("Code from the app", code_of(secret))
    ana.press("Switch it on")
    ana.sees("They are shown this once")
    ana.look()
    code = ana.page.locator(".codes code").first.inner_text()

    sign_out(ana)
    give_password(ana, cast.ana)
    ana.look()
    give_code(ana, "000000")
    ana.sees("This code is not right, or no longer.")
    ana.look()
    cache.clear()  # half a minute later: the code that switched it on is forgotten
    give_code(ana, code_of(secret))
    expect(ana.page).to_have_url(HOME)
    sign_out(ana)
    give_password(ana, cast.ana)
    give_code(ana, code)
    expect(ana.page).to_have_url(HOME)
    sign_out(ana)

    ada = live(cast.ada, device=device, javascript=javascript)
    ada.open(reverse("innovation:person-detail", args=[cast.ana.pk]))
    ada.look()
    ada.press("Reset the second step")
    ada.look()
    ada.fill("Why", "Phone and paper lost on the tram; she came by.")
    ada.press("Reset it")
    ada.sees("signs in by the password alone now")
    give_password(ana, cast.ana)
    expect(ana.page).to_have_url(HOME)


class Device:
    """A phone or computer that holds passkeys, whose owner has a finger on it."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.take()

    def take(self) -> None:
        self.session: CDPSession = self.visitor.context.new_cdp_session(self.visitor.page)
        self.session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        made = self.session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self.id: str = made["authenticatorId"]

    def finger(self, *, is_right: bool) -> None:
        told = {"authenticatorId": self.id, "isUserVerified": is_right}
        self.session.send("WebAuthn.setUserVerified", told)

    def look(self) -> None:
        """axe comes and goes by a session of its own, and the device goes with it."""
        kept = self.session.send("WebAuthn.getCredentials", {"authenticatorId": self.id})
        self.visitor.look()
        self.session.detach()
        self.take()
        for credential in kept["credentials"]:
            told = {"authenticatorId": self.id, "credential": credential}
            self.session.send("WebAuthn.addCredential", told)


@pytest.mark.parametrize("device", one_of("desktop", "phone"))
def test_passkey_is_asked_for_added_used_and_removed(
    live: Live, settings: Settings, device: str
) -> None:
    cast = make_cast()
    settings.SECOND_FACTOR_ROLES = ["executive"]
    amara = live(device=device)
    phone = Device(amara)
    give_password(amara, cast.amara)
    amara.sees("Your role asks for a second step when you sign in")
    phone.look()
    amara.press("Add a passkey")
    amara.fill("Your password", PASSWORD)
    amara.press("Go on")
    amara.fill("Name", "own phone")
    phone.look()
    amara.press("Add it")
    amara.sees("They are shown this once")
    amara.press("I have kept them")
    amara.sees("10 of 10 codes are left")
    amara.open(reverse("innovation:need-list"))
    sign_out(amara)

    amara.open(reverse("account_login"))
    phone.look()
    amara.press("Sign in with a passkey")
    expect(amara.page).to_have_url(HOME)
    assert Event.objects.filter(type="sign_in.done_by_passkey").count() == 1
    sign_out(amara)
    give_password(amara, cast.amara)
    amara.sees("The second step")
    amara.press("Use a passkey")
    expect(amara.page).to_have_url(HOME)

    # A finger that is not hers: the device does not sign.
    sign_out(amara)
    amara.open(reverse("account_login"))
    phone.finger(is_right=False)
    amara.press("Sign in with a passkey")
    amara.sees("No passkey was chosen, or it took too long.")
    phone.look()
    phone.finger(is_right=True)
    amara.press("Sign in with a passkey")
    expect(amara.page).to_have_url(HOME)

    amara.open(reverse("mfa_list_webauthn"))
    amara.sees("own phone", "Signs you in by itself.")
    phone.look()
    # A passkey is given again where the password would be.
    reauthenticated = reverse("mfa_reauthenticate_webauthn")
    amara.open(f"{reauthenticated}?next={reverse('mfa_list_webauthn')}")
    phone.look()
    amara.press("Use a passkey")
    amara.press("Rename own phone")
    amara.fill("Name", "ward phone")
    phone.look()
    amara.press("Save")
    amara.press("Remove ward phone")
    phone.look()
    amara.press("Remove it")
    amara.sees("No passkey yet")
    assert not Authenticator.objects.filter(user=cast.amara).exists()
    amara.open("/")
    amara.sees("Your role asks for a second step when you sign in")


@pytest.mark.parametrize(("device", "javascript"), one_of(("desktop", True), ("phone", False)))
def test_form_that_waited_is_seen_and_sent(
    live: Live, settings: Settings, device: str, javascript: bool
) -> None:
    cast = make_cast()
    ada = live(cast.ada, device=device, javascript=javascript)
    ada.open(reverse("innovation:grant-create", args=[cast.ben.pk]))
    ada.page.get_by_label("Mentor").first.check()
    ada.fill("Why", "He knows the wards.")
    settings.IDLE_SECONDS = 0  # she is called away
    ada.press("Give this role")
    ada.sees("What was just sent from this browser waits.")
    ada.look()
    settings.IDLE_SECONDS = 600
    ada.fill("Your password", PASSWORD)
    ada.press("Go on")
    ada.sees("Not sent yet", "He knows the wards.", "Mentor")
    ada.look()
    ada.press("Send it")
    ada.sees("Ben")
    assert cast.ben.grants.filter(role="mentor").exists()
