from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from innovation.needs import actions as needs
from innovation.rules import dates
from okrs.alignment import actions as alignment
from okrs.goals import actions as goals
from okrs.goals.models import Cycle
from okrs.progress.queries import Movement, Standing
from okrs.reviews import presenters, queries
from pilots.gates import actions as gates
from tests.factories.cast import NOW, Cast
from tests.factories.goals import make_contribution, make_cycle, make_key_result, make_objective
from tests.factories.needs import make_need
from tests.factories.pilots import evaluate, make_fund, make_metric, observe, open_pilot

pytestmark = pytest.mark.django_db


@pytest.fixture
def now_cycle(cast: Cast) -> Cycle:
    today = dates.today()
    return make_cycle(
        name="Now", starts_on=today - timedelta(days=30), ends_on=today + timedelta(days=60)
    )


def test_review_says_what_waits_and_links_to_the_decision(
    cast: Cast, client: Client, now_cycle: Cycle
) -> None:
    pilot = open_pilot(cast)
    review = evaluate(cast, pilot, make_fund(cast))
    client.force_login(cast.amara)

    page = client.get(reverse("okrs:review")).content.decode()

    assert pilot.title in page
    assert reverse("pilots:gate-decide", args=[review.pk]) in page
    assert "waits for a decision" in page


def test_review_says_what_was_decided_against_the_agreed_rule(cast: Cast, client: Client) -> None:
    make_cycle()
    review = evaluate(cast, open_pilot(cast), make_fund(cast))
    gates.decide_outcome(
        review, decision="stop", reason="The vendor leaves.", against="Nobody else sells it.",
        by=cast.frank, at=NOW,
    )  # fmt: skip
    client.force_login(cast.amara)
    page = client.get(reverse("okrs:review")).content.decode()
    assert "Decided against the agreed rule" in page
    assert "which said “scale”" in page
    assert "Nobody else sells it." in page
    decided = client.get(reverse("okrs:api-review")).json()["decided"]
    (one,) = [known for known in decided if known["gate_review"] == review.pk]
    assert (one["recommended"], one["against"]) == ("scale", "Nobody else sells it.")


def test_review_says_that_a_target_was_moved_within_its_cycle(
    cast: Cast, client: Client, now_cycle: Cycle
) -> None:
    objective = make_objective(cast, cycle=now_cycle)
    key_result = make_key_result(cast, objective=objective)
    began = datetime.combine(now_cycle.starts_on, datetime.min.time(), UTC)
    shaping = began - timedelta(days=3)
    goals.edit_key_result(key_result, by=cast.amara, at=shaping, target=Decimal(10))
    moved = began + timedelta(days=10)
    goals.edit_key_result(key_result, by=cast.frank, at=moved, target=Decimal("12.5"))
    client.force_login(cast.amara)
    day = dates.day_of_year_in_words(moved)
    said = f"target moved 10 minutes → 12.5 minutes on {day} by Frank Delacroix"
    for page in (
        reverse("okrs:review"),
        reverse("okrs:objective-list"),
        reverse("okrs:objective-detail", args=[objective.pk]),
    ):
        shown = " ".join(client.get(page).content.decode().split())
        assert said in shown, page
        assert "moved 11" not in shown, page  # while it was being set


def test_review_draws_a_claim_that_nobody_measured_as_not_measured(
    cast: Cast, client: Client, now_cycle: Cycle
) -> None:
    objective = make_objective(cast, cycle=now_cycle, title="Every patient feels listened to")
    key_result = make_key_result(cast, objective=objective, title="CARE score")
    make_contribution(cast, key_result=key_result, claimed=Decimal(-2))
    client.force_login(cast.amara)

    page = client.get(reverse("okrs:review")).content.decode()

    assert "not measured yet" in page
    assert "key result moved" not in page


def standing(start: str, target: str, measured: str, low: float, high: float) -> Standing:
    from okrs.goals.models import KeyResult

    key_result = KeyResult(title="It", start=Decimal(start), target=Decimal(target))
    return Standing(key_result, None, Decimal(measured), None, (low, high))


@pytest.mark.parametrize(
    ("found", "way"),
    [
        (standing("16", "11", "12", 11.1, 12.9), Movement.TOWARDS),
        (standing("16", "11", "15", 13.0, 17.0), Movement.UNSURE),  # the start is not excluded
        (standing("16", "11", "18", 17.0, 19.0), Movement.AWAY),
        (standing("41", "44", "42", 41.5, 42.5), Movement.TOWARDS),
        (standing("41", "44", "40", 39.0, 40.5), Movement.AWAY),
    ],
)
def test_movement_is_called_only_beyond_chance(found: Standing, way: Movement) -> None:
    assert found.movement is way


def test_movement_without_an_interval_is_unsure_and_without_a_number_unknown() -> None:
    assert standing("16", "11", "12", 0, 0).movement is not Movement.UNKNOWN
    from okrs.goals.models import KeyResult

    key_result = KeyResult(start=Decimal(16), target=Decimal(11))
    assert Standing(key_result, None, Decimal(12), None, None).movement is Movement.UNSURE
    assert Standing(key_result, None, None, None, None).movement is Movement.UNKNOWN


def test_review_says_so_where_nothing_waits(cast: Cast, now_cycle: Cycle) -> None:
    assert str(presenters.lede(queries.review(cast.amara, at=timezone.now()))) == (
        "Nothing waits for a decision."
    )


def test_review_of_a_cycle_without_an_end_opens(cast: Cast, client: Client) -> None:
    """Somebody typed the last day of the calendar for "never"."""
    make_cycle(name="For ever", starts_on=dates.today(), ends_on=date.max)
    client.force_login(cast.amara)
    assert client.get(reverse("okrs:review")).status_code == 200


def test_review_of_the_other_hospital_shows_nothing_of_ours(
    cast: Cast, client: Client, now_cycle: Cycle
) -> None:
    pilot = open_pilot(cast)
    evaluate(cast, pilot, make_fund(cast))
    make_objective(cast, cycle=now_cycle, title="Only for St Brigid")
    client.force_login(cast.hugo)

    page = client.get(reverse("okrs:review")).content.decode()

    assert pilot.title not in page
    assert "Only for St Brigid" not in page


def test_review_costs_the_same_for_many_objectives(
    cast: Cast, client: Client, now_cycle: Cycle
) -> None:
    def add(title: str, count: int) -> None:
        objective = make_objective(cast, cycle=now_cycle, title=title)
        for i in range(count):
            pilot = open_pilot(cast)
            metric = make_metric(cast, pilot)
            observe(metric, since=NOW.date() - timedelta(weeks=12), weeks=11)
            key_result = make_key_result(cast, objective=objective, title=f"{title} {i}")
            alignment.measure(key_result, metric=metric, by=cast.amara, at=NOW)
            make_contribution(cast, pilot=pilot, key_result=key_result)

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("okrs:review")).status_code == 200
        return len(captured)

    client.force_login(cast.amara)
    add("One", 1)
    cost()
    few = cost()
    add("Many", 5)
    cost()  # numbers are read once a version of the data, by whoever comes first
    assert cost() == few


def test_review_api_says_the_same_as_the_page(cast: Cast, client: Client, now_cycle: Cycle) -> None:
    objective = make_objective(cast, cycle=now_cycle)
    make_contribution(cast, key_result=make_key_result(cast, objective=objective))
    client.force_login(cast.amara)

    answer = client.get(reverse("okrs:api-review")).json()

    found = answer["objectives"][0]["key_results"][0]
    assert found["measured"] is None
    assert found["claims"][0]["claimed"] == "-5.000000"
    assert answer["cycle"] == "Now"


def test_review_belongs_to_the_installations_day_whoever_reads_it(
    cast: Cast, settings: Settings
) -> None:
    """Half past eleven in New York on the last day of a cycle is tomorrow in UTC and in Sydney."""
    settings.TIME_ZONE = "America/New_York"
    late = datetime(2026, 12, 31, 23, 30, tzinfo=ZoneInfo("America/New_York"))
    ending = make_cycle()
    make_cycle(name="Q1 2027", starts_on=date(2027, 1, 1), ends_on=date(2027, 3, 31))
    need = make_need(cast.ana, at=late)
    needs.accept(need, by=cast.maya, at=late + timedelta(minutes=10), reason="Yes.")
    for zone in ("UTC", "Australia/Sydney", "America/New_York"):
        with timezone.override(zone):
            read = queries.review(cast.amara, at=late)
            assert read.cycle == ending, zone
            assert read.answer_time == timedelta(minutes=10), zone
            after = queries.review(cast.amara, at=late + timedelta(hours=1))
            assert after.cycle is not None
            assert after.cycle.name == "Q1 2027", zone
            assert after.answer_time is None, zone
