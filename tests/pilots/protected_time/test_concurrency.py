"""Cover and offers promised from one line at once, in processes of their own and past the verbs."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError

from pilots.funding.models import BudgetLine
from pilots.funding.queries import left_to_promise
from pilots.incentives.models import Incentive
from pilots.protected_time.models import Backfill
from pilots.staffing import actions as staffing
from pilots.staffing.models import TimeRequest
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast, make_cast
from tests.factories.incentives import OFFER
from tests.pilots.gates.test_concurrency import at_once


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The cast, committed, so that other processes see it."""
    return make_cast()


def promise(job: tuple[int | None, int]) -> str:
    """3,000 of the 8,000 for the cover of a request, or for an offer where there is none."""
    request, key = job
    line = BudgetLine.objects.select_related("request__pilot").get(pk=key)
    pilot = line.request.pilot
    try:
        if request is None:
            Incentive.objects.create(
                **OFFER, pilot=pilot, cost=Decimal(3000), line=line, by=pilot.lead, at=NOW
            )
        else:
            Backfill.objects.create(
                request=TimeRequest.objects.get(pk=request), words="A bank nurse", hours=8,
                line=line, line_name=line.description, line_category=line.category, rate=30,
                cost=Decimal(3000), by=pilot.lead, at=NOW,
            )  # fmt: skip
    except IntegrityError:
        return "refused"
    return "promised"


def test_a_line_is_promised_no_more_than_once_by_many_at_once(cast: Cast) -> None:
    pilot = make.open_pilot(cast)
    make.shape(cast, pilot, make.make_fund(cast))
    line = BudgetLine.objects.get(category="training")
    asked = [
        staffing.ask(
            pilot, person=person, role="member", percent=20, starts_on=make.TODAY,
            ends_on=make.TODAY, why="You know it.", by=cast.jonas, at=NOW,
        )
        for person in (cast.ana, cast.ben, cast.priya)
    ]  # fmt: skip
    jobs = [(one.pk, line.pk) for one in asked] + [(None, line.pk)] * 3
    assert at_once(promise, jobs) == {"promised": 2, "refused": 4}
    assert left_to_promise([line]) == {line.pk: 2000}
