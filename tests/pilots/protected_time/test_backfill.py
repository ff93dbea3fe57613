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
from innovation.people.models import User
from innovation.rules.refusal import Conflict, Malformed, NotAllowed, Refused
from pilots.funding import actions as funding
from pilots.funding.models import BudgetLine, Fund
from pilots.lifecycle.models import Pilot
from pilots.protected_time import actions, queries
from pilots.protected_time.models import Backfill
from pilots.staffing import actions as staffing
from pilots.staffing.models import TimeRequest
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
    assert queries.planned_on(anew) == 4000
    with pytest.raises(Conflict, match=r"\$0 left"):
        plan(cast, ben, line=anew, rate=Decimal(1))
    staffing.withdraw(ana, by=cast.jonas, at=NOW)
    assert plan(cast, ben, line=anew, rate=Decimal(50)).cost == 4000


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
