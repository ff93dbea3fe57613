from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from innovation.audit.models import Event
from innovation.rules.refusal import NotAllowed, Refused
from okrs.alignment import actions, lateness
from okrs.alignment.models import Contribution, Measure
from okrs.progress import queries
from pilots.gates import actions as gates
from pilots.lifecycle import checklist
from pilots.lifecycle.checklist import Gate
from pilots.lifecycle.models import Pilot
from tests.factories.cast import NOW, Cast
from tests.factories.goals import make_contribution, make_key_result, make_objective
from tests.factories.pilots import make_fund, make_metric, open_pilot, propose, run

pytestmark = pytest.mark.django_db


def test_contribute_by_the_lead_is_recorded_on_both(cast: Cast) -> None:
    contribution = make_contribution(cast)

    event = Event.objects.get(type="pilot.contributes")
    assert event.actor == cast.jonas.ref
    assert event.subjects == [
        f"pilot:{contribution.pilot_id}",
        f"keyresult:{contribution.key_result_id}",
    ]


def test_contribute_again_changes_the_claim_and_adds_no_second_link(cast: Cast) -> None:
    first = make_contribution(cast)

    actions.contribute(
        first.pilot, key_result=first.key_result, claimed=Decimal(-3), by=cast.jonas, at=NOW
    )

    assert Contribution.objects.get().claimed == -3


def test_contribute_claiming_the_other_way_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused, match="points the other way"):
        make_contribution(cast, claimed=Decimal(5))


@pytest.mark.parametrize("name", ["ana", "priya", "otto", "victor", "hugo"])
def test_contribute_by_somebody_outside_the_team_is_refused(cast: Cast, name: str) -> None:
    with pytest.raises(NotAllowed):
        make_contribution(cast, by=getattr(cast, name))


def test_contribute_to_a_key_result_out_of_sight_is_refused(cast: Cast) -> None:
    harbor = make_objective(cast, unit=cast.harbor, title="Harbor's own")
    hidden = make_key_result(cast, objective=harbor)

    with pytest.raises(NotAllowed, match="cannot see"):
        make_contribution(cast, key_result=hidden)


def test_contribute_after_the_charter_was_proposed_is_refused(cast: Cast) -> None:
    pilot = open_pilot(cast)
    propose(cast, pilot, make_fund(cast))
    pilot.refresh_from_db()

    coming = make_objective(cast, title="Nobody waits for a letter")
    with pytest.raises(Refused):
        make_contribution(cast, pilot=pilot, key_result=make_key_result(cast, objective=coming))


def test_contribute_a_running_pilot_to_a_new_cycle_by_whoever_set_it_is_possible(
    cast: Cast,
) -> None:
    pilot = open_pilot(cast)
    propose(cast, pilot, make_fund(cast))
    pilot.refresh_from_db()

    coming = make_objective(cast, title="Nobody waits for a letter")
    contribution = make_contribution(
        cast, pilot=pilot, by=cast.amara, key_result=make_key_result(cast, objective=coming)
    )

    assert contribution.by == cast.amara


@pytest.mark.parametrize("claimed", [Decimal(-1), Decimal(-9), None])
def test_claim_of_a_locked_charter_is_not_rewritten_by_those_who_set_the_goal(
    cast: Cast, claimed: Decimal | None
) -> None:
    promised = make_contribution(cast)
    pilot, key_result = promised.pilot, promised.key_result
    propose(cast, pilot, make_fund(cast))
    pilot.refresh_from_db()

    with pytest.raises(Refused, match="fixed with its charter"):
        actions.contribute(pilot, key_result=key_result, claimed=claimed, by=cast.amara, at=NOW)
    with pytest.raises(Refused, match="fixed with its charter"):
        actions.withdraw(promised, by=cast.amara, at=NOW)
    for rewrite in (
        lambda: Contribution.objects.filter(pk=promised.pk).update(claimed=claimed),
        lambda: Contribution.objects.filter(pk=promised.pk).delete(),
    ):
        with pytest.raises(IntegrityError, match="fixed with its charter"), transaction.atomic():
            rewrite()
    promised.refresh_from_db()
    assert (promised.claimed, promised.by) == (Decimal(-5), cast.jonas)


def test_link_without_a_claim_goes_again_though_the_pilot_runs(cast: Cast) -> None:
    pilot = open_pilot(cast)
    propose(cast, pilot, make_fund(cast))
    pilot.refresh_from_db()
    coming = make_key_result(cast, objective=make_objective(cast, title="No letters"))
    link = make_contribution(cast, pilot=pilot, by=cast.amara, key_result=coming, claimed=None)

    actions.withdraw(link, by=cast.amara, at=NOW)

    assert not Contribution.objects.filter(pk=link.pk).exists()


def test_claim_of_those_who_set_the_goal_is_marked_with_its_day_once_the_pilot_runs(
    cast: Cast,
) -> None:
    pilot = open_pilot(cast)
    run(cast, pilot, make_fund(cast))
    objective = make_objective(cast, title="Nobody waits for a letter")
    late = make_contribution(
        cast, pilot=pilot, by=cast.amara, at=NOW + timedelta(days=3),
        key_result=make_key_result(cast, objective=objective),
    )  # fmt: skip
    said = "Said late: on 26 November 2026 by Dr Amara Osei, after the pilot had started"
    on_time = Contribution.objects.exclude(pk=late.pk).get()
    jonas, amara = Client(), Client()
    jonas.force_login(cast.jonas)
    amara.force_login(cast.amara)
    for browser, page in (
        (jonas, pilot.get_absolute_url()),
        (jonas, reverse("okrs:objective-detail", args=[objective.pk])),
        (amara, reverse("okrs:pilot-contribute", args=[pilot.pk])),
    ):
        assert browser.get(page).content.decode().count(said) == 1, page
    promised = reverse("okrs:objective-detail", args=[on_time.key_result.objective_id])
    assert "Said late" not in jonas.get(promised).content.decode()
    claims = queries.standings([late.key_result, on_time.key_result], at=NOW, user=cast.amara)
    assert [one.is_late for one in claims[late.key_result_id].claims] == [True]
    assert [one.is_late for one in claims[on_time.key_result_id].claims] == [False]


def test_claim_after_the_charter_was_fixed_and_before_the_start_says_so(cast: Cast) -> None:
    pilot = open_pilot(cast)
    propose(cast, pilot, make_fund(cast))
    link = make_contribution(
        cast, pilot=pilot, by=cast.amara, at=NOW + timedelta(hours=1),
        key_result=make_key_result(cast, objective=make_objective(cast, title="No letters")),
    )  # fmt: skip
    found = Contribution.objects.with_state_then().select_related("by").get(pk=link.pk)
    assert lateness.in_words(found).endswith("by Dr Amara Osei, after the charter was fixed")


def test_claim_that_is_said_anew_after_a_return_is_in_time(cast: Cast) -> None:
    """The charter opens again, and with it what is claimed."""
    pilot = open_pilot(cast)
    review = propose(cast, pilot, make_fund(cast))
    first = Contribution.objects.get()
    gates.decide_resources(
        review, approve=False, by=cast.amara, at=NOW + timedelta(hours=1), reason="Say it anew."
    )
    pilot.refresh_from_db()
    actions.contribute(
        pilot, key_result=first.key_result, claimed=Decimal(-4), by=cast.jonas,
        at=NOW + timedelta(hours=2),
    )  # fmt: skip
    found = Contribution.objects.with_state_then().select_related("by").get()
    assert (found.claimed, lateness.in_words(found)) == (Decimal(-4), "")


def test_withdraw_while_shaping_leaves_nothing_but_the_log(cast: Cast) -> None:
    contribution = make_contribution(cast)

    actions.withdraw(contribution, by=cast.jonas, at=NOW)

    assert not Contribution.objects.exists()
    assert Event.objects.filter(type="pilot.contributes_no_more").count() == 1


def test_resources_gate_asks_for_a_key_result_until_there_is_one(cast: Cast) -> None:
    def found(pilot: Pilot) -> checklist.Checked:
        checks = checklist.checklist(pilot, Gate.RESOURCES)
        return next(check for check in checks if check.key == "key_result")

    pilot = open_pilot(cast)
    assert not found(pilot).met
    make_contribution(cast, pilot=pilot)
    assert found(pilot).met


def test_measure_names_one_metric_and_a_second_replaces_it(cast: Cast) -> None:
    key_result = make_key_result(cast)
    pilot = open_pilot(cast)
    first = make_metric(cast, pilot)
    second = make_metric(cast, pilot, name="After hours", role="secondary")

    actions.measure(key_result, metric=first, by=cast.amara, at=NOW)
    actions.measure(key_result, metric=second, by=cast.maya, at=NOW)

    assert Measure.objects.get().metric == second


@pytest.mark.parametrize("name", ["ana", "jonas", "victor", "hugo"])
def test_measure_by_somebody_who_did_not_set_it_is_refused(cast: Cast, name: str) -> None:
    metric = make_metric(cast, open_pilot(cast))

    with pytest.raises(NotAllowed):
        actions.measure(make_key_result(cast), metric=metric, by=getattr(cast, name), at=NOW)
