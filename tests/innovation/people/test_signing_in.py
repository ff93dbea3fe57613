"""Signing in: by one address and, where a role asks for it, with a second step."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from innovation.audit.models import Event
from innovation.needs.models import Need
from innovation.people import actions, passwords
from innovation.people.models import User
from innovation.people.roles import check_permissions
from tests.factories.cast import NOW, PASSWORD, Cast, make_cast

NEW = "ana.ruiz@lakeshore.example"


def signs_in(email: str, password: str = PASSWORD) -> bool:
    client = Client()
    client.post(reverse("account_login"), {"login": email, "password": password})
    return "_auth_user_id" in client.session


def addresses(user: User) -> list[tuple[str, bool, bool]]:
    return list(EmailAddress.objects.filter(user=user).values_list("email", "verified", "primary"))


def test_former_address_opens_nothing_and_a_new_person_gets_it_clean(
    cast: Cast, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    """The sign-in library kept the former address: it signed in, and got valid reset links."""
    former = cast.ana.email
    assert signs_in(former)
    stale = passwords.link_for(cast.ana)
    with django_capture_on_commit_callbacks(execute=True):
        actions.change_person(cast.ana, by=cast.ada, at=NOW, email=NEW)
    assert not signs_in(former)
    assert signs_in(NEW)
    assert addresses(cast.ana) == [(NEW, True, True)]

    told = {message.to[0]: message.body for message in mail.outbox}
    assert set(told) == {former, NEW}
    assert NEW not in told[former], "the old mailbox may be somebody else's"
    assert "Ada Kowalski" in told[former] and "Ada Kowalski" in told[NEW]
    mail.outbox.clear()

    # A link that was sent before is dead; one asked for by the former address is not sent.
    answer = Client().get(stale.removeprefix("http://testserver"), follow=True)
    assert b'name="password1"' not in answer.content
    Client().post(reverse("account_reset_password"), {"email": former})
    assert not any("/password/reset/key/" in message.body for message in mail.outbox)

    heir = actions.create_person(
        by=cast.ada, at=NOW, email=former, name="Ana Ruiz the younger", unit=cast.brigid
    )
    Client().post(reverse("account_reset_password"), {"email": former})
    [link] = re.findall(r"/accounts/password/reset/key/(\w+)-", str(mail.outbox[-1].body))
    assert passwords.link_for(heir).split("/key/")[1].startswith(f"{link}-")


def test_address_of_an_account_cannot_part_from_it_by_any_path(cast: Cast) -> None:
    with pytest.raises(IntegrityError, match="own address"), transaction.atomic():
        EmailAddress.objects.create(user=cast.ana, email="other@lakeshore.example", verified=True)
    with pytest.raises(IntegrityError, match="own address"), transaction.atomic():
        EmailAddress.objects.filter(user=cast.ana).update(email="other@lakeshore.example")
    User.objects.filter(pk=cast.ana.pk).update(email="Straight@Lakeshore.example")
    assert addresses(cast.ana) == [("straight@lakeshore.example", True, True)]
    User.objects.bulk_create([User(email="bulk@lakeshore.example", name="Bulk")])
    assert EmailAddress.objects.filter(email="bulk@lakeshore.example", verified=True).exists()


def code_of(secret: str) -> str:
    """What the app shows now, with seconds left to type it."""
    while time.time() % 30 > 25:
        time.sleep(0.5)
    counter = next(iter(yield_hotp_counters_from_time()))
    return str(format_hotp_value(hotp_value(secret, counter)))


def switch_on(client: Client) -> str:
    """Set the second step up, as somebody with an authenticator app does; its secret."""
    page = client.get(reverse("mfa_activate_totp"), follow=True)
    if page.resolver_match.view_name == "account_reauthenticate":
        page = client.post(page.request["PATH_INFO"] + "?" + page.request["QUERY_STRING"],
                           {"password": PASSWORD}, follow=True)  # fmt: skip
    secret = page.context["form"].secret
    client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    return str(secret)


@pytest.mark.parametrize("who", ["ana", "amara", "ada", "victor"])
def test_second_step_is_switched_on_by_anybody_and_asked_for(cast: Cast, who: str) -> None:
    """It could not be, by anybody whose account was made here: their address was not verified."""
    user = getattr(cast, who)
    client = Client()
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    secret = switch_on(client)
    assert Authenticator.objects.filter(user=user, type="totp").exists()

    again = Client()
    again.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    assert "_auth_user_id" not in again.session
    again.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "_auth_user_id" not in again.session
    # A code works once: the one that switched it on is spent.
    from django.core.cache import cache

    cache.clear()
    again.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert again.session["_auth_user_id"] == str(user.pk)


def test_role_that_asks_for_a_second_step_is_led_to_it_first(
    cast: Cast, settings: Settings
) -> None:
    settings.SECOND_FACTOR_ROLES = ["executive"]
    amara = Client()
    amara.post(reverse("account_login"), {"login": cast.amara.email, "password": PASSWORD})
    set_up = reverse("mfa_index")
    assert amara.get(reverse("innovation:need-list"))["Location"] == set_up
    page = amara.get(reverse("innovation:need-list"), follow=True).content.decode()
    assert "Your role asks for a second step when you sign in" in page
    fragment = amara.get(reverse("innovation:need-list"), headers={"HX-Request": "true"})
    assert fragment["HX-Redirect"] == set_up
    refused = amara.get(reverse("innovation:api-need-list"))
    assert (refused.status_code, "second step" in refused.content.decode()) == (403, True)
    assert amara.get(reverse("innovation:profile")).status_code == 200

    amara.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert "Everything else opens once it is set up." in amara.get(set_up).content.decode()
    switch_on(amara)
    assert amara.get(reverse("innovation:need-list")).status_code == 200
    assert amara.get(reverse("innovation:api-need-list")).status_code == 200
    # Nobody else is asked.
    ana = Client()
    ana.force_login(cast.ana)
    assert ana.get(reverse("innovation:need-list")).status_code == 200


def test_everybody_is_led_to_a_second_step_with_a_role_or_without(
    cast: Cast, settings: Settings
) -> None:
    """A ward's nurse, somebody without any role, and who came by the command line."""
    settings.SECOND_FACTOR_ROLES = ["everybody"]
    set_up, own = reverse("mfa_index"), reverse("innovation:own-data")
    root = User.objects.create_superuser("root@x.example", "Root", PASSWORD)
    for person, pages in (
        (cast.ana, ("innovation:need-list", "innovation:profile", "innovation:own-data")),
        (cast.victor, ("innovation:profile", "innovation:own-data", "innovation:news")),
        (root, ("back-room:index", "back-room:innovation_user_changelist", "innovation:profile")),
    ):
        browser = Client()
        browser.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
        for name in pages:
            assert browser.get(reverse(name)).headers.get("Location") == set_up, (person, name)
        assert browser.post(own).headers["Location"] == set_up
        assert "Everybody here is asked" in browser.get(set_up).content.decode()
    refused = browser.get(reverse("innovation:api-me"))
    assert refused.status_code == 403

    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    switch_on(browser)
    assert browser.get(reverse("back-room:index")).status_code == 200
    assert browser.get(reverse("innovation:profile")).status_code == 200


def test_role_that_does_not_exist_is_named_at_the_start(settings: Settings) -> None:
    settings.SECOND_FACTOR_ROLES = ["everybody", "executive"]
    assert check_permissions() == []
    settings.SECOND_FACTOR_ROLES = ["chief"]
    [error] = check_permissions()
    assert "'chief', which is no role" in error.msg
    assert "executive" in (error.hint or "")


def test_new_password_ends_tokens_is_told_and_written_down(cast: Cast) -> None:
    """A token outlived the reset that was to shut somebody out."""
    actions.create_token(by=cast.ana, at=NOW, name="export", days=30)
    client = Client()
    chosen = {"password1": "a lamp in the corridor", "password2": "a lamp in the corridor"}
    path = passwords.link_for(cast.ana).partition("/accounts/")[2]
    page = client.get(f"/accounts/{path}", follow=True)
    client.post(page.request["PATH_INFO"], chosen)
    assert signs_in(cast.ana.email, chosen["password1"])
    assert not cast.ana.auth_token_set.exists()
    event = Event.objects.get(type="sign_in.password_changed")
    assert (event.actor, event.details) == (cast.ana.ref, {"address": "127.0.0.1", "tokens": 1})
    [message] = mail.outbox
    assert message.to == [cast.ana.email]
    assert "127.0.0.1" in message.body


def test_sign_in_is_written_down_and_failures_once_in_a_while(cast: Cast) -> None:
    for _try in range(3):
        assert not signs_in(cast.ana.email, "wrong words")
    assert signs_in(cast.ana.email)
    assert not signs_in("nobody@lakeshore.example")
    types = list(
        Event.objects.about(cast.ana.ref).order_by("number").values_list("type", flat=True)
    )
    assert types == ["sign_in.failed", "sign_in.done"]
    assert "wrong words" not in str(list(Event.objects.values_list("details", flat=True)))
    ada = Client()
    ada.force_login(cast.ada)
    log = ada.get(reverse("innovation:audit-log")).content.decode()
    assert "Somebody at 127.0.0.1 failed to sign in as" in log
    page = ada.get(reverse("innovation:person-detail", args=[cast.ana.pk])).content.decode()
    assert "failed to sign in" in page
    assert "signed in from" not in page, "each day's would drown what was done to the account"


@pytest.mark.django_db(transaction=True)
def test_second_step_switched_on_and_off_is_written_down_and_told() -> None:
    cast, client = make_cast(), Client()
    client.post(reverse("account_login"), {"login": cast.ana.email, "password": PASSWORD})
    switch_on(client)
    answer = client.post(reverse("mfa_deactivate_totp"))
    assert (answer.status_code, answer.headers.get("Location")) == (302, reverse("mfa_index"))
    types = Event.objects.about(cast.ana.ref).order_by("number").values_list("type", flat=True)
    assert list(types)[1:] == ["sign_in.second_step_on", "sign_in.second_step_off"]
    assert [message.to for message in mail.outbox] == [[cast.ana.email]] * 2


def test_token_is_made_after_asking_for_the_password(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.ana)  # signed in long ago
    answer = client.post(
        reverse("innovation:token-create"), {"name": "export", "days": "90", "scopes": "read"}
    )
    assert answer["Location"].startswith(reverse("account_reauthenticate"))
    assert not cast.ana.auth_token_set.exists()
    client.post(answer["Location"], {"password": "wrong words"})
    assert not cast.ana.auth_token_set.exists()
    made = client.post(answer["Location"], {"password": PASSWORD})
    assert made.context["new_token_text"] in made.content.decode()
    assert cast.ana.auth_token_set.count() == 1


@pytest.fixture
def later(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Puts the clock so many minutes after the start of the test; ten of idleness are allowed."""
    settings.IDLE_SECONDS = 600
    start = time.time()

    def put(minutes: int) -> None:
        monkeypatch.setattr(time, "time", lambda: start + minutes * 60)

    return put


def test_session_that_nobody_used_for_a_while_waits_for_the_password(
    cast: Cast, later: Callable[[int], None]
) -> None:
    ana, profile = Client(), reverse("innovation:profile")
    ana.force_login(cast.ana)
    for minutes in (9, 18, 27):  # in use
        later(minutes)
        assert ana.get(profile).status_code == 200
    later(38)
    for name in ("innovation:profile", "account_change_password", "back-room:index"):
        answer = ana.get(reverse(name), follow=True)
        assert answer.resolver_match.view_name == "account_reauthenticate", name
    page = answer.content.decode()
    assert "You were away for a while." in page
    assert "You are not Ana Ruiz?" in page and reverse("account_logout") in page
    assert ana.get(reverse("innovation:api-need-list")).status_code == 401
    fragment = ana.get(profile, headers={"HX-Request": "true"})
    assert fragment["HX-Redirect"].startswith(reverse("account_reauthenticate"))
    ana.post(reverse("account_reauthenticate"), {"password": "wrong words"})
    assert ana.get(profile).status_code == 302
    ana.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert ana.get(profile).status_code == 200
    later(47)
    assert ana.get(profile).status_code == 200


def test_form_sent_after_a_while_is_kept_until_the_password_is_given(
    cast: Cast, later: Callable[[int], None]
) -> None:
    """Somebody is called away while they type; what they typed is not lost."""
    problem = "Vital signs are typed twice on each round, on paper and then in the record."
    typed = {
        "problem": problem, "population": "Everybody on the ward", "outcome": "Typed once",
        "setting": "ward", "frequency": "daily", "unit": cast.four_west.pk, "similar_seen": "1",
    }  # fmt: skip
    ana, create = Client(), reverse("innovation:need-create")
    ana.force_login(cast.ana)
    later(70)
    asked = ana.post(create, typed)
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    page = ana.get(asked["Location"]).content.decode()
    assert "What was just sent from this browser waits." in page
    assert not Need.objects.exists()
    # Whoever finds the page, and did not send it, may leave it undone.
    elsewhere = ana.get("/", follow=True)
    assert "sent from this browser" not in elsewhere.content.decode()
    assert ana.get(reverse("innovation:unsent"))["Location"].startswith("/accounts/reauth")
    again = ana.post(create, typed)
    shown = ana.post(again["Location"], {"password": PASSWORD}, follow=True).content.decode()
    assert not Need.objects.exists()
    assert "Record a need" in shown and problem in shown and "Every day" in shown
    assert "4 West" in shown and "What gets in the way?" in shown
    answer = ana.post(reverse("innovation:unsent-send"))
    assert answer.status_code == 302, answer.content
    assert Need.objects.get().problem == problem
    assert ana.post(reverse("innovation:unsent-send"))["Location"] == "/"
    assert Need.objects.count() == 1


def test_form_that_somebody_else_sent_meanwhile_is_seen_and_thrown_away(
    cast: Cast, later: Callable[[int], None]
) -> None:
    """The next person at the computer sends it, and its owner gives the password."""
    ada, grant = Client(), reverse("innovation:grant-create", args=[cast.ben.pk])
    ada.force_login(cast.ada)
    later(70)
    asked = ada.post(
        grant, {"role": "mentor", "unit": cast.brigid.pk, "reason": "", "x_token": "q"}
    )
    before = ada.get(asked["Location"]).content.decode()
    assert "Ben" not in before and "Mentor" not in before, "only its person sees what waits"
    shown = ada.post(asked["Location"], {"password": PASSWORD}, follow=True).content.decode()
    assert "Mentor" in shown and "St Brigid General" in shown and "Last day" not in shown
    assert "••••••" in shown
    assert not cast.ben.grants.filter(role="mentor").exists()
    ada.post(reverse("innovation:unsent-drop"))
    assert ada.get(reverse("innovation:unsent"))["Location"] == "/"
    assert not cast.ben.grants.filter(role="mentor").exists()


def test_what_goes_with_the_password_is_shown_before_it(cast: Cast) -> None:
    """At an open session somebody asks for a token, and its owner is asked for the password."""
    ana = Client()
    ana.force_login(cast.ana)
    asked = ana.post(
        reverse("innovation:token-create"), {"name": "export", "scopes": "read", "days": "90"}
    )
    page = ana.get(asked["Location"]).content.decode()
    assert reverse("innovation:token-create") in page and "export" in page
    assert not cast.ana.auth_token_set.exists()


def test_form_that_waited_and_is_not_right_yet_is_sent_to_its_own_address(
    cast: Cast, later: Callable[[int], None]
) -> None:
    """Its errors are shown at the address where the password was given."""
    ana, create = Client(), f"{reverse('innovation:idea-create')}?need=7"
    ana.force_login(cast.ana)
    later(70)
    asked = ana.post(create, {"title": "An engine between the two"})
    ana.post(asked["Location"], {"password": PASSWORD})
    page = ana.post(reverse("innovation:unsent-send")).content.decode()
    assert "An engine between the two" in page and "Something is missing or unclear" in page
    assert f'action="{create}"' in page


def test_session_ends_with_the_working_day_though_it_is_in_use(
    cast: Cast, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.IDLE_SECONDS = 7 * 3600
    ana, start = Client(), time.time()
    ana.force_login(cast.ana)
    for hours, status in ((6, 200), (11, 200), (13, 302)):
        monkeypatch.setattr(time, "time", lambda: start + hours * 3600)  # noqa: B023
        assert ana.get(reverse("innovation:profile")).status_code == status


def test_ones_own_sessions_are_listed_and_ended_but_this_one(cast: Cast) -> None:
    at_the_desk, lent, ben = Client(headers={"User-Agent": "Desk"}), Client(), Client()
    given = {"login": cast.ana.email, "password": PASSWORD}
    at_the_desk.post(reverse("account_login"), given)
    lent.post(reverse("account_login"), given, headers={"User-Agent": "Lent tablet"})
    ben.force_login(cast.ben)
    profile, end = reverse("innovation:profile"), reverse("innovation:sessions-end")
    page = at_the_desk.get(profile).content.decode()
    assert "Lent tablet" in page and "127.0.0.1" in page and "Sign out elsewhere" in page
    assert "Lent tablet" not in ben.get(profile).content.decode()

    at_the_desk.post(end)
    assert lent.get(profile).status_code == 302
    assert ben.get(profile).status_code == 200
    page = at_the_desk.get(profile).content.decode()
    assert "Lent tablet" not in page and "Sign out elsewhere" not in page
    event = Event.objects.get(type="sign_in.ended_elsewhere")
    assert (event.actor, event.details) == (cast.ana.ref, {"sessions": 1})
    at_the_desk.post(end)
    assert Event.objects.filter(type="sign_in.ended_elsewhere").count() == 1


def test_open_browser_ends_no_other_session_until_the_password_was_given(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody finds Ana's browser open after lunch; then she comes back and does it herself."""
    found, hers = Client(), Client()
    for browser in (found, hers):
        browser.post(reverse("account_login"), {"login": cast.ana.email, "password": PASSWORD})
    profile, end = reverse("innovation:profile"), reverse("innovation:sessions-end")
    signed_in = time.time()
    monkeypatch.setattr(time, "time", lambda: signed_in + 6 * 60)
    asks = found.post(end).headers["Location"]
    assert asks.startswith(reverse("account_reauthenticate"))
    assert "is carried out once you have shown" in found.get(asks).content.decode()
    found.post(asks, {"password": "a guess at a password"})
    assert hers.get(profile).status_code == 200
    assert not Event.objects.filter(type="sign_in.ended_elsewhere").exists()

    found.post(asks, {"password": PASSWORD})
    assert hers.get(profile).status_code == 302
    assert found.get(profile).status_code == 200
    assert Event.objects.filter(type="sign_in.ended_elsewhere").count() == 1
    # What was shown a moment ago is not asked for again.
    hers.post(reverse("account_login"), {"login": cast.ana.email, "password": PASSWORD})
    assert found.post(end).headers["Location"] == profile
    assert hers.get(profile).status_code == 302


@pytest.mark.parametrize(
    "weak", ["short words", "password1234", "1qaz2wsx3edc", "ana@lakeshore.example"]
)
def test_weak_password_is_refused(cast: Cast, weak: str) -> None:
    client = Client()
    path = passwords.link_for(cast.ana).partition("/accounts/")[2]
    page = client.get(f"/accounts/{path}", follow=True)
    answer = client.post(page.request["PATH_INFO"], {"password1": weak, "password2": weak})
    assert answer.context["form"].errors["password1"]
    assert signs_in(cast.ana.email)


def test_token_made_before_works_without_a_second_step(cast: Cast, settings: Settings) -> None:
    _token, text = actions.create_token(by=cast.amara, at=NOW, name="export", days=30)
    settings.SECOND_FACTOR_ROLES = ["executive"]
    answer = Client().get(
        reverse("innovation:api-need-list"), headers={"Authorization": f"Token {text}"}
    )
    assert answer.status_code == 200
