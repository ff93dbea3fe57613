"""PDSA cycles: predicted before, seen after; in the log, and in the chart of their number."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from innovation.audit.models import Event
from innovation.rules.refusal import Conflict, Malformed, NotAllowed, Refused
from innovation.talent.skills import BaseSkill
from pilots.adoption import actions
from pilots.adoption.models import PdsaCycle
from pilots.adoption.panels import skills_earned
from pilots.evidence.marks import marks_of
from pilots.evidence.queries import readings_of
from pilots.lifecycle.models import Pilot
from tests.factories import adoption
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.factories.pilots import TODAY

pytestmark = pytest.mark.django_db

SEEN = {"result": "One of three was found.", "decision": "adapt"}


def known(cycle: PdsaCycle, **otherwise: Any) -> dict[str, Any]:
    now = {
        name: getattr(cycle, name)
        for name in ("question", "prediction", "plan", "starts_on", "metric")
    }
    return {**now, **otherwise}


def test_nobody_predicts_what_they_have_seen(cast: Cast, pilot: Pilot) -> None:
    with pytest.raises(NotAllowed):
        adoption.plan_cycle(cast, pilot, by=cast.ana)
    for wrong in ({"question": " "}, {"prediction": "\u200b"}, {"plan": ""}):
        with pytest.raises(Malformed):
            adoption.plan_cycle(cast, pilot, **wrong)
    cycle = adoption.plan_cycle(cast, pilot)
    better = "One of three mistakes is found."
    actions.change_cycle(cycle, **known(cycle, prediction=better), by=cast.jonas, at=NOW)
    changed = Event.objects.filter(type="pdsa.changed").get()
    assert changed.details["changed"]["prediction"] == ["Two of three mistakes are found.", better]
    with pytest.raises(Refused, match="Say first what was done"):
        actions.close_cycle(cycle, **SEEN, by=cast.jonas, at=NOW)
    actions.say_cycle_done(cycle, done="Two nurses, four days.", by=cast.jonas, at=NOW)
    # Neither in the same breath …
    with pytest.raises(IntegrityError, match="a prediction stays"), transaction.atomic():
        PdsaCycle.objects.filter(pk=cycle.pk).update(
            prediction="As it was.", closed_at=NOW, closed_by=cast.jonas, **SEEN
        )
    for wrong in ({"result": " "}, {"decision": "wait"}):
        with pytest.raises(Malformed):
            actions.close_cycle(cycle, **{**SEEN, **wrong}, by=cast.jonas, at=NOW)
    assert skills_earned(cast.maya, [cast.jonas.pk]) == []
    actions.close_cycle(cycle, **SEEN, by=cast.jonas, at=NOW)
    [shown] = skills_earned(cast.maya, [cast.jonas.pk, cast.ana.pk])
    assert (shown.person, shown.skill) == (cast.jonas.pk, BaseSkill.CYCLES)
    assert (shown.did, shown.about) == ("Ran a PDSA cycle", pilot.title)
    assert skills_earned(cast.victor, [cast.jonas.pk]) == []
    # … nor afterwards.
    with pytest.raises(Conflict, match="What was predicted stays"):
        actions.change_cycle(cycle, **known(cycle, prediction="x"), by=cast.jonas, at=NOW)
    for late in ({"prediction": "As it was."}, {"result": "All were found."}):
        with pytest.raises(DatabaseError), transaction.atomic():
            PdsaCycle.objects.filter(pk=cycle.pk).update(**late)


def test_it_stands_in_the_chart_of_the_number_it_names(cast: Cast, pilot: Pilot, fund: Any) -> None:
    make.run(cast, pilot, fund)
    metric = pilot.metrics.all()[0]
    other = make.make_metric(cast, make.open_pilot(cast))
    with pytest.raises(Malformed, match="another pilot"):
        adoption.plan_cycle(cast, pilot, metric=other)
    cycle = adoption.plan_cycle(cast, pilot, metric=metric)
    with pytest.raises(DatabaseError, match="another pilot"), transaction.atomic():
        PdsaCycle.objects.filter(pk=cycle.pk).update(metric=other)
    marks = marks_of(readings_of(pilot, NOW))
    assert [pk for pk, found in marks.items() if (TODAY, "PDSA cycle") in found] == [metric.pk]


def test_pages_log_and_api(cast: Cast, pilot: Pilot) -> None:
    browser = Client()
    browser.force_login(cast.jonas)
    given = {
        "question": "Is the card read?",
        "prediction": "Half of them.",
        "plan": "A card at each bed.",
        "starts_on": TODAY.isoformat(),
    }
    assert browser.post(reverse("pilots:cycle-add", args=[pilot.pk]), given).status_code == 302
    cycle = PdsaCycle.objects.get()
    log = browser.get(reverse("pilots:pilot-log-write", args=[pilot.pk])).content.decode()
    assert "Is the card read?" in log
    assert "Predicted: Half of them." in log
    done = reverse("pilots:cycle-done", args=[cycle.pk])
    assert browser.post(done, {"done": "A week."}).status_code == 302
    changed = browser.post(
        reverse("pilots:api-cycle-change", args=[cycle.pk]),
        {**given, "prediction": "A third."},
        content_type="application/json",
    )
    assert changed.json()["prediction"] == "A third."
    closed = browser.post(reverse("pilots:cycle-close", args=[cycle.pk]), SEEN)
    assert closed.status_code == 302
    page = browser.get(cycle.get_absolute_url()).content.decode()
    assert "One of three was found." in page
    refused = browser.post(
        reverse("pilots:api-cycle-close", args=[cycle.pk]), SEEN, content_type="application/json"
    )
    assert refused.status_code == 409
    made = browser.post(
        reverse("pilots:api-cycles", args=[pilot.pk]), given, content_type="application/json"
    )
    assert made.status_code == 201
