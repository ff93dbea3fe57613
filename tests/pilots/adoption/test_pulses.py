"""Four groups of a pilot: one was never trained, one does not want it, one is too small, one is ready."""

from __future__ import annotations

import doctest
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from innovation.notices.models import Notice
from innovation.rules import dates
from innovation.rules.refusal import Conflict, Malformed, NotAllowed, Refused
from pilots.adoption import actions as adoption_actions
from pilots.adoption import barriers, heat
from pilots.adoption.actions import pulses as actions
from pilots.adoption.barriers import GroupStanding
from pilots.adoption.models import AffectedGroup, BarrierAction, GroupMember, GroupPulse, UseCount
from pilots.adoption.panels import waiting as change_waiting
from pilots.adoption.queries.readiness import readiness_of
from pilots.adoption.requirements import pulse_taken, use_shown
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import Pilot
from pilots.surveys import actions as surveys
from pilots.surveys.models import SurveyRound
from pilots.surveys.panels import waiting
from tests.factories import adoption
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.factories.surveys import answer

pytestmark = pytest.mark.django_db
UNTIL = make.TODAY + timedelta(days=13)


def test_examples_run() -> None:
    assert doctest.testmod(barriers).failed == 0


def groups_of(cast: Cast, pilot: Pilot) -> list[AffectedGroup]:
    return [
        adoption.name_group(cast, pilot, name=name, people=people)
        for name, people in (("Night", 24), ("Day", 30), ("Weekend", 4), ("Clinic", 12))
    ]


def ask(
    cast: Cast, pilot: Pilot, groups: Sequence[AffectedGroup], *, days: int = 0
) -> list[GroupPulse]:
    return actions.open_pulses(
        pilot,
        groups=groups,
        by=cast.jonas,
        at=NOW + timedelta(days=days),
        closes_on=UNTIL + timedelta(days=days),
    )


def answered(cast: Cast, pulse: GroupPulse, values: list[int], *, n: int = 6) -> None:
    for _n in range(n):
        answer(pulse.round, values, at=pulse.round.opened_at)
    surveys.close_round(pulse.round, by=cast.jonas, at=pulse.round.closes_at)


def count(cast: Cast, group: AffectedGroup, **fields: int) -> UseCount:
    given: dict[str, int] = {"eligible": group.people, "trained": group.people, "active": 6}
    return actions.count_use(
        group, on=make.TODAY, source="Vendor report", by=cast.jonas, at=NOW, **(given | fields)
    )


def test_never_trained_is_told_from_unwilling(cast: Cast, pilot: Pilot) -> None:
    night, day, weekend, clinic = groups_of(cast, pilot)
    with pytest.raises(NotAllowed):
        actions.open_pulses(pilot, groups=[night], by=cast.ana, at=NOW, closes_on=UNTIL)
    with pytest.raises(Refused, match="fewer than 5"):
        ask(cast, pilot, [weekend])
    asked = ask(cast, pilot, [night, day, weekend, clinic])
    assert [one.group.name for one in asked] == ["Night", "Day", "Clinic"]
    assert len({one.round.wave for one in asked}) == 1
    with pytest.raises(Refused, match="lately"):
        ask(cast, pilot, [night, day])
    assert heat.sentence(readiness_of(pilot)).startswith("No pulse can be shown yet")
    answered(cast, asked[0], [4, 5, 2, 2, 4])
    answered(cast, asked[1], [4, 2, 4, 4, 4])
    answered(cast, asked[2], [5, 5, 4, 4, 4])
    count(cast, night, trained=5)
    count(cast, day)
    count(cast, clinic, eligible=20, trained=20, active=15, still_active=15)
    found = {one.group.name: one for one in readiness_of(pilot)}
    assert {name: one.standing for name, one in found.items()} == {
        "Night": GroupStanding.NEVER_TRAINED,
        "Day": GroupStanding.UNWILLING,
        "Weekend": None,
        "Clinic": GroupStanding.READY,
    }
    said = heat.sentence(list(found.values()))
    assert said == (
        "3 of 4 groups have a pulse. Never trained: Night. Do not want it: Day. 1 is ready."
    )
    assert heat.words_of(found["Day"]) == "They were trained, and do not want it."
    assert heat.words_of(found["Weekend"]) == "Not asked yet."
    assert found["Clinic"].still_active == 0.75
    with CaptureQueriesContext(
        connection,
    ) as few:
        readiness_of(pilot)
    assert len(few) <= 9


def test_what_is_taken_on_shows_at_the_next_pulse_whether_it_moved(
    cast: Cast, pilot: Pilot
) -> None:
    night, *_others = groups_of(cast, pilot)
    given: dict[str, Any] = {
        "what": "Train on each shift.",
        "owner": cast.jonas,
        "until": UNTIL,
        "by": cast.jonas,
    }
    with pytest.raises(Refused, match="No pulse"):
        actions.take_on(night, at=NOW, **given)
    (first,) = ask(cast, pilot, [night])
    answered(cast, first, [4, 4, 2, 2, 4])
    for wrong in ({"what": " "}, {"owner": cast.ana}, {"until": make.TODAY - timedelta(days=1)}):
        with pytest.raises(Malformed):
            actions.take_on(night, at=NOW, **(given | wrong))
    actions.take_on(night, at=NOW, **given)
    (row, *_rest) = [heat.row(one) for one in readiness_of(pilot)]
    assert row.helped[0].said.endswith("The next pulse shows whether it moved.")
    # Knowledge after it is what counts, and not what a pulse months later says.
    for days, knowledge in ((30, 4), (60, 1)):
        (later,) = ask(cast, pilot, [night], days=days)
        answered(cast, later, [4, 4, knowledge, 3, 4])
        (row, *_rest) = [heat.row(one) for one in readiness_of(pilot)]
        assert row.helped[0].said.endswith("Knowledge moved by +2.0.")
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        GroupPulse.objects.update(group=_others[0])


def test_help_waits_for_its_owner_until_it_is_done(cast: Cast, pilot: Pilot) -> None:
    night, *_others = groups_of(cast, pilot)
    helped = adoption.help_group(cast, night, owner=cast.maya)
    (told,) = Notice.objects.filter(person=cast.maya, title__contains="Train on each shift")
    assert told.title.startswith("You are to help Night by")
    (item,) = change_waiting(cast.maya)
    assert item.url == reverse("pilots:group-help-done", args=[helped.pk])
    with pytest.raises(NotAllowed):
        actions.say_help_done(helped, by=cast.ana, at=helped.at)
    another = adoption.help_again(cast, night, what="One page at the bed.")
    assert len(heat.row(readiness_of(pilot)[0]).helped) == 2
    actions.say_help_done(helped, by=cast.maya, at=helped.at)
    assert change_waiting(cast.maya) == []
    with pytest.raises(Conflict, match="marked done"):
        actions.say_help_done(helped, by=cast.jonas, at=helped.at)
    (line,) = heat.row(readiness_of(pilot)[0]).helped
    assert line.key == another.pk
    for change in ({"what": "Else."}, {"done_at": None, "done_by": None}):
        with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
            BarrierAction.objects.filter(pk=helped.pk).update(**change)
    with pytest.raises(IntegrityError, match="done_whole"), transaction.atomic():
        BarrierAction.objects.filter(pk=another.pk).update(done_at=another.at)


def test_the_heat_map_says_what_would_help_and_shows_the_waves(cast: Cast, pilot: Pilot) -> None:
    night, day, *_others = groups_of(cast, pilot)
    helped = adoption.help_group(cast, night)
    count(cast, night, trained=0)
    (later,) = ask(cast, pilot, [day], days=30)
    answered(cast, later, [5, 5, 5, 5, 5])
    browser = Client()
    browser.force_login(cast.jonas)
    url = reverse("pilots:readiness", args=[pilot.pk])

    def page(where: str) -> str:
        return " ".join(browser.get(where).content.decode().split())

    said = page(url)
    assert "Would help: Train on each shift, in protected time" in said
    assert "Readiness, wave by wave: All groups" in said
    assert "The score was 3.2 of 5 at first and is 5.0 after 2 waves." in said
    assert "Last asked 23 December 2026" in said
    assert "<svg" in said
    assert "One wave says nothing" in page(f"{url}?group={night.pk}")
    fill = f"{reverse('pilots:group-help', args=[night.pk])}?idea=train_on_shift"
    assert f'href="{fill}"' in said
    assert 'value="Train on each shift, in protected time, nights and weekends too."' in page(fill)
    taken = str(barriers.proposed(barriers.Barrier.KNOWLEDGE)[0].text)
    adoption.help_again(cast, night, what=taken)
    assert "Would help: One page at the place of work" in page(url)
    done = reverse("pilots:group-help-done", args=[helped.pk])
    assert f'href="{done}"' in said
    assert browser.post(done).status_code == 302
    assert "Jonas Park has done: " not in page(url)  # the last that was taken on stands there
    api = reverse("pilots:api-group-help-done", args=[helped.pk])
    assert browser.post(api).status_code == 409
    row = browser.get(reverse("pilots:api-readiness", args=[pilot.pk])).json()[0]
    assert [one["done_at"] is not None for one in row["helps"]] == [True, False]
    assert row["would_help"].startswith("One page")


def test_counts_hold_together(cast: Cast, pilot: Pilot) -> None:
    night, *_others = groups_of(cast, pilot)
    for wrong in ({"active": 25}, {"trained": 25}, {"still_active": 25}, {"eligible": 0}):
        with pytest.raises(Malformed):
            count(cast, night, **wrong)
    count(cast, night)
    count(cast, night, active=12)
    assert readiness_of(pilot)[0].active == 0.5


def test_no_share_is_shown_that_tells_of_few(cast: Cast, pilot: Pilot) -> None:
    night, *_others = groups_of(cast, pilot)
    for n, shown in ((0, True), (4, False), (5, True), (19, True), (20, False), (24, True)):
        count(cast, night, trained=n, active=n, still_active=n)
        found = readiness_of(pilot)[0]
        for share in (found.trained, found.active, found.still_active):
            assert share == (n / 24 if shown else None)
        assert (heat.row(found).active.word == "Not shown") is not shown


def test_where_five_are_named_they_are_asked_by_name(cast: Cast, pilot: Pilot) -> None:
    night, day, _weekend, clinic = groups_of(cast, pilot)
    people = adoption.people_of(cast, night, 7)
    adoption.people_of(cast, day, 4)
    for one in people[:4]:  # also of another group
        GroupMember.objects.create(group=clinic, person=one, added_by=cast.amara, added_at=NOW)
    more = adoption.people_of(cast, clinic, 5)
    asked = {one.group.name: one.round for one in ask(cast, pilot, [night, day, clinic])}
    assert {name: (one.by_name, one.asked) for name, one in asked.items()} == {
        "Night": (True, 7),
        "Day": (False, 30),
        "Clinic": (True, 5),
    }
    # Nobody is in two rounds of one wave: what both say would tell of the four.
    assert set(asked["Clinic"].people.values_list("person", flat=True)) == {one.pk for one in more}
    (item,) = waiting(people[0])
    assert item.url == reverse("pilots:survey-answer", args=[asked["Night"].key])
    with pytest.raises(NotAllowed, match="by name"):
        answer(asked["Night"], [1, 1, 1, 1, 1])


def test_gates_ask_for_pulse_and_use_where_groups_are_named(
    cast: Cast, pilot: Pilot, fund: Any
) -> None:
    make.run(cast, pilot, fund)
    assert (pulse_taken(pilot), use_shown(pilot)) == (None, None)
    night, *others = groups_of(cast, pilot)
    pilot = Pilot.objects.get(pk=pilot.pk)
    missing = pulse_taken(pilot)
    assert missing is not None
    assert (missing.met, missing.sentence) == (False, "Take the pulse of: Night, Day, Clinic.")
    for pulse in ask(cast, pilot, [night, *others]):
        answered(cast, pulse, [4, 4, 4, 4, 4])
    for group in (night, *others):
        count(cast, group, active=2)
    pilot = Pilot.objects.get(pk=pilot.pk)
    for found in (pulse_taken(pilot), use_shown(pilot)):
        assert found is not None
        assert found.met


def test_a_pulse_counts_once_enough_answered_or_had_time_to(cast: Cast, pilot: Pilot) -> None:
    night, day, _weekend, clinic = groups_of(cast, pilot)
    soon = make.TODAY + timedelta(days=4)  # four days and some hours
    asked = actions.open_pulses(
        pilot, groups=[night, day, clinic], by=cast.jonas, at=NOW, closes_on=soon
    )
    for pulse, n in zip(asked, (0, 4, 5), strict=True):
        for _n in range(n):
            answer(pulse.round, [4, 4, 4, 4, 4], at=NOW)
        # However late it is written down that it has ended.
        surveys.close_round(pulse.round, by=cast.jonas, at=NOW + timedelta(days=9))
    found = pulse_taken(Pilot.objects.get(pk=pilot.pk))
    assert found is not None
    assert (found.met, found.sentence) == (
        False,
        "Take the pulse of: Night, Day. A pulse counts once 5 have answered, or were asked for 5 days.",
    )
    for pulse in ask(cast, pilot, [night, day], days=30):
        answered(cast, pulse, [4, 4, 4, 4, 4], n=5 if pulse.group == day else 2)
    found = pulse_taken(Pilot.objects.get(pk=pilot.pk))
    assert found is not None
    assert (found.met, found.sentence) == (
        True,
        "Each group was asked how ready it is. Asked, too few answered: Night.",
    )


def test_after_a_pivot_groups_are_asked_and_counted_anew(
    cast: Cast, pilot: Pilot, fund: Any
) -> None:
    make.run(cast, pilot, fund)
    night = adoption.name_group(cast, pilot, name="Night")
    (pulse,) = ask(cast, pilot, [night])
    answered(cast, pulse, [4, 4, 4, 4, 4])
    count(cast, night)
    for check in (pulse_taken, use_shown):
        found = check(Pilot.objects.get(pk=pilot.pk))
        assert found is not None
        assert found.met
    later = NOW + timedelta(days=30)
    lifecycle.evaluate(pilot, by=cast.jonas, at=later)
    lifecycle.pivot(pilot, reason="Another way.", by=cast.jonas, at=later)
    Pilot.objects.filter(pk=pilot.pk).update(went_live_on=later.date())
    for check in (pulse_taken, use_shown):
        found = check(Pilot.objects.get(pk=pilot.pk))
        assert found is not None
        assert not found.met


def test_use_counts_since_the_group_can_use_it(cast: Cast, pilot: Pilot, fund: Any) -> None:
    make.run(cast, pilot, fund)
    live = pilot.went_live_on
    assert live is not None
    night = adoption.name_group(cast, pilot, name="Night")
    before = make.TODAY - timedelta(weeks=5)
    given: dict[str, Any] = {"eligible": 24, "active": 0, "source": "None", "by": cast.jonas}
    # Where it began may be written down before; it shows no use.
    Pilot.objects.filter(pk=pilot.pk).update(went_live_on=None)
    actions.count_use(night, on=before, at=NOW, **given)
    Pilot.objects.filter(pk=pilot.pk).update(went_live_on=live)
    pilot = Pilot.objects.get(pk=pilot.pk)
    night = AffectedGroup.objects.get(pk=night.pk)
    with pytest.raises(Malformed, match="went live on 26 October 2026; nobody could use it"):
        actions.count_use(night, on=before, at=NOW, **given)
    with pytest.raises(IntegrityError, match="before its pilot is live"), transaction.atomic():
        UseCount.objects.create(group=night, on=before, at=NOW, **given)
    browser = Client()
    browser.force_login(cast.jonas)
    refused = browser.post(
        reverse("pilots:api-group-use", args=[night.pk]),
        {"on": before.isoformat(), "eligible": 24, "active": 0, "counted_from": "None"},
        content_type="application/json",
    )
    assert refused.status_code == 400
    found = use_shown(pilot)
    assert found is not None
    assert (found.met, found.sentence) == (
        False,
        "Count who uses it, on a day since it began, or name the metric that does: Night.",
    )
    actions.count_use(night, on=live, at=NOW, **given)
    found = use_shown(Pilot.objects.get(pk=pilot.pk))
    assert found is not None
    assert found.met
    # With its wave it begins later, and is counted again.
    wave = adoption.plan_wave(cast, pilot, [night], share=1)
    adoption.attend(cast, adoption.plan_training(cast, night), adoption.people_of(cast, night, 24))
    adoption_actions.wave_goes_live(wave, on=make.TODAY, by=cast.jonas, at=NOW)
    found = use_shown(Pilot.objects.get(pk=pilot.pk))
    assert found is not None
    assert not found.met
    actions.count_use(night, on=make.TODAY, at=NOW, **given)
    found = use_shown(Pilot.objects.get(pk=pilot.pk))
    assert found is not None
    assert found.met


def test_pages_and_api(cast: Cast, pilot: Pilot) -> None:
    night, *_others = groups_of(cast, pilot)
    browser = Client()
    browser.force_login(cast.jonas)
    soon = dates.days_after(dates.today(), 10).isoformat()
    opened = browser.post(
        reverse("pilots:pulse-open", args=[pilot.pk]), {"group": night.pk, "closes_on": soon}
    )
    assert opened.status_code == 302
    api = reverse("pilots:api-pulse-open", args=[pilot.pk])
    others = browser.post(api, {"closes_on": soon}, content_type="application/json")
    assert [one["label"] for one in others.json()] == ["Day", "Clinic"]
    survey = SurveyRound.objects.get(label="Night")
    for _n in range(5):
        answer(survey, [4, 4, 2, 2, 4], at=survey.opened_at)
    surveys.close_round(survey, by=cast.jonas, at=survey.closes_at)
    use = {
        "on": dates.today().isoformat(),
        "eligible": "24",
        "trained": "6",
        "active": "6",
        "source": "Typed",
    }
    assert browser.post(reverse("pilots:group-use", args=[night.pk]), use).status_code == 302
    counted = use | {"counted_from": use.pop("source")}
    assert (
        browser.post(
            reverse("pilots:api-group-use", args=[night.pk]),
            counted,
            content_type="application/json",
        ).status_code
        == 201
    )
    url = reverse("pilots:group-help", args=[night.pk])
    assert "Train on each shift" in browser.get(url).content.decode()
    help = {"what": "Train on each shift.", "owner": cast.jonas.pk, "until": soon}
    assert browser.post(url, help).status_code == 302
    taken = browser.post(
        reverse("pilots:api-group-help", args=[night.pk]), help, content_type="application/json"
    ).json()
    assert taken["barrier"] == "knowledge"
    page = " ".join(
        browser.get(reverse("pilots:readiness", args=[pilot.pk])).content.decode().split()
    )
    assert "They were never trained." in page
    assert "Low 2.0" in page
    rows = browser.get(reverse("pilots:api-readiness", args=[pilot.pk])).json()
    assert (rows[0]["standing"], rows[0]["reading"]["n"]) == ("never_trained", 5)
    assert rows[1]["reading"] is None
