"""What the gates ask of planned change."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from innovation.rules.refusal import Conflict, Malformed, NotAllowed
from pilots.adoption import actions
from pilots.adoption.models import NobodyAffected
from pilots.adoption.requirements import groups_prepared, knows_who_is_affected
from pilots.lifecycle.models import Pilot
from tests.factories import adoption
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.factories.pilots import TODAY

pytestmark = pytest.mark.django_db


def test_a_charter_says_whose_work_changes_or_that_nobodys_does(cast: Cast, pilot: Pilot) -> None:
    asked = knows_who_is_affected(pilot)
    assert not asked.met
    assert asked.url == reverse("pilots:adoption", args=[pilot.pk])
    with pytest.raises(NotAllowed):
        actions.say_nobody(pilot, because="It is invisible.", by=cast.ana, at=NOW)
    with pytest.raises(Malformed, match="Say why"):
        actions.say_nobody(pilot, because=" ", by=cast.jonas, at=NOW)
    browser = Client()
    browser.force_login(cast.jonas)
    said = browser.post(
        reverse("pilots:group-nobody", args=[pilot.pk]), {"because": "A server is replaced."}
    )
    assert said.status_code == 302
    assert "A server is replaced." in knows_who_is_affected(pilot).sentence
    for page in (
        reverse("pilots:adoption", args=[pilot.pk]),
        reverse("pilots:charter", args=[pilot.pk]),
    ):
        assert "A server is replaced." in browser.get(page).content.decode()
    adoption.name_group(cast, pilot)
    assert not NobodyAffected.objects.exists()
    assert knows_who_is_affected(pilot).sentence == "1 group, 24 people."
    with pytest.raises(Conflict, match="Groups are named"):
        actions.say_nobody(pilot, because="It is invisible.", by=cast.jonas, at=NOW)
    refused = browser.post(
        reverse("pilots:api-group-nobody", args=[pilot.pk]),
        {"because": "It is invisible."},
        content_type="application/json",
    )
    assert refused.status_code == 409


def test_those_who_begin_are_trained_and_each_group_has_a_champion(
    cast: Cast, pilot: Pilot
) -> None:
    assert groups_prepared(pilot) is None
    nurses = adoption.name_group(cast, pilot, people=10)
    clerks = adoption.name_group(cast, pilot, name="Clerks", people=6)
    later = TODAY.replace(month=12)
    adoption.plan_wave(cast, pilot, [nurses])
    adoption.plan_wave(cast, pilot, [clerks], name="Second", first_day=later)
    found = groups_prepared(pilot)
    assert found is not None
    assert found.sentence == (
        "Night nurses: 0 of 10 are trained; 80 % are asked. Night nurses: no champion said yes. "
        "Clerks: no champion said yes."
    )
    session = adoption.plan_training(cast, nurses)
    adoption.attend(cast, session, adoption.people_of(cast, nurses, 10))
    for group, person in ((nurses, cast.ana), (clerks, cast.ben)):
        asked = adoption.ask_champion(cast, group, person=person)
        actions.agree_as_champion(asked, by=person, at=NOW)
    found = groups_prepared(pilot)
    assert found is not None
    assert (found.met, found.sentence) == (
        True,
        "Those who begin are trained, and each group has a champion: Night nurses (80 % asked). With a "
        "later wave: Clerks.",
    )
    # A champion who left the house helps nobody.
    type(cast.ben).objects.filter(pk=cast.ben.pk).update(is_active=False)
    found = groups_prepared(pilot)
    assert found is not None
    assert found.sentence == "Clerks: no champion said yes."


def test_a_group_of_no_wave_begins_with_the_pilot(cast: Cast, pilot: Pilot) -> None:
    nurses = adoption.name_group(cast, pilot, people=10)
    clerks = adoption.name_group(cast, pilot, name="Clerks", people=6)
    for group, person in ((nurses, cast.ana), (clerks, cast.ben)):
        asked = adoption.ask_champion(cast, group, person=person)
        actions.agree_as_champion(asked, by=person, at=NOW)
    adoption.plan_wave(cast, pilot, [nurses], share=1)
    session = adoption.plan_training(cast, nurses)
    adoption.attend(cast, session, adoption.people_of(cast, nurses, 10))
    found = groups_prepared(pilot)
    assert found is not None
    assert (found.met, found.sentence) == (
        False,
        "Clerks: 0 of 6 are trained; 80 % are asked.",
    )
    session = adoption.plan_training(cast, clerks)
    adoption.attend(cast, session, adoption.people_of(cast, clerks, 6))
    found = groups_prepared(pilot)
    assert found is not None
    # Whoever decides reads for whom little was asked.
    assert (found.met, found.sentence) == (
        True,
        "Those who begin are trained, and each group has a champion: Night nurses (1 % asked), Clerks "
        "(80 % asked).",
    )


def test_after_a_pivot_groups_of_a_wave_that_was_live_begin_with_the_pilot(
    cast: Cast, pilot: Pilot, fund: Any
) -> None:
    make.run(cast, pilot, fund)
    begun = [adoption.name_group(cast, pilot, name=name, people=5) for name in ("Night", "Day")]
    for group, share in zip(begun, (1, 2), strict=True):
        session = adoption.plan_training(cast, group)
        adoption.attend(cast, session, adoption.people_of(cast, group, 5))
        first = TODAY + timedelta(days=share)
        wave = adoption.plan_wave(
            cast, pilot, [group], name=group.name, share=share, first_day=first
        )
        actions.wave_goes_live(wave, on=TODAY, reason="Ready.", by=cast.jonas, at=NOW)
        session.attendances.update(taken_back_at=NOW, taken_back_by=cast.amara)
    new = adoption.name_group(cast, pilot, name="Clerks", people=5)
    adoption.plan_wave(cast, pilot, [new], name="Third")
    found = groups_prepared(pilot)
    assert found is not None
    assert {one for one in ("Night", "Day", "Clerks") if f"{one}: 0 of 5" in found.sentence} == {
        "Night",
        "Day",
        "Clerks",
    }


def test_it_stands_among_what_the_gate_asks(cast: Cast, pilot: Pilot, fund: Any) -> None:
    make.shape(cast, pilot, fund)
    browser = Client()
    browser.force_login(cast.jonas)
    page = browser.get(reverse("pilots:pilot-propose", args=[pilot.pk])).content.decode()
    assert "Whose work changes" in page
