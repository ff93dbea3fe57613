"""Service accounts: machines that read or bring in numbers, and are nobody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db import Error, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django import Settings

from innovation.access import actions
from innovation.access.actions import tell_of_tokens
from innovation.audit.models import Event
from innovation.notices.models import Notice
from innovation.people import actions as people
from innovation.people.models import ApiToken, RoleGrant, ServiceAccount, Session, Unit, User
from innovation.people.sessions import SessionStore
from innovation.rules.refusal import Conflict, NotAllowed, Refused
from innovation.web.scopes import Scope
from tests.factories.cast import NOW, PASSWORD, Cast
from tests.factories.pilots import make_metric, open_pilot

pytestmark = pytest.mark.django_db


def make(cast: Cast, *units: Unit, **given: object) -> ServiceAccount:
    usual: dict[str, object] = {
        "by": cast.ada, "at": NOW, "name": "Warehouse export", "purpose": "Reads each night.",
        "unit": cast.brigid, "owner": cast.maya, "units": units or (cast.brigid,),
    }  # fmt: skip
    return actions.create_service(**{**usual, **given})  # type: ignore[arg-type]


def machine(service: ServiceAccount, cast: Cast, *scopes: Scope) -> Client:
    """The machine with a token."""
    _token, text = actions.create_service_token(
        service, by=cast.ada, at=NOW, name="nightly", days=30, scopes=scopes or [Scope.READ]
    )
    return Client(headers={"Authorization": f"Token {text}"})


def names(client: Client, url: str) -> set[str]:
    return {row["name"] for row in client.get(reverse(url)).json()["results"]}


def test_service_is_answered_in_the_language_of_the_installation(
    cast: Cast, settings: Settings
) -> None:
    asked = {"Accept-Language": "en-gb"}
    export = machine(make(cast), cast)
    with translation.override("en-gb"):
        settings.LANGUAGE_CODE = "en-us"
        answer = export.get(reverse("innovation:api-unit-list"), headers=asked)
    assert answer["Content-Language"] == "en-us"


def test_machine_reads_the_units_it_is_named_for_and_no_other(cast: Cast) -> None:
    client = machine(make(cast, cast.medicine), cast)
    assert names(client, "innovation:api-unit-list") == {"Medicine", "4 West"}
    assert client.get(reverse("innovation:api-unit-detail", args=[cast.harbor.pk])).status_code == 404  # fmt: skip
    # Neither accounts nor the log, whatever its token.
    assert client.get(reverse("innovation:api-event-list")).status_code == 403
    me = client.get(reverse("innovation:api-me")).json()
    assert (me["name"], me["roles"]) == ("Warehouse export", [])
    nowhere = make(cast, cast.harbor, name="Harbor export")
    nowhere.units.clear()
    assert machine_of(nowhere).get(reverse("innovation:api-unit-list")).status_code == 403


def machine_of(service: ServiceAccount) -> Client:
    _token, text = people.write_token(service.account, name="x", days=1, scopes=[Scope.READ])
    return Client(headers={"Authorization": f"Token {text}"})


def test_machine_brings_in_numbers_and_the_log_names_it(cast: Cast) -> None:
    metric = make_metric(cast, open_pilot(cast))
    service = make(cast)
    pull = reverse("pilots:api-metric-pull", args=[metric.pk])
    reading = machine(service, cast)
    assert "“numbers”" in reading.post(pull).json()["detail"]
    answer = machine(service, cast, Scope.NUMBERS).post(pull)
    assert answer.status_code == 202, answer.content
    event = Event.objects.filter(type__startswith="metric.").latest("number")
    assert (event.actor, event.actor_name) == (service.ref, "Warehouse export")
    ada, ana = Client(), Client()
    ada.force_login(cast.ada)
    ana.force_login(cast.ana)
    page = reverse("pilots:metric-detail", args=[metric.pk])
    link = f'<a href="{service.get_absolute_url()}">'
    assert link in ada.get(page).content.decode()
    shown = ana.get(page).content.decode()
    assert "Warehouse export" in shown and link not in shown


def test_machine_signs_in_nowhere(cast: Cast) -> None:
    account = make(cast).account
    visitor = Client()
    for password in ("", "!", PASSWORD, account.password):
        visitor.post(reverse("account_login"), {"login": account.email, "password": password})
        assert "_auth_user_id" not in visitor.session
    assert not EmailAddress.objects.filter(user=account).exists()


@pytest.mark.parametrize(
    "attempt",
    [
        lambda account, cast: RoleGrant.objects.create(
            person=account, unit=cast.brigid, role="staff", granted_at=NOW, granted_by=cast.ada
        ),
        lambda account, cast: cast.ana.grants.update(person=account),
        lambda account, cast: User.objects.filter(pk=account.pk).update(password=cast.ana.password),
        lambda account, cast: User.objects.filter(pk=account.pk).update(email="a@x.example"),
        lambda account, cast: User.objects.filter(pk=account.pk).update(kind="person"),
        lambda account, cast: User.objects.filter(pk=account.pk).update(is_staff=True),
        lambda account, cast: User.objects.filter(pk=cast.ana.pk).update(kind="service"),
        lambda account, cast: EmailAddress.objects.create(user=account, email=account.email),
        lambda account, cast: Session.objects.create(
            session_key="x", session_data="", expire_date=NOW, person=account
        ),
        lambda account, cast: ApiToken.objects.create(
            user=account, name="x", expiry=timedelta(days=1), scopes=["read", "decisions"]
        ),
        lambda account, cast: ApiToken.objects.filter(user=account).update(scopes=["money"]),
    ],
)
def test_database_keeps_machines_from_what_is_for_people(
    cast: Cast, attempt: Callable[[User, Cast], object]
) -> None:
    service = make(cast)
    machine(service, cast)
    with pytest.raises(Error), transaction.atomic():
        attempt(service.account, cast)


def test_machine_cannot_be_signed_in_by_force(cast: Cast) -> None:
    store = SessionStore()
    store["_auth_user_id"] = str(make(cast).account.pk)
    with pytest.raises(Error, match="not for a service account"), transaction.atomic():
        store.save()


def test_machine_is_among_no_people(cast: Cast) -> None:
    service = make(cast)
    ada = Client()
    ada.force_login(cast.ada)
    assert service.account not in User.objects.visible_to(cast.ada)
    assert "Warehouse export" not in ada.get(reverse("innovation:people")).content.decode()
    page = ada.get(reverse("innovation:unit-detail", args=[cast.brigid.pk])).content.decode()
    assert f"/people/{service.pk}/" not in page
    assert ada.get(reverse("innovation:person-detail", args=[service.pk])).status_code == 404
    with pytest.raises(Refused, match="holds no role"):
        people.grant(service.account, by=cast.ada, at=NOW, unit=cast.brigid, role="staff")


def test_unit_that_keeps_a_machine_stays_open(cast: Cast) -> None:
    make(cast, unit=cast.harbor_clinic)
    with pytest.raises(Refused, match="1 service account is kept by it"):
        people.close_unit(cast.harbor_clinic, by=cast.ada, at=NOW)


def test_administrators_make_it_for_units_that_they_keep_alone(cast: Cast) -> None:
    with pytest.raises(Refused, match="kept by other administrators"):
        make(cast, cast.brigid, by=cast.hugo, unit=cast.harbor, owner=cast.hugo)
    with pytest.raises(NotAllowed):
        make(cast, by=cast.maya)
    service = make(cast, cast.harbor, cast.brigid, unit=cast.harbor)
    # Hugo keeps it, and does not reach all that it reads: he closes it, and gets no token of it.
    with pytest.raises(NotAllowed, match="St Brigid General is kept by other"):
        actions.create_service_token(
            service, by=cast.hugo, at=NOW, name="x", days=1, scopes=["read"]
        )
    actions.close_service(service, by=cast.hugo, at=NOW)


def test_closing_ends_its_tokens_for_good_and_its_owner_is_told(cast: Cast) -> None:
    service = make(cast)
    client = machine(service, cast)
    actions.close_service(service, by=cast.ada, at=NOW, reason="The warehouse moved.")
    assert client.get(reverse("innovation:api-me")).status_code == 401
    assert Event.objects.get(type="service.closed").details["tokens"] == 1
    told = Notice.objects.filter(person=cast.maya).latest("pk")
    assert told.title == "Ada Kowalski closed the service account Warehouse export"
    assert told.text == "The warehouse moved."
    with pytest.raises(Conflict, match="is closed"):
        machine(service, cast)
    with pytest.raises(Conflict, match="closed already"):
        actions.close_service(service, by=cast.ada, at=NOW)


def test_owner_sees_it_is_told_of_ends_and_may_revoke(cast: Cast) -> None:
    service = make(cast, owner=cast.ana)
    machine(service, cast)
    token = ApiToken.objects.get()
    assert tell_of_tokens(at=token.expiry - timedelta(days=6)) == 1
    assert "A token of Warehouse export, “nightly”, ends on" in Notice.objects.latest("pk").title
    assert set(Notice.objects.values_list("person", flat=True)) == {cast.ana.pk}
    ana, ben = Client(), Client()
    ana.force_login(cast.ana)
    ben.force_login(cast.ben)
    assert ben.get(service.get_absolute_url()).status_code == 404
    page = ana.get(service.get_absolute_url()).content.decode()
    assert "nightly" in page and "Revoke" in page and "Make a token" not in page
    revoke = reverse("innovation:service-token-revoke", args=[service.pk, token.token_key])
    assert ben.post(revoke).status_code == 404
    assert ana.post(revoke).status_code == 302
    assert not ApiToken.objects.exists()


def test_pages_make_change_and_list_it(cast: Cast) -> None:
    ada = Client()
    ada.force_login(cast.ada)
    create = reverse("innovation:service-create")
    given = {
        "name": "Theatre dashboard", "purpose": "Shows numbers on the wall.",
        "unit": cast.brigid.pk, "owner": cast.maya.pk,
    }  # fmt: skip
    wrong = ada.post(create, given)
    assert wrong.status_code == 400 and "Theatre dashboard" in wrong.content.decode()
    ada.post(create, {**given, "units": [cast.medicine.pk]})
    service = ServiceAccount.objects.get()
    address = reverse("innovation:service-token-create", args=[service.pk])
    token = {"name": "wall", "days": "30", "scopes": "read"}
    assert ada.post(address, token)["Location"].startswith(reverse("account_reauthenticate"))
    ada.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert ada.post(address, {**token, "scopes": "money"}).status_code == 400
    made = ada.post(address, token)
    assert made.context["new_token_text"] in made.content.decode()
    assert "no-store" in made["Cache-Control"]
    assert (
        made.context["new_token_text"] not in ada.get(service.get_absolute_url()).content.decode()
    )
    edit = reverse("innovation:service-edit", args=[service.pk])
    ada.post(edit, {**given, "name": "Wall", "owner": cast.ana.pk, "units": [cast.brigid.pk]})
    service = ServiceAccount.objects.get()
    assert (service.account.name, service.owner, list(service.units.all())) == (
        "Wall", cast.ana, [cast.brigid],
    )  # fmt: skip
    assert Notice.objects.filter(person=cast.ana, title__contains="You answer for").exists()
    people.deactivate(cast.ana, by=cast.ada, at=NOW)
    listed = ada.get(reverse("innovation:services")).content.decode()
    assert "Wall" in listed and "its owner has left" in listed
    hugo = Client()
    hugo.force_login(cast.hugo)
    assert "Wall" not in hugo.get(reverse("innovation:services")).content.decode()
