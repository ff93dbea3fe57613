"""Whose account an identity provider opens, and what it may say of them."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from innovation.audit.models import Event
from innovation.people import actions as people
from innovation.people import passwords
from innovation.people.models import ApiToken, User
from innovation.rules.refusal import Refused
from innovation.web import idle
from tests.factories.cast import NOW, PASSWORD, Cast
from tests.identity_providers.openid import OpenIDServer, answer, ask, come_in
from tests.innovation.access.test_invitations import CHOSEN, invited, link
from tests.innovation.federation.test_openid import signed_in


def events(person: User) -> list[str]:
    return list(Event.objects.about(person.ref).order_by("number").values_list("type", flat=True))


def test_newcomer_gets_an_account_that_opens_nothing_yet(openid: OpenIDServer, cast: Cast) -> None:
    openid.says("nadia-1", email="nadia@lakeshore.example", name="Nadia Petrov")
    client = Client()
    come_in(client, "nadia-1")
    nadia = User.objects.get(email="nadia@lakeshore.example")
    assert (signed_in(client), nadia.name) == (nadia, "Nadia Petrov")
    assert not nadia.has_usable_password()
    assert events(nadia) == ["sign_in.account_made", "sign_in.done"]
    assert client.get("/").status_code == 403
    # The administrators of the whole find her, and give her a role.
    assert nadia.unit == cast.lakeshore
    people.grant(nadia, by=cast.ada, at=NOW, unit=cast.brigid, role="staff")
    # Next time it is the same, by her subject, whatever she is called by then.
    openid.says("nadia-1", email="n.petrov@lakeshore.example", name="Nadia Petrov-Lindqvist")
    client = Client()
    come_in(client, "nadia-1")
    assert signed_in(client) == nadia


def test_newcomer_is_refused_where_the_provider_makes_no_accounts(
    openid: OpenIDServer, cast: Cast, settings: Settings
) -> None:
    settings.IDENTITY_PROVIDERS = [openid.settings(makes_accounts=False)]
    openid.says("nadia-1", email="nadia@lakeshore.example", name="Nadia Petrov")
    page = come_in(Client(), "nadia-1")
    assert page.status_code == 403
    assert b"you have no account here" in page.content
    assert not User.objects.filter(email="nadia@lakeshore.example").exists()


@pytest.mark.parametrize(
    "claims",
    [{}, {"email": "nadia@elsewhere.example"},
     {"email": "nadia@elsewhere.example", "email_verified": False},
     {"email": "nadia@elsewhere.example", "email_verified": "true"},
     {"email": "nadia@sub.lakeshore.example"}],
)  # fmt: skip
def test_address_that_nobody_answers_for_makes_no_account(
    openid: OpenIDServer, cast: Cast, claims: dict[str, Any]
) -> None:
    openid.says("nadia-1", name="Nadia", **claims)
    before = User.objects.count()
    page = come_in(Client(), "nadia-1")
    assert page.status_code == 403
    assert b"does not answer for your e-mail address" in page.content
    assert User.objects.count() == before


def test_account_is_joined_by_a_provider_that_gives_out_its_address(
    openid: OpenIDServer, cast: Cast
) -> None:
    openid.says("ana-1", email="Ana@Lakeshore.example", name="A. Ruiz")
    client = Client()
    come_in(client, "ana-1")
    assert signed_in(client) == cast.ana
    cast.ana.refresh_from_db()
    assert cast.ana.name == "Ana Ruiz"
    assert events(cast.ana) == ["sign_in.account_joined", "sign_in.done"]


def test_account_is_not_joined_by_a_verified_address_of_another_domain(
    openid: OpenIDServer, cast: Cast, settings: Settings
) -> None:
    """Any provider may call an address verified; only its owner's organisation gives it out."""
    settings.IDENTITY_PROVIDERS = [openid.settings(domains=["elsewhere.example"])]
    openid.says("evil", email=cast.ada.email, email_verified=True, name="Ada Kowalski")
    client = Client()
    page = come_in(client, "evil")
    assert page.status_code == 403
    assert b"does not give out such addresses" in page.content
    assert signed_in(client) is None
    assert not SocialAccount.objects.exists()


def test_address_given_to_a_successor_does_not_open_the_account(
    openid: OpenIDServer, cast: Cast
) -> None:
    openid.says("ana-1", email=cast.ana.email, name="Ana Ruiz")
    come_in(Client(), "ana-1")
    openid.says("ana-2", email=cast.ana.email, name="Ana Ruiz the younger")
    client = Client()
    page = come_in(client, "ana-2")
    assert page.status_code == 403
    assert b"is somebody else" in page.content
    assert signed_in(client) is None


def test_closed_account_stays_shut(openid: OpenIDServer, cast: Cast) -> None:
    openid.says("ana-1", email=cast.ana.email, name="Ana Ruiz")
    come_in(Client(), "ana-1")
    people.deactivate(cast.ana, by=cast.ada, at=NOW)
    client = Client()
    page = come_in(client, "ana-1")
    assert page.headers["Location"] == reverse("account_inactive")
    assert signed_in(client) is None
    # Nor is a closed one joined anew, or another made in its place.
    people.deactivate(cast.ben, by=cast.ada, at=NOW)
    openid.says("ben-1", email=cast.ben.email, name="Ben")
    client = Client()
    assert come_in(client, "ben-1").headers["Location"] == reverse("account_inactive")
    assert signed_in(client) is None


# The second step


def with_second_step(person: User) -> None:
    Authenticator.objects.create(user=person, type="totp", data={"secret": "sealed"})


@pytest.mark.parametrize("said", [{"amr": ["pwd", "mfa"]}, {"acr": "mfa"}])
def test_second_step_that_a_believed_provider_asked_is_not_asked_again(
    openid: OpenIDServer, cast: Cast, settings: Settings, said: dict[str, Any]
) -> None:
    settings.SECOND_FACTOR_ROLES = ["administrator"]
    settings.IDENTITY_PROVIDERS = [openid.settings(second_step=["mfa"])]
    openid.says("ada-1", email=cast.ada.email, name="Ada")
    openid.change = lambda claims: {**claims, **said}
    client = Client()
    come_in(client, "ada-1")
    assert client.get(reverse("innovation:people")).status_code == 200
    assert client.get("/api/v1/people/").status_code == 200
    # Even if she has one of ours.
    with_second_step(cast.ada)
    client = Client()
    come_in(client, "ada-1")
    assert signed_in(client) == cast.ada


@pytest.mark.parametrize("said", [{}, {"amr": ["pwd"]}, {"acr": "0"}, {"amr": "mfa"}])
def test_second_step_is_ours_where_the_provider_asked_none(
    openid: OpenIDServer, cast: Cast, settings: Settings, said: dict[str, Any]
) -> None:
    settings.SECOND_FACTOR_ROLES = ["administrator"]
    settings.IDENTITY_PROVIDERS = [openid.settings(second_step=["mfa"])]
    openid.says("ada-1", email=cast.ada.email, name="Ada")
    openid.change = lambda claims: {**claims, **said}
    client = Client()
    come_in(client, "ada-1")
    assert client.get(reverse("innovation:people")).headers["Location"] == reverse("mfa_index")
    assert client.get("/api/v1/people/").status_code == 403
    with_second_step(cast.ada)
    client = Client()
    assert come_in(client, "ada-1").headers["Location"] == reverse("mfa_authenticate")
    assert signed_in(client) is None


def test_provider_is_not_believed_about_a_second_step_unless_a_setting_says_so(
    openid: OpenIDServer, cast: Cast
) -> None:
    with_second_step(cast.ada)
    openid.says("ada-1", email=cast.ada.email, name="Ada")
    openid.change = lambda claims: {**claims, "amr": ["mfa"], "acr": ""}
    client = Client()
    assert come_in(client, "ada-1").headers["Location"] == reverse("mfa_authenticate")


def test_password_does_not_inherit_the_provider_s_second_step(
    openid: OpenIDServer, cast: Cast, settings: Settings
) -> None:
    settings.SECOND_FACTOR_ROLES = ["administrator"]
    settings.IDENTITY_PROVIDERS = [openid.settings(second_step=["mfa"])]
    openid.says("ada-1", email=cast.ada.email, name="Ada")
    openid.change = lambda claims: {**claims, "amr": ["mfa"]}
    client = Client()
    come_in(client, "ada-1")
    openid.be_honest()
    client.post(reverse("account_logout"))
    client.post(reverse("account_login"), {"login": cast.ada.email, "password": PASSWORD})
    assert signed_in(client) == cast.ada
    assert client.get(reverse("innovation:people")).status_code == 302


# Showing anew who one is


def idle_client(openid: OpenIDServer) -> Client:
    openid.says("nadia-1", email="nadia@lakeshore.example", name="Nadia Petrov")
    client = Client()
    come_in(client, "nadia-1")
    session = client.session
    session[idle.SEEN_AT] = time.time() - 2 * 3600
    session.save()
    return client


def test_idle_session_waits_for_the_provider_and_shows_what_was_sent(
    openid: OpenIDServer, cast: Cast
) -> None:
    client = idle_client(openid)
    waits = client.post(reverse("innovation:profile"), {"name": "Nadia P.", "theme": "dark"})
    page = client.get(waits.headers["Location"])
    assert b"Show it with Lakeshore ID" in page.content
    assert b"Your password" not in page.content
    unsent = reverse("innovation:unsent")
    target = ask(client, next_url=unsent)
    assert "prompt=login" in target
    assert client.get(answer(target, "nadia-1")).headers["Location"] == unsent
    assert b"Nadia P." in client.get(unsent).content
    assert not User.objects.filter(name="Nadia P.").exists()
    assert client.post(reverse("innovation:unsent-send")).status_code == 302
    nadia = User.objects.get(email="nadia@lakeshore.example")
    assert (nadia.name, nadia.theme) == ("Nadia P.", "dark")
    assert client.get("/profile/").status_code == 200


def test_idle_session_is_not_taken_up_by_somebody_else_or_by_an_old_sign_in(
    openid: OpenIDServer, cast: Cast
) -> None:
    client = idle_client(openid)
    openid.says("ana-1", email=cast.ana.email, name="Ana Ruiz")
    page = client.get(answer(ask(client, next_url="/profile/"), "ana-1"))
    assert page.status_code == 409 and b"somebody else" in page.content
    openid.change = lambda claims: {**claims, "auth_time": int(time.time()) - 3600}
    page = client.get(answer(ask(client, next_url="/profile/"), "nadia-1"))
    assert page.status_code == 401
    assert client.get("/profile/").status_code == 302


def test_open_browser_makes_no_token_until_the_provider_was_asked_again(
    openid: OpenIDServer, cast: Cast
) -> None:
    """The library lets everybody through who has no password to give."""
    openid.says("nadia-1", email="nadia@lakeshore.example", name="Nadia Petrov")
    client = Client()
    come_in(client, "nadia-1")
    nadia = User.objects.get(email="nadia@lakeshore.example")
    people.grant(nadia, by=cast.ada, at=NOW, unit=cast.brigid, role="staff")
    path = reverse("innovation:token-create")
    form = {"name": "export", "days": "30", "scopes": ["read"]}
    waits = client.post(path, form)
    assert waits.headers["Location"].startswith(reverse("account_reauthenticate"))
    second = client.get(reverse("mfa_activate_totp"))
    assert second.headers["Location"].startswith(reverse("account_reauthenticate"))
    assert not ApiToken.objects.exists()
    client.post(path, form)
    former = client.session.session_key
    made = client.get(answer(ask(client, next_url=path), "nadia-1"))
    assert made.status_code == 200
    assert ApiToken.objects.get().user == nadia
    assert client.session.session_key != former


# Signing out


def test_sign_out_ends_both_sessions(openid: OpenIDServer, cast: Cast) -> None:
    openid.says("ana-1", email=cast.ana.email, name="Ana Ruiz")
    client = Client()
    come_in(client, "ana-1")
    page = client.post(reverse("account_logout"))
    target = page.headers["Refresh"]
    assert target.startswith(f"0; url={openid.issuer}/oauth2/end_session?client_id=pilotlight&")
    assert f"id_token_hint={openid.tokens_given[-1]}" in target
    assert "post_logout_redirect_uri=http%3A%2F%2Ftestserver%2Faccounts%2Flogin%2F" in target
    assert signed_in(client) is None


def test_sign_out_ends_ours_where_the_provider_is_away(
    openid: OpenIDServer, cast: Cast, settings: Settings
) -> None:
    openid.says("ana-1", email=cast.ana.email, name="Ana Ruiz")
    client = Client()
    come_in(client, "ana-1")
    settings.IDENTITY_PROVIDERS = [openid.settings(issuer="http://127.0.0.1:9")]
    assert client.post(reverse("account_logout")).status_code == 302
    assert signed_in(client) is None


# Only by providers


@pytest.fixture
def only_sso(openid: OpenIDServer, settings: Settings) -> OpenIDServer:
    settings.ONLY_SSO = True
    settings.BREAK_GLASS = frozenset({"otto@lakeshore.example"})
    return openid


def test_password_opens_nothing_where_only_providers_may(
    only_sso: OpenIDServer, cast: Cast
) -> None:
    client = Client()
    for password in (PASSWORD, "wrong"):
        page = client.post(
            reverse("account_login"), {"login": cast.ada.email, "password": password}
        )
        assert b"Passwords open nothing here. Sign in with Lakeshore ID." in page.content
    assert signed_in(client) is None
    only_sso.says("ada-1", email=cast.ada.email, name="Ada")
    come_in(client, "ada-1")
    assert signed_in(client) == cast.ada


def test_break_glass_account_opens_and_every_administrator_is_told(
    only_sso: OpenIDServer,
    cast: Cast,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    client = Client()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(
            reverse("account_login"), {"login": "Otto@Lakeshore.example", "password": PASSWORD}
        )
    assert signed_in(client) == cast.otto
    assert events(cast.otto) == ["sign_in.done", "sign_in.by_break_glass"]
    told = {message.to[0] for message in mail.outbox}
    assert told == {cast.ada.email, cast.hugo.email}
    assert "Otto Brandt" in str(mail.outbox[0].body)
    # A wrong one opens nothing there either.
    client = Client()
    client.post(reverse("account_login"), {"login": cast.otto.email, "password": "wrong"})
    assert signed_in(client) is None


def test_password_is_neither_reset_nor_changed_where_only_providers_may(
    only_sso: OpenIDServer, cast: Cast, settings: Settings
) -> None:
    settings.ONLY_SSO = False
    link = passwords.link_for(cast.ana).removeprefix(settings.SITE_URL)
    client = Client()
    client.post(reverse("account_login"), {"login": cast.ben.email, "password": PASSWORD})
    settings.ONLY_SSO = True
    for person, is_sent in ((cast.ana, False), (cast.otto, True)):
        page = Client().post(reverse("account_reset_password"), {"email": person.email})
        assert page.status_code == 302
        assert bool(re.search(r"/password/reset/key/", str(mail.outbox[-1].body))) is is_sent
    assert "Sign in with Lakeshore ID" in str(mail.outbox[-2].body)
    new = {"password1": "a lamp in the corridor", "password2": "a lamp in the corridor"}
    visitor = Client()
    form = visitor.get(link, follow=True)
    assert visitor.post(form.request["PATH_INFO"], new).status_code == 409
    changed = client.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, **new}, follow=True
    )
    assert changed.status_code in (409, 403) or b"Is it you" in changed.content
    for person in (cast.ana, cast.ben):
        person.refresh_from_db()
        assert person.check_password(PASSWORD)
    with pytest.raises(Refused, match="Passwords open nothing here"):
        people.make_password_link(cast.ana, by=cast.ada, at=NOW)


def test_newcomer_is_told_where_to_sign_in_and_chooses_no_password(
    only_sso: OpenIDServer,
    cast: Cast,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        people.create_person(
            by=cast.ada, at=NOW, email="nadia@lakeshore.example", name="Nadia", unit=cast.brigid
        )
    text = str(mail.outbox[-1].body)
    assert "/accounts/login/" in text and "password" not in text
    invited(cast, "nils@lakeshore.example")
    page = Client().post(link(), CHOSEN)
    assert page.status_code == 409
    assert b"Passwords open nothing here" in page.content
    assert not User.objects.filter(email="nils@lakeshore.example").exists()


def test_password_is_not_asked_again_where_it_opens_nothing(
    only_sso: OpenIDServer, cast: Cast
) -> None:
    """Ada kept hers from before; it must not make a token either."""
    only_sso.says("ada-1", email=cast.ada.email, name="Ada")
    client = Client()
    come_in(client, "ada-1")
    client.post(reverse("innovation:token-create"), {"name": "export", "days": "30"})
    page = client.post(
        reverse("account_reauthenticate") + "?next=/profile/tokens/", {"password": PASSWORD}
    )
    assert page.status_code == 200
    assert not ApiToken.objects.exists()
