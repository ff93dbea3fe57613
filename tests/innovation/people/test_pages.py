"""Pages of people, units and one's own account: what they show, keep and refuse."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from innovation.needs.models import Need
from innovation.needs.states import NEED
from innovation.people import actions as people
from innovation.people.models import ApiToken, RoleGrant, Unit, User
from innovation.rules.refusal import Refused
from innovation.workflow import actions as workflow
from tests.factories.cast import NOW, PASSWORD, Cast

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(client: Client, name: str, *args: Any, **query: Any) -> str:
    response = client.get(reverse(f"innovation:{name}", args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def shown(client: Client, **query: Any) -> set[str]:
    response = client.get(reverse("innovation:people"), query)
    return {person.name for person in response.context["page"]}


# The list of people


def test_people_list_shows_those_in_reach(cast: Cast) -> None:
    assert "Ana Ruiz" in shown(signed_in(cast.ada))
    assert shown(signed_in(cast.hugo)) == {"Hugo Marsh"}


def test_people_list_is_narrowed_by_words_unit_and_account(cast: Cast) -> None:
    ada = signed_in(cast.ada)
    assert shown(ada, q="pharm") == {"Priya Raman"}
    assert shown(ada, q="ana@") == {"Ana Ruiz"}
    assert shown(ada, unit=cast.harbor.pk) == {"Hugo Marsh"}
    assert shown(ada, unit=cast.four_west.pk) == {"Ana Ruiz"}
    people.deactivate(cast.ben, by=cast.ada, at=NOW)
    assert "Ben Achterberg" not in shown(ada)
    assert shown(ada, accounts="closed") == {"Ben Achterberg"}
    assert "Nobody matches" in page(ada, "people", q="xyzzy")


@pytest.mark.parametrize("unit", ["x", "-1", "9" * 30, "1 OR 1=1", ""])
def test_people_list_with_a_garbled_unit_shows_everybody(cast: Cast, unit: str) -> None:
    assert len(shown(signed_in(cast.ada), unit=unit)) == 14


def test_people_list_asks_the_same_number_of_queries_for_many_rows(cast: Cast) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            signed_in(cast.ada).get(reverse("innovation:people"))
        return len(asked)

    queries()  # reads the tree of units, which the process keeps
    few = queries()
    for number in range(25):
        person = User.objects.create_user(f"p{number}@x.example", f"P {number}", unit=cast.brigid)
        RoleGrant.objects.create(person=person, unit=cast.brigid, role="staff", granted_at=NOW)
    assert queries() == few


# One person


def test_person_is_created_with_a_first_role_and_finds_the_way_in(
    cast: Cast, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    given = {
        "name": "Nadia Petrov",
        "email": "Nadia@lakeshore.example",
        "job_title": "Nurse",
        "unit": cast.medicine.pk,
        "role": "staff",
    }
    with django_capture_on_commit_callbacks(execute=True):
        response = signed_in(cast.ada).post(reverse("innovation:person-create"), given)
    nadia = User.objects.get(email="nadia@lakeshore.example")
    assert response["Location"] == reverse("innovation:person-detail", args=[nadia.pk])
    assert nadia.grants.get().role == "staff"
    # She follows the mail's link, chooses a password and signs in.
    path = re.search(r"https?://[^/]+(/\S+)", str(mail.outbox[0].body))
    assert path
    newcomer = Client()
    form = newcomer.get(path[1], follow=True)
    where = form.redirect_chain[-1][0]
    chosen = {"password1": "a lamp in the corridor", "password2": "a lamp in the corridor"}
    assert newcomer.post(where, chosen).status_code == 302
    entered = newcomer.post(
        reverse("account_login"),
        {"login": "NADIA@lakeshore.example", "password": "a lamp in the corridor"},
    )
    assert entered["Location"] == "/"
    assert newcomer.get("/").status_code == 200
    # The link opens once.
    again = Client().get(path[1], follow=True)
    assert "password1" not in again.content.decode()


def test_person_form_with_errors_keeps_what_was_typed(cast: Cast) -> None:
    given = {"name": "Somebody New", "email": "ana@LAKESHORE.example", "unit": cast.harbor.pk}
    html = signed_in(cast.hugo).post(reverse("innovation:person-create"), given).content.decode()
    assert "Somebody already signs in with this e-mail." in html
    assert 'value="Somebody New"' in html


def test_person_form_does_not_offer_units_out_of_reach(cast: Cast) -> None:
    html = page(signed_in(cast.hugo), "person-create")
    assert "Harbor clinic" in html
    assert "St Brigid" not in html
    given = {"name": "X", "email": "x@lakeshore.example", "unit": cast.brigid.pk}
    signed_in(cast.hugo).post(reverse("innovation:person-create"), given)
    assert not User.objects.filter(email="x@lakeshore.example").exists()


def test_person_page_shows_roles_in_words_and_its_history(cast: Cast) -> None:
    people.grant(cast.ana, by=cast.ada, at=NOW, unit=cast.medicine, role="mentor")
    html = page(signed_in(cast.ada), "person-detail", cast.ana.pk)
    assert "Accompanies pilots and leaves advice in their log." in html
    assert "gave Ana Ruiz the role Mentor in" in html
    assert "Give a role" in html
    html = page(signed_in(cast.otto), "person-detail", cast.ana.pk)
    assert "Give a role" not in html and "End the role" not in html


def test_person_page_hides_roles_held_beyond_ones_reach(cast: Cast) -> None:
    people.grant(cast.ana, by=cast.hugo, at=NOW, unit=cast.harbor, role="mentor")
    html = page(signed_in(cast.hugo), "person-detail", cast.ana.pk)
    assert "Mentor" in html
    assert "St Brigid General, which your role does not reach" not in html  # she belongs elsewhere
    assert "whose administrators keep this account" in html


def test_person_page_of_oneself_offers_no_roles(cast: Cast) -> None:
    html = page(signed_in(cast.ada), "person-detail", cast.ada.pk)
    assert "Give a role" not in html and "End the role" not in html


def test_own_account_is_not_offered_to_be_closed(cast: Cast) -> None:
    ada = signed_in(cast.ada)
    close = reverse("innovation:person-close", args=[cast.ada.pk])
    assert close not in page(ada, "person-detail", cast.ada.pk)
    # Before anything is typed, not after.
    refused = ada.get(close)
    assert refused.status_code == 403
    assert "Nobody closes their own account." in refused.content.decode()


def test_password_link_is_shown_once_to_hand_over(cast: Cast) -> None:
    response = signed_in(cast.ada).post(
        reverse("innovation:person-password-link", args=[cast.ana.pk])
    )
    html = response.content.decode()
    assert "/accounts/password/reset/key/" in html
    assert "no-store" in response["Cache-Control"]
    assert "/accounts/password/reset/key/" not in page(
        signed_in(cast.ada), "person-detail", cast.ana.pk
    )


def test_grant_form_lists_every_role_with_its_description(cast: Cast) -> None:
    html = page(signed_in(cast.ada), "grant-create", cast.ana.pk)
    assert "Reads everything, changes nothing." in html
    ada = signed_in(cast.ada)
    url = reverse("innovation:grant-create", args=[cast.ana.pk])
    assert ada.post(url, {"role": "mentor", "unit": cast.brigid.pk}).status_code == 302
    html = ada.post(url, {"role": "mentor", "unit": cast.brigid.pk}).content.decode()
    assert "This person already holds this role in this unit." in html
    grant = cast.ana.grants.get(role="mentor")
    ada.post(reverse("innovation:grant-end", args=[grant.pk]))
    grant.refresh_from_db()
    assert grant.ended_by == cast.ada


def test_grant_of_another_hospital_is_not_found(cast: Cast) -> None:
    grant = cast.ana.grants.get()
    hugo = signed_in(cast.hugo)
    assert hugo.post(reverse("innovation:grant-end", args=[grant.pk])).status_code == 404
    assert cast.ana.grants.get().ended_at is None


def test_closing_an_account_ends_its_session_and_tokens(cast: Cast) -> None:
    _token, text = people.create_token(by=cast.ana, at=NOW, name="x", days=30)
    api = {"Authorization": f"Token {text}"}
    ana = signed_in(cast.ana)
    assert Client().get(reverse("innovation:api-me"), headers=api).status_code == 200
    url = reverse("innovation:person-close", args=[cast.ana.pk])
    assert signed_in(cast.ada).post(url, {"reason": "Left."}).status_code == 302
    assert ana.get("/")["Location"].startswith(reverse("account_login"))
    assert Client().get(reverse("innovation:api-me"), headers=api).status_code == 401
    entered = Client().post(
        reverse("account_login"), {"login": cast.ana.email, "password": PASSWORD}
    )
    assert "_auth_user_id" not in entered.client.session


# Units


def test_units_are_shown_as_a_tree(cast: Cast) -> None:
    html = page(signed_in(cast.otto), "unit-list")
    order = [html.index(name) for name in ("Lakeshore", "Harbor H", "St Brigid", "Medicine")]
    assert order == sorted(order)
    assert "Add a unit" not in html
    html = page(signed_in(cast.hugo), "unit-list")
    assert "St Brigid" not in html


def test_unit_is_created_edited_moved_closed_and_opened_again(cast: Cast) -> None:
    ada = signed_in(cast.ada)
    given = {"parent": cast.brigid.pk, "name": "Dialysis", "kind": "department", "code": "D-1"}
    ada.post(reverse("innovation:unit-create"), given)
    unit = Unit.objects.get(name="Dialysis")
    again = ada.post(reverse("innovation:unit-create"), given).content.decode()
    assert "There is already a unit of this name here." in again
    changed = {"name": "Dialysis unit", "kind": "team", "code": ""}
    ada.post(reverse("innovation:unit-edit", args=[unit.pk]), changed)
    ada.post(reverse("innovation:unit-move", args=[unit.pk]), {"parent": cast.medicine.pk})
    unit.refresh_from_db()
    assert (unit.name, unit.kind, unit.code, unit.parent) == (
        "Dialysis unit",
        "team",
        "",
        cast.medicine,
    )
    ada.post(reverse("innovation:unit-close", args=[unit.pk]), {"reason": "Merged."})
    unit.refresh_from_db()
    assert unit.closed_at
    page(ada, "unit-list")  # takes the word that it is closed
    assert "Dialysis" not in page(ada, "unit-list")
    assert "Dialysis" in page(ada, "unit-list", closed="yes")
    ada.post(reverse("innovation:unit-reopen", args=[unit.pk]))
    unit.refresh_from_db()
    assert unit.closed_at is None


def test_unit_in_use_is_not_closed_and_says_why(cast: Cast) -> None:
    ada = signed_in(cast.ada)
    url = reverse("innovation:unit-close", args=[cast.four_west.pk])
    html = ada.post(url, {"reason": "Because."}).content.decode()
    assert "1 person belongs to it." in html
    assert "Because." in html


def test_unit_move_does_not_offer_what_lies_below(cast: Cast) -> None:
    response = signed_in(cast.ada).get(reverse("innovation:unit-move", args=[cast.brigid.pk]))
    offered = [name.strip() for _key, name in response.context["form"].fields["parent"].choices]
    assert "Medicine" not in offered and "St Brigid General" not in offered
    assert "Harbor Hospital" in offered


def test_unit_page_for_staff_shows_colleagues_but_no_accounts(cast: Cast) -> None:
    html = page(signed_in(cast.ana), "unit-detail", cast.medicine.pk)
    assert "Ben Achterberg" in html
    assert f"/people/{cast.ben.pk}/" not in html
    assert "Roles held here" not in html


# One's own account


def test_profile_keeps_theme_and_zone(cast: Cast) -> None:
    ana = signed_in(cast.ana)
    given = {
        "name": "Ana Ruiz",
        "job_title": "Senior nurse",
        "unit": cast.medicine.pk,
        "time_zone": "Europe/Stockholm",
        "theme": "dark",
        "email": "other@lakeshore.example",
    }
    assert ana.post(reverse("innovation:profile"), given).status_code == 302
    saved = User.objects.get(pk=cast.ana.pk)
    assert (saved.theme, saved.time_zone, saved.unit) == (
        "dark",
        "Europe/Stockholm",
        cast.medicine,
    )
    assert saved.email == "ana@lakeshore.example"
    assert re.search(r'<html\s+lang="en-gb"\s+data-theme="dark"', page(ana, "profile"))


def test_profile_with_nonsense_says_what_is_wrong_and_keeps_the_rest(cast: Cast) -> None:
    ana = signed_in(cast.ana)
    given = {"name": "", "time_zone": "Mars/Olympus", "theme": "neon", "unit": cast.harbor.pk}
    response = ana.post(reverse("innovation:profile"), {**given, "job_title": "Kept"})
    html = response.content.decode()
    assert response.status_code == 400
    assert set(response.context["form"].errors) == {"name", "time_zone", "theme", "unit"}
    assert 'value="Kept"' in html
    assert User.objects.get(pk=cast.ana.pk).name == "Ana Ruiz"


def test_profile_without_a_role_says_whom_to_ask_and_offers_no_tokens(cast: Cast) -> None:
    html = page(signed_in(cast.victor), "profile")
    assert "Ada Kowalski (ada@lakeshore.example)" in html
    assert "API tokens" not in html
    assert (
        signed_in(cast.victor)
        .post(reverse("innovation:token-create"), {"name": "x", "days": 30})
        .status_code
        == 403
    )


def known_again(user: User) -> Client:
    """Who gave the password once more: what asks for that is open for some minutes."""
    client = signed_in(user)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def test_token_is_shown_once_works_and_ends_when_revoked(cast: Cast) -> None:
    ana = known_again(cast.ana)
    response = ana.post(
        reverse("innovation:token-create"), {"name": "export", "days": "90", "scopes": "read"}
    )
    text = response.context["new_token_text"]
    assert text in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    html = page(ana, "profile")
    assert text not in html and "export" in html
    me = Client().get(reverse("innovation:api-me"), HTTP_AUTHORIZATION=f"Token {text}")
    assert me.json()["email"] == "ana@lakeshore.example"
    assert [role["role"] for role in me.json()["roles"]] == ["staff"]
    token = ApiToken.objects.get()
    assert (token.expiry - token.created).days in (89, 90)
    ana.post(reverse("innovation:token-revoke", args=[token.token_key]))
    gone = Client().get(reverse("innovation:api-me"), HTTP_AUTHORIZATION=f"Token {text}")
    assert gone.status_code == 401
    assert gone["Content-Type"].startswith("application/problem+json")


def test_token_without_a_name_is_asked_for_one(cast: Cast) -> None:
    html = (
        known_again(cast.ana)
        .post(reverse("innovation:token-create"), {"days": "90"})
        .content.decode()
    )
    assert not ApiToken.objects.exists()
    assert "Fill this in." in html


def test_signing_up_is_closed(db: None) -> None:
    response = Client().post(
        reverse("account_signup"),
        {"email": "x@y.example", "password1": PASSWORD, "password2": PASSWORD},
    )
    assert not User.objects.exists()
    assert response.status_code == 200


def test_forgotten_password_mails_a_link_of_this_installation(cast: Cast) -> None:
    Client(headers={"host": "localhost"}).post(
        reverse("account_reset_password"), {"email": "ana@lakeshore.example"}
    )
    [sent] = mail.outbox
    assert "http://localhost:8000/accounts/password/reset/key/" in sent.body


def test_second_step_is_asked_for_when_signing_in(cast: Cast) -> None:
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    TOTP.activate(cast.ana, generate_totp_secret())
    assert Authenticator.objects.filter(user=cast.ana).exists()
    visitor = Client()
    entered = visitor.post(
        reverse("account_login"), {"login": "ana@lakeshore.example", "password": PASSWORD}
    )
    assert entered["Location"] == reverse("mfa_authenticate")
    assert visitor.get("/")["Location"].startswith(reverse("account_login"))


# API


def test_api_people_shows_colleagues_without_their_mail(cast: Cast) -> None:
    rows = signed_in(cast.ana).get(reverse("innovation:api-person-list")).json()["results"]
    assert "Ben Achterberg" in {row["name"] for row in rows}
    assert "Hugo Marsh" not in {row["name"] for row in rows}
    assert set(rows[0]) == {"id", "name", "job_title", "unit"}


def test_api_units_are_those_in_reach(cast: Cast) -> None:
    url = reverse("innovation:api-unit-list")
    rows = signed_in(cast.hugo).get(url).json()["results"]
    assert {row["name"] for row in rows} == {"Harbor Hospital", "Harbor clinic"}
    rows = signed_in(cast.hugo).get(url, {"kind": "team"}).json()["results"]
    assert [row["name"] for row in rows] == ["Harbor clinic"]
    assert signed_in(cast.hugo).get(url, {"kind": "castle"}).status_code == 400


# The first administrator and the back room


def test_create_administrator_prints_a_link_that_works(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("create_administrator", "ada@x.example", "Ada Kowalski", unit="Lakeshore Health")
    printed = capsys.readouterr().out
    assert "Ada Kowalski is administrator of Lakeshore Health." in printed
    path = printed.split()[-1].removeprefix("http://localhost:8000")
    assert b"password1" in Client().get(path, follow=True).content
    with pytest.raises(CommandError, match="The tree begins with Lakeshore Health"):
        call_command("create_administrator", "b@x.example", "B", unit="Elsewhere")
    with pytest.raises(CommandError, match="valid e"):
        call_command("create_administrator", "no mail", "B", unit="Lakeshore Health")


def test_back_room_is_for_looking_only(cast: Cast) -> None:
    keeper = User.objects.create_superuser("root@x.example", "Root", PASSWORD)
    root = signed_in(keeper)
    for model, key in (
        ("user", cast.ana.pk),
        ("unit", cast.brigid.pk),
        ("rolegrant", cast.ana.grants.get().pk),
    ):
        assert root.get(reverse(f"back-room:innovation_{model}_changelist")).status_code == 200
        change = reverse(f"back-room:innovation_{model}_change", args=[key])
        html = root.get(change)
        assert html.status_code == 200
        assert "pbkdf2" not in html.content.decode() and "md5$" not in html.content.decode()
        assert root.post(change, {"name": "X"}).status_code == 403
        assert root.post(reverse(f"back-room:innovation_{model}_add"), {}).status_code == 403
        assert (
            root.post(
                reverse(f"back-room:innovation_{model}_delete", args=[key]), {"post": "yes"}
            ).status_code
            == 403
        )
    # It is no way round the roles of the product.
    assert root.get("/").status_code == 403


@pytest.mark.parametrize(
    ("model", "question"),
    [
        ("user", {"password__startswith": "pbkdf2"}),
        ("user", {"password__regex": "."}),
        ("user", {"time_zone__gt": "A"}),
        ("rolegrant", {"person__password__startswith": "pbkdf2"}),
        ("rolegrant", {"person__email": "ana@x.example"}),
    ],
)
def test_back_room_answers_no_question_about_a_column_it_does_not_filter_by(
    cast: Cast, model: str, question: dict[str, str]
) -> None:
    root = signed_in(User.objects.create_superuser("root@x.example", "Root", PASSWORD))
    changelist = reverse(f"back-room:innovation_{model}_changelist")

    assert root.get(changelist, question).status_code == 400
    assert root.get(changelist, {"q": "a", "o": "1"}).status_code == 200
    wanted = {"user": {"is_active__exact": "1"}, "rolegrant": {"role": "executive"}}[model]
    assert root.get(changelist, wanted).status_code == 200


def test_unit_with_open_needs_stays_open_and_shows_them(cast: Cast) -> None:
    need = Need.objects.create(
        title="Vitals are copied by hand",
        problem="…",
        population="…",
        outcome="…",
        setting="ward",
        frequency="daily",
        unit=cast.harbor_clinic,
        submitted_by=cast.hugo,
        submitted_at=NOW,
    )
    with pytest.raises(Refused, match="1 need is open in it"):
        people.close_unit(cast.harbor_clinic, by=cast.ada, at=NOW)
    assert need.title in page(signed_in(cast.hugo), "unit-detail", cast.harbor.pk)
    workflow.move(NEED, need, "decline", by=cast.hugo, at=NOW, reason="Solved since.")
    people.close_unit(cast.harbor_clinic, by=cast.ada, at=NOW)


@pytest.mark.parametrize("path", ["/people/?q=%00", "/search/?q=a%00b", "/profile/tokens/%00/"])
def test_a_null_character_in_an_address_is_a_bad_request(cast: Cast, path: str) -> None:
    assert signed_in(cast.ada).get(path).status_code == 400


@pytest.mark.parametrize("body", ['{"unit": 1e400}', '{"unit": NaN}', "[" * 100_000, "{", "\x00"])
def test_json_that_is_none_is_a_bad_request_with_a_sentence(cast: Cast, body: str) -> None:
    answer = signed_in(cast.ana).post("/api/v1/needs/", data=body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("This is not JSON")


def test_grant_of_another_hospital_is_not_there_to_be_ended(cast: Cast) -> None:
    given = people.grant(cast.ana, by=cast.ada, at=NOW, unit=cast.brigid, role="mentor")
    url = reverse("innovation:grant-end", args=[given.pk])
    assert signed_in(cast.hugo).post(url).status_code == 404
    assert RoleGrant.objects.visible_to(cast.hugo).filter(pk=given.pk).count() == 0
    assert RoleGrant.objects.visible_to(cast.ada).filter(pk=given.pk).count() == 1
    # Who reads about people there, but keeps none of them, does not reach it either.
    assert RoleGrant.objects.visible_to(cast.otto).filter(pk=given.pk).count() == 0
