"""Roles that end by date: what they open until then, and nothing from the next day on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from innovation.audit.models import Event
from innovation.needs.room import NeedsPermission
from innovation.people import actions, queries
from innovation.people.models import RoleGrant, User
from innovation.rules import dates
from innovation.rules.refusal import Conflict, NotAllowed, Refused
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db

LAST_DAY = date(2026, 11, 30)


@pytest.fixture(autouse=True)
def _at_first_it_is_now(monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, dates.day_of(NOW))


def on(monkeypatch: pytest.MonkeyPatch, day: date) -> None:
    """Let it be this day of the installation's."""
    monkeypatch.setattr(dates, "today", lambda: day)


def moment(day: date) -> datetime:
    return dates.begins(day) + timedelta(hours=9)


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def given_until(cast: Cast, day: date = LAST_DAY, role: str = "innovation_office") -> RoleGrant:
    return actions.grant(cast.ben, by=cast.ada, at=NOW, unit=cast.medicine, role=role, ends_on=day)


def test_role_opens_what_it_is_for_on_its_last_day_and_nothing_on_the_next(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No worker runs here: the day alone decides, wherever a role is asked for."""
    given_until(cast)

    def opens() -> list[bool]:
        return [
            cast.medicine.pk in fresh(cast.ben).reach(NeedsPermission.TRIAGE),
            cast.ben in User.objects.holding(NeedsPermission.TRIAGE, cast.medicine),
            RoleGrant.objects.current().filter(person=cast.ben, role="innovation_office").exists(),
            not queries.past_grants(cast.ben, fresh(cast.ada)).exists(),
        ]

    on(monkeypatch, LAST_DAY)
    assert opens() == [True] * 4
    on(monkeypatch, LAST_DAY + timedelta(days=1))
    assert opens() == [False] * 4


def test_person_is_read_where_they_hold_a_role_and_no_longer_once_it_ended(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ben belongs to St Brigid and helps at Harbor, where Hugo reads who works there."""

    def hugo_reads() -> bool:
        return cast.ben in User.objects.visible_to(fresh(cast.hugo))

    assert not hugo_reads()
    for end in ("by its day", "by hand"):
        ends_on = LAST_DAY if end == "by its day" else None
        given = actions.grant(
            cast.ben, by=cast.hugo, at=NOW, unit=cast.harbor, role="staff", ends_on=ends_on
        )
        assert hugo_reads()
        if ends_on is None:
            actions.end_grant(given, by=cast.hugo, at=NOW)
        else:
            on(monkeypatch, LAST_DAY + timedelta(days=1))
        assert not hugo_reads(), end
        RoleGrant.objects.filter(pk=given.pk, ended_at=None).update(ended_at=NOW)
        on(monkeypatch, dates.day_of(NOW))


def test_pages_close_to_whoever_came_in_by_a_role_that_ran_out(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_until(cast)
    client = Client()
    client.force_login(cast.ben)
    page = reverse("innovation:triage")
    on(monkeypatch, LAST_DAY)
    assert client.get(page).status_code == 200
    on(monkeypatch, LAST_DAY + timedelta(days=1))
    assert client.get(page).status_code == 403


def test_end_run_out_writes_it_down_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    given = given_until(cast)
    assert actions.end_run_out(at=moment(LAST_DAY)) == 0
    after = moment(LAST_DAY + timedelta(days=3))
    assert actions.end_run_out(at=after) == 1
    assert actions.end_run_out(at=after) == 0
    given.refresh_from_db()
    assert given.ended_at == dates.begins(LAST_DAY + timedelta(days=1))
    assert given.ended_by is None
    event = Event.objects.latest("number")
    assert (event.type, event.actor, event.details["until"]) == (
        "role.ran_out",
        "system:calendar",
        "2026-11-30",
    )


def test_grant_after_a_role_ran_out_is_a_new_one(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even where nobody has written down yet that the old one is over."""
    old = given_until(cast)
    later = LAST_DAY + timedelta(days=5)
    on(monkeypatch, later)
    new = actions.grant(
        cast.ben, by=fresh(cast.ada), at=moment(later), unit=cast.medicine, role="innovation_office"
    )
    old.refresh_from_db()
    assert old.ended_at == dates.begins(LAST_DAY + timedelta(days=1))
    assert new.ends_on is None
    with pytest.raises(Conflict, match="already holds"):
        actions.grant(
            cast.ben,
            by=fresh(cast.ada),
            at=moment(later),
            unit=cast.medicine,
            role="innovation_office",
        )


def test_grant_with_a_last_day_that_is_past_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused, match="not past"):
        given_until(cast, dates.day_of(NOW) - timedelta(days=1))


def test_set_end_moves_and_lifts_the_day_and_the_log_says_so(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = given_until(cast)
    RoleGrant.objects.filter(pk=given.pk).update(end_told_at=NOW)
    actions.set_end(given, by=cast.ada, at=NOW, ends_on=LAST_DAY + timedelta(days=30))
    given.refresh_from_db()
    assert given.end_told_at is None  # so they are told of the new day
    actions.set_end(given, by=cast.ada, at=NOW, ends_on=None)
    actions.set_end(given, by=cast.ada, at=NOW, ends_on=None)  # which changes nothing
    told = Event.objects.order_by("number").values_list("type", flat=True)
    assert list(told) == ["role.granted_until", "role.end_set", "role.end_lifted"]
    on(monkeypatch, LAST_DAY + timedelta(days=400))
    assert cast.medicine.pk in fresh(cast.ben).reach(NeedsPermission.TRIAGE)


def test_set_end_of_a_role_that_is_over_is_refused(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that was left open does not bring it back."""
    given = given_until(cast)
    after = LAST_DAY + timedelta(days=1)
    on(monkeypatch, after)
    with pytest.raises(Conflict, match="ended already"):
        actions.set_end(given, by=fresh(cast.ada), at=moment(after), ends_on=None)


def test_set_end_takes_the_right_to_grant_there(cast: Cast) -> None:
    given = given_until(cast)
    with pytest.raises(NotAllowed):
        actions.set_end(given, by=cast.hugo, at=NOW, ends_on=None)
    own = RoleGrant.objects.get(person=cast.ada)
    with pytest.raises(NotAllowed, match="their own roles"):
        actions.set_end(own, by=cast.ada, at=NOW, ends_on=LAST_DAY)


# The last administrator


def test_last_administrator_of_the_whole_does_not_end_by_date(cast: Cast) -> None:
    second = User.objects.create_user("bea@lakeshore.example", "Bea", None, unit=cast.lakeshore)
    RoleGrant.objects.create(
        person=second,
        unit=cast.lakeshore,
        role="administrator",
        granted_at=NOW,
        ends_on=LAST_DAY,
    )
    first = RoleGrant.objects.get(person=cast.ada)
    changes: tuple[Callable[[], object], ...] = (
        lambda: actions.set_end(first, by=fresh(second), at=NOW, ends_on=LAST_DAY),
        # Whoever stays only until a day does not count as another one.
        lambda: actions.end_grant(first, by=fresh(second), at=NOW),
        lambda: actions.deactivate(fresh(cast.ada), by=fresh(second), at=NOW),
    )
    for change in changes:
        with pytest.raises(Refused, match="last administrator"):
            change()
    against: tuple[Callable[[], object], ...] = (
        lambda: RoleGrant.objects.filter(pk=first.pk).update(ends_on=LAST_DAY),
        lambda: RoleGrant.objects.filter(pk=first.pk).update(ended_at=NOW, ended_by=second),
        lambda: User.objects.filter(pk=cast.ada.pk).update(is_active=False),
    )
    for forbidden in against:
        with pytest.raises(IntegrityError, match="last administrator"), transaction.atomic():
            forbidden()
    # The other one, whose role has an end, may go before it.
    actions.end_grant(second.grants.get(), by=cast.ada, at=NOW)


def test_role_is_ended_by_somebody_or_by_its_day(cast: Cast) -> None:
    rows = RoleGrant.objects.filter(person=cast.ana)
    with pytest.raises(IntegrityError, match="by_somebody_or_by_its_day"), transaction.atomic():
        rows.update(ended_at=NOW)
    with pytest.raises(IntegrityError, match="told_of_an_end_has_one"), transaction.atomic():
        rows.update(end_told_at=NOW)


# Pages


def test_role_is_given_until_a_day_and_the_day_is_changed(cast: Cast) -> None:
    ada = Client()
    ada.force_login(cast.ada)
    person = reverse("innovation:person-detail", args=[cast.ben.pk])
    last = dates.today() + timedelta(days=90)
    ada.post(
        reverse("innovation:grant-create", args=[cast.ben.pk]),
        {"unit": cast.medicine.pk, "role": "mentor", "ends_on": last.isoformat()},
    )
    given = cast.ben.grants.get(role="mentor")
    assert given.ends_on == last
    until = f'until <time datetime="{last.isoformat()}">{dates.day_in_words(last)}</time>'
    for page in (
        person,
        reverse("innovation:people"),
        reverse("innovation:unit-detail", args=[cast.medicine.pk]),
    ):
        assert until in ada.get(page).content.decode()
    change = reverse("innovation:grant-until", args=[given.pk])
    past = (dates.today() - timedelta(days=9)).isoformat()
    refused = ada.post(change, {"ends_on": past})
    assert refused.status_code == 409
    assert "not past" in refused.content.decode()
    assert f'value="{past}"' in refused.content.decode()
    assert ada.post(change, {"ends_on": ""})["Location"] == person
    given.refresh_from_db()
    assert given.ends_on is None
