"""When nobody is left who could decide: who is told, and who could be asked."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from innovation.audit.models import Event
from innovation.notices.models import Notice
from innovation.people.models import RoleGrant, User
from innovation.rules.refusal import NotAllowed
from innovation.web import panels
from pilots.funding.models import Fund
from pilots.gates import actions, queries
from pilots.gates.models import GateReview
from pilots.lifecycle.models import Pilot
from pilots.staffing import actions as staffing
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast


def told_that_nobody_is_left() -> set[str]:
    return set(
        Notice.objects.filter(title__startswith="Nobody is left").values_list(
            "person__email", flat=True
        )
    )


def emails(*people: User) -> set[str]:
    return {person.email for person in people}


def waits(user: User) -> list[str]:
    fresh = User.objects.get(pk=user.pk)
    return [item.kind for item in panels.waiting_for(fresh) if item.kind == "Nobody decides"]


def test_lead_office_and_administrators_are_told_once_when_the_last_ones_leave(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    review = make.propose(cast, pilot, fund)
    actions.look_for_deciders(at=NOW)
    assert not told_that_nobody_is_left()
    RoleGrant.objects.filter(person=cast.frank).update(ended_at=NOW, ended_by=cast.ada)
    User.objects.filter(pk=cast.amara.pk).update(is_active=False)  # Rosa sponsors it
    for _again in range(2):
        actions.look_for_deciders(at=NOW)
    assert told_that_nobody_is_left() == emails(cast.jonas, cast.maya, cast.ada)
    assert Notice.objects.filter(title__startswith="Nobody is left").count() == 3
    assert Event.objects.filter(type="gate.nobody_left").count() == 1
    for person in (cast.jonas, cast.maya, cast.ada):
        assert waits(person) == ["Nobody decides"]
    assert not waits(cast.helen)

    asked = queries.could_be_asked(review)
    assert [(one.name, why) for one, why in asked.barred] == [
        ("Rosa Delgado", "Nobody decides on a pilot that they sponsor; another executive does.")
    ]
    assert [one.name for one in asked.elsewhere] == ["Hugo Marsh"]
    assert [one.name for one in asked.administrators] == ["Ada Kowalski"]

    User.objects.filter(pk=cast.amara.pk).update(is_active=True)
    actions.look_for_deciders(at=NOW)
    review.refresh_from_db()
    assert review.nobody_left_since is None
    assert not waits(cast.jonas)


def test_the_page_names_who_could_be_asked(cast: Cast, pilot: Pilot, fund: Fund) -> None:
    review = make.propose(cast, pilot, fund)
    browser = Client()
    browser.force_login(cast.jonas)
    assert "Nobody is left" not in browser.get(review.get_absolute_url()).content.decode()
    RoleGrant.objects.filter(person__in=[cast.amara, cast.frank]).update(
        ended_at=NOW, ended_by=cast.ada
    )
    page = browser.get(review.get_absolute_url()).content.decode()
    for words in ("Nobody is left", "Rosa Delgado", "a pilot that they sponsor", "Ada Kowalski"):
        assert words in page


def test_two_of_whom_one_is_left_are_too_few_and_said_on_proposing(cast: Cast) -> None:
    fund = make.make_fund(cast, second_approval_above=Decimal(50_000))
    RoleGrant.objects.filter(person=cast.frank).update(ended_at=NOW, ended_by=cast.ada)
    review = make.propose(cast, make.open_pilot(cast), fund)
    assert told_that_nobody_is_left() == emails(cast.jonas, cast.maya, cast.ada)
    review.refresh_from_db()
    assert review.nobody_left_since == NOW
    assert GateReview.objects.waiting().exclude(nobody_left_since=None).exists()


def test_who_was_on_the_team_once_is_neither_asked_nor_shown_its_outcome(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.run(cast, pilot, fund)
    promised = make.on_team(
        pilot, person=cast.frank, role="member", percent=5, starts_on=make.TODAY,
        ends_on=make.TODAY + timedelta(days=30), by=cast.jonas, at=NOW,
    )  # fmt: skip
    staffing.remove(promised, by=cast.jonas, at=NOW)
    for metric in pilot.metrics.all():
        make.observe(metric, since=make.TODAY - timedelta(weeks=4), weeks=4)
    review = actions.ask_for_decision(pilot, by=cast.jonas, at=NOW)
    assert cast.frank not in queries.deciders(pilot, review.gate)
    assert cast.amara in queries.deciders(pilot, review.gate)
    assert review not in queries.waiting_for(cast.frank)
    assert review in queries.waiting_for(cast.amara)
    assert not Notice.objects.filter(person=cast.frank, title__contains="asks for a decision")


def test_who_declared_a_conflict_decides_nothing_and_is_not_asked(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    review = make.propose(cast, pilot, fund)
    browser = Client()
    browser.force_login(cast.amara)
    assert "Declare a conflict" in browser.get(review.get_absolute_url()).content.decode()
    page = reverse("pilots:assurance-conflict", args=[pilot.pk])
    assert browser.post(page, {"reason": "My brother makes it."}).status_code == 302
    fresh = GateReview.objects.get(pk=review.pk)
    with pytest.raises(NotAllowed, match="declared a conflict"):
        actions.decide_resources(fresh, approve=True, by=cast.amara, at=NOW)
    with pytest.raises(IntegrityError, match="no part in the pilot"), transaction.atomic():
        GateReview.objects.filter(pk=review.pk).update(
            decision="approve", decided_at=NOW, decided_by=cast.amara
        )
    assert queries.deciders(pilot, review.gate) == [cast.frank]
    assert review not in queries.waiting_for(cast.amara)
    RoleGrant.objects.filter(person=cast.frank).update(ended_at=NOW, ended_by=cast.ada)
    actions.look_for_deciders(at=NOW)
    assert told_that_nobody_is_left() == emails(cast.jonas, cast.maya, cast.ada)


def test_an_executive_who_was_put_on_the_team_is_named_beside_the_decision_for_ever(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.on_team(
        pilot, person=cast.frank, role="member", percent=60, starts_on=make.TODAY,
        ends_on=make.TODAY + timedelta(days=30), by=cast.jonas, at=NOW,
    )  # fmt: skip
    review = make.propose(cast, pilot, fund)
    browser = Client()
    browser.force_login(cast.amara)
    words = ("On the team, and so kept from deciding", "Frank Delacroix, member since")
    for decided in (False, True):
        page = browser.get(review.get_absolute_url()).content.decode()
        assert all(one in page for one in words), decided
        if not decided:
            actions.decide_resources(review, approve=True, by=cast.amara, at=NOW)
            staffing.remove(pilot.allocations.get(person=cast.frank), by=cast.jonas, at=NOW)
    assert review.known["kept_out"][0]["name"] == "Frank Delacroix"
