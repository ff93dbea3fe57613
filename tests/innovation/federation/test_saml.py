"""Signing in by SAML 2, at a provider that keeps the protocol and at one that does not."""

from __future__ import annotations

import base64
import copy
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.sessions.backends.base import SessionBase
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from saml2.saml import NAMEID_FORMAT_EMAILADDRESS, NAMEID_FORMAT_TRANSIENT

from innovation.federation.saml import CLOCK_SKEW, LONGEST_ANSWER
from innovation.people.models import User
from tests.factories.cast import Cast
from tests.identity_providers.saml import (
    NAMES,
    PASSWORD_THERE,
    Assertion,
    SAMLServer,
    ask,
    come_in,
    key_and_certificate,
    post,
)
from tests.innovation.federation.test_accounts import events
from tests.innovation.federation.test_groups import mapped, roles
from tests.innovation.federation.test_openid import signed_in

Change = Callable[[Assertion], None]


@pytest.fixture
def ana_there(saml: SAMLServer, cast: Cast) -> SAMLServer:
    """Ana is known to the provider, and has been here by it."""
    saml.says("ana-1", mail=cast.ana.email, displayName="Ana Ruiz")
    client = Client()
    come_in(client, saml, "ana-1")
    assert signed_in(client) == cast.ana
    return saml


def in_seconds(seconds: int) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def setting(path: str, name: str, value: Callable[[], str]) -> Change:
    def change(assertion: Assertion) -> None:
        for node in assertion.xpath(path, namespaces=NAMES):
            node.set(name, value())

    return change


def text_of(path: str, text: str) -> Change:
    def change(assertion: Assertion) -> None:
        for node in assertion.xpath(path, namespaces=NAMES):
            node.text = text

    return change


def without(path: str, attribute: str = "") -> Change:
    def change(assertion: Assertion) -> None:
        for node in assertion.xpath(path, namespaces=NAMES):
            if attribute:
                del node.attrib[attribute]
            else:
                node.getparent().remove(node)

    return change


DATA = "saml:Subject/saml:SubjectConfirmation/saml:SubjectConfirmationData"
TOO_LATE = -CLOCK_SKEW - 5
TOO_EARLY = CLOCK_SKEW + 60
REFUSED: dict[str, tuple[Change, str]] = {
    "expired": (
        setting("saml:Conditions", "NotOnOrAfter", lambda: in_seconds(TOO_LATE)),
        "expired",
    ),
    "not yet to be used": (
        setting("saml:Conditions", "NotBefore", lambda: in_seconds(TOO_EARLY)),
        "not yet valid",
    ),
    "whose bearer comes too late": (
        setting(DATA, "NotOnOrAfter", lambda: in_seconds(-5)),
        "SubjectConfirmation was not found",
    ),
    "for another audience": (text_of("//saml:Audience", "https://evil.example"), "audience"),
    "for no audience": (without("//saml:AudienceRestriction"), "names no audience"),
    "of another issuer": (text_of("saml:Issuer", "https://evil.example"), "Invalid issuer"),
    "for another address": (
        setting(DATA, "Recipient", lambda: "https://evil.example/"),
        "SubjectConfirmation was not found",
    ),
    "for another sign-in": (
        setting(DATA, "InResponseTo", lambda: "_another"),
        "SubjectConfirmation was not found",
    ),
    "without an end for its bearer": (without(DATA, "NotOnOrAfter"), "says not until when"),
    "without conditions": (without("saml:Conditions"), "Conditions element"),
}


@pytest.mark.parametrize(("change", "why"), REFUSED.values(), ids=REFUSED)
def test_assertion_is_refused(
    ana_there: SAMLServer, caplog: pytest.LogCaptureFixture, change: Change, why: str
) -> None:
    """Signed by the provider itself, and yet not to be believed."""
    ana_there.change = change
    client = Client()
    page = come_in(client, ana_there, "ana-1")
    assert page.status_code == 401
    assert b"That did not sign you in" in page.content
    assert signed_in(client) is None
    assert why in caplog.text


@pytest.mark.parametrize(
    "change",
    [
        setting("saml:Conditions", "NotBefore", lambda: in_seconds(CLOCK_SKEW - 30)),
        setting("saml:Conditions", "NotOnOrAfter", lambda: in_seconds(30 - CLOCK_SKEW)),
    ],
)
def test_clock_that_is_a_little_wrong_is_allowed(
    ana_there: SAMLServer, cast: Cast, change: Change
) -> None:
    ana_there.change = change
    client = Client()
    come_in(client, ana_there, "ana-1")
    assert signed_in(client) == cast.ana


def refused(server: SAMLServer, why: str, caplog: pytest.LogCaptureFixture) -> None:
    client = Client()
    assert come_in(client, server, "ana-1").status_code == 401
    assert signed_in(client) is None
    assert why in caplog.text


def test_signature_of_another_key_is_refused(
    ana_there: SAMLServer, caplog: pytest.LogCaptureFixture
) -> None:
    ana_there.signer, _certificate = key_and_certificate()
    refused(ana_there, "Signature validation failed", caplog)


def test_answer_without_any_signature_is_refused(
    ana_there: SAMLServer, caplog: pytest.LogCaptureFixture
) -> None:
    ana_there.signer = None
    refused(ana_there, "not signed", caplog)


def test_assertion_that_is_not_signed_itself_is_refused(
    ana_there: SAMLServer, caplog: pytest.LogCaptureFixture
) -> None:
    """A signature around the whole answer is not one of the assertion."""
    ana_there.signs = "Response"
    refused(ana_there, "Assertion of the Response is not signed", caplog)


def test_assertion_changed_after_it_was_signed_is_refused(
    ana_there: SAMLServer, caplog: pytest.LogCaptureFixture, cast: Cast
) -> None:
    def be_ada(response: Any) -> None:
        for node in response.iter(f"{{{NAMES['saml']}}}NameID"):
            node.text = "ada-1"

    ana_there.change_after = be_ada
    refused(ana_there, "Signature validation failed", caplog)


def test_assertion_beside_the_signed_one_is_refused(
    ana_there: SAMLServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Signature wrapping: what was signed stands elsewhere, another assertion in its place."""

    def wrap(response: Any) -> None:
        signed = response.find("saml:Assertion", NAMES)
        forged = copy.deepcopy(signed)
        forged.set("ID", "_forged")
        forged.remove(forged.find("{http://www.w3.org/2000/09/xmldsig#}Signature"))
        forged.find("saml:Subject/saml:NameID", NAMES).text = "ada-1"
        response.insert(response.index(signed), forged)

    ana_there.change_after = wrap
    refused(ana_there, "must contain 1 assertion", caplog)


def test_answer_that_is_sent_again_is_refused(ana_there: SAMLServer) -> None:
    client = Client()
    where, what = ana_there.answer(ask(client), "ana-1")
    assert post(client, where, what).status_code == 302
    assert post(client, where, what).status_code == 401
    stranger = Client()
    assert post(stranger, where, what).status_code == 401
    # Nor does it open anything for whoever had begun a sign-in of their own.
    ask(stranger)
    assert post(stranger, where, what).status_code == 401
    assert signed_in(stranger) is None


def test_answer_to_a_sign_in_that_another_browser_began_is_refused(ana_there: SAMLServer) -> None:
    where, what = ana_there.answer(ask(Client()), "ana-1")
    stranger = Client()
    assert post(stranger, where, what).status_code == 401
    assert signed_in(stranger) is None


def test_answer_that_nobody_had_asked_for_is_refused(
    ana_there: SAMLServer, caplog: pytest.LogCaptureFixture
) -> None:
    """A link from the provider's own page would let others sign somebody in as whom they chose."""
    ana_there.change = without(DATA, "InResponseTo")

    def unasked(response: Any) -> None:
        del response.attrib["InResponseTo"]

    ana_there.change_after = unasked
    refused(ana_there, "nobody here had asked", caplog)


@pytest.mark.parametrize(
    "what",
    ["%%%", base64.b64encode(b"no xml").decode(), base64.b64encode(b"<a/>").decode(),
     base64.b64encode(b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>').decode(), "AAAA"],
)  # fmt: skip
def test_what_is_no_answer_is_refused(saml: SAMLServer, cast: Cast, what: str) -> None:
    client = Client()
    ask(client)
    assert post(client, "/accounts/saml/harbor/acs/", what).status_code == 401


@pytest.mark.parametrize("what", ["", "A" * (LONGEST_ANSWER + 1)])
def test_answer_of_no_length_or_too_long_is_not_kept(saml: SAMLServer, what: str) -> None:
    page = Client().post("/accounts/saml/harbor/acs/", {"SAMLResponse": what})
    assert page.status_code == 400
    assert "saml-answer" not in page.cookies


def test_provider_of_one_protocol_is_not_answered_by_the_other(
    saml: SAMLServer, settings: Settings
) -> None:
    assert Client().get("/accounts/oidc/harbor/login/callback/?code=1&state=2").status_code == 404
    assert Client().get("/accounts/saml/elsewhere/metadata/").status_code == 404


def test_newcomer_gets_an_account_with_the_roles_of_their_groups(
    saml: SAMLServer, cast: Cast
) -> None:
    mapped(cast, "Wards", "staff", provider="harbor")
    saml.says(
        "nadia-1", mail="nadia@lakeshore.example", displayName="Nadia Petrov",
        isMemberOf=["Wards", "Canteen"],
    )  # fmt: skip
    client = Client()
    page = come_in(client, saml, "nadia-1", next_url="/profile/")
    assert page.headers["Location"] == "/profile/"
    nadia = User.objects.get(email="nadia@lakeshore.example")
    assert (signed_in(client), nadia.name) == (nadia, "Nadia Petrov")
    assert roles(nadia) == {("staff", "St Brigid General")}
    assert events(nadia)[0] == "sign_in.account_made"
    assert SocialAccount.objects.get(user=nadia).extra_data == {}
    saml.says("nadia-1", mail="nadia@lakeshore.example", displayName="Nadia Petrov")
    come_in(Client(), saml, "nadia-1")
    assert roles(nadia) == set()


def test_address_of_another_domain_opens_nothing(
    saml: SAMLServer, cast: Cast, settings: Settings
) -> None:
    settings.IDENTITY_PROVIDERS = [saml.settings(domains=["elsewhere.example"])]
    saml.says("evil", mail=cast.ada.email, displayName="Ada")
    client = Client()
    assert come_in(client, saml, "evil").status_code == 403
    assert signed_in(client) is None


def test_name_that_changes_at_each_sign_in_is_refused_unless_an_attribute_is_named(
    saml: SAMLServer, cast: Cast, settings: Settings
) -> None:
    saml.name_id_format = NAMEID_FORMAT_TRANSIENT
    saml.says("t-1", mail=cast.ana.email, displayName="Ana", uid="ana-1")
    assert come_in(Client(), saml, "t-1").status_code == 401
    settings.IDENTITY_PROVIDERS = [saml.settings(subject="urn:oid:0.9.2342.19200300.100.1.1")]
    client = Client()
    come_in(client, saml, "t-1")
    assert signed_in(client) == cast.ana
    assert SocialAccount.objects.get(user=cast.ana).uid == "ana-1"


def test_name_that_is_an_address_is_one(saml: SAMLServer, cast: Cast) -> None:
    saml.name_id_format = NAMEID_FORMAT_EMAILADDRESS
    saml.says(cast.ana.email, displayName="Ana")
    client = Client()
    come_in(client, saml, cast.ana.email)
    assert signed_in(client) == cast.ana


@pytest.mark.parametrize(("context", "is_in"), [("urn:mfa", True), (PASSWORD_THERE, False)])
def test_second_step_is_asked_here_unless_a_believed_provider_did(
    saml: SAMLServer, cast: Cast, settings: Settings, context: str, is_in: bool
) -> None:
    settings.IDENTITY_PROVIDERS = [saml.settings(second_step=["urn:mfa"])]
    Authenticator.objects.create(user=cast.ada, type="totp", data={"secret": "sealed"})
    saml.says("ada-1", mail=cast.ada.email, displayName="Ada")
    saml.context = context
    client = Client()
    come_in(client, saml, "ada-1")
    assert (signed_in(client) == cast.ada) is is_in


def test_sign_out_ends_both_sessions(ana_there: SAMLServer, cast: Cast, settings: Settings) -> None:
    client = Client()
    come_in(client, ana_there, "ana-1")
    target = client.post(reverse("account_logout")).headers["Refresh"]
    assert target.startswith(f"0; url={ana_there.base}/slo?SAMLRequest=")
    assert signed_in(client) is None
    back = client.get("/accounts/saml/harbor/sls/")
    assert back.headers["Location"] == reverse("account_login")
    # Without such an address, ours ends all the same.
    settings.IDENTITY_PROVIDERS = [ana_there.settings(sign_out="")]
    come_in(client, ana_there, "ana-1")
    assert client.post(reverse("account_logout")).status_code == 302
    assert signed_in(client) is None


def test_who_is_away_shows_anew_at_the_provider_who_they_are(
    ana_there: SAMLServer, cast: Cast
) -> None:
    client = Client()
    come_in(client, ana_there, "ana-1")
    session: SessionBase = client.session
    session["seen_at"] = 0
    session.save()
    assert client.get("/profile/").status_code == 302
    page = come_in(client, ana_there, "ana-1", next_url="/profile/")
    assert 'ForceAuthn="true"' in ana_there.asked[-1]
    assert page.headers["Location"] == "/profile/"
    assert client.get("/profile/").status_code == 200


def test_two_certificates_are_believed_while_one_is_replaced(
    ana_there: SAMLServer, cast: Cast, settings: Settings
) -> None:
    new_key, new_certificate = key_and_certificate()
    both = [new_certificate, ana_there.certificate]
    settings.IDENTITY_PROVIDERS = [ana_there.settings(certificates=both)]
    for signer in (ana_there.key, new_key):
        ana_there.signer = signer
        client = Client()
        come_in(client, ana_there, "ana-1")
        assert signed_in(client) == cast.ana
