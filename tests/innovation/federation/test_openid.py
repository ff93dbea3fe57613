"""Signing in by OpenID Connect, at a provider that keeps the protocol and at one that does not."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from innovation.people.models import User
from tests.factories.cast import Cast
from tests.identity_providers.openid import OpenIDServer, another_key, answer, ask, come_in

Change = Callable[[dict[str, Any]], dict[str, Any]]


def signed_in(client: Client) -> User | None:
    key = client.session.get("_auth_user_id")
    return User.objects.get(pk=key) if key else None


@pytest.fixture
def ana_there(openid: OpenIDServer, cast: Cast) -> OpenIDServer:
    """Ana is known to the provider, and has been here by it."""
    openid.says("ana-1", email=cast.ana.email, name="Ana Ruiz")
    client = Client()
    come_in(client, "ana-1")
    assert signed_in(client) == cast.ana
    return openid


def test_ana_signs_in_and_is_where_she_wanted_to_be(ana_there: OpenIDServer, cast: Cast) -> None:
    client = Client()
    page = come_in(client, "ana-1", next_url="/profile/")
    assert (page.status_code, page.headers["Location"]) == (302, "/profile/")
    assert signed_in(client) == cast.ana


def test_sign_in_leads_to_no_other_site(ana_there: OpenIDServer) -> None:
    page = come_in(Client(), "ana-1", next_url="https://evil.example/")
    assert page.headers["Location"] == "/"


def without(name: str) -> Change:
    return lambda claims: {key: value for key, value in claims.items() if key != name}


REFUSED: dict[str, tuple[Change, str]] = {
    "expired": (lambda claims: {**claims, "exp": int(time.time()) - 61}, "has expired"),
    "for another client": (lambda claims: {**claims, "aud": "another"}, "Audience doesn't match"),
    "for several clients, and not for us first": (
        lambda claims: {**claims, "aud": ["pilotlight", "another"], "azp": "another"},
        "made for another client",
    ),
    "of another issuer": (lambda claims: {**claims, "iss": "https://evil.example"}, "issuer"),
    "made in the future": (lambda claims: {**claims, "iat": int(time.time()) + 90}, "(iat)"),
    "not yet to be used": (lambda claims: {**claims, "nbf": int(time.time()) + 90}, "(nbf)"),
    "for another sign-in": (lambda claims: {**claims, "nonce": "another"}, "another sign-in"),
    "for no sign-in": (without("nonce"), "no sign-in of ours"),
    "without an end": (without("exp"), 'missing the "exp"'),
    "of somebody else than userinfo says": (lambda claims: {**claims, "sub": "ben-1"}, "userinfo"),
}


@pytest.mark.parametrize(("change", "why"), REFUSED.values(), ids=REFUSED)
def test_token_is_refused(
    ana_there: OpenIDServer, caplog: pytest.LogCaptureFixture, change: Change, why: str
) -> None:
    """Signed by the provider itself, and yet not to be believed."""
    ana_there.change = change
    client = Client()
    page = come_in(client, "ana-1")
    assert page.status_code == 401
    assert b"That did not sign you in" in page.content
    assert signed_in(client) is None
    assert why in caplog.text


@pytest.mark.parametrize("seconds", [-50, 50])
def test_clock_that_is_a_little_wrong_is_allowed(
    ana_there: OpenIDServer, cast: Cast, seconds: int
) -> None:
    now = int(time.time())
    ana_there.change = lambda claims: {**claims, "iat": now + seconds, "exp": now - 50}
    client = Client()
    come_in(client, "ana-1")
    assert signed_in(client) == cast.ana


SIGNERS: dict[str, tuple[str, Any]] = {
    "by another key": ("RS256", another_key()),
    "by nobody": ("none", None),
    "by the secret that we hold, too": ("HS256", "a secret between the two, long enough for it"),
}


@pytest.mark.parametrize("signer", SIGNERS.values(), ids=SIGNERS)
@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_signature_is_refused(ana_there: OpenIDServer, signer: tuple[str, Any]) -> None:
    """The library looks at none where the token came straight from the provider."""
    ana_there.signer = signer
    client = Client()
    assert come_in(client, "ana-1").status_code == 401
    assert signed_in(client) is None


def test_answer_that_is_sent_again_is_refused(ana_there: OpenIDServer) -> None:
    client = Client()
    address = answer(ask(client), "ana-1")
    assert client.get(address).status_code == 302
    assert client.get(address).status_code == 401
    # Nor does it open anything in another browser.
    stranger = Client()
    assert stranger.get(answer(ask(Client()), "ana-1")).status_code == 401
    assert signed_in(stranger) is None


def test_token_of_an_earlier_sign_in_is_refused(ana_there: OpenIDServer) -> None:
    """Whoever reads one somewhere cannot have it stand for a sign-in of their own."""
    come_in(Client(), "ana-1")
    ana_there.token_to_repeat = ana_there.tokens_given[-1]
    client = Client()
    assert come_in(client, "ana-1").status_code == 401
    assert signed_in(client) is None


def test_what_the_address_asks_for_is_not_passed_on(openid: OpenIDServer, cast: Cast) -> None:
    page = Client().post(
        "/accounts/sso/lakeshore/?scope=everything&auth_params=prompt%3Dnone&process=connect"
    )
    target = page.headers["Refresh"]
    assert "everything" not in target and "prompt" not in target
    assert "code_challenge=" in target and "nonce=" in target


def test_person_who_broke_it_off_reads_so(openid: OpenIDServer, cast: Cast) -> None:
    client = Client()
    state = ask(client).partition("state=")[2].partition("&")[0]
    back = f"/accounts/oidc/lakeshore/login/callback/?error=access_denied&state={state}"
    page = client.get(back, follow=True)
    assert b"You did not sign in" in page.content


def test_provider_that_is_away_is_said_so(openid: OpenIDServer, cast: Cast, settings: Any) -> None:
    settings.IDENTITY_PROVIDERS = [openid.settings(issuer="http://127.0.0.1:9")]
    page = Client().post("/accounts/sso/lakeshore/")
    assert page.status_code == 503
    assert b"Lakeshore ID does not answer" in page.content


def test_provider_that_calls_itself_another_is_not_asked(
    openid: OpenIDServer, cast: Cast, settings: Any
) -> None:
    other = openid.issuer.replace("127.0.0.1", "localhost")
    settings.IDENTITY_PROVIDERS = [openid.settings(issuer=f"{other}/")]
    assert Client().post("/accounts/sso/lakeshore/").status_code == 503


def test_nothing_that_the_provider_said_is_kept(ana_there: OpenIDServer) -> None:
    assert SocialAccount.objects.get().extra_data == {}
