"""What the record of pilots shows that people can do, asked of every room at once."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from innovation.talent import actions as talent
from innovation.talent import queries
from innovation.talent.queries import Sought
from innovation.talent.skills import BaseSkill
from pilots.funding.models import Fund
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import Pilot
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.factories.safety import recorded, told

pytestmark = pytest.mark.django_db


def shown(cast: Cast, person: str, *, to: str = "ana") -> set[tuple[str, str]]:
    who, looks = getattr(cast, person), getattr(cast, to)
    found = queries.earned(looks, [who.pk]).get(who.pk, [])
    return {(one.skill, one.did) for one in found}


def test_each_room_says_what_it_saw_and_in_few_statements(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    running = make.run(cast, pilot, fund)
    for number in range(3):
        recorded(cast, running, title=f"Hazard {number}")
    make.record_risk(cast, running)
    lifecycle.write_log(running, by=cast.jonas, at=NOW, status="on_track", done="Trained.")
    make.sit(running, cast.ingrid, "mentor")
    make.sit(running, cast.ana)
    by_jonas = shown(cast, "jonas")
    assert by_jonas >= {
        ("leading", "Led it"), ("hazards", "Wrote 3 hazards"), ("risks", "Wrote down 1 risk"),
        ("logging", "Wrote its log once"),
    }  # fmt: skip
    assert shown(cast, "ingrid") == {("mentoring", "Mentored its team")}
    assert ("teamwork", "Worked on its team") in shown(cast, "ana")
    assert {skill for skill, _did in by_jonas} <= set(BaseSkill.values)
    # Hugo's hospital is another: he sees nothing of it, and Victor nothing at all.
    assert shown(cast, "jonas", to="hugo") == shown(cast, "jonas", to="victor") == set()
    talent.show(by=cast.jonas, at=NOW, discipline="medicine")
    (found,) = queries.find(cast.ana, Sought(skill="hazards"))
    assert [(one.did, one.about) for one in found.because_earned] == [
        ("Wrote 3 hazards", running.title)
    ]
    with CaptureQueriesContext(connection) as captured:
        queries.earned(cast.ana, [cast.jonas.pk, cast.ana.pk, cast.ingrid.pk, cast.helen.pk])
    assert len(captured) <= 20, len(captured)


def test_who_spoke_up_is_nobodys_to_find(cast: Cast, pilot: Pilot, fund: Fund) -> None:
    running = make.run(cast, pilot, fund)
    for anonymous in (True, False):
        told(running, by=cast.ben, anonymous=anonymous)
    for looks in ("jonas", "helen", "amara", "ada", "ana"):
        assert shown(cast, "ben", to=looks) == set(), looks
