"""Who sets objectives and what measures them: those of the unit, or above it."""

from __future__ import annotations

import pytest

from innovation.people.models import RoleGrant
from innovation.rules.refusal import NotAllowed
from okrs.alignment import actions
from okrs.alignment import permissions as alignment
from okrs.goals import permissions as goals
from okrs.goals.models import Objective
from pilots.metrics.models import Metric
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast, somebody
from tests.factories.goals import make_key_result, make_objective


@pytest.mark.parametrize("role", ["executive", "innovation_office"])
def test_goals_are_set_in_their_own_hospital(cast: Cast, role: str) -> None:
    here, abroad = somebody(role, at=cast.brigid), somebody(role, at=cast.harbor)
    key_result = make_key_result(cast)
    for user, allowed in ((here, True), (abroad, False)):
        assert bool(goals.can_manage_goals(user, cast.brigid)) is allowed
        assert bool(alignment.can_measure(user, key_result)) is allowed
        assert bool(goals.can_open_cycle(user, cast.brigid)) is allowed
        assert not goals.can_open_cycle(user, cast.lakeshore)
    assert goals.can_open_cycle(somebody(role, at=cast.lakeshore), cast.lakeshore)


def test_pilot_is_tied_to_a_key_result_by_its_own_people_or_who_set_it(cast: Cast) -> None:
    pilot, key_result = make.open_pilot(cast), make_key_result(cast)
    assert alignment.can_contribute(cast.jonas, pilot, key_result)
    assert alignment.can_contribute(somebody("executive", at=cast.brigid), pilot, key_result)
    for other in (cast.ana, cast.priya, somebody("executive", at=cast.harbor)):
        assert not alignment.can_contribute(other, pilot, key_result)


def test_pilot_that_one_only_reads_is_tied_to_no_key_result_of_ones_own(cast: Cast) -> None:
    """Otto reads every pilot of the system, and sets objectives at Harbor."""
    pilot, theirs = (
        make.open_pilot(cast),
        make_key_result(cast, objective=make_objective(cast, unit=cast.harbor)),
    )
    RoleGrant.objects.create(
        person=cast.otto, unit=cast.harbor, role="innovation_office", granted_at=NOW
    )
    assert goals.can_manage_goals(cast.otto, cast.harbor)
    assert not alignment.can_contribute(cast.otto, pilot)
    assert not alignment.can_contribute(cast.otto, pilot, theirs)


def test_nobody_ties_together_what_they_do_not_see(cast: Cast) -> None:
    metric = make.make_metric(cast, make.open_pilot(cast))
    alignment.check_sees(cast.ana, Metric.objects, metric)
    with pytest.raises(NotAllowed, match="cannot see"):
        alignment.check_sees(cast.hugo, Metric.objects, metric)


def test_key_result_takes_no_metric_that_who_sets_it_does_not_see(cast: Cast) -> None:
    here = somebody("executive", at=cast.brigid)
    theirs = make.make_metric(
        cast, make.open_pilot(cast), unit=cast.harbor, source=make.make_source(cast)
    )
    Metric.objects.filter(pk=theirs.pk).update(pilot=None)
    with pytest.raises(NotAllowed, match="cannot see"):
        actions.measure(make_key_result(cast), metric=theirs, by=here, at=NOW)


def test_objective_shows_below_and_above_its_unit_and_not_beside_it(cast: Cast) -> None:
    ours = make_objective(cast)
    everybodys = make_objective(cast, unit=cast.lakeshore, title="Evenings are free everywhere")
    assert set(Objective.objects.visible_to(cast.ana)) == {ours, everybodys}
    assert set(Objective.objects.visible_to(cast.hugo)) == {everybodys}
