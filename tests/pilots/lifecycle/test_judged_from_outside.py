"""Who worked on a pilot, opened, sponsors or owns it neither ends its silent run, nor changes its promise, nor
keeps it running against its alarm; stepping off the team the day before changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from innovation.people.models import User
from innovation.rules.refusal import NotAllowed
from pilots.accuracy import actions as accuracy
from pilots.accuracy.models import AccuracyPromise
from pilots.accuracy.permissions import can_promise
from pilots.evidence import actions as evidence
from pilots.evidence.models import Alarm
from pilots.evidence.permissions import can_answer
from pilots.funding.models import Fund
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle import queries
from pilots.lifecycle.models import Pilot, SilentRunEnd, TeamMember
from pilots.lifecycle.permissions import can_show_output, judges_safety
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast, somebody

pytestmark = pytest.mark.django_db
Part = Callable[[Pilot, User], object]


def left_the_team(pilot: Pilot, person: User) -> None:
    make.sit(pilot, person)
    TeamMember.objects.filter(pilot=pilot, person=person).delete()


def gave_up_sponsoring(pilot: Pilot, person: User) -> None:
    Pilot.objects.filter(pk=pilot.pk).update(sponsor=person)
    Pilot.objects.filter(pk=pilot.pk).update(sponsor=None)


def has(name: str) -> Part:
    return lambda pilot, person: Pilot.objects.filter(pk=pilot.pk).update(**{name: person})


PARTS = {
    "left": left_the_team,
    "sponsored": gave_up_sponsoring,
    "opened": has("opened_by"),
    "sponsors": has("sponsor"),
    "owns": has("owner"),
}


@pytest.fixture
def silent(cast: Cast, fund: Fund) -> Pilot:
    pilot = make.open_pilot(cast)
    make.run(cast, pilot, fund, make.Charter(answers=make.DECISION_SUPPORT))
    return Pilot.objects.get(pk=pilot.pk)


@pytest.fixture
def alarm(silent: Pilot) -> Alarm:
    return Alarm.objects.create(
        metric=silent.metrics.get(role="guardrail"), pilot=silent, raised_at=NOW,
        period=make.TODAY, level=9, limit=5, sentence="Beyond its limit.",
    )  # fmt: skip


@pytest.mark.parametrize("part", PARTS)
def test_nobody_with_a_part_judges_it(cast: Cast, silent: Pilot, alarm: Alarm, part: str) -> None:
    reviewer = somebody("clinical_safety_reviewer", at=cast.brigid)
    deputy = somebody("clinical_safety_reviewer", at=cast.brigid)
    deputy.act_for(reviewer)
    assert can_show_output(reviewer, silent)
    assert can_promise(reviewer, silent)
    assert can_answer(reviewer, alarm, "keep")
    PARTS[part](silent, reviewer)
    silent = Pilot.objects.get(pk=silent.pk)
    alarm = Alarm.objects.select_related("pilot").get(pk=alarm.pk)
    for person in (reviewer, deputy):
        assert not can_show_output(person, silent)
        assert not can_promise(person, silent)
        assert not can_answer(person, alarm, "keep")
    if part != "owns":
        assert not judges_safety(reviewer, silent)
        assert reviewer not in queries.judges_of_safety(silent)
    with pytest.raises(NotAllowed):
        lifecycle.show_output(silent, reason="Now.", by=reviewer, at=NOW)
    with pytest.raises(NotAllowed):
        accuracy.promise(
            silent, least_sensitivity=Decimal("0.5"), least_ppv=Decimal("0.1"), planned_cases=5,
            reason="Less.", by=reviewer, at=NOW,
        )  # fmt: skip
    with pytest.raises(NotAllowed):
        evidence.answer(alarm, answer="keep", reason="It is fine.", by=reviewer, at=NOW)
    in_the_database_too(silent, alarm, reviewer)


def in_the_database_too(silent: Pilot, alarm: Alarm, person: User) -> None:
    with pytest.raises(IntegrityError, match="end its silent run"), transaction.atomic():
        SilentRunEnd.objects.create(pilot=silent, at=NOW, by=person, reason="Now.", missing=False)
    with pytest.raises(IntegrityError, match="change what it promised"), transaction.atomic():
        AccuracyPromise.objects.create(
            pilot=silent, version=9, least_sensitivity=Decimal("0.5"), least_ppv=Decimal("0.1"),
            planned_cases=5, amended=True, reason="Less.", at=NOW, by=person,
        )  # fmt: skip
    with pytest.raises(IntegrityError, match="keep it running"), transaction.atomic():
        Alarm.objects.filter(pk=alarm.pk).update(
            answer="keep", answered_by=person, answered_at=NOW, reason="It is fine."
        )


@pytest.mark.parametrize("part", ["sponsors", "opened", "owns"])
def test_whoever_has_a_part_still_pauses_it(
    cast: Cast, silent: Pilot, alarm: Alarm, part: str
) -> None:
    """To stop it is always safe."""
    PARTS[part](silent, cast.amara)
    alarm = Alarm.objects.select_related("pilot").get(pk=alarm.pk)
    evidence.answer(alarm, answer="pause", reason="Better so.", by=cast.amara, at=NOW)
    assert Pilot.objects.get(pk=silent.pk).status == "paused"
