"""Access reviews: opened, decided role by role, reminded of, and kept on record."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.test import Client
from django.urls import reverse

from innovation.access import actions
from innovation.access.models import AccessReview, ReviewedGrant
from innovation.audit.models import Event
from innovation.notices.models import Notice
from innovation.people import actions as people
from innovation.people.models import RoleGrant, User
from innovation.rules import dates
from innovation.rules.refusal import Conflict, NotAllowed, Refused
from innovation.web import panels
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def second_administrator(cast: Cast) -> User:
    bea = User.objects.create_user("bea@lakeshore.example", "Bea Lund", None, unit=cast.lakeshore)
    people.grant_from_command_line(
        bea, at=NOW, unit=cast.lakeshore, role="administrator", reason="The second of them."
    )
    return fresh(bea)


def rows(review: AccessReview) -> dict[str, ReviewedGrant]:
    return {str(row.grant): row for row in review.rows.select_related("grant__person")}


def decided(review: AccessReview, by: User, at: datetime = NOW, **decisions: str) -> None:
    """Decide by first names: `ana="keep"`, on each role that this person holds."""
    found = {
        row.pk: decisions[first]
        for row in review.rows.select_related("grant__person")
        if (first := row.grant.person.email.partition("@")[0]) in decisions
    }
    actions.decide_roles(review, by=fresh(by), at=at, decisions=found)


# What is reviewed


def test_review_lists_the_roles_of_a_unit_and_leaves_those_with_administrators_of_their_own(
    cast: Cast,
) -> None:
    User.objects.filter(pk=cast.maya.pk).update(last_login=NOW)
    review = actions.open_review(cast.lakeshore, by=cast.ada, at=NOW)
    listed = rows(review)
    assert "Ana Ruiz · Staff · St Brigid General" in listed
    assert not any("Harbor" in name for name in listed)  # Hugo reviews there
    assert listed["Maya Lindqvist · Innovation office · Lakeshore Health"].last_seen_at == NOW
    # Nobody else could take Ada's role back; the record says so.
    assert "Ada Kowalski · Administrator · Lakeshore Health" not in listed
    assert review.left_out == "Ada Kowalski · Administrator · Lakeshore Health"
    assert review.due_on == dates.day_of(NOW) + timedelta(days=30)
    with pytest.raises(Conflict, match="open already"):
        actions.open_review(cast.lakeshore, by=cast.ada, at=NOW)


def test_review_is_opened_by_those_who_keep_people_there(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        actions.open_review(cast.brigid, by=cast.hugo, at=NOW)
    with pytest.raises(Refused, match="No role is held"):
        actions.open_review(cast.four_west, by=cast.ada, at=NOW)


# Deciding


def test_role_is_kept_or_taken_back_and_both_stay_on_record(cast: Cast) -> None:
    review = actions.open_review(cast.brigid, by=cast.ada, at=NOW)
    decided(review, cast.ada, ana="keep", ben="remove")
    found = rows(review)
    ana = found["Ana Ruiz · Staff · St Brigid General"]
    ben = found["Ben Achterberg · Staff · St Brigid General"]
    assert (ana.decision, ana.decided_by, ana.decided_at) == ("keep", cast.ada, NOW)
    assert ben.decision == "remove"
    assert not fresh(cast.ben).reach()
    assert fresh(cast.ana).reach()
    told = list(Event.objects.order_by("number").values_list("type", flat=True))
    assert told == ["access_review.opened", "access_review.kept", "role.ended"]
    review.refresh_from_db()
    assert review.closed_at is None


def test_review_closes_with_its_last_decision(cast: Cast) -> None:
    review = actions.open_review(cast.brigid, by=cast.ada, at=NOW)
    decided(review, cast.ada, ana="keep", ben="keep", jonas="remove", priya="keep")
    later = NOW + timedelta(hours=1)
    decided(review, cast.ada, at=later, ingrid="keep")
    review.refresh_from_db()
    assert review.closed_at == later
    event = Event.objects.latest("number")
    assert (event.type, event.details["kept"], event.details["taken"]) == (
        "access_review.closed",
        4,
        1,
    )


def test_role_that_ended_meanwhile_needs_no_decision(cast: Cast) -> None:
    review = actions.open_review(cast.brigid, by=cast.ada, at=NOW)
    people.end_grant(cast.ben.grants.get(), by=cast.ada, at=NOW)
    people.deactivate(cast.ana, by=cast.ada, at=NOW)
    decided(review, cast.ada, jonas="keep", ben="keep")
    found = {row.grant.person.name: row.decision for row in rows(review).values()}
    assert (found["Ben Achterberg"], found["Ana Ruiz"], found["Jonas Park"]) == (
        "gone",
        "gone",
        "keep",
    )


def test_nobody_reviews_their_own_role(cast: Cast) -> None:
    bea = second_administrator(cast)
    review = actions.open_review(cast.lakeshore, by=cast.ada, at=NOW)
    assert review.left_out == ""
    with pytest.raises(Refused, match="Nobody changes their own roles"):
        decided(review, cast.ada, ada="keep")
    decided(review, bea, ada="keep")
    # And the whole of what was sent is undone where one of it is refused.
    with pytest.raises(Refused, match="Bea Lund"):
        decided(review, bea, maya="remove", bea="keep")
    assert fresh(cast.maya).reach()


def test_decision_is_made_once(cast: Cast) -> None:
    review = actions.open_review(cast.brigid, by=cast.ada, at=NOW)
    decided(review, cast.ada, ana="keep")
    with pytest.raises(Conflict, match="decided meanwhile by Ada Kowalski"):
        decided(review, cast.ada, ana="remove")
    with pytest.raises(NotAllowed):
        decided(review, cast.hugo, ben="keep")


# Many at a time, and taking an answer back


def keys(review: AccessReview) -> dict[str, int]:
    return {
        row.grant.person.email.partition("@")[0]: row.pk
        for row in review.rows.select_related("grant__person")
    }


def test_roles_are_kept_together_but_for_those_that_two_administrators_give(cast: Cast) -> None:
    review = actions.open_review(cast.lakeshore, by=cast.ada, at=NOW)
    key = keys(review)
    everyday = [key[name] for name in ("ana", "ben", "jonas", "maya")]
    with pytest.raises(Refused, match="Executive · Lakeshore Health is given by two admin"):
        actions.keep_together(review, by=cast.ada, at=NOW, rows=[*everyday, key["amara"]])
    assert not review.rows.exclude(decision="").exists()
    actions.keep_together(review, by=cast.ada, at=NOW, rows=everyday)
    assert set(review.rows.filter(decision="keep").values_list("pk", flat=True)) == set(everyday)
    assert Event.objects.filter(type="access_review.kept").count() == 4
    decided(review, cast.ada, amara="keep")
    with pytest.raises(NotAllowed):
        actions.keep_together(review, by=cast.otto, at=NOW, rows=[key["priya"]])


def test_answers_are_taken_back_until_the_review_is_done(cast: Cast) -> None:
    review = actions.open_review(cast.brigid, by=cast.ada, at=NOW)
    key = keys(review)
    decided(review, cast.ada, ana="keep", ben="remove")
    assert not fresh(cast.ben).reach()
    wrong = [key["ana"], key["ben"]]
    with pytest.raises(NotAllowed):
        actions.take_answers_back(review, by=cast.otto, at=NOW, rows=wrong)
    actions.take_answers_back(review, by=cast.ada, at=NOW, rows=wrong)
    assert fresh(cast.ben).reach()
    row = review.rows.get(pk=key["ben"])
    assert (row.decision, row.decided_by, row.decided_at) == ("", None, None)
    assert row.grant == cast.ben.grants.get(ended_at=None)
    assert list(Event.objects.order_by("number").values_list("type", flat=True))[-3:] == [
        "access_review.answer_taken_back",
        "role.granted",
        "access_review.answer_taken_back",
    ]
    with pytest.raises(Conflict, match="took one of these answers back meanwhile"):
        actions.take_answers_back(review, by=cast.ada, at=NOW, rows=wrong)
    decided(review, cast.ada, at=NOW, **dict.fromkeys(key, "keep"))
    review.refresh_from_db()
    assert review.closed_at is not None
    with pytest.raises(Conflict, match="This review is done"):
        actions.take_answers_back(review, by=cast.ada, at=NOW, rows=wrong)
    with pytest.raises(ProgrammingError, match="Cannot"), transaction.atomic():
        review.rows.update(decision="", decided_by=None, decided_at=None)


def test_role_that_two_administrators_give_is_not_given_again_by_one(cast: Cast) -> None:
    review = actions.open_review(cast.lakeshore, by=cast.ada, at=NOW)
    decided(review, cast.ada, amara="remove")
    with pytest.raises(Refused, match="a role that two administrators give: propose it"):
        actions.take_answers_back(review, by=cast.ada, at=NOW, rows=[keys(review)["amara"]])
    assert review.rows.get(decision="remove")
    assert not cast.amara.grants.filter(ended_at=None).exists()


def test_role_with_a_last_day_is_given_again_until_that_day(cast: Cast) -> None:
    people.set_end(cast.ben.grants.get(), by=cast.ada, at=NOW, ends_on=date(2027, 3, 1))
    review = actions.open_review(cast.brigid, by=cast.ada, at=NOW)
    decided(review, cast.ada, ben="remove")
    actions.take_answers_back(review, by=cast.ada, at=NOW, rows=[keys(review)["ben"]])
    assert cast.ben.grants.get(ended_at=None).ends_on == date(2027, 3, 1)


def test_record_is_neither_changed_nor_deleted(cast: Cast) -> None:
    review = actions.open_review(cast.brigid, by=cast.ada, at=NOW)
    decided(review, cast.ada, ana="keep")
    ana = ReviewedGrant.objects.filter(decision="keep")
    for forbidden in (
        lambda: ana.update(decided_by=cast.otto),
        lambda: ReviewedGrant.objects.filter(review=review).delete(),
    ):
        with pytest.raises(ProgrammingError, match="Cannot"), transaction.atomic():
            forbidden()
    with pytest.raises(IntegrityError, match="at_and_by_together"), transaction.atomic():
        ReviewedGrant.objects.filter(decision="").update(decision="keep")


# The calendar


def test_calendar_opens_a_review_when_the_last_is_old_enough(cast: Cast) -> None:
    """The first one so many months after the unit's first administrator."""
    actions.keep_reviews(at=dates.begins(date(2027, 5, 22)))
    assert not AccessReview.objects.exists()
    due = dates.begins(date(2027, 5, 23))
    actions.keep_reviews(at=due)
    actions.keep_reviews(at=due + timedelta(hours=1))
    assert {review.unit for review in AccessReview.objects.all()} == {cast.lakeshore, cast.harbor}
    assert {review.opened_by for review in AccessReview.objects.all()} == {None}
    told = Notice.objects.filter(title__contains="Lakeshore Health")
    assert [notice.person for notice in told] == [cast.ada]
    review = AccessReview.objects.get(unit=cast.lakeshore)
    names = [row.grant.person.email.partition("@")[0] for row in rows(review).values()]
    decided(review, cast.ada, at=due, **dict.fromkeys(names, "keep"))
    actions.keep_reviews(at=dates.begins(date(2027, 11, 22)))
    assert AccessReview.objects.filter(unit=cast.lakeshore).count() == 1
    actions.keep_reviews(at=dates.begins(date(2027, 11, 23)))
    assert AccessReview.objects.filter(unit=cast.lakeshore).count() == 2
    # The one that nobody finished stays open; no second one stands beside it.
    assert AccessReview.objects.filter(unit=cast.harbor).count() == 1


def test_calendar_opens_nothing_where_reviews_are_opened_by_hand(
    cast: Cast, settings: object
) -> None:
    settings.ACCESS_REVIEW_MONTHS = 0  # type: ignore[attr-defined]
    actions.keep_reviews(at=dates.begins(date(2030, 1, 1)))
    assert not AccessReview.objects.exists()


def test_administrators_are_reminded_once_a_week_and_those_above_when_it_is_overdue(
    cast: Cast, settings: object
) -> None:
    settings.ACCESS_REVIEW_MONTHS = 0  # type: ignore[attr-defined]
    review = actions.open_review(cast.harbor, by=cast.ada, at=NOW)
    Notice.objects.all().delete()

    def told(day: date) -> list[tuple[str, str]]:
        Notice.objects.all().delete()
        for hour in (1, 2):
            actions.keep_reviews(at=dates.begins(day) + timedelta(hours=hour))
        return sorted((one.person.name, one.title) for one in Notice.objects.all())

    assert told(review.due_on - timedelta(days=8)) == []
    soon = "The review of roles in Harbor Hospital is due soon"
    assert told(review.due_on - timedelta(days=7)) == [("Hugo Marsh", soon)]
    assert told(review.due_on - timedelta(days=1)) == []
    late = "The review of roles in Harbor Hospital is overdue"
    assert told(review.due_on + timedelta(days=1)) == [("Ada Kowalski", late), ("Hugo Marsh", late)]


def test_review_whose_roles_all_ended_is_closed_by_the_calendar(cast: Cast) -> None:
    review = actions.open_review(cast.brigid, by=cast.ada, at=NOW)
    for given in RoleGrant.objects.filter(unit=cast.brigid):
        people.end_grant(given, by=cast.ada, at=NOW)
    actions.keep_reviews(at=NOW)
    review.refresh_from_db()
    assert review.closed_at == NOW
    assert Event.objects.latest("number").actor == "system:calendar"


# Pages


def test_review_is_opened_decided_and_read_on_pages(cast: Cast) -> None:
    ada, otto = Client(), Client()
    ada.force_login(cast.ada)
    otto.force_login(cast.otto)
    reviews_url = reverse("innovation:access-reviews")
    page = ada.post(reviews_url, {"unit": cast.brigid.pk})["Location"]
    shown = ada.get(page).content.decode()
    assert "Ana Ruiz: Staff in St Brigid General" in shown
    assert "never signed in" in shown
    assert ada.post(page, {}).status_code == 400
    review = AccessReview.objects.get()
    waiting = panels.waiting_for(fresh(cast.ada))
    assert [item.sentence.partition(" until")[0] for item in waiting] == [
        "5 roles wait to be reviewed"
    ]
    keys = {row.grant.person.name: f"row-{row.pk}" for row in rows(review).values()}
    sent = {keys["Ana Ruiz"]: "keep", keys["Ben Achterberg"]: "remove"}
    assert ada.post(page, sent)["Location"] == page
    late = ada.post(page, {keys["Ana Ruiz"]: "remove"})
    assert late.status_code == 409
    assert "decided meanwhile by Ada Kowalski" in late.content.decode()
    assert "<strong>2 of 5 roles</strong>" in ada.get(page).content.decode()
    # Whoever audits reads along, decides nothing and opens none.
    assert "2 of 5 roles decided" in otto.get(reviews_url).content.decode()
    assert "row-" not in otto.get(page).content.decode()
    assert otto.post(page, {keys["Jonas Park"]: "keep"}).status_code == 403
    assert otto.post(reviews_url, {"unit": cast.harbor.pk}).status_code == 403
    record = otto.get(f"{page}record/").content.decode()
    assert "Taken back" in record
    lines = otto.get(f"{page}record.csv").content.decode().splitlines()
    assert any(
        line.startswith("Ana Ruiz,ana@lakeshore.example,Staff,") and ",Kept,Ada Kowalski," in line
        for line in lines
    )


def test_role_that_moved_out_of_reach_is_said_above_the_other_answers(cast: Cast) -> None:
    given = people.grant(cast.ben, by=cast.ada, at=NOW, unit=cast.four_west, role="mentor")
    review = actions.open_review(cast.brigid, by=cast.ada, at=NOW)
    clara = User.objects.create_user("clara@lakeshore.example", "Clara", None, unit=cast.brigid)
    people.grant_from_command_line(
        clara, at=NOW, unit=cast.brigid, role="administrator", reason="Of this hospital."
    )
    people.move_unit(cast.four_west, by=cast.ada, at=NOW, parent=cast.harbor)
    browser = Client()
    browser.force_login(clara)
    row = {each.grant_id: each.pk for each in review.rows.all()}
    ana = row[cast.ana.grants.get().pk]
    answer = browser.post(
        reverse("innovation:access-review", args=[review.pk]),
        {f"row-{row[given.pk]}": "keep", f"row-{ana}": "remove"},
    )
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Ben Achterberg · Mentor · 4 West: People and units are kept by" in page
    assert re.search(rf'name="row-{ana}" value="remove"[^>]*checked', page)
    assert fresh(cast.ana).reach()


def test_page_of_roles_is_kept_together_after_its_number_was_named(cast: Cast) -> None:
    ada, otto = Client(), Client()
    ada.force_login(cast.ada)
    otto.force_login(cast.otto)
    review = actions.open_review(cast.lakeshore, by=cast.ada, at=NOW)
    page = reverse("innovation:access-review", args=[review.pk])
    keep = reverse("innovation:access-review-keep", args=[review.pk])
    assert f'href="{keep}"' in ada.get(page).content.decode()
    shown = ada.get(keep).content.decode()
    # Executives, the auditor and the finance reviewer are not among them.
    assert "<strong>7 roles</strong> are ticked and will be kept" in shown
    assert "5 roles on this page are given by two administrators" in shown
    assert "Amara" not in shown
    ticks = {f"row-{key}": "on" for name, key in keys(review).items() if f'row-{key}"' in shown}
    assert len(ticks) == 7
    assert otto.post(keep, {**ticks, "count": 7}).status_code == 403
    # Two ticks off: the new number is named, and nothing has happened.
    fewer = dict(list(ticks.items())[2:])
    named = ada.post(keep, {**fewer, "count": 7})
    assert named.status_code == 200
    assert "<strong>5 roles</strong>" in named.content.decode()
    assert not review.rows.exclude(decision="").exists()
    done = ada.post(keep, {**fewer, "count": 5}, follow=True)
    assert "5 roles are kept." in done.content.decode()
    assert review.rows.filter(decision="keep").count() == 5
    assert ada.post(keep, {"count": 0}).status_code == 400
    late = ada.post(keep, {**fewer, "count": 5})
    assert late.status_code == 409
    assert "decided meanwhile by Ada Kowalski" in late.content.decode()
    amara = ada.post(keep, {f"row-{keys(review)['amara']}": "on", "count": 1})
    assert amara.status_code == 409
    assert "answer it by itself" in amara.content.decode()


def test_answers_are_looked_through_and_taken_back_on_a_page(cast: Cast) -> None:
    ada = Client()
    ada.force_login(cast.ada)
    review = actions.open_review(cast.brigid, by=cast.ada, at=NOW)
    answers = reverse("innovation:access-review-answers", args=[review.pk])
    assert "No answer yet" in ada.get(answers).content.decode()
    key = keys(review)
    actions.keep_together(review, by=cast.ada, at=NOW, rows=[key["ana"], key["ben"]])
    assert answers in ada.get(reverse("innovation:access-review", args=[review.pk])).content.decode()  # fmt: skip
    shown = ada.get(answers).content.decode()
    assert "Kept by Ada Kowalski" in shown
    assert "checked" not in shown
    every = ada.get(answers, {"all": 1}).content.decode()
    assert every.count("checked") == 2 and "Take 2 answers back" in every
    tick = {f"row-{key['ana']}": "on"}
    named = ada.post(answers, {**tick, "count": 0}).content.decode()
    assert "Take 1 answer back" in named
    done = ada.post(answers, {**tick, "count": 1}, follow=True).content.decode()
    assert "1 role waits again." in done
    assert set(review.rows.filter(decision="keep").values_list("pk", flat=True)) == {key["ben"]}


def test_long_review_is_gone_through_page_by_page(cast: Cast) -> None:
    crowd = User.objects.bulk_create(
        User(email=f"n{i}@lakeshore.example", name=f"Nurse {i:02}", unit=cast.brigid)
        for i in range(60)
    )
    RoleGrant.objects.bulk_create(
        RoleGrant(person=one, unit=cast.brigid, role="staff", granted_at=NOW) for one in crowd
    )
    review = actions.open_review(cast.brigid, by=cast.ada, at=NOW)
    ada = Client()
    ada.force_login(cast.ada)
    page = reverse("innovation:access-review", args=[review.pk])
    first = ada.get(page)
    assert "65 wait for you in all." in first.content.decode()
    second = ada.get(page, {"after": first.context["page"].after})
    assert len(second.context["page"]) == 15
    keep = reverse("innovation:access-review-keep", args=[review.pk])
    here = f"{keep}?{urlencode({'after': first.context['page'].after})}"
    assert f'href="{here}"' in second.content.decode()
    assert "<strong>15 roles</strong>" in ada.get(here).content.decode()
