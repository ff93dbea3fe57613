"""An administrator opens a server of the own network to a source, and closes it again."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from pilots.internal_hosts.models import InternalHost
from tests.factories.cast import PASSWORD, Cast
from tests.factories.internal_hosts import CEILING, allow

pytestmark = pytest.mark.django_db
LIST, ALLOW = reverse("pilots:internal-hosts"), reverse("pilots:internal-host-allow")


@pytest.fixture
def ada(cast: Cast, client: Client, settings: Settings) -> Client:
    """Ada, who has just given her password."""
    settings.INTERNAL_CEILING = CEILING
    client.force_login(cast.ada)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def typed(cast: Cast, host: str, **more: object) -> dict[str, Any]:
    return {"host": host, "unit": cast.brigid.pk, "reason": "The laboratory's interface", **more}


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("10.20.3.4", "10.20.3.4", None),
        (" 10.20.3.4:8443 ", "10.20.3.4", 8443),
        ("Lab.Hospital.Internal.", "lab.hospital.internal", None),
        ("lab.hospital.internal:80", "lab.hospital.internal", 80),
        ("https://lab.hospital.internal:8443/fhir/R4", "lab.hospital.internal", 8443),
        ("https://lab.hospital.internal/fhir", "lab.hospital.internal", None),
    ],
)
def test_host_is_read_as_people_write_it(
    cast: Cast, ada: Client, text: str, host: str, port: int | None
) -> None:
    answer = ada.post(ALLOW, typed(cast, text), follow=True)
    assert "Sources may reach" in answer.content.decode()
    allowed = InternalHost.objects.get()
    assert (allowed.host, allowed.port, allowed.allowed_by) == (host, port, cast.ada)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("10.20.3.4/24", "Name the host alone"),
        ("lab hospital", "a space"),
        ("user:secret@lab.hospital.internal", "Leave it out"),
        ("0x0a140304", "not the usual spelling"),
        ("10.20.3.4:99999", "cannot be read"),
        ("10.21.3.4", "outside what may be allowed here"),
    ],
)
def test_host_that_cannot_be_is_refused_and_stays_typed(
    cast: Cast, ada: Client, text: str, sentence: str
) -> None:
    page = ada.post(ALLOW, typed(cast, text)).content.decode()
    assert sentence in page
    assert "The laboratory&#x27;s interface" in page
    assert not InternalHost.objects.exists()


def test_password_is_asked_for_before_a_host_is_allowed(
    cast: Cast, client: Client, settings: Settings
) -> None:
    settings.INTERNAL_CEILING = CEILING
    client.force_login(cast.ada)
    answer = client.post(ALLOW, typed(cast, "10.20.3.4"))
    assert answer["Location"].startswith(reverse("account_reauthenticate"))
    assert not InternalHost.objects.exists()


def test_unit_of_others_cannot_be_chosen(cast: Cast, client: Client, settings: Settings) -> None:
    settings.INTERNAL_CEILING = CEILING
    client.force_login(cast.hugo)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert client.post(ALLOW, typed(cast, "10.20.3.4")).status_code == 400
    assert not InternalHost.objects.exists()


def test_list_says_who_allowed_what_and_what_lies_outside_by_now(
    cast: Cast, ada: Client, settings: Settings
) -> None:
    host = allow(cast, port=8443)
    page = ada.get(LIST).content.decode()
    assert "10.20.3.4:8443" in page
    assert "Refused:" not in page
    settings.INTERNAL_CEILING = ([], [])
    assert "Refused:" in ada.get(LIST).content.decode()
    withdraw = reverse("pilots:internal-host-withdraw", args=[host.pk])
    assert ada.post(withdraw, {"reason": " "}).status_code == 400
    page = ada.post(withdraw, {"reason": "It moved"}, follow=True).content.decode()
    assert "Withdrawn" in page
    assert "It moved" in page
    allow(cast, "10.20.9.9")
    page = ada.get(LIST).content.decode()
    assert page.index("10.20.9.9") < page.index("10.20.3.4:8443")  # what is open comes first
