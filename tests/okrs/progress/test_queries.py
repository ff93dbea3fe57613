from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from okrs.alignment import actions as alignment
from okrs.progress import queries
from tests.factories.cast import NOW, Cast
from tests.factories.goals import make_contribution, make_cycle, make_key_result, make_objective
from tests.factories.pilots import make_metric, observe, open_pilot
from tests.present import present

pytestmark = pytest.mark.django_db


def test_standing_without_a_metric_is_never_measured_whatever_is_claimed(cast: Cast) -> None:
    contribution = make_contribution(cast, claimed=Decimal(-4))

    standing = queries.standings([contribution.key_result], at=NOW, user=cast.amara)[
        contribution.key_result_id
    ]

    assert standing.measured is None
    assert standing.score is None
    assert standing.claimed == Decimal("12.1")


def test_standing_takes_its_value_from_the_metric(cast: Cast) -> None:
    contribution = make_contribution(cast)
    metric = make_metric(cast, contribution.pilot)
    observe(metric, since=NOW.date() - timedelta(weeks=30), weeks=29, value=14.0)
    alignment.measure(contribution.key_result, metric=metric, by=cast.amara, at=NOW)

    standing = queries.standings([contribution.key_result], at=NOW, user=cast.amara)[
        contribution.key_result_id
    ]

    known = [present(one.value) for one in metric.observations.all()]
    assert standing.measured is not None
    # The level leaves out the newest points or the first ones; the pattern repeats every three.
    assert abs(standing.measured - sum(known, Decimal(0)) / len(known)) < Decimal("0.05")
    assert standing.score is not None
    assert Decimal("0.2") < standing.score < Decimal("0.6")


def test_standing_leaves_out_claims_of_pilots_out_of_sight(cast: Cast) -> None:
    contribution = make_contribution(cast)

    seen = queries.standings([contribution.key_result], at=NOW, user=cast.hugo)

    assert seen[contribution.key_result_id].claims == ()


def test_objective_standings_show_money_only_with_the_say(cast: Cast) -> None:
    make_contribution(cast)

    assert queries.objective_standings(cast.amara, make_cycle(), at=NOW)[0].awarded == 0
    assert queries.objective_standings(cast.ana, make_cycle(), at=NOW)[0].awarded is None


def test_objective_standings_of_the_other_hospital_are_not_seen(cast: Cast) -> None:
    make_objective(cast)

    assert queries.objective_standings(cast.hugo, make_cycle(), at=NOW) == ()


def test_objective_standings_cost_the_same_for_many_key_results(cast: Cast) -> None:
    def measured(title: str, count: int) -> None:
        objective = make_objective(cast, title=title)
        for i in range(count):
            pilot = open_pilot(cast)
            metric = make_metric(cast, pilot)
            observe(metric, since=NOW.date() - timedelta(weeks=12), weeks=11)
            key_result = make_key_result(cast, objective=objective, title=f"{title} {i}")
            alignment.measure(key_result, metric=metric, by=cast.amara, at=NOW)
            make_contribution(cast, pilot=pilot, key_result=key_result)

    def cost() -> int:
        user = type(cast.amara).objects.get(pk=cast.amara.pk)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            queries.objective_standings(user, make_cycle(), at=NOW)
        return len(captured)

    measured("One", 1)
    few = cost()
    measured("Many", 6)
    assert cost() == few
