"""What the gates ask of planned change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from innovation.rules.refusal import Conflict, Malformed, NotAllowed, Refused
from pilots.adoption import actions
from pilots.adoption.models import AffectedGroup, NobodyAffected, Wave, WaveGroup
from pilots.adoption.requirements import (
    groups_prepared,
    knows_who_is_affected,
    pulse_taken,
    use_shown,
)
from pilots.gates.models import GateReview
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.checklist import Gate, RequirementState
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


def change(group: AffectedGroup, **fields: Any) -> None:
    known = {one: getattr(group, one) for one in ("name", "people", "changes", "unit")}
    actions.change_group(group, **{**known, "reason": "They say so.", **fields})


def checks(pilot: Pilot) -> list[RequirementState | None]:
    found = Pilot.objects.get(pk=pilot.pk)
    return [groups_prepared(found), pulse_taken(found), use_shown(found)]


def test_a_group_taken_out_since_resources_were_approved_is_told_to_who_decides(
    cast: Cast, pilot: Pilot, fund: Any
) -> None:
    never = adoption.name_group(cast, pilot, name="Porters")
    before = NOW - timedelta(weeks=5)
    actions.remove_group(never, by=cast.jonas, at=before)
    make.approve(cast, pilot, fund, at=NOW - timedelta(weeks=4))
    assert checks(pilot) == [None, None, None]
    nurses = adoption.name_group(cast, pilot)
    clerks = adoption.name_group(cast, pilot, name="Clerks", people=6)
    with pytest.raises(Malformed, match="Say why"):
        actions.remove_group(clerks, by=cast.jonas, at=NOW)
    actions.remove_group(clerks, reason="They refused.", by=cast.jonas, at=NOW)
    told = "Taken out since resources were approved: Clerks, because: They refused."
    for found in checks(pilot):
        assert found is not None
        assert found.sentence.endswith(told)
        assert "Porters" not in found.sentence
        assert not found.met
    actions.remove_group(nurses, reason="Nor they.", by=cast.jonas, at=NOW)
    for found in checks(pilot):
        assert found is not None
        assert not found.met
        assert found.sentence.startswith("Every group was taken out. Name each group")
        assert "approved: Night nurses, because: Nor they." in found.sentence
        assert told in found.sentence
        assert found.url == reverse("pilots:adoption", args=[pilot.pk])
    actions.say_nobody(pilot, because="A server is replaced.", by=cast.jonas, at=NOW)
    for found in checks(pilot):
        assert found is not None
        assert found.met
        assert found.sentence.startswith("Nobody's work changes: A server is replaced.")
        assert told in found.sentence
    adoption.name_group(cast, pilot, name="Day nurses")
    for found in checks(pilot):
        assert found is not None
        assert not found.met


def test_a_group_made_smaller_since_is_told_to_who_decides(
    cast: Cast, pilot: Pilot, fund: Any
) -> None:
    nurses = adoption.name_group(cast, pilot, people=12)
    change(nurses, people=10, by=cast.jonas, at=NOW - timedelta(weeks=5))
    make.approve(cast, pilot, fund, at=NOW - timedelta(weeks=4))
    prepared, pulse, use = checks(pilot)
    assert pulse is not None
    assert pulse.sentence == "Take the pulse of: Night nurses."
    change(nurses, people=7, by=cast.jonas, at=NOW)
    change(nurses, people=4, reason="Six left.", by=cast.jonas, at=NOW)
    told = "Since resources were approved Night nurses became 4 people, from 10: Six left."
    prepared, pulse, use = checks(pilot)
    assert prepared is not None and prepared.sentence.endswith(told)
    assert use is not None and use.sentence.endswith(told)
    # None can be asked: it is not held back, and not silent.
    assert pulse is not None
    assert (pulse.met, pulse.sentence) == (
        True,
        f"No group has 5 people or more, so none can be asked. {told}",
    )
    change(nurses, people=10, by=cast.jonas, at=NOW)
    _prepared, pulse, _use = checks(pilot)
    assert pulse is not None
    assert pulse.sentence == "Take the pulse of: Night nurses."
    with pytest.raises(IntegrityError, match="changed_whole"), transaction.atomic():
        AffectedGroup.objects.filter(pk=nurses.pk).update(people_before=3)


def test_what_was_agreed_anew_is_no_change(cast: Cast, pilot: Pilot, fund: Any) -> None:
    """After a pivot resources are approved again, for the groups as they are by then."""
    make.run(cast, pilot, fund)
    nurses = adoption.name_group(cast, pilot, people=10)
    clerks = adoption.name_group(cast, pilot, name="Clerks", people=10)
    adoption.name_group(cast, pilot, name="Porters", people=10)
    for group in (nurses, clerks):
        change(group, people=6, by=cast.jonas, at=NOW)
    lifecycle.evaluate(pilot, by=cast.jonas, at=NOW)
    lifecycle.pivot(pilot, reason="Another way.", by=cast.jonas, at=NOW)
    clerks = AffectedGroup.objects.get(pk=clerks.pk)
    change(clerks, people=5, reason="", by=cast.jonas, at=NOW)
    assert (clerks.people_before, clerks.people_because) == (None, "")
    lifecycle.propose(pilot, by=cast.jonas, at=NOW + timedelta(days=1))
    lifecycle.approve(pilot, by=cast.amara, at=NOW + timedelta(days=1))
    for found in checks(pilot):
        assert found is not None
        assert "resources were approved" not in found.sentence
    nurses = AffectedGroup.objects.get(pk=nurses.pk)
    change(nurses, people=5, by=cast.jonas, at=NOW + timedelta(days=2))
    for found in checks(pilot):
        assert found is not None
        assert "Night nurses became 5 people, from 6" in found.sentence


@pytest.mark.parametrize("state", ["proposed", "going live", "outcome", "paused"])
def test_groups_stay_while_somebody_decides(
    cast: Cast, pilot: Pilot, fund: Any, state: str
) -> None:
    if state == "proposed":
        make.propose(cast, pilot, fund)
    elif state == "going live":
        make.approve(cast, pilot, fund)
        GateReview.objects.create(
            pilot=pilot, gate=Gate.GO_LIVE, opened_at=NOW, opened_by=cast.jonas
        )
    else:
        make.evaluate(cast, pilot, fund)
        if state == "paused":
            lifecycle.pause(pilot, reason="A fault.", by=cast.jonas, at=NOW)
    nurses = adoption.name_group(cast, pilot)
    with pytest.raises(Refused, match="Until then its groups and waves stay"):
        actions.remove_group(nurses, reason="x", by=cast.jonas, at=NOW)
    nurses = AffectedGroup.objects.get(pk=nurses.pk)
    with pytest.raises(Refused, match="Until then its groups and waves stay"):
        change(nurses, people=4, by=cast.jonas, at=NOW)
    for turned in (
        {"people": 4},
        {"removed_at": NOW, "removed_by": cast.jonas, "removed_because": "x"},
    ):
        with pytest.raises(IntegrityError, match="while somebody decides"), transaction.atomic():
            AffectedGroup.objects.filter(pk=nurses.pk).update(**turned)
    wave = Wave.objects.create(
        pilot=pilot, name="First", first_day=TODAY, share=80, by=cast.jonas, at=NOW
    )
    known: dict[str, Any] = {"name": "First", "first_day": TODAY, "share": 1}
    planning: tuple[Callable[[], Wave], ...] = (
        lambda: adoption.plan_wave(cast, pilot, [nurses], share=1, name="Second"),
        lambda: actions.change_wave(
            wave, **known, groups=[nurses], reason="x", by=cast.jonas, at=NOW
        ),
        lambda: actions.drop_wave(wave, reason="x", by=cast.jonas, at=NOW),
    )
    # While the outcome is decided the days of sites stay, and waves with them.
    stays = "Until then its groups and waves stay" if state in ("proposed", "going live") else None
    for act in planning:
        with pytest.raises(Refused, match=stays):
            act()
    with pytest.raises(IntegrityError, match="while somebody decides"), transaction.atomic():
        Wave.objects.filter(pk=wave.pk).update(share=1)
    with pytest.raises(IntegrityError, match="while somebody decides"), transaction.atomic():
        WaveGroup.objects.create(wave=wave, group=nurses)
    browser = Client()
    browser.force_login(cast.jonas)
    refused = browser.post(
        reverse("pilots:api-group-remove", args=[nurses.pk]),
        {"reason": "x"},
        content_type="application/json",
    )
    assert refused.status_code == 409
    # How they are called is nothing that a gate asks.
    nurses = AffectedGroup.objects.get(pk=nurses.pk)
    change(nurses, name="Nurses at night", by=cast.jonas, at=NOW)
    GateReview.objects.waiting().update(
        decided_at=NOW, decided_by=cast.amara, decision="return", reason="x"
    )
    actions.remove_group(nurses, reason="x", by=cast.jonas, at=NOW)


def test_it_stands_among_what_the_gate_asks(cast: Cast, pilot: Pilot, fund: Any) -> None:
    make.shape(cast, pilot, fund)
    browser = Client()
    browser.force_login(cast.jonas)
    page = browser.get(reverse("pilots:pilot-propose", args=[pilot.pk])).content.decode()
    assert "Whose work changes" in page
