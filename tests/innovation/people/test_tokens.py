"""API tokens: what they are made for, how long they last, and what ends them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from pytest_django import DjangoAssertNumQueries, Settings

from innovation.access import actions as access
from innovation.audit.models import Event
from innovation.needs.models import Need
from innovation.notices.models import Notice
from innovation.people import actions
from innovation.people.models import ApiToken, User
from innovation.rules import dates
from innovation.rules.refusal import Refused
from innovation.web.scopes import Scope
from tests.factories.cast import NOW, PASSWORD, Cast

pytestmark = pytest.mark.django_db

NEED = {
    "problem": "Vital signs are typed twice on each round, on paper and then in the record.",
    "population": "Everybody on the ward", "outcome": "Typed once", "setting": "ward",
    "frequency": "daily",
}  # fmt: skip


def program(user: User, *scopes: Scope, days: int = 30) -> Client:
    """A program with a token of the person's."""
    _token, text = actions.create_token(by=user, at=NOW, name="export", days=days, scopes=scopes)
    return Client(headers={"Authorization": f"Token {text}"})


def test_token_to_read_reads_and_a_write_names_the_scope_it_lacks(cast: Cast) -> None:
    reading = program(cast.ana, Scope.READ)
    needs = reverse("innovation:api-need-list")
    assert reading.get(needs).status_code == 200
    refused = reading.post(needs, {**NEED, "unit": cast.four_west.pk}, "application/json")
    assert refused.status_code == 403
    assert refused["Content-Type"].startswith("application/problem+json")
    assert "it lacks the scope “needs”" in refused.json()["detail"]
    assert not Need.objects.exists()

    writing = program(cast.ana, Scope.NEEDS)
    assert writing.post(
        needs, {**NEED, "unit": cast.four_west.pk}, "application/json"
    ).status_code == 201  # fmt: skip
    refused = writing.get(needs)
    assert refused.status_code == 403 and "“read”" in refused.json()["detail"]


def test_token_answers_in_the_language_of_its_person_not_of_the_program(cast: Cast) -> None:
    with translation.override("en-gb"):
        reading = program(cast.ana, Scope.READ)
        needs = reverse("innovation:api-need-list")
        asked = {"Accept-Language": "en-us"}
        assert reading.get(needs, headers=asked)["Content-Language"] == "en-gb"
        User.objects.filter(pk=cast.ana.pk).update(language="en-us")
        asked = {"Accept-Language": "en-gb"}
        assert reading.get(needs, headers=asked)["Content-Language"] == "en-us"


def test_token_never_does_more_than_its_person(cast: Cast) -> None:
    """Every scope there is, and she still decides at no gate and reads no log."""
    everything = program(cast.ana, *Scope)
    assert everything.get(reverse("innovation:api-event-list")).status_code == 403
    assert everything.get(reverse("innovation:api-unit-detail", args=[cast.harbor.pk])).status_code == 404  # fmt: skip


def test_session_needs_no_scope(cast: Cast) -> None:
    ana = Client()
    ana.force_login(cast.ana)
    given = {**NEED, "unit": cast.four_west.pk}
    answer = ana.post(reverse("innovation:api-need-list"), given, "application/json")
    assert answer.status_code == 201


def test_token_that_ended_says_so_and_opens_nothing(cast: Cast) -> None:
    client = program(cast.ana, Scope.READ)
    me = reverse("innovation:api-me")
    assert client.get(me).status_code == 200
    ApiToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))
    refused = client.get(me)
    assert refused.status_code == 401
    assert "This token has ended" in refused.json()["detail"]
    assert ApiToken.objects.count() == 1, "the list goes on showing it"
    ana = Client()
    ana.force_login(cast.ana)
    assert "Ended" in ana.get(reverse("innovation:profile")).content.decode()


@pytest.mark.parametrize("text", ["x", "zz" * 32, "é" * 20, "0" * 5000])
def test_token_that_is_none_is_refused(cast: Cast, text: str) -> None:
    header = {"Authorization": f"Token {text}".encode().decode("latin-1")}
    assert Client(headers=header).get(reverse("innovation:api-me")).status_code in (400, 401)


def test_use_is_noted_once_a_day(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = program(cast.ana, Scope.READ)
    me = reverse("innovation:api-me")

    def writes() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(me).status_code == 200
        return sum(query["sql"].startswith("UPDATE") for query in asked.captured_queries)

    from django.test.utils import CaptureQueriesContext

    assert [writes(), writes(), writes()] == [1, 0, 0]
    assert ApiToken.objects.get().last_used_on == dates.today()
    ApiToken.objects.update(last_used_on=dates.today() - timedelta(days=1))
    assert writes() == 1


def test_form_offers_scopes_and_ends_and_keeps_what_was_typed(
    cast: Cast, settings: Settings
) -> None:
    settings.TOKEN_DAYS = 90
    ana = Client()
    ana.force_login(cast.ana)
    ana.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    profile = ana.get(reverse("innovation:profile"))
    form = profile.context["token_form"]
    assert [days for days, _label in form.fields["days"].choices] == [7, 30, 90]
    assert form["days"].value() == 90 and form["scopes"].value() == [Scope.READ]
    create = reverse("innovation:token-create")
    wrong = ana.post(create, {"name": "Ward screen", "days": "365", "scopes": ["read", "all"]})
    assert wrong.status_code == 400
    assert "Ward screen" in wrong.content.decode()
    assert set(wrong.context["token_form"].errors) == {"days", "scopes"}
    made = ana.post(create, {"name": "Ward screen", "days": "90", "scopes": ["read", "needs"]})
    assert made.status_code == 200
    shown = made.content.decode()
    assert "Record and answer needs and ideas" in shown and "not used yet" in shown
    event = Event.objects.get(type="token.created")
    assert event.details == {"name": "Ward screen", "scopes": "read, needs"}


def test_token_is_made_for_something_and_not_for_ever(cast: Cast, settings: Settings) -> None:
    settings.TOKEN_DAYS = 60
    with pytest.raises(Refused, match="60 days at most"):
        actions.create_token(by=cast.ana, at=NOW, name="x", days=61)
    with pytest.raises(Refused, match="at least one thing"):
        actions.create_token(by=cast.ana, at=NOW, name="x", days=60, scopes=["all"])
    for wrong in ([], ["all"], ["read", "all"]):
        with pytest.raises(IntegrityError, match="token_scopes_known"), transaction.atomic():
            ApiToken.objects.create(user=cast.ana, name="x", expiry=timedelta(days=1), scopes=wrong)


def lose_by_hand(cast: Cast) -> None:
    actions.end_grant(cast.ben.grants.get(), by=cast.ada, at=NOW)


def lose_by_date(cast: Cast) -> None:
    yesterday = dates.today() - timedelta(days=1)
    cast.ben.grants.update(ends_on=yesterday)
    actions.end_run_out(at=timezone.now())


def close(cast: Cast) -> None:
    actions.deactivate(cast.ben, by=cast.ada, at=NOW)


@pytest.mark.parametrize("end", [lose_by_hand, lose_by_date, close])
def test_tokens_end_with_the_last_role_and_do_not_wake_up_again(
    cast: Cast, end: Callable[[Cast], None]
) -> None:
    client = program(cast.ben, Scope.READ)
    end(cast)
    assert not ApiToken.objects.exists()
    cast.ben.refresh_from_db()
    if not cast.ben.is_active:
        actions.reactivate(cast.ben, by=cast.ada, at=NOW)
    else:
        assert Event.objects.get(type="token.ended").details == {"tokens": 1}
        actions.grant(cast.ben, by=cast.ada, at=NOW, unit=cast.brigid, role="staff")
    assert client.get(reverse("innovation:api-me")).status_code == 401


def test_tokens_do_not_wake_up_with_another_role_where_no_worker_saw_the_last_one_end(
    cast: Cast,
) -> None:
    client = program(cast.ben, Scope.READ)
    cast.ben.grants.update(ends_on=dates.today() - timedelta(days=1))
    actions.grant(cast.ben, by=cast.ada, at=timezone.now(), unit=cast.medicine, role="mentor")
    assert client.get(reverse("innovation:api-me")).status_code == 401


def test_tokens_stay_with_any_other_role(cast: Cast) -> None:
    client = program(cast.ben, Scope.READ)
    given = actions.grant(cast.ben, by=cast.ada, at=NOW, unit=cast.medicine, role="mentor")
    actions.end_grant(given, by=cast.ada, at=NOW)
    assert client.get(reverse("innovation:api-me")).status_code == 200


def test_its_person_is_told_a_week_before_a_token_ends_once(cast: Cast) -> None:
    program(cast.ana, Scope.READ, days=30)
    ends = ApiToken.objects.get().expiry
    assert access.tell_of_tokens(at=ends - timedelta(days=8)) == 0
    assert access.tell_of_tokens(at=ends - timedelta(days=7)) == 1
    assert access.tell_of_tokens(at=ends - timedelta(days=6)) == 0
    notice = Notice.objects.get()
    assert notice.person == cast.ana and "Your API token “export” ends on" in notice.title
    program(cast.ben, Scope.READ, days=30)
    assert access.tell_of_tokens(at=ends + timedelta(days=1)) == 0, "too late to be told before"
    assert not mail.outbox


def test_migration_lets_tokens_of_before_do_all_until_an_end(cast: Cast) -> None:
    program(cast.ana, Scope.READ)
    migration = import_module("innovation.migrations.0018_scopes_of_tokens")
    assert set(migration.EVERY) == set(Scope.values)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE innovation_apitoken ALTER COLUMN expiry DROP NOT NULL")
        cursor.execute("UPDATE innovation_apitoken SET expiry = NULL")
        cursor.execute(migration.GIVE_AN_END)
    left = ApiToken.objects.get().expiry - timezone.now()
    assert timedelta(days=89) < left <= timedelta(days=90)
