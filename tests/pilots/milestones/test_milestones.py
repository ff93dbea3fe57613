"""Milestones of a pilot: set while it is shaped, reached, moved with a reason, late on two homes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from innovation.audit.models import Event
from innovation.rules import dates
from innovation.rules.refusal import Conflict, Malformed, NotAllowed
from pilots.lifecycle.models import Pilot
from pilots.milestones import actions
from pilots.milestones.models import Milestone
from pilots.milestones.panels import waiting
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db


def test_a_milestone_is_moved_with_a_reason_reached_or_dropped(cast: Cast, pilot: Pilot) -> None:
    trained = make.set_milestone(cast, pilot)
    with pytest.raises(NotAllowed):
        make.set_milestone(cast, pilot, by=cast.ana)
    for wrong in ({"what": " "}, {"due_on": make.TODAY - timedelta(days=1)}, {"due_on": date.max}):
        with pytest.raises(Malformed):
            make.set_milestone(cast, pilot, **wrong)
    with pytest.raises(Malformed, match="within a year"):
        actions.move(trained, due_on=date.max, reason="Some day.", by=cast.jonas, at=NOW)
    later = trained.due_on + timedelta(days=7)
    with pytest.raises(Malformed, match="Say why"):
        actions.move(trained, due_on=later, reason=" ", by=cast.jonas, at=NOW)
    with pytest.raises(IntegrityError, match="moved with a reason"), transaction.atomic():
        Milestone.objects.filter(pk=trained.pk).update(due_on=later)
    former = trained.due_on
    moved = actions.move(trained, due_on=later, reason="The trainer is ill.", by=cast.maya, at=NOW)
    assert (moved.before, moved.after, Milestone.objects.get().due_on) == (former, later, later)
    with pytest.raises(Malformed, match="on the day it happens"):
        actions.reach(
            trained, on=make.TODAY + timedelta(days=1), note="Soon.", by=cast.jonas, at=NOW
        )
    actions.reach(trained, on=make.TODAY, note="Both shifts.", by=cast.jonas, at=NOW)
    with pytest.raises(Conflict, match="Reached"):
        actions.drop(trained, reason="No.", by=cast.jonas, at=NOW)
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        Milestone.objects.filter(pk=trained.pk).update(note="Another word.")
    other = make.set_milestone(cast, pilot, what="The vendor signs")
    actions.drop(other, reason="Another vendor.", by=cast.jonas, at=NOW)
    told = set(Event.objects.filter(type__startswith="milestone.").values_list("type", flat=True))
    assert told == {f"milestone.{verb}" for verb in ("added", "moved", "reached", "dropped")}


def test_it_is_kept_on_pages_and_by_the_api_and_late_ones_wait(cast: Cast, pilot: Pilot) -> None:
    browser = Client()
    browser.force_login(cast.jonas)
    first, then = dates.today() + timedelta(days=30), dates.today() + timedelta(days=62)
    given = {"what": "The network is ready", "due_on": first.isoformat()}
    assert browser.post(reverse("pilots:milestone-add", args=[pilot.pk]), given).status_code == 302
    milestone = Milestone.objects.get()
    move = {"due_on": then.isoformat(), "reason": "The switch is late."}
    assert (
        browser.post(reverse("pilots:milestone-move", args=[milestone.pk]), move).status_code == 302
    )
    page = browser.get(milestone.get_absolute_url()).content.decode()
    assert f"From {dates.day_in_words(first)} to {dates.day_in_words(then)}." in page
    assert "The switch is late." in page
    for place in (pilot.get_absolute_url(), reverse("pilots:charter", args=[pilot.pk])):
        assert f"at first by {dates.day_in_words(first)}" in " ".join(
            browser.get(place).content.decode().split()
        )
    late = make.set_milestone(cast, pilot)  # the days of the cast are past
    Milestone.objects.bulk_create(
        [
            Milestone(
                pilot=pilot,
                what="Long ago",
                due_on=make.TODAY - timedelta(days=90),
                by=cast.jonas,
                at=NOW,
            )
        ]
    )
    for person in (cast.jonas, cast.rosa):
        assert "Milestone, late" in [one.kind for one in waiting(person)]
    assert waiting(cast.maya) == []
    listed = browser.get(reverse("pilots:api-milestones", args=[pilot.pk])).json()
    rows = listed["results"] if isinstance(listed, dict) else listed
    assert next(one["what"] for one in rows) == "Long ago"
    reached = browser.post(
        reverse("pilots:api-milestone-reach", args=[late.pk]),
        {"on": "2026-11-23", "note": "Both shifts."},
        content_type="application/json",
    ).json()
    assert (reached["end"], reached["ended_by"]) == ("done", cast.jonas.name)
    dropped = browser.post(
        reverse("pilots:milestone-drop", args=[milestone.pk]), {"reason": "Wireless will do."}
    )
    assert dropped.status_code == 302
    assert Milestone.objects.get(pk=milestone.pk).end == "dropped"
