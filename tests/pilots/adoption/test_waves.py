"""Waves: refused until their groups are trained, and the first day of their sites."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pgtrigger
import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from innovation.audit.models import Event
from innovation.people.models import Unit
from innovation.rules.refusal import Conflict, Malformed, NotAllowed, Refused
from pilots.adoption import actions
from pilots.adoption.models import AffectedGroup, Wave, WaveGroup
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import Pilot, SiteGoLive
from tests.factories import adoption
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.factories.pilots import TODAY

pytestmark = pytest.mark.django_db


def known(wave: Wave, **otherwise: Any) -> dict[str, Any]:
    now = {name: getattr(wave, name) for name in ("name", "first_day", "share")}
    return {**now, "groups": list(wave.groups.all()), "sites": list(wave.sites.all()), **otherwise}


def train(cast: Cast, group: AffectedGroup, n: int) -> None:
    session = adoption.plan_training(cast, group)
    adoption.attend(cast, session, adoption.people_of(cast, group, n))


def test_a_wave_is_of_groups_and_sites_of_its_pilot(cast: Cast, pilot: Pilot) -> None:
    nurses = adoption.name_group(cast, pilot)
    clerks = adoption.name_group(cast, pilot, name="Clerks")
    other = adoption.name_group(cast, make.open_pilot(cast), name="Elsewhere")
    with pytest.raises(NotAllowed):
        adoption.plan_wave(cast, pilot, [nurses], by=cast.ana)
    cases: tuple[dict[str, Any], ...] = (
        {"name": " "},
        {"share": 0},
        {"groups": []},
        {"groups": [other]},
        {"sites": [cast.harbor]},
        {"first_day": TODAY + timedelta(days=400)},
    )
    for wrong in cases:
        with pytest.raises(Malformed):
            adoption.plan_wave(cast, pilot, wrong.pop("groups", [nurses]), **wrong)
    first = adoption.plan_wave(cast, pilot, [nurses])
    with pytest.raises(Conflict, match="begins with “First wave”"):
        adoption.plan_wave(cast, pilot, [nurses, clerks], name="Second")
    with pytest.raises(Conflict, match="of this name"):
        adoption.plan_wave(cast, pilot, [clerks], name="first WAVE")
    second = adoption.plan_wave(cast, pilot, [clerks], name="Second", share=60)
    actions.change_wave(second, **known(second, share=50), by=cast.maya, at=NOW)
    assert Wave.objects.get(pk=second.pk).share == 50
    with pytest.raises(Malformed, match="Say why"):
        actions.drop_wave(second, reason="", by=cast.jonas, at=NOW)
    actions.drop_wave(second, reason="Their manager refused: no cover.", by=cast.jonas, at=NOW)
    with pytest.raises(Conflict, match="Jonas Park dropped it"):
        actions.change_wave(second, **known(second), by=cast.maya, at=NOW)
    # Its groups are free for another.
    actions.change_wave(first, **known(first, groups=[nurses, clerks]), by=cast.maya, at=NOW)
    assert first.groups.count() == 2


def test_it_goes_live_once_each_group_is_trained_and_its_sites_with_it(
    cast: Cast, pilot: Pilot, fund: Any
) -> None:
    make.run(cast, pilot, fund)
    nurses = adoption.name_group(cast, pilot, people=10)
    later = TODAY + timedelta(days=7)
    with pytest.raises(Malformed, match="Say why"):
        adoption.plan_wave(cast, pilot, [nurses], sites=[cast.four_west], reason=" ")
    wave = adoption.plan_wave(cast, pilot, [nurses], sites=[cast.four_west], first_day=later)
    site = SiteGoLive.objects.get(pilot=pilot)
    assert (site.unit, site.planned_on, site.went_live_on) == (cast.four_west, later, None)
    moved = Event.objects.filter(type="pilot.site_planned").latest("number")
    assert moved.details["reason"] == "One ward first."
    actions.change_wave(
        wave, **known(wave, first_day=TODAY), reason="The room is free.", by=cast.jonas, at=NOW
    )
    site.refresh_from_db()
    assert site.planned_on == TODAY
    train(cast, nurses, 7)
    with pytest.raises(NotAllowed):
        actions.wave_goes_live(wave, on=TODAY, by=cast.ana, at=NOW)
    # Three of ten are not trained, which would tell of few: no number is said.
    with pytest.raises(Refused, match=r"Night nurses: not trained to 80 % yet\."):
        actions.wave_goes_live(wave, on=TODAY, by=cast.jonas, at=NOW)
    with pytest.raises(IntegrityError, match="once its groups are trained"), transaction.atomic():
        Wave.objects.filter(pk=wave.pk).update(went_live_on=TODAY, live_at=NOW, live_by=cast.jonas)
    train(cast, nurses, 1)
    with pytest.raises(Refused, match="or afterwards"):
        actions.wave_goes_live(wave, on=later, by=cast.jonas, at=NOW)
    with pytest.raises(Malformed, match="another day"):
        actions.wave_goes_live(wave, on=TODAY - timedelta(days=1), by=cast.jonas, at=NOW)
    actions.wave_goes_live(wave, on=TODAY, by=cast.jonas, at=NOW)
    site.refresh_from_db()
    assert site.went_live_on == TODAY
    with pytest.raises(Conflict, match="live since"):
        actions.change_wave(wave, **known(wave), reason="x", by=cast.jonas, at=NOW)
    for change in (
        lambda: Wave.objects.filter(pk=wave.pk).update(share=1),
        lambda: WaveGroup.objects.filter(wave=wave).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_a_group_of_which_nobody_was_trained_says_how_many(
    cast: Cast, pilot: Pilot, fund: Any
) -> None:
    make.run(cast, pilot, fund)
    nurses = adoption.name_group(cast, pilot)
    wave = adoption.plan_wave(cast, pilot, [nurses])
    with pytest.raises(Refused, match=r"0 of 24 are trained; 80 % are asked"):
        actions.wave_goes_live(wave, on=TODAY, by=cast.jonas, at=NOW)
    actions.remove_group(nurses, reason="They are not asked after all.", by=cast.jonas, at=NOW)
    with pytest.raises(Refused, match="Its groups were taken out"):
        actions.wave_goes_live(wave, on=TODAY, by=cast.jonas, at=NOW)


def test_a_site_of_a_wave_is_live_with_it(cast: Cast, pilot: Pilot, fund: Any) -> None:
    make.run(cast, pilot, fund)
    nurses = adoption.name_group(cast, pilot, people=5)
    later = TODAY + timedelta(days=7)
    wave = adoption.plan_wave(cast, pilot, [nurses], sites=[cast.four_west], first_day=later)

    def goes_live(unit: Unit, on: date = TODAY) -> None:
        lifecycle.site_goes_live(pilot, unit=unit, on=on, reason="Early.", by=cast.jonas, at=NOW)

    # Nor where it lies in another, or another in it.
    for unit in (cast.four_west, cast.medicine):
        with pytest.raises(Refused, match="4 West begins with the wave “First wave”; say there"):
            goes_live(unit)
    with pytest.raises(IntegrityError, match="of a wave"), transaction.atomic():
        SiteGoLive.objects.filter(pilot=pilot).update(went_live_on=TODAY)
    # By itself it has no other day, and without one it would be live since the pilot is.
    with pytest.raises(Refused, match="Change that wave's day"):
        lifecycle.plan_site(
            pilot, unit=cast.four_west, planned_on=TODAY, reason="Now.", by=cast.jonas, at=NOW
        )
    with pytest.raises(Refused, match="would be live without it"):
        lifecycle.drop_site(pilot, unit=cast.four_west, reason="Now.", by=cast.jonas, at=NOW)
    browser = Client()
    browser.force_login(cast.jonas)
    refused = browser.post(
        reverse("pilots:api-pilot-site-live", args=[pilot.pk]),
        {"unit": cast.four_west.pk, "on": TODAY.isoformat(), "reason": "Early."},
        content_type="application/json",
    )
    assert (refused.status_code, "First wave" in refused.json()["detail"]) == (409, True)
    train(cast, nurses, 5)
    actions.wave_goes_live(wave, on=TODAY, reason="Ready.", by=cast.jonas, at=NOW)
    # A day that was wrong is taken back; the right one is not before the wave's.
    lifecycle.take_site_day_back(
        pilot, unit=cast.four_west, reason="A slip.", by=cast.jonas, at=NOW
    )
    before = TODAY - timedelta(days=1)
    with pytest.raises(Refused, match="and not before it"):
        goes_live(cast.four_west, before)
    with pytest.raises(IntegrityError, match="of a wave"), transaction.atomic():
        SiteGoLive.objects.filter(pilot=pilot).update(went_live_on=before)
    with pytest.raises(Refused, match="would be live without it"):
        lifecycle.drop_site(pilot, unit=cast.four_west, reason="Now.", by=cast.jonas, at=NOW)
    goes_live(cast.four_west)
    assert SiteGoLive.objects.get(pilot=pilot).went_live_on == TODAY


def test_a_site_that_left_its_wave_is_free_and_the_log_says_so(
    cast: Cast, pilot: Pilot, fund: Any
) -> None:
    make.run(cast, pilot, fund)
    nurses = adoption.name_group(cast, pilot, people=5)
    wave = adoption.plan_wave(cast, pilot, [nurses], sites=[cast.four_west])
    actions.change_wave(wave, **known(wave, sites=[]), reason="By itself.", by=cast.jonas, at=NOW)
    assert Event.objects.get(type="wave.changed").details["left"] == ["4 West"]
    lifecycle.site_goes_live(pilot, unit=cast.four_west, on=TODAY, by=cast.jonas, at=NOW)
    assert SiteGoLive.objects.get(pilot=pilot).went_live_on == TODAY


def test_a_site_that_was_live_before_its_wave_keeps_its_day(
    cast: Cast, pilot: Pilot, fund: Any
) -> None:
    make.run(cast, pilot, fund)
    nurses = adoption.name_group(cast, pilot, people=5)
    wave = adoption.plan_wave(cast, pilot, [nurses], sites=[cast.four_west])
    before = TODAY - timedelta(days=3)
    with pgtrigger.ignore("pilots.SiteGoLive:site_live_with_its_wave"):  # before it was refused
        SiteGoLive.objects.filter(pilot=pilot).update(went_live_on=before)
    train(cast, nurses, 5)
    actions.wave_goes_live(wave, on=TODAY, by=cast.jonas, at=NOW)
    assert SiteGoLive.objects.get(pilot=pilot).went_live_on == before


def test_a_group_whose_number_is_hidden_keeps_its_share_on_every_way(
    cast: Cast, pilot: Pilot, fund: Any
) -> None:
    """Into a wave, out of it, with it and by its end: another share would tell the number at the gate."""
    make.run(cast, pilot, fund)
    nurses = adoption.name_group(cast, pilot, people=10)
    clerks = adoption.name_group(cast, pilot, name="Clerks", people=10)
    wave = adoption.plan_wave(cast, pilot, [nurses, clerks], share=50)
    train(cast, nurses, 7)
    leaving: tuple[Callable[[], Wave], ...] = (
        lambda: actions.drop_wave(wave, reason="x", by=cast.jonas, at=NOW),
        lambda: actions.change_wave(
            wave, **known(wave, groups=[clerks]), reason="x", by=cast.jonas, at=NOW
        ),
        lambda: actions.change_wave(
            wave, **known(wave, share=60), reason="x", by=cast.jonas, at=NOW
        ),
    )
    for leaves in leaving:
        with pytest.raises(Refused, match="stay as they are"):
            leaves()
    browser = Client()
    browser.force_login(cast.jonas)
    refused = browser.post(
        reverse("pilots:api-wave-drop", args=[wave.pk]),
        {"reason": "x"},
        content_type="application/json",
    )
    assert refused.status_code == 409
    # The one of whom no number is hidden may go.
    actions.change_wave(wave, **known(wave, groups=[nurses]), reason="x", by=cast.jonas, at=NOW)
    hidden = adoption.name_group(cast, pilot, name="Porters", people=10)
    train(cast, hidden, 7)
    other = adoption.plan_wave(cast, pilot, [clerks], share=50, name="Second")
    with pytest.raises(Refused, match="stay as they are"):
        actions.change_wave(
            other, **known(other, groups=[clerks, hidden]), reason="x", by=cast.jonas, at=NOW
        )
    with pytest.raises(Refused, match="stay as they are"):
        adoption.plan_wave(cast, pilot, [hidden], share=50, name="Third")
    adoption.plan_wave(cast, pilot, [hidden], name="Third")
    assert WaveGroup.objects.get(group=nurses).wave == wave


def test_pages_and_api(cast: Cast, pilot: Pilot, fund: Any) -> None:
    make.run(cast, pilot, fund)
    nurses = adoption.name_group(cast, pilot, people=5)
    browser = Client()
    browser.force_login(cast.jonas)
    given = {
        "name": "First wave",
        "first_day": (TODAY + timedelta(days=1)).isoformat(),
        "share": "80",
        "groups": [nurses.pk],
        "sites": [cast.four_west.pk],
        "reason": "One ward first.",
    }
    assert browser.post(reverse("pilots:wave-add", args=[pilot.pk]), given).status_code == 302
    wave = Wave.objects.get()
    listed = browser.get(reverse("pilots:adoption", args=[pilot.pk])).content.decode()
    assert "First wave" in listed
    page = browser.get(wave.get_absolute_url()).content.decode()
    assert "4 West" in page
    assert "Never trained" in page
    live = reverse("pilots:wave-live", args=[wave.pk])
    refused = browser.post(live, {"on": TODAY.isoformat(), "reason": "Ready."})
    assert refused.status_code == 409
    assert "0 of 5 are trained" in refused.content.decode()
    train(cast, nurses, 4)
    found = browser.post(
        reverse("pilots:api-wave-change", args=[wave.pk]),
        {**given, "first_day": TODAY.isoformat()},
        content_type="application/json",
    ).json()
    assert (found["groups"], found["sites"]) == ([nurses.pk], [cast.four_west.pk])
    done = browser.post(
        reverse("pilots:api-wave-live", args=[wave.pk]),
        {"on": TODAY.isoformat()},
        content_type="application/json",
    )
    assert done.json()["went_live_on"] == TODAY.isoformat()
    clerks = adoption.name_group(cast, pilot, name="Clerks")
    made = browser.post(
        reverse("pilots:api-waves", args=[pilot.pk]),
        {**given, "name": "Second", "groups": [clerks.pk], "sites": []},
        content_type="application/json",
    )
    assert made.status_code == 201
    gone = browser.post(
        reverse("pilots:api-wave-drop", args=[made.json()["id"]]),
        {"reason": "Their manager refused: no cover."},
        content_type="application/json",
    )
    assert gone.json()["dropped_because"] == "Their manager refused: no cover."
