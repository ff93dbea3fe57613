"""Who asks for people's time (the pilot's own team and office, while nobody decides on it), who answers."""

from __future__ import annotations

import pytest

from innovation.rules.refusal import NotAllowed, Refused
from pilots.lifecycle import actions as lifecycle
from pilots.staffing import permissions
from pilots.staffing.models import Allocation
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast, somebody


def test_time_is_promised_by_the_team_and_the_office_of_the_hospital(cast: Cast) -> None:
    pilot = make.open_pilot(cast)
    assert permissions.can_staff(cast.jonas, pilot)
    assert permissions.can_staff(somebody("innovation_office", at=cast.brigid), pilot)
    abroad = somebody("innovation_office", at=cast.harbor)
    for other in (abroad, cast.ana, cast.amara):
        assert not permissions.can_staff(other, pilot)
    with pytest.raises(NotAllowed):
        make.on_team(
            pilot, person=cast.ben, role="member", percent=5, starts_on=make.TODAY,
            ends_on=make.TODAY, by=abroad, at=NOW,
        )  # fmt: skip


def test_team_stays_while_somebody_decides_and_after_the_end(cast: Cast) -> None:
    pilot = make.open_pilot(cast)
    make.propose(cast, pilot, make.make_fund(cast))
    with pytest.raises(Refused, match="waits for a decision"):
        permissions.check_can_staff(cast.jonas, pilot)
    lifecycle.stop(pilot, reason="The vendor left.", by=cast.jonas, at=NOW)
    with pytest.raises(Refused, match="has ended"):
        permissions.check_can_staff(cast.jonas, pilot)


def test_time_of_somebody_who_left_is_not_promised(cast: Cast) -> None:
    pilot = make.open_pilot(cast)
    cast.ben.is_active = False
    with pytest.raises(Refused, match="does not work here"):
        make.on_team(
            pilot, person=cast.ben, role="member", percent=5, starts_on=make.TODAY,
            ends_on=make.TODAY, by=cast.jonas, at=NOW,
        )  # fmt: skip


def test_time_shows_to_whoever_sees_the_pilot(cast: Cast) -> None:
    pilot = make.open_pilot(cast)
    make.on_team(
        pilot, person=cast.ben, role="member", percent=5, starts_on=make.TODAY,
        ends_on=make.TODAY, by=cast.jonas, at=NOW,
    )  # fmt: skip
    assert Allocation.objects.visible_to(cast.ana).count() == 1
    assert not Allocation.objects.visible_to(cast.hugo).exists()
