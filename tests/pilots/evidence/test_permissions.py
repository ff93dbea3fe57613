"""Who answers an alarm: whoever may pause the pilot, and to go on, those who answer for safety."""

from __future__ import annotations

import pytest

from pilots.evidence import permissions
from pilots.evidence.models import Alarm
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast, somebody


@pytest.fixture
def alarm(cast: Cast) -> Alarm:
    pilot = make.run(cast, make.open_pilot(cast), make.make_fund(cast))
    return Alarm.objects.create(
        metric=pilot.metrics.get(role="guardrail"), pilot=pilot, raised_at=NOW, period=make.TODAY,
        level=9, limit=5, sentence="Beyond its limit.",
    )  # fmt: skip


def test_kept_running_by_reviewers_of_the_hospital_alone(cast: Cast, alarm: Alarm) -> None:
    for role in ("clinical_safety_reviewer", "executive"):
        assert permissions.can_answer(somebody(role, at=cast.brigid), alarm, "keep")
        assert not permissions.can_answer(somebody(role, at=cast.harbor), alarm, "keep")
        assert not permissions.can_answer(somebody(role, at=cast.harbor), alarm, "pause")


def test_kept_running_by_nobody_on_its_team(cast: Cast, alarm: Alarm) -> None:
    reviewer = somebody("clinical_safety_reviewer", at=cast.brigid)
    assert permissions.can_answer(reviewer, alarm, "keep")
    make.sit(alarm.pilot, reviewer, role="member")
    again = Alarm.objects.get(pk=alarm.pk)
    assert not permissions.can_answer(reviewer, again, "keep")
    assert permissions.can_answer(reviewer, again, "pause")
    assert permissions.can_answer(cast.jonas, again, "pause")
    assert not permissions.can_answer(cast.jonas, again, "keep")


def test_kept_running_by_nobody_who_was_on_its_team_since_the_award(
    cast: Cast, alarm: Alarm
) -> None:
    reviewer = somebody("clinical_safety_reviewer", at=cast.brigid)
    make.sit(alarm.pilot, reviewer, role="member")
    alarm.pilot.team.filter(person=reviewer).delete()
    again = Alarm.objects.get(pk=alarm.pk)
    assert not permissions.can_answer(reviewer, again, "keep")
    assert permissions.can_answer(reviewer, again, "pause")


def test_kept_running_by_no_deputy_of_somebody_on_its_team(cast: Cast, alarm: Alarm) -> None:
    reviewer = somebody("clinical_safety_reviewer", at=cast.brigid)
    cast.ben.act_for(reviewer)
    assert permissions.can_answer(cast.ben, alarm, "keep")
    make.sit(alarm.pilot, reviewer, role="member")
    assert not permissions.can_answer(cast.ben, Alarm.objects.get(pk=alarm.pk), "keep")


def test_alarm_shows_in_its_hospital_and_to_its_team(cast: Cast, alarm: Alarm) -> None:
    assert alarm in Alarm.objects.visible_to(cast.ana)
    abroad = somebody("staff", at=cast.harbor)
    assert not Alarm.objects.visible_to(abroad).exists()
    make.sit(alarm.pilot, abroad, role="member")
    assert alarm in Alarm.objects.visible_to(abroad)
