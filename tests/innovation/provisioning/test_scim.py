"""An identity provider keeps accounts by SCIM: who comes, who changes, who leaves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from innovation.audit.models import Event
from innovation.people import actions as people
from innovation.people.models import RoleGrant, Session, User
from innovation.provisioning import actions as provisioning
from innovation.provisioning.models import DirectoryAccount, DirectoryGroup, ScimToken
from tests.factories.cast import NOW, Cast
from tests.innovation.provisioning.conftest import (
    CORE,
    ENTERPRISE,
    Provider,
    provider_of,
)

# RFC 7643 §8.2, shortened to what a hospital's directory would send; with more than is kept.
BABS = {
    "schemas": [f"{CORE}User", ENTERPRISE],
    "externalId": "701984",
    "userName": "bjensen@example.com",
    "name": {
        "formatted": "Ms. Barbara J Jensen, III",
        "familyName": "Jensen",
        "givenName": "Barbara",
    },
    "displayName": "Babs Jensen",
    "emails": [
        {"value": "babs@jensen.org", "type": "home"},
        {"value": "bjensen@example.com", "type": "work", "primary": True},
    ],
    "phoneNumbers": [{"value": "555-555-5555", "type": "work"}],
    "title": "Tour Guide",
    "active": True,
    "password": "t1meMa$heen",
    ENTERPRISE: {"employeeNumber": "701984", "department": "Medicine"},
}


def event_types(person: User) -> list[str]:
    return list(Event.objects.about(person.ref).order_by("number").values_list("type", flat=True))


# What it says of itself


def test_describes_itself_by_the_three_addresses_of_the_rfc(provider: Provider) -> None:
    config = provider.ask("GET", "/ServiceProviderConfig")
    assert config.status == 200
    assert config.headers["Content-Type"] == "application/scim+json"
    assert config.body["patch"]["supported"] and config.body["etag"]["supported"]
    assert not config.body["bulk"]["supported"]
    types = provider.ask("GET", "/ResourceTypes").body["Resources"]
    assert [one["endpoint"] for one in types] == ["/Users", "/Groups"]
    schemas = provider.ask("GET", "/Schemas").body["Resources"]
    user = next(one for one in schemas if one["id"] == f"{CORE}User")
    names = [one["name"] for one in user["attributes"]]
    assert "userName" in names and "password" not in names


def test_config_is_read_by_anybody_and_nothing_else_is(db: None) -> None:
    assert Client().get("/scim/v2/ServiceProviderConfig").status_code == 200
    for path in ("/Users", "/Groups", "/Schemas", "/ResourceTypes", "/", "/Bulk", "/Me"):
        answer = Client().get(f"/scim/v2{path}")
        assert answer.status_code == 401, path
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="SCIM"'
        assert answer.json()["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]


# Tokens


def test_token_opens_nothing_when_it_is_revoked_over_or_its_owner_lost_the_role(
    cast: Cast,
) -> None:
    def status(of: Provider) -> int:
        return of.ask("GET", "/Users").status

    revoked, over = provider_of(cast.ada, cast.brigid), provider_of(cast.ada, cast.brigid)
    stopped = provider_of(cast.hugo, cast.harbor)
    assert [status(one) for one in (revoked, over, stopped)] == [200, 200, 200]
    provisioning.revoke_token(revoked.token, by=cast.ada, at=timezone.now())
    now = timezone.now()
    ScimToken.objects.filter(pk=over.token.pk).update(
        created_at=now - timedelta(days=9), expires_at=now - timedelta(days=1)
    )
    held = RoleGrant.objects.get(person=cast.hugo, role="administrator")
    people.end_grant(held, by=cast.ada, at=NOW)
    assert [status(one) for one in (revoked, over, stopped)] == [401, 401, 401]


def test_token_is_kept_as_a_hash_and_says_when_it_was_used(provider: Provider) -> None:
    provider.ask("GET", "/Users", count="1")
    kept = ScimToken.objects.get()
    assert kept.last_used_at is not None
    assert provider.text not in (kept.digest, kept.start)
    first = kept.last_used_at
    provider.ask("GET", "/Users", count="1")
    kept.refresh_from_db()
    assert kept.last_used_at == first  # to the minute, not a write for each request


def test_api_token_and_session_open_no_scim(provider: Provider, cast: Cast) -> None:
    _token, text = people.create_token(by=cast.ada, at=NOW, name="export", days=30)
    for scheme in ("Token", "Bearer"):
        answer = Client().get("/scim/v2/Users", headers={"Authorization": f"{scheme} {text}"})
        assert answer.status_code == 401
    browser = Client()
    browser.force_login(cast.ada)
    assert browser.get("/scim/v2/Users").status_code == 401


def test_scim_token_opens_no_api(provider: Provider) -> None:
    for scheme in ("Token", "Bearer"):
        headers = {"Authorization": f"{scheme} {provider.text}"}
        assert Client().get("/api/v1/me/", headers=headers).status_code == 401


# Who comes


def test_create_makes_an_account_in_the_unit_of_its_department(
    provider: Provider, cast: Cast
) -> None:
    said = provider.ask("POST", "/Users", BABS)
    assert said.status == 201
    person = User.objects.get(email="bjensen@example.com")
    assert said.headers["Location"].endswith(f"/scim/v2/Users/{person.pk}")
    assert (person.name, person.job_title, person.unit) == (
        "Babs Jensen",
        "Tour Guide",
        cast.medicine,
    )
    assert not person.has_usable_password() and not person.reach()
    assert "password" not in said.body and "phoneNumbers" not in said.body
    assert said.body["name"] == {"familyName": "Jensen", "givenName": "Barbara"}
    assert said.body["externalId"] == "701984"
    assert said.body[ENTERPRISE] == {"department": "Medicine"}
    assert event_types(person) == ["person.created", "directory_account.linked"]
    made = Event.objects.about(person.ref).get(type="person.created")
    assert (made.actor, made.actor_name) == (cast.ada.ref, "Entra ID (Ada Kowalski)")
    cast.ada.refresh_from_db()
    assert cast.ada.name == "Ada Kowalski"


def test_create_mails_a_link_only_where_the_token_says_so(
    cast: Cast, django_capture_on_commit_callbacks: object
) -> None:
    capture = django_capture_on_commit_callbacks
    with capture(execute=True):  # type: ignore[operator]
        provider_of(cast.ada, cast.brigid).create("quiet@example.com")
    assert mail.outbox == []
    with capture(execute=True):  # type: ignore[operator]
        provider_of(cast.ada, cast.brigid, mails_welcome=True).create("told@example.com")
    assert [message.to for message in mail.outbox] == [["told@example.com"]]


def test_create_of_a_name_or_address_that_somebody_has_says_uniqueness(
    provider: Provider, cast: Cast
) -> None:
    provider.create("one@example.com")
    for user_name, emails in (
        ("ONE@example.com", []),
        ("other", [{"value": "one@example.com"}]),
        (cast.ana.email, []),
        (cast.hugo.email, []),  # of the other hospital
    ):
        said = provider.ask(
            "POST",
            "/Users",
            {"schemas": [f"{CORE}User"], "userName": user_name, "emails": emails},
        )
        assert (said.status, said.body.get("scimType")) == (409, "uniqueness"), user_name


@pytest.mark.parametrize(
    "body",
    [
        {"userName": "no address"},
        {"userName": "x", "emails": [{"value": "not one"}]},
        {"userName": ""},
        {},
        {"userName": "x" * 300 + "@example.com"},
        {"userName": "nul\x00@example.com"},
        {"userName": "a@example.com", "displayName": "n" * 121},
        {"userName": "a@example.com", "title": "n" * 1000},
        {"userName": "a@example.com", "externalId": "n" * 1000},
        {"userName": "a@example.com", "name": {"givenName": "n\x00"}},
        {"userName": "a@example.com", "active": "perhaps"},
        {"userName": 7},
        [],
    ],
)
def test_create_of_what_cannot_be_kept_is_refused_and_keeps_nothing(
    provider: Provider, body: dict[str, object] | list[object]
) -> None:
    before = User.objects.count()
    sent = {"schemas": [f"{CORE}User"], **body} if isinstance(body, dict) else body
    said = provider.ask("POST", "/Users", sent)
    assert said.status == 400, said.body
    assert said.body["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert said.body["scimType"] in ("invalidValue", "invalidSyntax")
    assert User.objects.count() == before


def test_body_that_is_no_json_or_too_large_is_refused(provider: Provider) -> None:
    headers = {"Authorization": f"Bearer {provider.text}"}
    for body, kind, status in (
        (b"{", "application/scim+json", 400),
        (b"[" * 100_000, "application/scim+json", 400),
        (b"<a/>", "text/xml", 415),
        (b'"' + b"x" * (3 * 2**20) + b'"', "application/scim+json", 413),
    ):
        answer = Client().generic("POST", "/scim/v2/Users", body, kind, headers=headers)
        assert answer.status_code == status
        assert answer.json()["status"] == str(status)


# Finding


def test_filter_finds_by_what_identity_providers_ask(provider: Provider, cast: Cast) -> None:
    babs = str(provider.ask("POST", "/Users", BABS).body["id"])
    ana = str(cast.ana.pk)
    for asked, wanted in (
        ('userName eq "BJensen@example.com"', [babs]),
        ('externalId eq "701984"', [babs]),
        ('emails.value eq "bjensen@example.com"', [babs]),
        ('emails eq "bjensen@example.com"', [babs]),
        ('emails[type eq "work" and value eq "bjensen@example.com"]', [babs]),
        ('emails[type eq "work"].value eq "bjensen@example.com"', [babs]),
        ('emails[type eq "home"].value eq "bjensen@example.com"', []),
        ('name.familyName eq "jensen"', [babs]),
        (f'{ENTERPRISE}:department eq "medicine"', [babs]),
        (f'userName eq "{cast.ana.email}"', [ana]),  # made by hand: found by e-mail
        (f'userName eq "{cast.ana.email}" and active eq true', [ana]),
        (f'userName eq "{cast.ana.email}" and active eq "False"', []),
        (f'userName eq "{cast.ana.email}" or externalId eq "701984"', sorted([ana, babs], key=int)),
        ('externalId pr and not (displayName sw "Z")', [babs]),
        (f'id eq "{babs}"', [babs]),
        ('userName eq "nobody@example.com"', []),
        (f'userName eq "{cast.hugo.email}"', []),  # of the other hospital
        (f'userName eq "{cast.maya.email}"', []),  # of the system, above the token's unit
    ):
        assert provider.find(asked) == wanted, asked


@pytest.mark.parametrize(
    "asked",
    [
        "userName",
        'userName eqq "x"',
        'shoeSize eq "42"',
        'userName gt "x"',
        "active co true",
        "active eq 1",
        "userName eq null",
        'meta.created gt "yesterday"',
        'userName eq "\\u0000"',
        "not (" * 300 + "active pr" + ")" * 300,
        'userName eq "' + "x" * 3000 + '"',
    ],
)
def test_filter_that_cannot_be_answered_says_so(provider: Provider, asked: str) -> None:
    said = provider.ask("GET", "/Users", filter=asked)
    assert (said.status, said.body["scimType"]) == (400, "invalidFilter")


def test_pages_are_of_one_order_and_say_how_many_there_are(provider: Provider) -> None:
    everybody = provider.ask("GET", "/Users").body
    total = everybody["totalResults"]
    keys = [one["id"] for one in everybody["Resources"]]
    assert total == len(keys) > 4
    paged = [
        one["id"]
        for start in range(1, total + 1, 2)
        for one in provider.ask("GET", "/Users", startIndex=str(start), count="2").body["Resources"]
    ]
    assert paged == keys
    nothing = provider.ask("GET", "/Users", count="0").body
    assert nothing["totalResults"] == total and not nothing.get("Resources")
    assert provider.ask("GET", "/Users", startIndex="99999").body["totalResults"] == total
    assert provider.ask("GET", "/Users", count="many").status == 400


def test_list_asks_the_same_few_questions_for_any_number(
    provider: Provider, django_assert_max_num_queries: object
) -> None:
    people_made = [provider.create(f"p{n}@example.com") for n in range(12)]
    provider.group("Ward", *people_made)
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        assert provider.ask("GET", "/Users", count="50").status == 200
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        assert provider.ask("GET", "/Groups", count="50").status == 200


def test_attributes_are_left_out_as_asked(provider: Provider) -> None:
    key = provider.create("a@example.com", title="Nurse")
    said = provider.ask("GET", f"/Users/{key}", attributes="userName").body
    assert "title" not in said and said["userName"] == "a@example.com"
    assert "title" not in provider.ask("GET", f"/Users/{key}", excludedAttributes="title").body


# Who is out of reach


def test_person_of_another_unit_is_not_there(provider: Provider, cast: Cast) -> None:
    for person in (cast.hugo, cast.maya, cast.victor):
        for method in ("GET", "PUT", "DELETE"):
            said = provider.ask(method, f"/Users/{person.pk}", BABS if method == "PUT" else None)
            assert said.status == 404
        operation = {"op": "replace", "path": "active", "value": False}
        assert provider.patch(f"/Users/{person.pk}", operation).status == 404
    for key in ("abc", "0", "-1", "9" * 40, "²"):
        assert provider.ask("GET", f"/Users/{key}").status == 404
    assert User.objects.filter(is_active=False).count() == 0


def test_group_of_another_hospital_is_not_there(provider: Provider, cast: Cast) -> None:
    theirs = provider_of(cast.hugo, cast.harbor).group("Surgeons")
    assert provider.find('displayName eq "Surgeons"', "/Groups") == []
    assert provider.ask("GET", f"/Groups/{theirs}").status == 404
    assert provider.ask("DELETE", f"/Groups/{theirs}").status == 404
    provider.group("Surgeons")  # a name of theirs is free here


def test_token_of_a_ward_does_not_close_who_oversees_it(cast: Cast) -> None:
    provider = provider_of(cast.ada, cast.medicine)
    RoleGrant.objects.create(
        person=cast.jonas, unit=cast.lakeshore, role="executive", granted_at=NOW
    )
    operation = {"op": "replace", "path": "active", "value": False}
    said = provider.patch(f"/Users/{cast.jonas.pk}", operation)
    assert said.status == 403
    cast.jonas.refresh_from_db()
    assert cast.jonas.is_active


# Who changes


def test_patch_in_the_ways_of_entra_id(provider: Provider, cast: Cast) -> None:
    key = str(cast.ana.pk)  # made by hand, matched by userName, then kept by the directory
    said = provider.patch(
        f"/Users/{key}",
        {"op": "Add", "path": "externalId", "value": "8b2f"},
        {"op": "Replace", "path": "displayName", "value": "Ana Ruiz Vega"},
        {"op": "Add", "path": 'emails[type eq "work"].value', "value": "ana.vega@example.com"},
        {"op": "Add", "path": "name.givenName", "value": "Ana"},
        {"op": "Add", "path": f"{ENTERPRISE}:department", "value": "4 West"},
        {"op": "Add", "path": 'phoneNumbers[type eq "work"].value', "value": "555"},
        {"op": "Replace", "path": f"{ENTERPRISE}:manager", "value": "7"},
    )
    assert said.status in (200, 204), said.body
    cast.ana.refresh_from_db()
    assert (cast.ana.name, cast.ana.email) == ("Ana Ruiz Vega", "ana.vega@example.com")
    assert provider.find('externalId eq "8b2f"') == [key]
    said = provider.patch(
        f"/Users/{key}",
        {"op": "replace", "value": {"title": "Charge nurse", "name.familyName": "Vega"}},
    )
    assert said.status in (200, 204), said.body
    cast.ana.refresh_from_db()
    assert (cast.ana.name, cast.ana.job_title) == ("Ana Ruiz Vega", "Charge nurse")
    account = DirectoryAccount.objects.get(person=cast.ana)
    assert (account.given_name, account.family_name) == ("Ana", "Vega")


def test_name_follows_its_parts_while_it_is_made_of_them(provider: Provider) -> None:
    key = provider.create("j@example.com", name={"givenName": "Jo", "familyName": "Ek"})
    provider.patch(f"/Users/{key}", {"op": "replace", "path": "name.familyName", "value": "Berg"})
    assert User.objects.get(pk=key).name == "Jo Berg"


def test_put_replaces_all_that_is_kept(provider: Provider) -> None:
    key = str(provider.ask("POST", "/Users", BABS).body["id"])
    said = provider.ask(
        "PUT",
        f"/Users/{key}",
        {"schemas": [f"{CORE}User"], "userName": "bj@example.com", "displayName": "B. J."},
    )
    assert said.status == 200
    person = User.objects.get(pk=key)
    assert (person.name, person.email, person.job_title) == ("B. J.", "bj@example.com", "")
    assert "externalId" not in said.body and ENTERPRISE not in said.body
    assert person.is_active  # nothing said that they left


def test_put_to_a_name_that_somebody_has_says_uniqueness(provider: Provider, cast: Cast) -> None:
    key = provider.create("a@example.com")
    body = {"schemas": [f"{CORE}User"], "userName": cast.ben.email}
    said = provider.ask("PUT", f"/Users/{key}", body)
    assert (said.status, said.body["scimType"]) == (409, "uniqueness")


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "path": "id", "value": "7"},
        {"op": "replace", "path": "meta.created", "value": "2001-01-01T00:00:00Z"},
        {"op": "replace", "path": "groups", "value": []},
        {"op": "remove", "path": "userName"},
        {"op": "replace", "path": "emails[", "value": "x"},
        {"op": "jump", "path": "title", "value": "x"},
        {"op": "remove"},
        {"op": "replace", "path": "active", "value": {"a": 1}},
    ],
)
def test_patch_that_means_nothing_is_refused(
    provider: Provider, operation: dict[str, object]
) -> None:
    key = provider.create("a@example.com", title="Nurse")
    said = provider.patch(f"/Users/{key}", operation)
    assert said.status == 400, said.body
    assert User.objects.get(pk=key).job_title == "Nurse"


def test_change_that_changes_nothing_writes_no_event(provider: Provider) -> None:
    key = str(provider.ask("POST", "/Users", BABS).body["id"])
    before = Event.objects.count()
    provider.ask("PUT", f"/Users/{key}", BABS)
    provider.patch(f"/Users/{key}", {"op": "replace", "path": "active", "value": "True"})
    assert Event.objects.count() == before


def test_etag_keeps_a_change_from_going_over_another(provider: Provider, cast: Cast) -> None:
    key = provider.create("a@example.com")
    read = provider.ask("GET", f"/Users/{key}")
    etag = read.headers["ETag"]
    assert etag == read.body["meta"]["version"]
    again = provider.ask("GET", f"/Users/{key}", headers={"If-None-Match": etag})
    assert again.status == 304
    # By hand meanwhile: the directory is told by time and version.
    people.change_person(
        User.objects.get(pk=key), by=cast.ada, at=timezone.now(), job_title="Nurse"
    )
    body = {"schemas": [f"{CORE}User"], "userName": "b@example.com"}
    said = provider.ask("PUT", f"/Users/{key}", body, headers={"If-Match": etag})
    assert said.status == 412
    now = provider.ask("GET", f"/Users/{key}")
    assert now.body["meta"]["lastModified"] > read.body["meta"]["lastModified"]
    said = provider.ask("PUT", f"/Users/{key}", body, headers={"If-Match": now.headers["ETag"]})
    assert said.status == 200


# Who leaves


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "Replace", "path": "active", "value": "False"},  # Entra ID
        {"op": "replace", "value": {"active": False}},  # Okta
        {"op": "replace", "path": "active", "value": False},
    ],
)
def test_inactive_closes_the_account_at_once(
    provider: Provider, cast: Cast, operation: dict[str, object]
) -> None:
    browser = Client()
    browser.force_login(cast.jonas)
    assert Session.objects.filter(person=cast.jonas).exists()
    _token, text = people.create_token(by=cast.jonas, at=NOW, name="export", days=30)
    assert provider.patch(f"/Users/{cast.jonas.pk}", operation).status in (200, 204)
    cast.jonas.refresh_from_db()
    assert not cast.jonas.is_active
    assert not Session.objects.filter(person=cast.jonas).exists()
    assert browser.get("/profile/").status_code == 302
    headers = {"Authorization": f"Token {text}"}
    assert Client().get("/api/v1/me/", headers=headers).status_code == 401
    closed = Event.objects.about(cast.jonas.ref).get(type="person.deactivated")
    assert closed.actor_name == "Entra ID (Ada Kowalski)"
    assert provider.ask("GET", f"/Users/{cast.jonas.pk}").body["active"] is False
    assert provider.find(f'userName eq "{cast.jonas.email}"') == [str(cast.jonas.pk)]


def test_inactive_and_active_again_gives_the_roles_back(provider: Provider, cast: Cast) -> None:
    for active in (False, True):
        provider.patch(
            f"/Users/{cast.ben.pk}", {"op": "replace", "path": "active", "value": active}
        )
    cast.ben.refresh_from_db()
    assert cast.ben.is_active and cast.ben.reach()


def test_active_does_not_open_what_an_administrator_closed_by_hand(
    provider: Provider, cast: Cast
) -> None:
    people.deactivate(cast.ben, by=cast.ada, at=NOW)
    said = provider.patch(
        f"/Users/{cast.ben.pk}", {"op": "replace", "path": "active", "value": True}
    )
    assert said.status == 409
    assert "closed by hand" in said.body["detail"]
    cast.ben.refresh_from_db()
    assert not cast.ben.is_active


def test_leaver_is_closed_even_where_another_detail_may_not_be_changed(
    provider: Provider, cast: Cast
) -> None:
    # Harbor gave Ana a role: St Brigid closes her account, and does not change her name.
    RoleGrant.objects.create(person=cast.ana, unit=cast.harbor, role="staff", granted_at=NOW)
    said = provider.ask(
        "PUT",
        f"/Users/{cast.ana.pk}",
        {
            "schemas": [f"{CORE}User"],
            "userName": cast.ana.email,
            "displayName": "Somebody else",
            "active": False,
        },
    )
    assert said.status == 200, said.body
    cast.ana.refresh_from_db()
    assert (cast.ana.is_active, cast.ana.name) == (False, "Ana Ruiz")


def test_delete_closes_and_forgets_as_far_as_the_directory_knows(
    provider: Provider, cast: Cast
) -> None:
    key = str(cast.ben.pk)
    group = provider.group("Ward", key)
    assert provider.ask("DELETE", f"/Users/{key}").status == 204
    cast.ben.refresh_from_db()
    assert not cast.ben.is_active
    assert provider.ask("GET", f"/Users/{key}").status == 404
    assert provider.ask("DELETE", f"/Users/{key}").status == 404
    assert provider.find(f'userName eq "{cast.ben.email}"') == []
    assert not DirectoryGroup.objects.get(pk=group).members.exists()


def test_whoever_was_deleted_and_comes_back_has_their_account_without_its_roles(
    provider: Provider, cast: Cast
) -> None:
    provider.ask("DELETE", f"/Users/{cast.ben.pk}")
    assert provider.create(cast.ben.email, displayName="Ben Achterberg") == str(cast.ben.pk)
    cast.ben.refresh_from_db()
    assert cast.ben.is_active and not cast.ben.reach()
    assert "role.ended" in event_types(cast.ben)


def test_owner_of_the_token_is_closed_by_it_and_it_stops(cast: Cast) -> None:
    second = User.objects.create_user("second@lakeshore.example", "Second", unit=cast.brigid)
    RoleGrant.objects.create(person=second, unit=cast.brigid, role="administrator", granted_at=NOW)
    provider = provider_of(second, cast.brigid)
    operation = {"op": "replace", "path": "active", "value": False}
    assert provider.patch(f"/Users/{second.pk}", operation).status in (200, 204)
    second.refresh_from_db()
    assert not second.is_active
    assert provider.ask("GET", "/Users").status == 401


def test_last_administrator_of_the_whole_is_not_closed(cast: Cast) -> None:
    second = User.objects.create_user("second@lakeshore.example", "Second", unit=cast.lakeshore)
    RoleGrant.objects.create(
        person=second, unit=cast.lakeshore, role="administrator", granted_at=NOW
    )
    provider = provider_of(second, cast.lakeshore)
    operation = {"op": "replace", "path": "active", "value": False}
    assert provider.patch(f"/Users/{cast.ada.pk}", operation).status in (200, 204)
    said = provider.patch(f"/Users/{second.pk}", operation)
    assert said.status == 409
    assert "last administrator" in said.body["detail"]


# Groups


def test_group_members_in_the_ways_of_entra_id_and_okta(provider: Provider, cast: Cast) -> None:
    ana, ben, jonas = str(cast.ana.pk), str(cast.ben.pk), str(cast.jonas.pk)
    group = provider.group("Innovators", ana)

    def members() -> set[str]:
        shown = provider.ask("GET", f"/Groups/{group}").body.get("members", [])
        return {one["value"] for one in shown}

    def after(*operations: dict[str, object]) -> set[str]:
        said = provider.patch(f"/Groups/{group}", *operations)
        assert said.status in (200, 204), said.body
        return members()

    assert members() == {ana}
    assert after({"op": "Add", "path": "members", "value": [{"value": ben, "display": "B"}]}) == {
        ana,
        ben,
    }
    assert after({"op": "Add", "path": "members", "value": [{"value": ben}]}) == {ana, ben}
    assert after({"op": "Remove", "path": "members", "value": [{"value": ana}]}) == {ben}
    assert after({"op": "add", "value": {"members": [{"value": jonas}]}}) == {ben, jonas}
    assert after({"op": "remove", "path": f'members[value eq "{ben}"]'}) == {jonas}
    assert after({"op": "replace", "path": "members", "value": [{"value": ana}]}) == {ana}
    assert after({"op": "replace", "value": {"id": group, "displayName": "Movers"}}) == {ana}
    assert DirectoryGroup.objects.get(pk=group).name == "Movers"
    assert after({"op": "remove", "path": "members"}) == set()
    shown = provider.ask("GET", f"/Users/{ana}").body
    assert "groups" not in shown


def test_person_shows_their_groups(provider: Provider, cast: Cast) -> None:
    group = provider.group("Innovators", str(cast.ana.pk))
    shown = provider.ask("GET", f"/Users/{cast.ana.pk}").body["groups"]
    assert [(one["value"], one["display"]) for one in shown] == [(group, "Innovators")]
    assert shown[0]["$ref"].endswith(f"/scim/v2/Groups/{group}")
    found = provider.find(f'members[value eq "{cast.ana.pk}"]', "/Groups")
    assert found == [group]


def test_group_is_listed_without_its_members_where_nobody_asks(provider: Provider) -> None:
    group = provider.group("Big", *(provider.create(f"p{n}@example.com") for n in range(3)))
    shown = provider.ask("GET", "/Groups", excludedAttributes="members").body["Resources"]
    assert [one["id"] for one in shown] == [group]
    assert "members" not in shown[0]


def test_group_refuses_members_of_nowhere_and_a_name_twice(provider: Provider, cast: Cast) -> None:
    provider.group("Innovators")
    for body, status in (
        ({"displayName": "innovators"}, 409),
        ({"displayName": "Theirs", "members": [{"value": str(cast.hugo.pk)}]}, 400),
        ({"displayName": "Nobody", "members": [{"value": "999999"}]}, 400),
        ({"displayName": ""}, 400),
        ({"displayName": "x" * 300}, 400),
    ):
        said = provider.ask("POST", "/Groups", {"schemas": [f"{CORE}Group"], **body})
        assert said.status == status, said.body
    assert DirectoryGroup.objects.count() == 1


def test_group_goes_and_its_people_stay(provider: Provider, cast: Cast) -> None:
    group = provider.group("Innovators", str(cast.ana.pk))
    assert provider.ask("DELETE", f"/Groups/{group}").status == 204
    assert provider.ask("GET", f"/Groups/{group}").status == 404
    cast.ana.refresh_from_db()
    assert cast.ana.is_active


# What is not offered


def test_what_is_not_offered_says_so(provider: Provider) -> None:
    for method, path, status in (
        ("POST", "/Bulk", 501),
        ("GET", "/Me", 501),
        ("GET", "/", 501),
        ("GET", "/Elephants", 404),
        ("GET", "/Elephants/1/2/3", 404),
        ("DELETE", "/Users", 405),
    ):
        said = provider.ask(method, path, {} if method == "POST" else None)
        assert said.status == status, path
    assert provider.ask("GET", "/Users", sortBy="userName").status == 501
