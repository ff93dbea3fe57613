"""Who covers, and who pays, is read before anybody answers; a line pays for no more than it holds."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from innovation.audit.models import Event
from innovation.notices.models import Notice
from innovation.people.models import User
from innovation.rules.refusal import Conflict, Malformed, NotAllowed, Refused
from pilots.funding import actions as funding
from pilots.funding.models import BudgetLine, Fund
from pilots.funding.queries import left_to_promise
from pilots.incentives import actions as offering
from pilots.incentives.models import Incentive
from pilots.lifecycle.models import Pilot
from pilots.protected_time import actions, queries
from pilots.protected_time.models import Backfill
from pilots.staffing import actions as staffing
from pilots.staffing.models import TimeRequest
from tests.factories import incentives
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db

LINES = [
    {"category": "training", "description": "Cover on 4 West", "amount": Decimal(4000)},
    {"category": "software", "description": "Licences", "amount": Decimal(900)},
]


@pytest.fixture
def line(cast: Cast, pilot: Pilot, fund: Fund) -> BudgetLine:
    return budget(cast, pilot, fund)


def budget(cast: Cast, pilot: Pilot, fund: Fund, amount: int = 4000) -> BudgetLine:
    lines = [{**LINES[0], "amount": Decimal(amount)}, LINES[1]]
    asked = funding.set_request(pilot, fund=fund, lines=lines, by=cast.jonas, at=NOW)
    pilot.refresh_from_db()
    pilot.__dict__.get("_prefetched_objects_cache", {}).clear()
    return asked.lines.get(category="training")


def ask(cast: Cast, pilot: Pilot, person: User) -> TimeRequest:
    """Eight hours a week for ten weeks."""
    return staffing.ask(
        pilot, person=person, role="member", percent=20, starts_on=make.TODAY,
        ends_on=make.TODAY + timedelta(days=69), why="You know the ward.", by=cast.jonas, at=NOW,
    )  # fmt: skip


def plan(cast: Cast, asked: TimeRequest, **given: Any) -> Backfill:
    return actions.plan_backfill(
        asked,
        **{"hours": Decimal(8), "words": "A bank nurse", "by": cast.jonas, "at": NOW, **given},
    )


def test_who_covers_is_said_anew_and_what_was_said_before_stays(
    cast: Cast, pilot: Pilot, line: BudgetLine
) -> None:
    asked = ask(cast, pilot, cast.ana)
    first = plan(cast, asked)
    assert (first.is_absorbed, first.paid_from) == (True, "Nobody pays: the unit absorbs it")
    newer = plan(cast, asked, words="", person=cast.ben, line=line, rate=Decimal(30))
    assert (newer.who, newer.cost) == ("Ben Achterberg", Decimal(2400))
    staffing.agree(asked, by=cast.ana, at=NOW)
    staffing.agree_for_unit(asked, by=cast.amara, at=NOW)
    plan(cast, asked, by=cast.maya)  # also once it is agreed
    assert [one.who for one in queries.backfills_of(asked)] == [
        "A bank nurse", "Ben Achterberg", "A bank nurse",
    ]  # fmt: skip
    told = Event.objects.filter(type="pilot.cover_planned").order_by("pk")
    assert [one.details["paid"] for one in told][1] == "Cover on 4 West (Training and backfill)"


def test_what_is_no_cover_is_refused(cast: Cast, pilot: Pilot, line: BudgetLine) -> None:
    asked = ask(cast, pilot, cast.ana)
    for wrong, match in (
        ({"words": " "}, "who covers"),
        ({"person": cast.ben}, "who covers"),
        ({"words": "", "person": cast.ana}, "for themselves"),
        ({"hours": Decimal(0)}, "how many hours"),
        ({"rate": Decimal(10)}, "where a budget line pays"),
        ({"rate": Decimal(0), "line": line}, "more than nothing"),
    ):
        with pytest.raises(Malformed, match=match):
            plan(cast, asked, **wrong)
    other = budget(cast, make.open_pilot(cast, title="Other"), line.request.fund)
    with pytest.raises(Refused, match="not of this pilot"):
        plan(cast, asked, line=other)
    for stranger in (cast.ana, cast.amara, cast.victor, cast.hugo):
        with pytest.raises(NotAllowed):
            plan(cast, asked, by=stranger)
    staffing.decline(asked, by=cast.ana, at=NOW)
    with pytest.raises(Refused, match="not given"):
        plan(cast, asked)


def test_a_line_pays_for_no_more_than_it_holds(
    cast: Cast, pilot: Pilot, line: BudgetLine, fund: Fund
) -> None:
    ana, ben = ask(cast, pilot, cast.ana), ask(cast, pilot, cast.ben)
    plan(cast, ana, line=line, rate=Decimal(30))
    with pytest.raises(
        Conflict, match="costs \\$2,400, and of “Cover on 4 West” there is \\$1,600 left"
    ):
        plan(cast, ben, line=line, rate=Decimal(30))
    plan(cast, ben, line=line)  # what an hour costs is not known: nothing to hold it to
    plan(cast, ana, line=line, rate=Decimal(50))  # its own former plan does not count
    anew = budget(cast, pilot, fund)  # the same lines, made anew
    again = queries.current_backfill(ana)
    assert again is not None and again.line is None and again.line_name == anew.description
    assert left_to_promise([anew]) == {anew.pk: 0}
    with pytest.raises(Conflict, match=r"\$0 left"):
        plan(cast, ben, line=anew, rate=Decimal(1))
    staffing.withdraw(ana, by=cast.jonas, at=NOW)
    assert plan(cast, ben, line=anew, rate=Decimal(50)).cost == 4000


def test_a_line_is_promised_once_to_cover_and_to_what_people_are_offered(
    cast: Cast, pilot: Pilot, line: BudgetLine
) -> None:
    asked = ask(cast, pilot, cast.ana)
    offer = incentives.offer(cast, pilot, cost=Decimal(2000), line=line)
    with pytest.raises(Conflict, match=r"there is \$2,000 left beside what is promised or spent"):
        plan(cast, asked, line=line, rate=Decimal(30))
    row: dict[str, Any] = {
        "request": asked, "words": "X", "hours": 8, "line": line, "line_name": "Cover on 4 West",
        "line_category": "training", "by": cast.jonas, "at": NOW, "rate": 30, "cost": 2400,
    }  # fmt: skip
    with pytest.raises(IntegrityError, match="left to be promised"), transaction.atomic():
        Backfill.objects.create(**row)
    plan(cast, asked, line=line, rate=Decimal(20))  # 1,600 of the 2,000
    with pytest.raises(Conflict, match=r"has \$400 left beside"):
        incentives.offer(cast, pilot, cost=Decimal(401), line=line)
    with pytest.raises(IntegrityError, match="pays less"), transaction.atomic():
        Incentive.objects.filter(pk=offer.pk).update(cost=2401)
    with pytest.raises(Conflict, match=r"has \$2,400 left beside"):
        offering.pay_from(offer, cost=Decimal(2401), line=line, by=cast.jonas, at=NOW)
    offer.refresh_from_db()
    offering.pay_from(offer, cost=Decimal(2400), line=line, by=cast.jonas, at=NOW)
    assert left_to_promise([line]) == {line.pk: 0}
    # Both forms say what is really left, each beside its own.
    lead = Client()
    lead.force_login(cast.jonas)
    cover = lead.get(reverse("pilots:time-cover", args=[asked.pk])).content.decode()
    assert "Cover on 4 West, $4,000, of which $1,600 is left" in cover
    pay = lead.get(reverse("pilots:incentive-pay", args=[offer.pk])).content.decode()
    assert "Cover on 4 West: $2,400 not promised yet" in pay
    offering.take_back(offer, reason="Nobody wants it.", by=cast.jonas, at=NOW)
    assert left_to_promise([line]) == {line.pk: 2400}


def test_what_was_spent_of_a_line_is_promised_to_nobody(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.run(cast, pilot, fund)
    award = pilot.awards.get()
    line = award.request.lines.get(category="training")  # 8,000
    make.spend(cast, award, amount="7000", line=line)
    with pytest.raises(Conflict, match=r"has \$1,000 left beside what is promised or spent"):
        incentives.offer(cast, pilot, kind="team_reward", cost=Decimal(1001), line=line)
    offer = incentives.offer(cast, pilot, kind="team_reward", cost=Decimal(1000), line=line)
    asked = ask(cast, pilot, cast.ana)
    # An expense may be what a promise paid: what is promised already stays promised, and none grows.
    make.spend(cast, award, amount="1000", line=line)
    offering.pay_from(offer, cost=Decimal(1000), line=line, by=cast.jonas, at=NOW)
    with pytest.raises(Conflict, match=r"there is \$0 left"):
        plan(cast, asked, line=line, rate=Decimal(1))


def test_whoever_is_named_as_cover_is_told_and_sees_it(
    cast: Cast, pilot: Pilot, client: Client
) -> None:
    asked = ask(cast, pilot, cast.ana)
    plan(cast, asked, words="", person=cast.ben)
    told = Notice.objects.filter(person=cast.ben, kind="protected_time").order_by("-pk")
    first = told[0]
    assert first.title == "You are named as who covers for Ana Ruiz"
    assert "8 hours a week from 23 November 2026" in first.text and "Jonas Park" in first.text
    client.force_login(cast.ben)
    mine = client.get(first.url).content.decode()
    assert "For whom you are named as cover" in mine and "not agreed yet" in mine
    plan(cast, asked, words="", person=cast.ben, rate=None)
    assert told.count() == 1, "what is as it was is told once"
    make.agree(asked)
    assert "Ana Ruiz is on the team" in Notice.objects.filter(person=cast.ben).latest("pk").title
    assert "not agreed yet" not in client.get(first.url).content.decode()
    plan(cast, asked, words="", person=cast.priya)
    assert "not named any more" in told[0].title
    assert Notice.objects.filter(person=cast.priya, title__contains="covers for Ana").exists()
    assert "For whom you are named" not in client.get(first.url).content.decode()
    allocation = asked.allocations.select_related("person", "pilot__lead", "request").get()
    staffing.remove(allocation, by=cast.jonas, at=NOW)
    last = Notice.objects.filter(person=cast.priya).latest("pk")
    assert "The time of Ana Ruiz is not needed any more" in last.title
    client.force_login(cast.priya)
    assert "For whom you are named" not in client.get(first.url).content.decode()


def test_whoever_covers_hears_of_a_no_and_not_why(cast: Cast, pilot: Pilot) -> None:
    for settle in ("decline", "withdraw"):
        asked = ask(cast, pilot, cast.ana)
        plan(cast, asked, words="", person=cast.ben)
        if settle == "decline":
            staffing.decline(asked, words="My knee.", by=cast.ana, at=NOW)
        else:
            staffing.withdraw(asked, by=cast.jonas, at=NOW)
        last = Notice.objects.filter(person=cast.ben).latest("pk")
        assert "Ana Ruiz" in last.title and not last.text
        assert queries.covered_by(cast.ben, today=make.TODAY) == []


def test_the_database_holds_to_it(cast: Cast, pilot: Pilot, line: BudgetLine) -> None:
    planned = plan(cast, ask(cast, pilot, cast.ana), line=line, rate=Decimal(30))
    with pytest.raises(DatabaseError), transaction.atomic():
        Backfill.objects.filter(pk=planned.pk).update(words="Another")
    second = ask(cast, pilot, cast.ben)
    given: dict[str, Any] = {
        "request": second, "words": "X", "hours": 8, "line": line, "line_name": "Cover on 4 West",
        "line_category": "training", "by": cast.jonas, "at": NOW,
    }  # fmt: skip
    for wrong in (
        {"rate": 30, "cost": 2400},
        {"person": cast.ben},
        {"words": ""},
        {"hours": 0},
        {"line_name": ""},
        {"rate": 30},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Backfill.objects.create(**{**given, **wrong})


def test_it_is_read_before_the_answer_and_planned_on_a_page_and_by_the_api(
    cast: Cast, pilot: Pilot, line: BudgetLine
) -> None:
    asked = ask(cast, pilot, cast.ana)
    lead, nurse = Client(), Client()
    lead.force_login(cast.jonas)
    nurse.force_login(cast.ana)
    assert "Without cover the work waits" in nurse.get(asked.get_absolute_url()).content.decode()
    team = lead.get(reverse("pilots:team", args=[pilot.pk])).content.decode()
    assert "No cover" in team
    page = reverse("pilots:time-cover", args=[asked.pk])
    form = lead.get(page).content.decode()
    assert 'value="8"' in form and "Cover on 4 West, $4,000" in form
    refused = lead.post(
        page, {"words": "The float pool", "hours": "8", "line": line.pk, "rate": "99"}
    )
    assert refused.status_code == 409 and "there is $4,000 left" in refused.content.decode()
    lead.post(page, {"words": "The float pool", "hours": "8"})
    read = nurse.get(asked.get_absolute_url()).content.decode()
    assert "The float pool" in read and "Nobody pays for it" in read and "Plan it anew" not in read
    assert read.index("The float pool") < read.index("Yes, I give this time")
    made = lead.post(
        reverse("pilots:api-time-cover", args=[asked.pk]),
        {"person": cast.ben.pk, "hours": "8", "line": line.pk, "rate": "30"},
        content_type="application/json",
    )
    assert (made.status_code, made.json()["cost"]) == (201, "2400.00")
    listed = nurse.get(reverse("pilots:api-time-cover", args=[asked.pk])).json()
    assert [one["line_name"] for one in listed] == ["Cover on 4 West", ""]
    read = nurse.get(asked.get_absolute_url()).content.decode()
    assert "Ben Achterberg" in read and "$2,400" in read and "What was planned before" in read
    for wrong in ({"person": cast.hugo.pk, "hours": 8}, {"words": "X", "hours": 8, "line": 0}):
        answer = lead.post(
            reverse("pilots:api-time-cover", args=[asked.pk]),
            wrong,
            content_type="application/json",
        )
        assert answer.status_code == 400
