"""Who may do what with a pilot: its own people and those of its unit, nobody from elsewhere."""

from __future__ import annotations

import pytest

from innovation.people.models import User
from pilots.lifecycle import actions, permissions
from pilots.lifecycle.models import Pilot
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast, somebody

CHECKS = {
    "edit_pilot": permissions.can_edit_pilot,
    "edit_charter": permissions.can_edit_charter,
    "lead": permissions.can_lead,
    "pause": permissions.can_pause,
    "stop": permissions.can_stop,
    "write_log": permissions.can_write_log,
    "show_output": permissions.can_show_output,
}


@pytest.fixture
def pilot(cast: Cast) -> Pilot:
    return make.open_pilot(cast)


def may(user: User, pilot: Pilot) -> set[str]:
    return {name for name, check in CHECKS.items() if check(user, pilot)}


def on_team(pilot: Pilot, person: User, role: str) -> User:
    make.sit(pilot, person, role=role)
    return person


OFFICE = {"edit_pilot", "edit_charter", "lead", "pause", "stop", "write_log"}


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("innovation_office", OFFICE),
        ("clinical_safety_reviewer", {"pause", "show_output"}),
        ("executive", {"pause", "show_output"}),
        ("pilot_team", set()),
        ("staff", set()),
    ],
)
def test_role_opens_the_pilots_of_its_own_hospital_alone(
    cast: Cast, pilot: Pilot, role: str, allowed: set[str]
) -> None:
    assert may(somebody(role, at=cast.brigid), pilot) == allowed
    assert may(somebody(role, at=cast.harbor), pilot) == set()


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("member", {"edit_pilot", "edit_charter", "pause", "write_log"}),
        ("champion", {"edit_pilot", "edit_charter", "pause", "write_log"}),
        ("mentor", set()),
    ],
)
def test_part_on_the_team_opens_what_goes_with_it(
    cast: Cast, pilot: Pilot, role: str, allowed: set[str]
) -> None:
    assert may(on_team(pilot, cast.ben, role), pilot) == allowed


def test_lead_and_sponsor_may_do_what_is_theirs(cast: Cast, pilot: Pilot) -> None:
    assert may(cast.jonas, pilot) == OFFICE
    sponsor = somebody("executive", at=cast.harbor)
    pilot.sponsor = sponsor
    assert may(sponsor, pilot) == {"pause", "stop"}


def test_silent_run_is_not_ended_by_a_reviewer_on_the_team(cast: Cast, pilot: Pilot) -> None:
    reviewer = somebody("clinical_safety_reviewer", at=cast.brigid)
    assert "show_output" in may(reviewer, pilot)
    assert "show_output" not in may(on_team(pilot, reviewer, "member"), pilot)
    cast.ben.act_for(reviewer)
    assert "show_output" not in may(cast.ben, Pilot.objects.get(pk=pilot.pk))


def test_pilot_is_opened_by_office_and_leads_of_its_unit(cast: Cast) -> None:
    for role in ("innovation_office", "pilot_team"):
        assert permissions.can_open_pilot(somebody(role, at=cast.brigid), cast.brigid)
        assert not permissions.can_open_pilot(somebody(role, at=cast.harbor), cast.brigid)
    assert not permissions.can_open_pilot(cast.amara, cast.brigid)


def test_log_of_a_pilot_that_ended_is_closed(cast: Cast, pilot: Pilot) -> None:
    actions.stop(pilot, reason="The vendor left.", by=cast.jonas, at=NOW)
    assert not permissions.can_write_log(cast.jonas, pilot)
    assert not permissions.can_edit_charter(cast.jonas, pilot)


def test_pilot_shows_to_its_hospital_and_its_own_people(cast: Cast, pilot: Pilot) -> None:
    abroad = somebody("staff", at=cast.harbor)
    assert pilot in Pilot.objects.visible_to(cast.ana)
    assert not Pilot.objects.visible_to(abroad).exists()
    assert not Pilot.objects.of_team(abroad).exists()
    on_team(pilot, cast.ben, "member")
    assert not Pilot.objects.visible_to(abroad).exists()
    on_team(pilot, abroad, "member")
    assert pilot in Pilot.objects.visible_to(abroad)
    assert pilot in Pilot.objects.of_team(abroad)


def test_log_shows_to_whoever_sees_the_pilot(cast: Cast, pilot: Pilot) -> None:
    entry = actions.write_log(pilot, status="nothing", by=cast.jonas, at=NOW)
    entries = type(entry).objects
    assert entry in entries.visible_to(cast.ana)
    assert not entries.visible_to(cast.hugo).exists()
