"""Recovery codes: made once, shown once, kept as hashes, used once."""

from __future__ import annotations

import re
from importlib import import_module
from threading import Barrier, Thread
from typing import Any
from urllib.parse import unquote

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.apps import apps
from django.contrib.auth.hashers import PBKDF2PasswordHasher, identify_hasher
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from innovation.audit.models import Event
from innovation.people import recovery_codes
from innovation.people.models import Session, User
from tests.factories.cast import PASSWORD, Cast, make_cast
from tests.innovation.people.test_signing_in import code_of

CODES, NEW = reverse("mfa_authenticate"), reverse("mfa_generate_recovery_codes")
SHOWN = re.compile(r"<li><code>([^<]+)</code></li>")


def with_app(person: User) -> Client:
    """Somebody with an app, signed in, who has just given the password again."""
    TOTP.activate(person, generate_totp_secret())
    browser = Client()
    browser.force_login(person)
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return browser


def opens(person: User, code: str) -> bool:
    browser = Client()
    browser.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    browser.post(CODES, {"code": code})
    return "_auth_user_id" in browser.session


def kept(person: User) -> Authenticator:
    return Authenticator.objects.get(user=person, type="recovery_codes")


def test_codes_are_shown_once_with_the_first_second_step_and_kept_nowhere(
    cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    ana = Client()
    ana.force_login(cast.ana)
    ana.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    set_up = reverse("mfa_activate_totp")
    secret = ana.get(set_up).context["form"].secret
    page = ana.post(set_up, {"code": code_of(secret)})
    codes = SHOWN.findall(page.content.decode())
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"[2-9A-HJKMNP-TV-Z]{5}-[2-9A-HJKMNP-TV-Z]{5}", one) for one in codes)
    assert "no-store" in page.headers["Cache-Control"]
    file = re.search(
        r'href="data:text/plain;charset=utf-8,([^"]+)"[^>]*download=', page.content.decode()
    )
    assert file and unquote(file[1]).split()[-10:] == codes

    rows = str(list(Authenticator.objects.values_list("data", flat=True)))
    sessions = str([one.get_decoded() for one in Session.objects.all()])
    events = str(list(Event.objects.values_list("details", flat=True)))
    letters = str([message.body for message in mail.outbox])
    for said in (rows, sessions, events, letters, caplog.text):
        assert not [one for one in codes if one in said or one.replace("-", "") in said]
    for address in (reverse("mfa_index"), reverse("mfa_view_recovery_codes"), set_up):
        assert not SHOWN.findall(ana.get(address, follow=True).content.decode())
    assert "10 of 10 codes are left" in ana.get(reverse("mfa_index")).content.decode()
    assert ana.get("/accounts/2fa/recovery-codes/download/").status_code == 404


def test_codes_made_anew_replace_those_before(
    cast: Cast, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    ana = with_app(cast.ana)
    first = SHOWN.findall(ana.post(NEW).content.decode())
    assert "The codes you have now stop working." in ana.get(NEW).content.decode()
    second = SHOWN.findall(ana.post(NEW).content.decode())
    assert not opens(cast.ana, first[0])
    assert opens(cast.ana, f" {second[0].lower().replace('-', ' ')} ")
    assert "9 of 10 codes are left" in ana.get(reverse("mfa_index")).content.decode()
    assert Event.objects.filter(type="sign_in.recovery_codes_made").count() == 2
    assert mail.outbox[0].subject == "Pilotlight: New recovery codes were made"


def test_open_browser_makes_no_codes_and_nobody_without_a_second_step(cast: Cast) -> None:
    TOTP.activate(cast.ana, generate_totp_secret())
    found = Client()
    found.force_login(cast.ana)
    assert found.post(NEW).headers["Location"].startswith(reverse("account_reauthenticate"))
    assert not Authenticator.objects.filter(type="recovery_codes").exists()
    ben = Client()
    ben.force_login(cast.ben)
    ben.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert not SHOWN.findall(ben.post(NEW).content.decode())
    assert not Authenticator.objects.filter(type="recovery_codes").exists()


def test_codes_are_hashed_as_passwords_are_with_a_salt_for_the_set(
    cast: Cast, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    assert recovery_codes.ROUNDS >= 600_000  # OWASP's for PBKDF2-SHA-256
    monkeypatch.setattr(recovery_codes, "ROUNDS", 3)
    asked: list[Any] = []
    encode = PBKDF2PasswordHasher.encode

    def counted(self: PBKDF2PasswordHasher, *given: Any) -> str:
        asked.append(given)
        return encode(self, *given)

    monkeypatch.setattr(PBKDF2PasswordHasher, "encode", counted)
    made = recovery_codes.make(cast.ana, anew=True)
    assert made
    hashes = made[0].data["codes"]
    known = [identify_hasher(one).decode(one) for one in hashes]
    assert {(one["algorithm"], one["iterations"]) for one in known} == {("pbkdf2_sha256", 3)}
    [salt] = {one["salt"] for one in known}
    assert len(salt) * 5 > 100  # bits
    asked.clear()
    assert recovery_codes.spend(cast.ana, "22222-22222") is None
    assert recovery_codes.spend(cast.ana, made[1][9]) and len(asked) == 2
    # What cannot be a code, such as one of the app, costs nothing.
    assert recovery_codes.spend(cast.ana, "123456") is None and len(asked) == 2
    assert recovery_codes.spend(cast.ben, made[1][0]) is None


@pytest.mark.django_db(transaction=True)
def test_code_sent_twice_at_once_opens_once() -> None:
    ana = make_cast().ana
    made = recovery_codes.make(ana, anew=True)
    assert made
    both, opened = Barrier(2), []

    def send() -> None:
        both.wait()
        opened.append(recovery_codes.spend(ana, made[1][0]) is not None)
        connection.close()

    threads = [Thread(target=send) for _browser in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(opened) == [False, True]
    assert recovery_codes.left(kept(ana)) == 9


def test_codes_on_paper_go_on_after_the_migration(
    cast: Cast, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ana has used one; Ben's were moved once before; the key of Ada's is gone."""
    for person in (cast.ana, cast.ben):
        TOTP.activate(person, generate_totp_secret())
    before = RecoveryCodes.activate(cast.ana)
    hers = before.get_unused_codes()
    assert before.validate_code(hers[4])
    from allauth.mfa.utils import encrypt

    for person, data in (
        (cast.ben, {"migrated_codes": [encrypt("00000007"), encrypt("31415926")]}),
        (cast.ada, {"seed": "gAAAA-of-another-key", "used_mask": 0}),
    ):
        Authenticator.objects.create(user=person, type="recovery_codes", data=data)
    migration = import_module("innovation.migrations.0034_recovery_codes_hashed")
    migration.hash_codes(apps, None)
    migration.hash_codes(apps, None)  # what is done stays

    said = str(list(Authenticator.objects.filter(type="recovery_codes").values_list("data")))
    assert "seed" not in said and not any(code in said for code in (*hers, "31415926"))
    assert not Authenticator.objects.filter(user=cast.ada).exists()
    assert f"The recovery codes of person:{cast.ada.pk} were kept" in capsys.readouterr().err
    assert recovery_codes.left(kept(cast.ana)) == 9
    assert not opens(cast.ana, hers[4])
    assert opens(cast.ana, hers[5]) and not opens(cast.ana, hers[5])
    assert opens(cast.ben, "31415926")
    assert kept(cast.ben).data["of"] == 10


def test_list_of_codes_alone_is_no_second_step(cast: Cast, settings: Settings) -> None:
    """Whoever lost the passkey and has the paper is led to setting up another one."""
    settings.SECOND_FACTOR_ROLES = ["executive"]
    Authenticator.objects.create(user=cast.amara, type=Authenticator.Type.RECOVERY_CODES, data={})
    assert User.objects.get(pk=cast.amara.pk).lacks_second_factor
    Authenticator.objects.create(user=cast.amara, type=Authenticator.Type.TOTP, data={})
    assert not User.objects.get(pk=cast.amara.pk).lacks_second_factor
