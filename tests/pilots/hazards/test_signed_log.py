"""What advises on a patient starts on a hazard log that safety signed as it reads now; and its document."""

from __future__ import annotations

import re
import zlib
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from innovation.rules.refusal import Refused
from pilots.funding.models import Fund
from pilots.gates import actions as gates
from pilots.hazards import actions as hazards
from pilots.hazards.matrix import RATINGS, Likelihood, Severity, risk
from pilots.hazards.requirements import log_signed
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import Pilot
from tests.factories import assurance, safety
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db


def said(pilot: Pilot) -> str:
    state = log_signed(Pilot.objects.get(pk=pilot.pk))
    assert state is not None
    return f"{state.met}: {state.sentence}"


def text_of(pdf: bytes) -> bytes:
    found = re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL)
    unpacked = []
    for one in found:
        try:
            unpacked.append(zlib.decompress(one))
        except zlib.error:
            continue
    return pdf + b"".join(unpacked)


def test_the_matrix_is_that_of_uk_core() -> None:
    """From very high down to very low, from minor to catastrophic."""
    published = "34455 23345 22334 12234 11223"
    assert " ".join("".join(map(str, row)) for row in reversed(RATINGS)) == published
    most = risk(Severity.CATASTROPHIC, Likelihood.VERY_HIGH)
    assert most is not None and most.rating == 5


def test_each_step_to_a_signed_log_is_named_and_a_change_takes_it_back(
    client: Client, cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.approve(cast, pilot, fund, make.Charter(answers=make.DECISION_SUPPORT))
    lifecycle.prepare(pilot, by=cast.jonas, at=NOW)
    assert "False: The hazard log is empty." in said(pilot)
    hazard = safety.recorded(cast, pilot)
    assert "One hazard is open" in said(pilot)
    safety.judged(cast, hazard, severity=5, likelihood=4)
    assert "left with too much risk" in said(pilot)
    hazards.reopen(hazard, reason="Less can be done.", by=cast.jonas, at=NOW)
    safety.judged(cast, hazard)
    assert "A safety reviewer reads and signs the hazard log next." in said(pilot)
    signed = safety.signed(cast, pilot)
    assert said(pilot) == "True: Version 1 was signed by Helen Sato on 23 November 2026."
    # Nobody starts on what safety has not read.
    assurance.pass_reviews(cast, pilot)
    for metric in pilot.metrics.all():
        make.observe(metric, since=make.TODAY - timedelta(weeks=20), weeks=16)
    safety.recorded(cast, pilot, title="The draft lands in the wrong record")
    with pytest.raises(Refused, match="One hazard is open"):
        gates.ask_to_go_live(pilot, by=cast.jonas, at=NOW)
    assurance.sign_hazards(cast, pilot)
    hazards.edit(hazard, cause="An aside was the point.", by=cast.jonas, at=NOW)
    safety.judged(cast, hazard)
    assert "changed since version 2 was signed" in said(pilot)
    assurance.sign_hazards(cast, pilot)
    gates.ask_to_go_live(pilot, by=cast.jonas, at=NOW)
    # The document says the version that was asked for, by whom and under which hash.
    client.force_login(cast.ana)
    shown = client.get(reverse("pilots:safety-case", args=[signed.pk])).content.decode()
    url = reverse("pilots:safety-case-pdf", args=[signed.pk])
    assert url in shown
    answer = client.get(url)
    assert answer["Content-Type"] == "application/pdf"
    text = text_of(answer.content)
    for tag in (b"/StructTreeRoot", b"/Marked true", b"pdfuaid:part>1<"):
        assert tag in text
    assert f"Safety case report of {pilot.title}".encode() in text  # in its metadata
    client.force_login(cast.victor)
    assert client.get(url).status_code in (403, 404)


def test_efficiency_asks_for_no_log(cast: Cast, pilot: Pilot) -> None:
    pilot.pathway = "efficiency"
    assert log_signed(pilot) is None


def test_the_sheet_says_version_signer_and_hash(cast: Cast, pilot: Pilot) -> None:
    from pilots.hazards import document

    hazard = safety.recorded(cast, pilot)
    safety.planned(cast, hazard)
    for control in hazard.further.select_related("hazard__pilot"):
        hazards.finish_control(control, by=cast.jonas, at=NOW)
    safety.judged(cast, hazard)
    signed = safety.signed(cast, pilot)
    whole = str(document.sheet(signed))
    for words in (
        "Version 1, signed on 23 November 2026",
        "Helen Sato",
        signed.digest,
        "Allergies are read back aloud.",
        "in place",
        "Read back in every visit of two weeks.",
    ):
        assert words in whole
