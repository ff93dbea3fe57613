"""The second step: passkeys, codes that work once, wrong ones that wait, a device that is lost."""

from __future__ import annotations

import json
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from innovation.audit.models import Event
from innovation.people import actions, recovery_codes
from innovation.people.models import User
from innovation.rules.refusal import Conflict, NotAllowed
from tests.factories.cast import NOW, PASSWORD, Cast
from tests.fakes.soft_key import SoftKey
from tests.innovation.people.test_signing_in import code_of

ALONE, CODES = reverse("mfa_login_webauthn"), reverse("mfa_authenticate")


def password(user: User, **options: Any) -> Client:
    """A browser in which the password was given."""
    client = Client(**options)
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    return client


def challenge(client: Client) -> str:
    answer = client.get(ALONE, headers={"Accept": "application/json"})
    return str(answer.json()["request_options"]["publicKey"]["challenge"])


def send(client: Client, credential: object, url: str = ALONE) -> str:
    """What comes of it: "in", or the words."""
    answer = client.post(url, {"credential": json.dumps(credential)}, follow=True)
    return "in" if "_auth_user_id" in client.session else answer.content.decode()


def again(client: Client) -> None:
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def types(user: User) -> list[str]:
    return list(Event.objects.about(user.ref).order_by("number").values_list("type", flat=True))


def test_passkey_is_added_and_signs_in_by_itself(cast: Cast) -> None:
    ana, key = password(cast.ana), SoftKey()
    again(ana)
    page = ana.get(reverse("mfa_add_webauthn"))
    offered = page.context["js_data"]["creation_options"]["publicKey"]
    assert (offered["rp"]["id"], offered["user"]["displayName"]) == ("localhost", "Ana Ruiz")
    made = {**key.makes(offered["challenge"]), "more": "\x00" * 9}
    form = {"name": "blue key", "passwordless": "on", "credential": json.dumps(made)}
    shown = ana.post(page.request["PATH_INFO"], form)
    assert "They are shown this once." in shown.content.decode()
    kept = Authenticator.objects.get(user=cast.ana, type="webauthn")
    assert str(kept) == "blue key" and "more" not in kept.data["credential"]
    assert Authenticator.objects.filter(user=cast.ana, type="recovery_codes").exists()
    assert [message.subject for message in mail.outbox] == ["Pilotlight: A passkey was added"]

    browser = Client()
    assert send(browser, key.signs(challenge(browser), cast.ana)) == "in"
    assert browser.session["_auth_user_id"] == str(cast.ana.pk)
    done = Event.objects.get(type="sign_in.done_by_passkey")
    assert done.details == {"address": "127.0.0.1", "name": "blue key"}
    # The challenge is spent, in this browser and in any other.
    signed = key.signs(challenge(elsewhere := Client()), cast.ana)
    assert send(elsewhere, signed) == "in"
    elsewhere.post(reverse("account_logout"))
    assert "not accepted" in send(elsewhere, signed)
    assert "not accepted" in send(Client(), signed)


def test_passkey_that_did_not_see_its_owner_or_this_site_opens_nothing(cast: Cast) -> None:
    key, other = SoftKey(), SoftKey()
    key.added_to(cast.ana)
    other.added_to(cast.ben)
    for wrong in (
        {"origin": "http://localhost.evil.example"},
        {"origin": "https://evil.example"},
        {"rp": "evil.example"},
        {"verified": False},
    ):
        browser = Client()
        asked = challenge(browser)
        assert "not accepted" in send(browser, key.signs(asked, cast.ana, **wrong)), wrong
    browser = Client()
    assert "not accepted" in send(browser, other.signs(challenge(browser), cast.ana))
    assert "not accepted" in send(browser, SoftKey().signs(challenge(browser), cast.ana))


def test_touch_after_ones_own_password_does_not_open_anothers_account(cast: Cast) -> None:
    """Ben gives his password, and has his challenge signed by Ana's key, which he found."""
    found = SoftKey()
    found.added_to(cast.ana)
    SoftKey().added_to(cast.ben)
    ben = password(cast.ben)
    asked = ben.get(CODES).context["js_data"]["request_options"]["publicKey"]
    assert asked["userVerification"] == "required"
    signed = found.signs(asked["challenge"], cast.ana, verified=False)
    assert "not accepted" in send(ben, signed, CODES)
    assert send(ben, signed) != "in"


def test_passkey_after_the_password_and_of_a_closed_account(cast: Cast) -> None:
    key = SoftKey()
    key.added_to(cast.ana)
    ana = password(cast.ana)
    asked = ana.get(CODES).context["js_data"]["request_options"]["publicKey"]["challenge"]
    assert "_auth_user_id" not in ana.session
    assert send(ana, key.signs(asked, cast.ana), CODES) == "in"
    actions.deactivate(cast.ana, by=cast.ada, at=NOW)
    browser = Client()
    assert "This account is closed" in send(browser, key.signs(challenge(browser), cast.ana))


@pytest.mark.parametrize("sent", [
    "", "null", "[]", "3", '"x"', "{}", '{"response": 3}', '{"response": {"clientDataJSON": 3}}',
    '{"id": "a", "rawId": "a", "type": "public-key", "response": {"clientDataJSON": "AAAA"}}',
    '{"id": "é", "rawId": "%%", "type": "x", "response": {"userHandle": "////"}}',
    '{"id": "\\u0000", "rawId": "a", "type": "public-key", "response": {}}', "[" * 5000,
])  # fmt: skip
def test_what_no_passkey_answers_is_refused_in_words(cast: Cast, sent: str) -> None:
    SoftKey().added_to(cast.ana)
    for client, url in (
        (Client(), ALONE),
        (password(cast.ana), CODES),
        (signed_in := Client(), reverse("mfa_add_webauthn")),
        (signed_in, reverse("mfa_reauthenticate_webauthn")),
    ):
        if client is signed_in and "_auth_user_id" not in client.session:
            client.force_login(cast.ana)
            again(client)
        client.get(url, headers={"Accept": "application/json"})
        answer = client.post(url, {"credential": sent}, follow=True)
        assert answer.status_code == 200, url
    assert Authenticator.objects.filter(type="webauthn").count() == 1


def test_passkeys_are_renamed_and_removed_by_their_owner_after_the_password(cast: Cast) -> None:
    hers, his = SoftKey().added_to(cast.ana), SoftKey().added_to(cast.ben)
    ana = Client()
    ana.force_login(cast.ana)
    remove = reverse("mfa_remove_webauthn", args=[hers.pk])
    assert ana.post(remove)["Location"].startswith(reverse("account_reauthenticate"))
    assert Authenticator.objects.filter(pk=hers.pk).exists()
    again(ana)
    ana.post(reverse("mfa_edit_webauthn", args=[hers.pk]), {"name": "ward tablet"})
    assert "ward tablet" in ana.get(reverse("mfa_list_webauthn")).content.decode()
    for name in ("mfa_remove_webauthn", "mfa_edit_webauthn"):
        assert ana.post(reverse(name, args=[his.pk]), {"name": "mine"}).status_code == 404
        assert ana.post(reverse(name, args=[10**9]), {"name": "mine"}).status_code == 404
    ana.post(remove)
    assert not Authenticator.objects.filter(user=cast.ana).exists()
    assert types(cast.ana)[-1] == "sign_in.passkey_removed"
    assert [message.subject for message in mail.outbox] == ["Pilotlight: A passkey was removed"]


def with_codes(user: User) -> tuple[str, list[str]]:
    """Somebody with an app and recovery codes: the app's secret, the codes."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    made = recovery_codes.make(user, anew=True)
    assert made
    return secret, made[1]


def test_code_of_the_app_works_once_for_all_processes(cast: Cast) -> None:
    secret, _codes = with_codes(cast.ana)
    first, second = password(cast.ana), password(cast.ana)
    code = code_of(secret)
    first.post(CODES, {"code": code})
    assert "_auth_user_id" in first.session
    cache.clear()  # as another process has it
    answer = second.post(CODES, {"code": code})
    assert "This code was used already." in answer.content.decode()
    assert "_auth_user_id" not in second.session


def test_wrong_codes_wait_in_every_process_and_passkeys_do_not(cast: Cast) -> None:
    _secret, codes = with_codes(cast.ana)
    key = SoftKey()
    key.added_to(cast.ana)
    answers = []
    for _time in range(7):
        cache.clear()  # each in another process, with a password that was given anew
        answers.append(password(cast.ana).post(CODES, {"code": "000000"}).content.decode())
    assert "This code is not right" in answers[0]
    assert "Too many wrong codes. Wait" in answers[-1]
    late = password(cast.ana)
    assert "Too many" in late.post(CODES, {"code": codes[0]}).content.decode()
    browser = Client()
    assert send(browser, key.signs(challenge(browser), cast.ana)) == "in"
    # Somebody else's codes are looked at.
    _secret, his = with_codes(cast.ben)
    ben = password(cast.ben)
    ben.post(CODES, {"code": his[0]})
    assert "_auth_user_id" in ben.session


def test_recovery_code_works_once_is_written_down_and_told(
    cast: Cast, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    _secret, codes = with_codes(cast.ana)
    with django_capture_on_commit_callbacks(execute=True):
        ana = password(cast.ana)
        ana.post(CODES, {"code": codes[3]})
    assert "_auth_user_id" in ana.session
    event = Event.objects.get(type="sign_in.recovery_code_used")
    assert event.details == {"address": "127.0.0.1", "left": 9}
    assert "9 are left" in mail.outbox[-1].body
    late = password(cast.ana)
    late.post(CODES, {"code": codes[3]})
    assert "_auth_user_id" not in late.session


def test_administrator_resets_the_second_step_of_somebody_else(
    cast: Cast, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with_codes(cast.ana)
    SoftKey().added_to(cast.ana)
    found = Client()
    found.force_login(cast.ana)  # on the phone that was lost
    ada, page = Client(), reverse("innovation:person-second-step-reset", args=[cast.ana.pk])
    ada.force_login(cast.ada)
    assert page in ada.get(reverse("innovation:person-detail", args=[cast.ana.pk])).content.decode()
    assert ada.post(page, {"reason": ""}).status_code == 400
    with django_capture_on_commit_callbacks(execute=True):
        ada.post(page, {"reason": "Phone left on the tram; she came by."})
    assert "_auth_user_id" in password(cast.ana).session
    assert found.get(reverse("innovation:profile")).status_code == 302
    event = Event.objects.get(type="sign_in.second_step_reset")
    assert (event.actor, event.details["reason"]) == (
        cast.ada.ref,
        "Phone left on the tram; she came by.",
    )
    assert mail.outbox[-1].to == [cast.ana.email] and "Ada Kowalski" in mail.outbox[-1].body
    with pytest.raises(Conflict, match="no second step"):
        actions.reset_second_step(cast.ana, by=cast.ada, at=NOW, reason="Once more.")


def test_nobody_resets_their_own_second_step_or_one_beyond_their_reach(cast: Cast) -> None:
    with_codes(cast.ada)
    with pytest.raises(NotAllowed, match="Ask another administrator"):
        actions.reset_second_step(cast.ada, by=cast.ada, at=NOW, reason="Lost.")
    with pytest.raises(NotAllowed):
        actions.reset_second_step(cast.ada, by=cast.hugo, at=NOW, reason="Lost.")
    assert Authenticator.objects.filter(user=cast.ada).count() == 2
