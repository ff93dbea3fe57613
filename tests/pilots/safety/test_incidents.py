"""Reports of what went wrong: told in half a minute, answered, counted, and named only where that was wished."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pytest
from django.db import ProgrammingError, transaction
from django.test import Client
from django.urls import reverse

from innovation.audit.models import Event
from innovation.notices.models import Notice
from innovation.rules.refusal import Conflict, Malformed, NotAllowed, Refused
from pilots.evidence.models import Happening, HappeningKind
from pilots.funding.models import Fund
from pilots.lifecycle.models import Pilot
from pilots.safety import actions, queries
from pilots.safety.models import Harm, Incident
from pilots.safety.panels import waiting
from pilots.safety.states import IncidentStatus
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.factories.safety import accepted, told

DAY = (NOW - timedelta(days=1)).date()


@pytest.fixture
def running(cast: Cast, pilot: Pilot, fund: Fund) -> Pilot:
    make.run(cast, pilot, fund)
    return pilot


def test_report_reaches_safety_and_its_answer_the_reporter(cast: Cast, running: Pilot) -> None:
    incident = told(running, by=cast.ana)
    readers = Notice.objects.filter(subject=f"incident:{incident.pk}")
    assert {"Jonas Park", "Dr Amara Osei", "Helen Sato"} <= {one.person.name for one in readers}
    assert [item.url for item in waiting(cast.helen)] == [incident.get_absolute_url()]
    actions.look(incident, by=cast.helen, at=NOW)
    accepted(cast, incident)
    assert waiting(cast.helen) == []
    assert incident.status == IncidentStatus.ANSWERED
    answered = Notice.objects.get(person=cast.ana, kind="safety")
    assert "The list of drugs was mended." in answered.text
    happening = Happening.objects.get()
    assert (happening.kind, happening.happened_on) == (HappeningKind.INCIDENT, DAY)
    assert incident.happening == happening
    assert "wrong drug" not in happening.text  # everybody who sees the pilot reads the charts


def test_report_without_a_name_is_nobodys_and_is_answered_all_the_same(
    cast: Cast, running: Pilot, client: Client
) -> None:
    incident = told(running, by=cast.ana, anonymous=True)
    assert incident.reported_at == NOW.replace(hour=0, minute=0)
    event = Event.objects.get(type="incident.reported")
    assert event.actor == "person:anonymous"
    assert not Notice.objects.filter(text__contains="Ana").exists()
    for who in (cast.helen, cast.jonas, cast.amara, cast.maya):
        client.force_login(who)
        pages = [
            incident.get_absolute_url(),
            reverse("pilots:incident-list"),
            reverse("pilots:incident-file"),
            reverse("pilots:api-incident-detail", args=[incident.pk]),
            reverse("pilots:api-incident-list"),
            reverse("pilots:api-incident-fhir"),
        ]
        for page in pages:
            body = b"".join(client.get(page)).decode()
            assert "Ana Ruiz" not in body
            assert f'"reported_by": {cast.ana.pk}' not in body
            assert f'"reported_by":{cast.ana.pk}' not in body
    accepted(cast, incident)
    assert Notice.objects.filter(person=cast.ana, kind="safety").count() == 1
    client.force_login(cast.ana)
    assert (
        "It is yours; nobody else sees that."
        in client.get(incident.get_absolute_url()).content.decode()
    )


@pytest.mark.parametrize("who", ["ben", "priya", "ada", "otto", "hugo", "victor"])
def test_words_of_a_report_are_for_those_whom_it_concerns(
    cast: Cast, running: Pilot, client: Client, who: str
) -> None:
    incident = told(running, by=cast.ana)
    client.force_login(getattr(cast, who))
    assert client.get(incident.get_absolute_url()).status_code in (403, 404)
    assert queries.counted(running)["all"] == 1


def test_lead_answers_no_report_of_their_own_pilot(cast: Cast, running: Pilot) -> None:
    incident = told(running, by=cast.ana)
    with pytest.raises(NotAllowed):
        accepted(cast, incident, by=cast.jonas)
    with pytest.raises(NotAllowed):
        actions.look(incident, by=cast.jonas, at=NOW)
    with pytest.raises(ProgrammingError), transaction.atomic():
        Incident.objects.update(what="Nothing happened.")
    with pytest.raises(ProgrammingError), transaction.atomic():
        incident.delete()


def test_report_is_answered_once(cast: Cast, running: Pilot) -> None:
    incident = told(running, by=cast.ana)
    accepted(cast, incident)
    with pytest.raises(Conflict):
        accepted(cast, Incident.objects.select_related("pilot").get(), words="Something else.")
    assert Happening.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"what": " "}, "few words"),
        ({"harm": "awful"}, "how much harm"),
        ({"happened_on": (NOW + timedelta(days=2)).date()}, "within the last year"),
        ({"happened_on": (NOW - timedelta(days=500)).date()}, "within the last year"),
    ],
)
def test_report_that_says_too_little_is_refused(
    cast: Cast, running: Pilot, fields: dict[str, object], said: str
) -> None:
    with pytest.raises(Malformed, match=said):
        told(running, by=cast.ana, **fields)


def test_answer_needs_words(cast: Cast, running: Pilot) -> None:
    with pytest.raises(Refused, match="Say why"):
        accepted(cast, told(running, by=cast.ana), words=" ")


def test_counts_are_those_of_safety_once_it_has_judged(cast: Cast, running: Pilot) -> None:
    accepted(cast, told(running, by=cast.ana), harm=Harm.MODERATE)
    accepted(cast, told(running, by=cast.ana, harm=Harm.LOW), accepted=False)
    told(running, by=cast.ben)
    assert queries.counted(running) == {"all": 3, "waiting": 1, "near_misses": 1, "harm": 1}
    assert Happening.objects.count() == 1


def test_file_and_fhir_name_nobody(cast: Cast, running: Pilot, client: Client) -> None:
    accepted(cast, told(running, by=cast.ana, harm=Harm.LOW), harm=Harm.SEVERE)
    told(running, by=cast.ben, what="=1+1", tool="no")
    client.force_login(cast.helen)
    body = b"".join(client.get(reverse("pilots:incident-file"))).decode()
    rows = list(csv.DictReader(io.StringIO(body)))
    assert [row["What happened"][:7] for row in rows] == ["A draft", "'=1+1"]
    assert "Ana" not in body and "Ben" not in body
    bundle = client.get(reverse("pilots:api-incident-fhir")).json()
    near_miss, severe = (entry["resource"] for entry in bundle["entry"])
    assert (near_miss["actuality"], severe["actuality"]) == ("potential", "actual")
    assert severe["seriousness"]["coding"][0]["code"] == "serious"
    assert severe["severity"]["coding"][0]["code"] == "severe"
    assert severe["suspectEntity"][0]["instance"]["display"] == running.title
    assert "suspectEntity" not in near_miss
    assert "recorder" not in json.dumps(bundle)
    for required in ("actuality", "subject"):
        assert required in severe


def test_nurse_tells_it_by_page_and_safety_answers_by_page(
    cast: Cast, running: Pilot, client: Client
) -> None:
    client.force_login(cast.ana)
    page = reverse("pilots:incident-report", args=[running.pk])
    sent = {
        "what": "Patient John Miller was given the wrong leaflet.",
        "harm": "none",
        "tool": "unsure",
        "happened_on": DAY.isoformat(),
    }
    warned = client.post(page, sent)
    assert (warned.status_code, Incident.objects.count()) == (400, 0)
    assert client.post(page, sent | {"what": "The wrong leaflet."}).status_code == 302
    incident = Incident.objects.get()
    client.force_login(cast.helen)
    assert client.post(reverse("pilots:incident-look", args=[incident.pk])).status_code == 302
    answer = {"accepted": "yes", "harm": "none", "words": "The leaflets were sorted."}
    assert client.post(incident.get_absolute_url(), answer).status_code == 302
    client.force_login(cast.ana)
    assert "The leaflets were sorted." in client.get(incident.get_absolute_url()).content.decode()


def test_api_tells_and_answers(cast: Cast, running: Pilot, client: Client) -> None:
    client.force_login(cast.ana)
    address = reverse("pilots:api-incident-report", args=[running.pk])
    sent = {
        "what": "The wrong leaflet.",
        "harm": "none",
        "tool": "yes",
        "happened_on": DAY.isoformat(),
        "anonymous": True,
    }
    made = client.post(address, sent, "application/json")
    assert (made.status_code, made.json()["reported_by"]) == (201, None)
    client.force_login(cast.helen)
    answer = reverse("pilots:api-incident-answer", args=[made.json()["id"]])
    given = {"accepted": True, "harm": "none", "words": "Sorted."}
    assert client.post(answer, given, "application/json").json()["status"] == "answered"
