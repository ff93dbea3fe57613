"""A hazard log: written by the team, signed by safety, opened again by what watches it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import ProgrammingError, transaction
from django.test import Client
from django.urls import reverse

from innovation.audit.models import Event
from innovation.notices.models import Notice
from innovation.people.models import User
from innovation.rules.refusal import Conflict, Malformed, NotAllowed, Refused
from pilots.evidence.models import KeptVerdict
from pilots.funding.models import Fund
from pilots.hazards import actions, matrix, queries
from pilots.hazards.catalogue import CATALOGUE, KNOWN
from pilots.hazards.models import Hazard, SignedHazardLog
from pilots.hazards.panels import waiting
from pilots.hazards.states import HazardStatus
from pilots.lifecycle.models import Pilot
from pilots.statistics.verdicts import Verdict
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.factories.safety import accepted, judged, planned, recorded, signed, told

SOON = NOW + timedelta(hours=2)


@pytest.fixture
def running(cast: Cast, pilot: Pilot, fund: Fund) -> Pilot:
    make.run(cast, pilot, fund)
    return pilot


@pytest.fixture
def hazard(cast: Cast, running: Pilot) -> Hazard:
    return recorded(cast, running)


def test_matrix_rises_with_either_and_is_that_of_the_standard() -> None:
    for row in matrix.RATINGS:
        assert list(row) == sorted(row)
    for column in zip(*matrix.RATINGS, strict=True):
        assert list(column) == sorted(column)
    assert (matrix.RATINGS[0][0], matrix.RATINGS[4][4]) == (1, 5)
    found = matrix.risk(5, 1)
    assert found is not None and found.rating == 3


def test_catalogue_has_hazards_of_each_kind_within_the_lengths_of_the_log() -> None:
    assert len(CATALOGUE) == 5
    assert len(KNOWN) == sum(len(group.hazards) for group in CATALOGUE)
    for known in KNOWN.values():
        assert len(str(known.title)) <= 160
        assert matrix.risk(known.severity, known.likelihood)


def test_hazard_is_judged_once_its_controls_are_in_place_and_then_safety_signs(
    cast: Cast, running: Pilot, hazard: Hazard
) -> None:
    control = planned(cast, hazard, owner=cast.ana)
    assert Notice.objects.filter(person=cast.ana, kind="safety").exists()
    with pytest.raises(Refused, match="not in place yet"):
        judged(cast, hazard)
    actions.finish_control(control, by=cast.ana, at=NOW)
    judged(cast, hazard)
    assert [item.kind for item in waiting(cast.helen)] == ["Hazard log"]
    made = signed(cast, running)
    assert (made.version, made.signed_by) == (1, cast.helen)
    assert waiting(cast.helen) == []
    assert queries.log_of(running).is_signed
    assert Event.objects.filter(type="pilot.hazard_log_signed").count() == 1


def test_what_is_open_too_high_changed_meanwhile_or_signed_already_is_not_signed(
    cast: Cast, running: Pilot, hazard: Hazard
) -> None:
    with pytest.raises(Refused, match="A hazard is open"):
        signed(cast, running)
    judged(cast, hazard, severity=5, likelihood=3)
    with pytest.raises(Refused, match="too much risk"):
        signed(cast, running)
    actions.reopen(hazard, reason="Make it less.", by=cast.jonas, at=NOW)
    judged(cast, hazard)
    with pytest.raises(Conflict, match="changed while you read"):
        signed(cast, running, seen="0" * 64)
    signed(cast, running)
    with pytest.raises(Conflict, match="signed already"):
        signed(cast, running)


@pytest.mark.parametrize("who", ["jonas", "amara", "maya", "frank", "ana", "victor"])
def test_nobody_but_safety_signs(cast: Cast, running: Pilot, hazard: Hazard, who: str) -> None:
    judged(cast, hazard)
    with pytest.raises(NotAllowed):
        signed(cast, running, by=User.objects.get(pk=getattr(cast, who).pk))


def test_database_takes_no_signature_of_the_lead_and_no_change_of_a_signed_log(
    cast: Cast, running: Pilot, hazard: Hazard
) -> None:
    judged(cast, hazard)
    made = signed(cast, running)
    with pytest.raises(ProgrammingError), transaction.atomic():
        SignedHazardLog.objects.update(reason="No risk at all.")
    made.pk, made.version, made.signed_by = None, 2, cast.jonas
    with pytest.raises(ProgrammingError, match="nobody who has a part"), transaction.atomic():
        made.save(force_insert=True)
    with pytest.raises(ProgrammingError), transaction.atomic():
        hazard.delete()


def test_changed_words_open_the_hazard_and_unsign_the_log(
    cast: Cast, running: Pilot, hazard: Hazard
) -> None:
    judged(cast, hazard)
    signed(cast, running)
    actions.edit(hazard, effect="Somebody is given what they must not have.", by=cast.jonas, at=NOW)
    hazard.refresh_from_db()
    assert (hazard.status, hazard.residual) == (HazardStatus.OPEN, None)
    assert not queries.log_of(running).is_signed
    event = Event.objects.get(type="hazard.edited")
    assert event.details["values"]["effect"][0] == "An allergy is missing when it is needed."


def test_report_that_shows_a_hazard_opens_it_again(
    cast: Cast, running: Pilot, hazard: Hazard
) -> None:
    judged(cast, hazard)
    incident = accepted(cast, told(running, by=cast.ana))
    with pytest.raises(NotAllowed):
        actions.link_incident(hazard, incident=incident, by=cast.jonas, at=SOON)
    actions.link_incident(hazard, incident=incident, by=cast.helen, at=SOON)
    hazard.refresh_from_db()
    assert hazard.status == HazardStatus.OPEN
    assert list(hazard.incidents.all()) == [incident]
    assert Notice.objects.filter(person=cast.jonas, title__contains="is open again").exists()
    with pytest.raises(Conflict, match="linked to this hazard already"):
        actions.link_incident(hazard, incident=incident, by=cast.helen, at=SOON)


def test_harm_signal_of_the_number_that_watches_it_opens_it_again_once(
    cast: Cast, running: Pilot, hazard: Hazard
) -> None:
    metric = running.metrics.get(role="guardrail")
    control = planned(cast, hazard, metric=metric)
    actions.finish_control(control, by=cast.jonas, at=NOW)
    judged(cast, hazard)
    KeptVerdict.objects.update_or_create(
        metric=metric,
        defaults={
            "verdict": Verdict.HARM_SIGNAL,
            "rests_on": "0" * 64,
            "since": NOW - timedelta(days=3),
            "worked_out_at": NOW,
        },
    )
    assert actions.reopen_spoken_of(at=SOON) == []  # it was known when the hazard was judged
    KeptVerdict.objects.filter(metric=metric).update(since=SOON)
    assert actions.reopen_spoken_of(at=SOON) == [hazard]
    assert actions.reopen_spoken_of(at=SOON) == []
    hazard.refresh_from_db()
    assert hazard.status == HazardStatus.OPEN
    assert Event.objects.get(type="hazard.reopened").actor_name == "Hazard watch"
    assert {"Jonas Park", "Helen Sato"} <= {
        one.person.name for one in Notice.objects.filter(title__contains="is open again")
    }


def test_control_is_watched_by_a_number_of_its_own_pilot(
    cast: Cast, running: Pilot, hazard: Hazard
) -> None:
    other = make.make_metric(cast, make.open_pilot(cast, title="Another"))
    with pytest.raises(Malformed, match="another pilot"):
        planned(cast, hazard, metric=other)
    with pytest.raises(Malformed, match="still to come"):
        planned(cast, hazard, due_on=(NOW - timedelta(days=1)).date())
    with pytest.raises(Malformed, match="within a year"):
        planned(cast, hazard, due_on=date.max)


@pytest.mark.parametrize("who", ["ana", "amara", "otto", "ada", "hugo", "victor"])
def test_log_is_written_by_the_team_the_office_and_safety(
    cast: Cast, running: Pilot, who: str
) -> None:
    with pytest.raises(NotAllowed):
        recorded(cast, running, by=getattr(cast, who))


def test_pages_from_the_catalogue_to_the_safety_case(
    cast: Cast, running: Pilot, client: Client
) -> None:
    client.force_login(cast.jonas)
    log = reverse("pilots:hazard-log", args=[running.pk])
    record = reverse("pilots:hazard-record", args=[running.pk])
    assert f"{record}?from=missed-case" in client.get(log).content.decode()
    begun = client.get(f"{record}?from=missed-case").content.decode()
    assert "It does not warn of somebody who needs it" in begun
    known = KNOWN["missed-case"]
    given = {
        "title": str(known.title),
        "cause": str(known.cause),
        "effect": str(known.effect),
        "controls": "",
        "severity": known.severity,
        "likelihood": known.likelihood,
    }
    assert client.post(record, given).status_code == 302
    hazard = Hazard.objects.get()
    judge = reverse("pilots:hazard-judge", args=[hazard.pk])
    left = {"severity": 5, "likelihood": 1, "reason": "Everybody is looked at twice a shift."}
    assert client.post(judge, left).status_code == 302
    assert "It waits to be signed" in client.get(log).content.decode()
    client.force_login(cast.helen)
    sign = reverse("pilots:hazard-sign", args=[running.pk])
    seen = queries.digest(queries.log_of(running).content)
    made = client.post(sign, {"seen": seen, "reason": "Twice a shift is enough."}, follow=True)
    page = made.content.decode()
    assert "Safety case report" in page and "Twice a shift is enough." in page
    assert "Everybody is looked at twice a shift." in page
