"""A maker's card is shown part by part, and kept once somebody says so; what is no card is refused."""

from __future__ import annotations

import copy
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from innovation.audit.models import Event
from innovation.rules.refusal import NotAllowed, Refused
from pilots.assurance import actions, model_card
from pilots.assurance.model_card import UnreadableCard
from pilots.assurance.models import AssessmentAnswer, EvidenceItem, Product
from pilots.assurance.packs import packs
from pilots.funding.models import Fund
from pilots.lifecycle.models import Pilot
from tests.factories import assurance
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.pilots.assurance.card import CARD, as_json, as_xml

BOMB = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>'
LEAK = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]>'


def test_xml_and_json_of_a_card_say_the_same_and_all_of_it() -> None:
    from_xml, from_json = model_card.read(as_xml()), model_card.read(as_json())
    signature = [one for one in from_xml.rows if one.path == "Signature"]
    assert [one for one in from_xml.rows if one not in signature] == list(from_json.rows)
    assert from_xml.schema == from_json.schema == "v0.2"
    assert {one.label for one in from_xml.unread} == {"Keywords", "Reimbursement", "Signature"}
    said = {one.path: one.text for one in from_xml.rows}
    results = said["KeyMetrics/UsefulnessUsabilityEfficacy/Results"]
    assert results == 'Sensitivity: 91.5 %\nBy age: {"kind":"table","value":[[1]]}'
    assert said["ReleaseInfo/EHRCompatibility"] == "Fjord, Meadow"
    use = "Orders the list; reads nothing & decides nothing."
    assert from_xml.of_product("intended_use") == use
    assert "Bibliography" not in said  # it says nothing
    assert set(from_xml.by_topic) <= set(packs().topics)


def test_the_first_schema_is_read_and_what_no_schema_has_is_shown_unread() -> None:
    card = copy.deepcopy(CARD)
    card["KeyMetrics"]["SafetyReliability"] = {"Result": "Two of 900 went last."}
    card["Warnings"]["Gossip"] = "It is moody."
    read = model_card.read(as_xml(card, schema="v0.1"))
    assert read.schema == "v0.1"
    assert ("Safety, result", "Two of 900 went last.") in [
        (one.label, one.text) for one in read.rows
    ]
    assert "Warnings/Gossip" in {one.path for one in read.unread}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (as_xml(before=BOMB), "declares a document type"),
        (as_xml(before=LEAK), "declares a document type"),
        ("<AppliedModelCard>", "no applied model card"),
        (as_xml().replace("</Warnings>", ""), "broken in line"),
        (as_xml(schema="v9"), "schema v0.1 or v0.2"),
        ('{"AppliedModelCard": {"BasicInfo": {}}}', "names no model"),
        ('{"a": ' * 5000 + "1" + "}" * 5000, "JSON is broken|more parts"),
        ("<" + "a" * model_card.LARGEST, "larger than a model card"),
        ('{"b": [' + "1," * 5000 + "1]}", "more parts"),
        ("{", "JSON is broken"),
        ("%PDF-1.7", "neither XML nor JSON"),
    ],
)
def test_what_is_no_card_or_means_harm_is_refused(content: str, why: str) -> None:
    with pytest.raises(UnreadableCard, match=why):
        model_card.read(content)


@pytest.mark.django_db
def test_a_card_becomes_evidence_of_its_version_and_answers_what_nobody_answered(
    client: Client, cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    advising = make.shape(cast, pilot, fund, make.Charter(answers=make.DECISION_SUPPORT))
    product = assurance.make_product(cast)
    actions.name_product(advising, product, by=cast.jonas, at=NOW)
    given = actions.GivenEvidence(topic="purpose", text="Our own words.")
    actions.give(advising, given, by=cast.jonas, at=NOW)
    client.force_login(cast.jonas)
    url = reverse("pilots:product-card", args=[product.pk])
    bad = client.post(url, {"file": SimpleUploadedFile("c.xml", as_xml(before=BOMB).encode())})
    assert bad.status_code == 400 and b"declares a document type" in bad.content
    # Shown, and nothing kept.
    shown = client.post(url, {"file": SimpleUploadedFile("card.xml", as_xml().encode())})
    text = shown.content.decode()
    assert "Misses small effusions." in text and "Not read" in text
    assert "version 2.1 is in use" in re.sub(r"\s+", " ", text)
    assert not EvidenceItem.objects.filter(pilot=None).exists()
    # Kept: the version changes with it, and every part that is read is there by its topic.
    other = client.post(url, {"card": as_xml()})
    assert other.status_code == 409 and b"Say that it is of this product" in other.content
    assert "Registered as: Scribe" in text and "names another product" in text
    kept = client.post(url, {"card": as_xml(), "is_of_it": "on"})
    assert kept.status_code == 302, kept.content.decode()[:3000]
    assert product.versions.all()[0].version == "4.0"
    items = {one.topic: one.text for one in EvidenceItem.objects.filter(pilot=None)}
    card = model_card.read(as_xml())
    for topic, rows in card.by_topic.items():
        assert all(f"{one.label}: {one.text}" in items[topic] for one in rows)
    answered = AssessmentAnswer.objects.filter(assessment__pilot=advising, superseded_at=None)
    assert answered.filter(question="hazards", item__pilot=None).exists()
    assert not answered.filter(item__topic="purpose", item__pilot=None).exists()
    assert Event.objects.filter(type="product.card_read").count() == 1
    again = client.post(url, {"card": as_xml(), "is_of_it": "on"})
    assert again.status_code == 409 and b"read before" in again.content
    assert "What its model card says" in client.get(product.get_absolute_url()).content.decode()
    # What no words of evidence can hold is a file, for those who read reviews.
    card_of_more = copy.deepcopy(CARD)
    card_of_more["Warnings"]["KnownRisksAndLimitations"] = "It is slow. " * 600
    more = model_card.read(as_json(card_of_more))
    actions.import_card(product, more, is_of_it=True, by=cast.jonas, at=NOW)
    item = EvidenceItem.objects.get(pilot=None, kind="file")
    client.force_login(cast.helen)
    assert b"It is slow." in client.get(reverse("pilots:evidence-file", args=[item.pk])).content
    for user in (cast.ana, cast.victor):
        client.force_login(user)
        assert client.get(reverse("pilots:evidence-file", args=[item.pk])).status_code in (403, 404)
    with pytest.raises(NotAllowed):
        actions.import_card(product, card, by=cast.priya, at=NOW)
    actions.change_version(product, version="5", changed="Faster.", by=cast.jonas, at=NOW)
    with pytest.raises(Refused, match="in use already"):  # of a version that is past
        actions.import_card(product, card, is_of_it=True, by=cast.jonas, at=NOW)


@pytest.mark.django_db
def test_a_product_is_registered_in_the_words_of_its_card(client: Client, cast: Cast) -> None:
    client.force_login(cast.jonas)
    url = reverse("pilots:product-register-card")
    shown = client.post(url, {"file": SimpleUploadedFile("card.json", as_json().encode())})
    assert 'value="Lantern Works"' in shown.content.decode()
    words = {"name": "Second Look", "maker": "Lantern Works", "version": "4.0"}
    words |= dict.fromkeys(("intended_use", "captured", "processed", "kept", "readers"), "Said.")
    lacking = client.post(url, {"card": as_json(), **words})
    assert lacking.status_code == 400 and not Product.objects.exists()
    assert b"Misses small effusions." in lacking.content  # the card stays on the page
    assert client.post(url, {"card": as_json(), "recorded": "Said.", **words}).status_code == 302
    product = Product.objects.get()
    assert str(product) == "Second Look (Lantern Works)"
    assert EvidenceItem.objects.filter(product_version=product.versions.get()).count() > 5
    # A card that seems to name a patient is not kept unasked.
    odd = as_json().replace("Misses small effusions.", "Patient John Smith, MRN 12345678, died.")
    refused = client.post(reverse("pilots:product-card", args=[product.pk]), {"card": odd})
    assert refused.status_code == 400 and b"no patient is named" in refused.content
