"""Teams from before time was asked for are taken over as agreed, and nobody's yes is made up for them."""

from __future__ import annotations

from importlib import import_module

import pgtrigger
import pytest
from django.db import IntegrityError, connection, transaction

from pilots.lifecycle.models import Pilot, TeamMember
from pilots.staffing import actions as staffing
from pilots.staffing.models import Allocation, TimeRequest
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

NOT_YET = (
    "pilots.Allocation:time_that_was_agreed",
    "pilots.TeamMember:member_said_yes",
    "pilots.TimeRequest:time_request_begins_open",
)


def test_a_team_of_before_is_taken_over_and_only_becomes_less(cast: Cast, pilot: Pilot) -> None:
    migration = import_module("pilots.migrations.0081_teams_agreed").Migration
    with pgtrigger.ignore(*NOT_YET):
        member = TeamMember.objects.create(
            pilot=pilot, person=cast.ana, role="champion", joined_at=NOW
        )
        share = Allocation.objects.create(
            pilot=pilot, person=cast.ana, member=member, percent=40, starts_on=make.TODAY,
            ends_on=make.TODAY,
        )  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(migration.operations[0].sql)
            cursor.execute(migration.operations[0].sql)  # and again, without harm
    asked = TimeRequest.objects.get()
    share.refresh_from_db()
    assert share.request == asked
    assert (asked.answer, asked.taken_over, asked.role) == ("agreed", True, "champion")
    assert (asked.said_yes_at, asked.answered_by) == (None, None)
    with pytest.raises(IntegrityError, match="as it was agreed"), transaction.atomic():
        Allocation.objects.filter(pk=share.pk).update(percent=41)
    Allocation.objects.filter(pk=share.pk).update(percent=30)
    # She leaves by herself, as easily as anybody who was asked.
    share = Allocation.objects.select_related("pilot__lead", "person", "member").get()
    staffing.give_back(share, on=make.TODAY, by=cast.ana, at=NOW)
    assert not TeamMember.objects.filter(pilot=pilot, person=cast.ana).exists()
