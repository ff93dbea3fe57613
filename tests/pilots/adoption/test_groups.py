"""Groups whose work a pilot changes: named, judged, changed and taken out, until the pilot has ended."""

from __future__ import annotations

import doctest
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from innovation.audit.models import Event
from innovation.rules.refusal import Conflict, Malformed, NotAllowed, Refused
from pilots.adoption import actions, nasss
from pilots.adoption.models import AffectedGroup
from pilots.adoption.nasss import Domain
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import Pilot
from tests.factories import adoption
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db


def known(group: AffectedGroup, **otherwise: Any) -> dict[str, Any]:
    now = {name: getattr(group, name) for name in ("name", "people", "unit", "site", "changes")}
    return {**now, **otherwise}


def test_examples_run() -> None:
    assert doctest.testmod(nasss).failed == 0


def test_a_group_says_who_how_many_where_and_what_changes(cast: Cast, pilot: Pilot) -> None:
    with pytest.raises(NotAllowed):
        adoption.name_group(cast, pilot, by=cast.ana)
    for wrong in (
        {"name": " "},
        {"changes": "\u200b"},
        {"people": 0},
        {"unit": None},
        {"site": cast.harbor},
        {"complexity": {"adopters": "awful"}},
    ):
        with pytest.raises(Malformed):
            adoption.name_group(cast, pilot, **wrong)
    nurses = adoption.name_group(cast, pilot, complexity={"adopters": "complex"})
    with pytest.raises(Conflict, match="there already"):
        adoption.name_group(cast, pilot, name="night NURSES")
    assert (nurses.where, nurses.judged["adopters"], nurses.judged["time"]) == (
        "4 West",
        "complex",
        "",
    )
    assert nurses.complex_in == str(Domain.ADOPTERS.label)
    with pytest.raises(IntegrityError, match="known_words"), transaction.atomic():
        AffectedGroup.objects.filter(pk=nurses.pk).update(time="awful")
    with pytest.raises(IntegrityError, match="somewhere"), transaction.atomic():
        AffectedGroup.objects.filter(pk=nurses.pk).update(unit=None)


def test_once_the_plan_was_proposed_a_change_says_why(cast: Cast, pilot: Pilot, fund: Any) -> None:
    nurses = adoption.name_group(cast, pilot)
    clerks = adoption.name_group(cast, pilot, name="Ward clerks", people=3)
    actions.change_group(nurses, **known(nurses, people=26), by=cast.jonas, at=NOW)
    make.approve(cast, pilot, fund)
    with pytest.raises(Malformed, match="Say why"):
        actions.change_group(nurses, **known(nurses, people=30), by=cast.jonas, at=NOW)
    judged = {"technology": "simple"}
    actions.change_group(nurses, **known(nurses, complexity=judged), by=cast.jonas, at=NOW)
    actions.change_group(
        nurses, **known(nurses, people=30), by=cast.jonas, at=NOW, reason="Four were hired."
    )
    found = AffectedGroup.objects.get(pk=nurses.pk)
    assert (found.people, found.technology) == (30, "simple")
    last = Event.objects.filter(type="group.changed").latest("number")
    assert last.details["changed"] == {"people": ["26", "30"]}
    assert last.details["reason"] == "Four were hired."
    with pytest.raises(Malformed, match="Say why"):
        actions.remove_group(clerks, by=cast.jonas, at=NOW)
    actions.remove_group(clerks, reason="Nothing changes at the desk.", by=cast.maya, at=NOW)
    with pytest.raises(Conflict, match="Maya Lindqvist took this group out"):
        actions.change_group(clerks, **known(clerks, people=4), by=cast.jonas, at=NOW)
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        AffectedGroup.objects.filter(pk=clerks.pk).update(people=9)
    # Their name is free again.
    assert adoption.name_group(cast, pilot, name="Ward clerks").pk != clerks.pk


def test_what_is_known_stays_once_the_pilot_has_ended(cast: Cast, pilot: Pilot, fund: Any) -> None:
    make.run(cast, pilot, fund)
    nurses = adoption.name_group(cast, pilot)
    lifecycle.stop(pilot, by=cast.jonas, at=NOW, reason="The vendor left.")
    with pytest.raises(Refused, match="has ended"):
        actions.change_group(nurses, **known(nurses, people=30), by=cast.jonas, at=NOW, reason="x")
    with pytest.raises(IntegrityError, match="has ended"), transaction.atomic():
        AffectedGroup.objects.filter(pk=nurses.pk).update(people=30)


def test_pages_and_api(cast: Cast, pilot: Pilot) -> None:
    browser = Client()
    browser.force_login(cast.jonas)
    plan = reverse("pilots:adoption", args=[pilot.pk])
    assert "No group is named yet" in browser.get(plan).content.decode()
    given = {
        "name": "Nurses of 4 West",
        "people": "24",
        "unit": str(cast.four_west.pk),
        "changes": "They read and sign.",
        "adopters": "complicated",
    }
    named = browser.post(reverse("pilots:group-add", args=[pilot.pk]), given)
    group = AffectedGroup.objects.get()
    assert (named.status_code, named["Location"]) == (302, group.get_absolute_url())
    page = browser.get(group.get_absolute_url()).content.decode()
    assert "24 people, 4 West." in " ".join(page.split())
    assert "Complicated" in page
    assert str(Domain.ADOPTERS.label) in page
    for place in (plan, pilot.get_absolute_url(), reverse("pilots:charter", args=[pilot.pk])):
        assert "They read and sign." in browser.get(place).content.decode()
    changed = browser.post(
        reverse("pilots:group-change", args=[group.pk]), {**given, "people": "25"}
    )
    assert changed.status_code == 302
    listed = browser.get(reverse("pilots:api-groups", args=[pilot.pk])).json()
    rows = listed["results"] if isinstance(listed, dict) else listed
    assert [(one["people"], one["complexity"]["adopters"]) for one in rows] == [(25, "complicated")]
    one = browser.post(
        reverse("pilots:api-group-change", args=[group.pk]),
        {
            "name": "Nurses",
            "people": 25,
            "unit": cast.four_west.pk,
            "changes": "They read and sign.",
            "complexity": dict.fromkeys(Domain.values, "simple"),
        },
        content_type="application/json",
    ).json()
    assert (one["name"], one["complexity"]["time"]) == ("Nurses", "simple")
    made = browser.post(
        reverse("pilots:api-groups", args=[pilot.pk]),
        {"name": "Clerks", "people": 2, "unit": cast.medicine.pk, "changes": "None type."},
        content_type="application/json",
    )
    assert made.status_code == 201
    gone = browser.post(reverse("pilots:group-remove", args=[group.pk]), {"reason": ""})
    assert (gone.status_code, gone["Location"]) == (302, plan)
    assert "Nurses" not in browser.get(plan).content.decode()
    assert "took this group out" in browser.get(group.get_absolute_url()).content.decode()
