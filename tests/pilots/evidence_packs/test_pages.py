"""Evidence packs on the pilot's page, on their own, and over the API."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pilots.evidence_packs import actions as packs
from pilots.evidence_packs import archive
from pilots.evidence_packs.models import EvidencePack
from pilots.evidence_packs.panels import packs_of_pilot
from pilots.lifecycle.models import Pilot
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db


def page(client: Client, pilot: Pilot) -> str:
    return client.get(reverse("pilots:pilot-detail", args=[pilot.pk])).content.decode()


def test_lead_freezes_by_a_button_and_takes_the_file_away(
    cast: Cast, client: Client, shown: Pilot
) -> None:
    client.force_login(cast.jonas)
    assert "Freeze evidence" in page(client, shown)
    done = client.post(reverse("pilots:evidence-pack-freeze", args=[shown.pk]))
    pack = EvidencePack.objects.get()
    assert done.headers["Location"] == pack.get_absolute_url()
    opened = client.get(pack.get_absolute_url()).content.decode()
    assert pack.sha256 in opened
    assert pack.files["data.csv"] in opened
    file = client.get(reverse("pilots:evidence-pack-file", args=[pack.pk]))
    assert archive.digest(file.content) == pack.sha256
    assert file.headers["Content-Type"] == "application/zip"
    assert "attachment" in file.headers["Content-Disposition"]
    told = page(client, shown)
    assert f"Pack {pack.pk}" in told
    assert pack.sha256[:12] in told


def test_freezing_again_leads_to_the_pack_that_says_it_all(
    cast: Cast, client: Client, shown: Pilot
) -> None:
    pack = packs.freeze(shown, by=cast.jonas, at=NOW)
    client.force_login(cast.amara)
    done = client.post(reverse("pilots:evidence-pack-freeze", args=[shown.pk]), follow=True)
    assert done.redirect_chain == [(pack.get_absolute_url(), 302)]
    assert "Nothing has changed since" in done.content.decode()


def test_reader_sees_packs_and_no_button(cast: Cast, client: Client, shown: Pilot) -> None:
    client.force_login(cast.ana)
    assert "Evidence packs" not in page(client, shown)
    pack = packs.freeze(shown, by=cast.jonas, at=NOW)
    told = page(client, shown)
    assert f"Pack {pack.pk}" in told
    assert "Freeze evidence" not in told


def test_outsider_gets_no_pack(cast: Cast, client: Client, shown: Pilot) -> None:
    pack = packs.freeze(shown, by=cast.jonas, at=NOW)
    for person in (cast.victor, cast.hugo):
        client.force_login(person)
        for name in ("evidence-pack-detail", "evidence-pack-file", "api-evidence-pack-file"):
            assert client.get(reverse(f"pilots:{name}", args=[pack.pk])).status_code in (403, 404)


def test_packs_of_a_page_take_one_statement_however_many(cast: Cast, shown: Pilot) -> None:
    packs.freeze(shown, by=cast.jonas, at=NOW)
    for day in (1, 2):
        shown.hypothesis = f"It holds on day {day}."
        shown.save(update_fields=["hypothesis"])
        packs.freeze(shown, by=cast.jonas, at=NOW + timedelta(days=day))
    with CaptureQueriesContext(connection) as captured:
        panel = packs_of_pilot(cast.jonas, shown)
        assert panel is not None
        assert len(panel.context["packs"]) == 3  # type: ignore[arg-type]
    assert len(captured) <= 3
    assert not any('"archive"' in query["sql"] for query in captured.captured_queries)


def test_api_freezes_once_and_gives_the_file(cast: Cast, client: Client, shown: Pilot) -> None:
    client.force_login(cast.maya)
    address = reverse("pilots:api-evidence-pack-list", args=[shown.pk])
    made = client.post(address)
    assert made.status_code == 201
    assert client.post(address).status_code == 200
    told = client.get(address).json()["results"]
    assert [one["id"] for one in told] == [made.json()["id"]]
    pack = made.json()["id"]
    assert client.get(reverse("pilots:api-evidence-pack-detail", args=[pack])).json() == made.json()
    file = client.get(reverse("pilots:api-evidence-pack-file", args=[pack]))
    assert archive.digest(file.content) == made.json()["sha256"]
