"""Somebody comes in by the organisation's own provider, and leaves there, too."""

from __future__ import annotations

from typing import Any

import pytest

from innovation.people.models import User
from tests.factories.cast import Cast, make_cast
from tests.identity_providers.openid import OpenIDServer
from tests.identity_providers.saml import SAMLServer
from tests.innovation.federation.test_groups import mapped
from tests.journeys.visitor import Live, Visitor
from tests.probes import one_of

WINDOWS: tuple[dict[str, Any], ...] = (
    {},
    {"device": "phone", "scheme": "dark", "javascript": False},
)


@pytest.fixture
def here(transactional_db: None) -> Cast:
    return make_cast()


def show_who(visitor: Visitor, subject: str) -> None:
    """At the provider, whose page is its own."""
    visitor.page.locator("input[name=sub]").fill(subject)
    visitor.page.get_by_role("button", name="Authorize").click()


@pytest.mark.parametrize("window", one_of(*WINDOWS, taken=1))
def test_ana_comes_in_by_the_provider_and_leaves_there_too(
    here: Cast, live: Live, openid: OpenIDServer, window: dict[str, Any]
) -> None:
    openid.says("ana-1", email=here.ana.email, name="Ana Ruiz")
    ana = live(**window)
    ana.open("/profile/")
    ana.sees("With a password")
    ana.look()
    ana.press("Sign in with Lakeshore ID")
    show_who(ana, "ana-1")
    ana.sees("Ana Ruiz")
    assert ana.page.url.endswith("/profile/")
    ana.look()
    # When she signs out, she does so at the provider, and is led back
    ana.open("/accounts/logout/")
    ana.look()
    ana.press("Sign out")
    ana.page.wait_for_url(f"{openid.issuer}/**")
    ana.page.locator("button[type=submit], input[type=submit]").first.click()
    ana.page.wait_for_url("**/accounts/login/**")
    ana.sees("Sign in with Lakeshore ID")
    ana.open("/profile/")
    ana.sees("Sign in with Lakeshore ID")


def test_newcomer_reads_whom_to_ask_and_a_stranger_why_not(
    here: Cast, live: Live, openid: OpenIDServer
) -> None:
    openid.says("nadia-1", email="nadia@lakeshore.example", name="Nadia Petrov")
    nadia = live()
    nadia.open("/accounts/login/")
    nadia.press("Sign in with Lakeshore ID")
    show_who(nadia, "nadia-1")
    nadia.sees("You have no role here yet", "Ada Kowalski")
    nadia.look()
    assert User.objects.filter(email="nadia@lakeshore.example").exists()

    openid.says("mallory", email="ada@elsewhere.example", name="Mallory")
    mallory = live(device="phone")
    mallory.open("/accounts/login/")
    mallory.press("Sign in with Lakeshore ID")
    show_who(mallory, "mallory")
    mallory.sees("does not answer for your e-mail address")
    mallory.look()


def test_only_the_provider_lets_in_and_a_broken_answer_says_so(
    here: Cast, live: Live, openid: OpenIDServer, settings: Any
) -> None:
    settings.ONLY_SSO, settings.BREAK_GLASS = True, frozenset({here.otto.email})
    ana = live(device="phone")
    ana.open("/accounts/login/")
    ana.sees("An account for emergencies")
    ana.page.locator("summary", has_text="An account for emergencies").click()
    ana.look()
    ana.page.locator("input[name=login]").fill(here.ana.email)
    ana.page.locator("input[name=password]").fill("whatever it is")
    ana.page.get_by_role("button", name="Sign in", exact=True).click()
    ana.sees("Passwords open nothing here. Sign in with Lakeshore ID.")
    ana.look()
    openid.says("ana-1", email=here.ana.email, name="Ana Ruiz")
    openid.change = lambda claims: {**claims, "aud": "another"}
    ana.press("Sign in with Lakeshore ID")
    show_who(ana, "ana-1")
    ana.sees("That did not sign you in")
    ana.look()


def test_roles_appear_with_a_group_and_go_with_it(
    here: Cast, live: Live, openid: OpenIDServer
) -> None:
    # Ada decides what a group holds
    ada = live(here.ada)
    ada.open("/people/")
    ada.press("Groups")
    ada.look()
    ada.fill("Group", "Wards")
    ada.choose("In", "\u2003St Brigid General")
    ada.choose("Role", "Staff")
    ada.press("Give it this role")
    ada.sees("Whoever is in this group holds the role from their next sign-in on.")
    ada.look()
    # Nadia, who is in it, comes for the first time and finds her work
    openid.says("nadia-1", email="nadia@lakeshore.example", name="Nadia Petrov", groups=["Wards"])
    nadia = live(device="phone", scheme="dark")
    nadia.open("/accounts/login/")
    nadia.press("Sign in with Lakeshore ID")
    show_who(nadia, "nadia-1")
    nadia.sees("Nothing waits for you.")
    nadia.look()
    ada.open(f"/people/{User.objects.get(name='Nadia Petrov').pk}/")
    ada.sees("By the group “Wards”")
    ada.look()
    # When the group gives nothing any more, neither has she
    ada.open("/people/groups/")
    ada.page.locator("summary", has_text="End").first.click()
    ada.page.get_by_role("button", name="End it").filter(visible=True).click()
    ada.sees("“Wards” gives this role no more; 1 person lost it.")
    nadia.open("/", status=403)
    nadia.sees("You have no role here yet")


@pytest.mark.parametrize("window", one_of(*WINDOWS))
def test_nadia_comes_in_by_saml_with_her_roles_and_leaves_there_too(
    here: Cast, live: Live, saml: SAMLServer, window: dict[str, Any]
) -> None:
    mapped(here, "Wards", "staff", provider="harbor")
    nadia = live(**window)
    # The provider was told of us by our own page, at the address that people type
    metadata = nadia.context.request.get("/accounts/saml/harbor/metadata/")
    saml.knows(metadata.text())
    saml.says(
        "nadia-1", mail="nadia@lakeshore.example", displayName="Nadia Petrov", isMemberOf=["Wards"]
    )
    nadia.open("/accounts/login/?next=/profile/")
    nadia.press("Sign in with Harbor login")
    nadia.page.locator("input[name=sub]").fill("nadia-1")
    nadia.page.get_by_role("button", name="Sign in there").click()
    nadia.page.get_by_role("button", name="Go on").click()
    nadia.sees("Staff")
    assert nadia.page.url.endswith("/profile/")
    nadia.look()
    nadia.open("/accounts/logout/")
    nadia.press("Sign out")
    nadia.sees("You have signed out")
    assert "/slo?SAMLRequest=" in saml.asked[-1]
    nadia.open("/profile/")
    nadia.sees("Sign in with Harbor login")
