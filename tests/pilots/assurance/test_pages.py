"""The pages of reviews as teams, reviewers and the outsider meet them; and the API."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from innovation.people.models import User
from pilots.assurance.models import Assessment, EvidenceItem, Product
from pilots.funding.models import Fund
from pilots.lifecycle.models import Pilot
from tests.factories import assurance
from tests.factories import pilots as make
from tests.factories.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def advising(cast: Cast, pilot: Pilot, fund: Fund) -> Pilot:
    return make.shape(cast, pilot, fund, make.Charter(answers=make.DECISION_SUPPORT))


def text_of(content: bytes) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", content.decode()))


def page(
    client: Client,
    user: User,
    name: str,
    *args: object,
    data: dict[str, Any] | None = None,
    status: int = 200,
) -> str:
    client.force_login(user)
    url = reverse(f"pilots:{name}", args=args)
    answer = client.get(url) if data is None else client.post(url, data)
    assert answer.status_code == status, (answer.status_code, text_of(answer.content)[:600])
    return text_of(answer.content)


def test_a_team_gives_a_file_and_reads_where_it_stands(
    client: Client, cast: Cast, advising: Pilot
) -> None:
    shown = page(client, cast.jonas, "assurance", advising.pk)
    assert "0 of 5 reviews done; 5 with the team" in shown
    bad = SimpleUploadedFile("log.pdf", b"MZ\x00")
    shown = page(
        client, cast.jonas, "assurance-evidence", advising.pk, "hazards",
        data={"file": bad}, status=400,
    )  # fmt: skip
    assert "Files that are taken" in shown
    page(
        client,
        cast.jonas,
        "assurance-evidence",
        advising.pk,
        "hazards",
        data={"text": ""},
        status=400,
    )
    page(client, cast.jonas, "assurance-evidence", advising.pk, "gardening", status=404)
    good = SimpleUploadedFile("hazard log.pdf", b"%PDF-1.7 log")
    page(
        client, cast.jonas, "assurance-evidence", advising.pk, "hazards",
        data={"file": good, "owner": cast.jonas.pk}, status=302,
    )  # fmt: skip
    item = EvidenceItem.objects.get()
    client.force_login(cast.helen)
    answer = client.get(reverse("pilots:evidence-file", args=[item.pk]))
    assert answer.content == b"%PDF-1.7 log"
    assert answer["Content-Disposition"] == 'attachment; filename="hazard log.pdf"'
    client.force_login(cast.ana)
    assert client.get(reverse("pilots:evidence-file", args=[item.pk])).status_code == 403
    # Staff see where it stands, and not what was given.
    assert "What is asked, by topic" not in page(client, cast.ana, "assurance", advising.pk)


def test_a_reviewer_judges_sets_a_condition_and_concludes(
    client: Client, cast: Cast, advising: Pilot
) -> None:
    assurance.give_all(advising)
    found = Assessment.objects.get(pilot=advising, area="safety")
    assert "One review waits for you." in page(client, cast.helen, "assessment-list")
    assert "Nothing waits for you" in page(client, cast.sam, "assessment-list")
    answers = list(found.answers.all())
    refused = {f"verdict_{answers[0].pk}": "refused"}
    shown = page(client, cast.helen, "assessment-detail", found.pk, data=refused, status=400)
    assert "Say what is missing" in shown
    nothing = {f"verdict_{answers[0].pk}": ""}
    page(client, cast.helen, "assessment-detail", found.pk, data=nothing, status=400)
    accepted = {f"verdict_{one.pk}": "accepted" for one in answers}
    page(client, cast.helen, "assessment-detail", found.pk, data=accepted, status=302)
    said = {"text": "Train the nights.", "owner": cast.jonas.pk}
    page(client, cast.helen, "assessment-condition", found.pk, data=said, status=302)
    done = {"conclusion": "Safe while it is silent."}
    page(client, cast.helen, "assessment-conclude", found.pk, data=done, status=302)
    shown = page(client, cast.jonas, "assurance", advising.pk)
    assert "Safe while it is silent." in shown and "Keeps it from its next gate" in shown
    met = {"note": "Seen the list."}
    condition = found.conditions.get()
    page(client, cast.jonas, "assessment-condition-met", condition.pk, data=met, status=403)
    page(client, cast.helen, "assessment-condition-met", condition.pk, data=met, status=302)


def test_the_short_form_asks_what_does_not_hold(
    client: Client, cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.shape(cast, pilot, fund)
    (short,) = assurance.standing(pilot).short
    lines = {one.key: "yes" for one in short.questions} | {"stays_inside": "no"}
    shown = page(client, cast.jonas, "assurance-attest", pilot.pk, data=lines, status=400)
    assert "Say in a sentence what does not hold" in shown
    lines["stays_inside_note"] = "The maker reads logs."
    page(client, cast.jonas, "assurance-attest", pilot.pk, data=lines, status=302)
    shown = page(client, cast.jonas, "assurance", pilot.pk)
    assert "The maker reads logs." in shown and "0 of 2 reviews done" in shown


def test_a_product_is_registered_named_and_put_into_another_version(
    client: Client, cast: Cast, advising: Pilot
) -> None:
    assert "No product is registered yet" in page(
        client, cast.jonas, "assurance-product", advising.pk
    )
    words = dict.fromkeys(
        ("intended_use", "captured", "processed", "kept", "recorded", "readers"), "As said."
    )
    typed = {"name": "Scribe", "maker": "Quiet Room", "version": "1", **words}
    page(client, cast.jonas, "product-register", data=typed, status=302)
    assert "registered already" in page(
        client, cast.jonas, "product-register", data=typed, status=409
    )
    product = Product.objects.get()
    named = {"product": product.pk}
    page(client, cast.jonas, "assurance-product", advising.pk, data=named, status=302)
    changed = {"version": "2", "changed": "Another model."}
    page(client, cast.jonas, "product-version", product.pk, data=changed, status=302)
    shown = page(client, cast.otto, "product-detail", product.pk)
    assert "Another model." in shown and advising.title in shown
    page(client, cast.ana, "product-detail", product.pk, status=403)
    page(client, cast.victor, "product-detail", product.pk, status=403)


def test_the_api_says_where_reviews_stand_and_takes_evidence(
    client: Client, cast: Cast, advising: Pilot
) -> None:
    client.force_login(cast.jonas)
    url = reverse("pilots:api-assurance", args=[advising.pk])
    given = {"topic": "hazards", "link": "https://lakeshore.example/hazards"}
    made = client.post(f"{url}evidence/", given, content_type="application/json")
    assert made.status_code == 201, made.content
    rows = {row["pack"]: row for row in client.get(url).json()["reviews"]}
    assert (rows["safety"]["state"], rows["safety"]["questions"]) == ("team", 5)
    client.force_login(cast.ana)
    assert client.post(f"{url}evidence/", given).status_code == 403


def test_a_pathway_is_raised_on_its_page(
    client: Client, cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.shape(cast, pilot, fund)
    told = {"to": "clinical_workflow", "reason": "It changes who sees whom."}
    page(client, cast.helen, "pathway-raise", pilot.pk, data=told, status=302)
    shown = page(client, cast.jonas, "pathway", pilot.pk)
    assert "It changes who sees whom." in shown and "raise the pathway" not in shown
