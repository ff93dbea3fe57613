"""What the pages of plans and panels cost the database: the same for two metrics and for six, for three
people and for eight."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from innovation.people.models import User
from pilots.lifecycle.models import Pilot
from pilots.planning import actions as planning
from tests.factories import pilots as make
from tests.factories import planning as make_plan
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db

Cost = Callable[[User, str, int], int]
PLANNER, PANEL = 11, 16


@pytest.fixture
def cost(client: Client) -> Cost:
    """How many statements a page takes, once the person is known to the process."""

    def of(user: User, name: str, pk: int) -> int:
        client.force_login(user)
        url = reverse(f"pilots:{name}", args=[pk])
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    return of


def a_metric(cast: Cast, pilot: Pilot, number: int) -> None:
    role = "secondary" if number else "primary"
    metric = make_plan.share_metric(cast, pilot, name=f"Metric {number}", role=role)
    make_plan.observe_shares(metric, weeks=8 + 4 * (number % 2))
    if number % 2:
        planning.work_out(metric.pk, at=NOW)


def test_planner_takes_as_much_for_six_metrics_as_for_two(
    cast: Cast, pilot: Pilot, cost: Cost
) -> None:
    for number in range(2):
        a_metric(cast, pilot, number)
    few = cost(cast.jonas, "planner", pilot.pk)
    for number in range(2, 6):
        a_metric(cast, pilot, number)
    assert cost(cast.jonas, "planner", pilot.pk) == few <= PLANNER


def test_panel_takes_as_much_for_eight_people_as_for_three(
    cast: Cast, pilot: Pilot, cost: Cost
) -> None:
    make.make_metric(cast, pilot)
    panel = make_plan.open_panel(cast, pilot)
    for person in (cast.ana, cast.priya):
        make_plan.rate_all(panel, person, 7)
    few = cost(cast.jonas, "metric-panel", panel.pk)
    planning.add_candidate(panel, name="Another", definition="x", by=cast.jonas, at=NOW)
    for person in (cast.ingrid, cast.amara, cast.helen, cast.sam, cast.maya):
        planning.invite(panel, person=person, by=cast.jonas, at=NOW)
        make_plan.rate_all(panel, person, 7, 8)
    assert cost(cast.jonas, "metric-panel", panel.pk) == few <= PANEL
