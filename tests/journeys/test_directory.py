"""An administrator lets an identity provider keep accounts, and it does, over real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx2
import pytest
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_models import PatchOp, Required, ScimProvider
from scim2_tester import Status, check_server

from innovation.people.models import User
from innovation.provisioning import actions as provisioning
from innovation.provisioning.models import DirectoryGroup
from tests.factories.cast import PASSWORD, Cast, make_cast
from tests.journeys.visitor import Scheme, Visitor
from tests.probes import WHOLE, one_of

PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
Live = Callable[..., Visitor]


@pytest.fixture
def there(transactional_db: None, live_server: LiveServer, settings: Settings) -> Cast:
    settings.SITE_URL = live_server.url
    return make_cast()


def token_text(there: Cast, name: str) -> str:
    _token, text = provisioning.create_token(
        by=there.ada, at=timezone.now(), name=name, unit=there.lakeshore, days=90
    )
    return text


@contextmanager
def client_for(address: str, text: str) -> Iterator[SyncSCIMClient]:
    headers = {"Authorization": f"Bearer {text}"}
    with httpx2.Client(base_url=f"{address}/scim/v2", headers=headers, timeout=30) as http:
        yield SyncSCIMClient(http)


def test_a_directory_is_connected_and_a_leaver_is_out_at_once(there: Cast, live: Live) -> None:
    ada = live(there.ada)
    # When the administrator makes a token for St Brigid, on a page that says what it is for
    ada.open("/people/directory/")
    ada.sees("No identity provider keeps accounts here yet")
    ada.look()
    ada.fill("What it is for", "Entra ID")
    unit = ada.page.get_by_label("People of")
    unit.select_option(str(there.brigid.pk))
    ada.press("Make a token")
    # Which asks for the password again
    ada.fill("Your password", PASSWORD)
    ada.press("Go on")
    ada.sees("Your new SCIM token")
    ada.look()
    text = ada.page.locator(".callout code.code-line").inner_text()
    # And a real SCIM client is given it
    with client_for(ada.address, text) as directory:
        directory.discover()
        shape, groups = directory.get_resource_model("User"), directory.get_resource_model("Group")
        assert shape is not None and groups is not None
        made = directory.create(
            shape.model_validate(
                {"userName": "nadia@lakeshore.example", "displayName": "Nadia Petrov"}
            )
        )
        nadia = User.objects.get(email="nadia@lakeshore.example")
        assert isinstance(made, shape)
        assert (made.id, nadia.unit_id) == (str(nadia.pk), there.brigid.pk)
        directory.create(
            groups.model_validate({"displayName": "Pharmacy", "members": [{"value": made.id}]})
        )
        # Then the page shows it at work
        ada.open("/people/directory/")
        ada.sees(
            "1 identity provider may create, change and close accounts here", "Pharmacy", "1 person"
        )
        ada.look()
        # And somebody at work is out with their next click
        jonas = live(there.jonas)
        jonas.open("/")
        operation = {"op": "replace", "path": "active", "value": False}
        leave = PatchOp[shape].model_validate(  # type: ignore[valid-type]
            {"schemas": [PATCH], "Operations": [operation]}
        )
        directory.modify(shape, str(there.jonas.pk), leave)
        jonas.page.goto("/pilots/")
        expect(jonas.page).to_have_url(f"{ada.address}/accounts/login/?next=/pilots/")
        ada.open(f"/people/{there.jonas.pk}/")
        ada.sees("This account is closed", "Entra ID (Ada Kowalski)")
        # And a revoked token opens nothing
        ada.open("/people/directory/")
        ada.page.locator("summary", has_text="Revoke").click()
        ada.press("Revoke it")
        ada.sees("opens nothing any more", "Revoked by Ada Kowalski")
        ada.look()
        assert directory.client.get("/Users").status_code == 401


@pytest.mark.parametrize("scheme", one_of("light", "dark"))
def test_the_page_of_the_directory_fits_a_phone(there: Cast, live: Live, scheme: Scheme) -> None:
    token_text(there, "Okta of the whole health system and of each hospital that is in it")
    ada = live(there.ada, device="phone", scheme=scheme)
    ada.open("/people/directory/")
    ada.look()


def says_no_primary(reason: str) -> bool:
    """One address is kept, which is the primary one; the tester throws a coin whether it is."""
    said = [line.partition("value: ")[2] for line in reason.splitlines()[1:3]]
    return len(said) == 2 and said[0].replace("primary=False", "primary=True") == said[1]


def test_compliance_checks_of_a_scim_tester_hold(there: Cast, live_server: LiveServer) -> None:
    """The checks of scim2-tester, which makes, reads, replaces, patches and deletes whatever the
    published schemas say there is. Nobody is without an address, a name and a state here: the
    product refuses the first and fills in the others, so the tester is told to send all three."""
    with client_for(live_server.url, token_text(there, "Tester")) as directory:
        directory.discover()
        published = directory.provider
        for attribute in published.schemas[0].attributes or []:
            needed = attribute.name in ("userName", "displayName", "active", "emails")
            attribute.required = Required(needed)
            if attribute.name == "emails":
                for part in attribute.sub_attributes or []:
                    part.required = Required(part.name == "value")
        directory.provider = ScimProvider.from_discovery(
            published.schemas, published.resource_types, published.config
        )
        # One after the other: after each check it deletes anew all that it made before. A person's
        # many attributes take half a minute.
        found = check_server(directory, resource_types=["Group"])
        if WHOLE:
            found += check_server(directory, resource_types=["User"], exclude_tags={"discovery"})
        assert len(found) > (50 if WHOLE else 20)
        failed = [
            f"{result.title}: {result.reason}"
            for result in found
            if result.status not in (Status.SUCCESS, Status.SKIPPED, Status.ACCEPTABLE)
            and not says_no_primary(result.reason or "")
        ]
        assert not failed, "\n".join(failed)
        assert not DirectoryGroup.objects.exists()  # it cleans up after itself
