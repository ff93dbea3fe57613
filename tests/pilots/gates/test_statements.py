"""What a decision costs the database: read once, passed on, locked once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from innovation.needs import actions as needs
from innovation.people.models import User
from pilots.funding.models import Fund
from pilots.gates import actions as gates
from pilots.gates.models import GateReview
from pilots.lifecycle.models import Pilot
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db

# Three of them for what it is compared with (other sites, and their days), one for who left the team,
# two for conditions (of decisions before, and of this one), one for open risks, four for what lies beside
# it (reviews, the short form, the signed hazard log, concerns), five for who may not (declared conflicts, and
# the deciders who are on the team), one for what its team read of pilots before it, two for whose work
# changes (groups, and that nobody's does), one for what people are offered, one for who is asked for
# time and has not agreed.
APPROVAL = 56
# The rule (its protocol, and open alarms), past numbers that were changed, its clock, the plan to scale, fifteen
# as above, whether it is signed, and two for the draft of its learning card (what was known, and the row).
SCALE = 78


@pytest.fixture
def pilot(cast: Cast) -> Pilot:
    """Two needs with three voices each, an idea, a team of three."""
    answered = [make.make_need(cast) for _number in range(2)]
    for need in answered:
        for person in (cast.ben, cast.priya, cast.jonas):
            needs.add_voice(need, by=person, at=NOW)
    pilot = make.open_pilot(cast, needs=answered, idea=make.make_idea(cast, *answered))
    for person, role in ((cast.ana, "member"), (cast.priya, "champion")):
        make.on_team(
            pilot,
            person=person,
            role=role,
            percent=10,
            starts_on=make.TODAY + timedelta(days=14),
            ends_on=make.TODAY + timedelta(days=194),
            by=cast.jonas,
            at=NOW,
        )
    return pilot


def as_the_page_loads_it(review: GateReview) -> GateReview:
    return GateReview.objects.select_related(
        "pilot__unit", "pilot__lead", "pilot__sponsor", "pilot__idea", "opened_by", "decided_by"
    ).get(pk=review.pk)


def test_an_approval_takes_few_statements(cast: Cast, pilot: Pilot, fund: Fund) -> None:
    review = as_the_page_loads_it(make.propose(cast, pilot, fund))
    by = User.objects.get(pk=cast.amara.pk)
    with CaptureQueriesContext(connection) as captured:
        gates.decide_resources(review, approve=True, by=by, at=NOW)
    assert len(captured) <= APPROVAL, "\n".join(q["sql"][:200] for q in captured.captured_queries)


def test_a_decision_to_scale_takes_few_statements(cast: Cast, pilot: Pilot, fund: Fund) -> None:
    review = as_the_page_loads_it(make.evaluate(cast, pilot, fund))
    by = User.objects.get(pk=cast.amara.pk)
    with CaptureQueriesContext(connection) as captured:
        gates.decide_outcome(review, decision="scale", reason="It held.", by=by, at=NOW)
    assert len(captured) <= SCALE, "\n".join(q["sql"][:200] for q in captured.captured_queries)
