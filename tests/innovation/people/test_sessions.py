"""Sessions as they are kept: whoever reads the table is signed in nowhere."""

from __future__ import annotations

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings as installed
from django.contrib.sessions.backends.db import SessionStore as DjangosStore
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from innovation.people.models import Session
from innovation.people.sessions import SessionStore, kept_key
from innovation.rules import key_ring
from tests.factories.cast import PASSWORD, Cast


def test_key_that_stands_in_the_table_opens_nothing(cast: Cast) -> None:
    ana = Client()
    ana.force_login(cast.ana)
    kept = Session.objects.get(person=cast.ana)
    assert kept.session_key != ana.cookies["sessionid"].value
    thief = Client()
    thief.cookies["sessionid"] = kept.session_key
    assert thief.get(reverse("innovation:profile")).status_code == 302
    assert ana.get(reverse("innovation:profile")).status_code == 200


def test_data_of_a_session_cannot_be_read_from_the_table(cast: Cast) -> None:
    """They were signed alone: the seed of a second step that is being set up stood in them."""
    ana = Client()
    ana.post(reverse("account_login"), {"login": cast.ana.email, "password": PASSWORD})
    ana.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    seed = ana.get(reverse("mfa_activate_totp")).context["form"].secret
    kept = Session.objects.get(person=cast.ana)
    assert seed in str(kept.get_decoded())
    assert DjangosStore().decode(kept.session_data) == {}


def test_session_sealed_with_a_key_that_is_gone_signs_in_again(
    cast: Cast, settings: Settings
) -> None:
    ana = Client()
    ana.force_login(cast.ana)
    settings.FORMER_CREDENTIAL_KEY, settings.CREDENTIAL_KEY = settings.CREDENTIAL_KEY, "the next"
    assert ana.get(reverse("innovation:profile")).status_code == 200
    settings.FORMER_CREDENTIAL_KEY, settings.CREDENTIAL_KEY = "", "yet another"
    answer = ana.get(reverse("innovation:profile"))
    assert answer.headers["Location"].startswith(reverse("account_login"))


def test_session_changes_its_key_and_ends_as_before(cast: Cast) -> None:
    store = SessionStore()
    store["note"] = "kept"
    store.save()
    first = str(store.session_key)
    store.cycle_key()
    assert store.session_key != first
    assert not SessionStore().exists(first) and SessionStore(first).load() == {}
    assert SessionStore(store.session_key)["note"] == "kept"
    store.flush()
    assert not Session.objects.exists()


def test_session_used_asynchronously_is_kept_by_its_hash_too(cast: Cast) -> None:
    async def use() -> tuple[str, Any, bool, bool]:
        store = SessionStore()
        await store.aset("note", "kept")
        await store.asave()
        key = str(store.session_key)
        read = await SessionStore(key).aget("note")
        there = await store.aexists(key)
        await store.adelete(key)
        return key, read, there, await store.aexists(key)

    # In a thread of its own: a browser's test may have left a loop running in this one.
    with ThreadPoolExecutor(1) as alone:
        key, read, there, still = alone.submit(asyncio.run, use()).result()
    assert (read, there, still) == ("kept", True, False)
    assert key != kept_key(key)


def test_migration_seals_what_was_kept_before(cast: Cast) -> None:
    """Whoever was signed in stays so, and the codes of a second step go on."""
    moment = SessionStore().get_expiry_date()
    plain = DjangosStore().encode({"note": "kept"})
    Session.objects.create(session_key="f" * 32, session_data=plain, expire_date=moment)
    totp = Authenticator.objects.create(user=cast.ana, type="totp", data={"secret": "JBSWY3DP"})
    codes = Authenticator.objects.create(
        user=cast.ana, type="recovery_codes", data={"seed": "5eed", "used_mask": 0}
    )
    migration = import_module("innovation.migrations.0012_secrets_at_rest")
    migration.seal_sessions(apps, None)
    migration.seal_second_steps(apps, None)
    assert SessionStore("f" * 32)["note"] == "kept"
    from allauth.mfa.utils import decrypt

    for step, name, secret in ((totp, "secret", "JBSWY3DP"), (codes, "seed", "5eed")):
        step.refresh_from_db()
        assert secret not in str(step.data)
        assert decrypt(step.data[name]) == secret


def test_seeds_of_a_second_step_are_sealed(cast: Cast, settings: Settings) -> None:
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    secret = generate_totp_secret()
    TOTP.activate(cast.ana, secret)
    assert secret not in str(list(Authenticator.objects.values_list("data", flat=True)))

    settings.CREDENTIAL_KEY = "another key, and the former one is lost"
    visitor = Client()
    visitor.post(reverse("account_login"), {"login": cast.ana.email, "password": PASSWORD})
    answer = visitor.post(reverse("mfa_authenticate"), {"code": "123456"})
    assert answer.status_code == 409
    assert "a key that this installation no longer has" in answer.content.decode()


@pytest.mark.parametrize("key", ["", "x", "\ud800", "k" * 5000])
def test_cookie_of_any_shape_is_nobodys(cast: Cast, key: str) -> None:
    assert SessionStore(key).load() == {}


def test_secrets_are_sealed_by_the_library_alone() -> None:
    """What was altered opens nothing, and nobody but the ring mixes a cipher of their own."""
    token = key_ring.seal(b"a secret", key_ring.Purpose.SOURCE)
    assert key_ring.seal(b"a secret", key_ring.Purpose.SOURCE) != token
    for place in (0, 9, len(token) // 2, len(token) - 2):
        altered = (
            token[:place]
            + (b"A" if token[place : place + 1] != b"A" else b"B")
            + token[place + 1 :]
        )
        with pytest.raises(key_ring.SealedWithAnotherKey):
            key_ring.unseal(altered, key_ring.Purpose.SOURCE)
    with pytest.raises(key_ring.SealedWithAnotherKey):
        key_ring.unseal(token, key_ring.Purpose.SECOND_STEP)
    root = Path(installed.BASE_DIR)
    using = {
        str(path.relative_to(root))
        for app in ("innovation", "pilots", "okrs")
        for path in (root / app).rglob("*.py")
        if "migrations" not in path.parts and "cryptography" in path.read_text()
    }
    # The connectors sign with keys and read certificates; they seal nothing.
    assert using == {
        "innovation/rules/key_ring.py",
        "pilots/connectors/signing.py",
        "pilots/connectors/tls.py",
    }
    for path in using - {"innovation/rules/key_ring.py"}:
        assert not re.search(r"fernet|ciphers|aead", (root / path).read_text(), re.IGNORECASE)


def test_button_that_waits_for_the_password_is_named_by_what_it_says(cast: Cast) -> None:
    """Its address has no page of its own: it stands on the one before (seen on 2026-11-28 as “A
    button”)."""
    for ana in (Client(), Client()):  # here and elsewhere
        ana.force_login(cast.ana)
    site = "http://testserver"
    for before, said in (
        (site + reverse("innovation:profile"), "“Sign out elsewhere”, on the page “Profile”"),
        (f"{site}/nowhere/", "A button"),
        ("http://elsewhere.example/profile/", "A button"),
        ("http://[", "A button"),
    ):
        asked = ana.post(reverse("innovation:sessions-end"), headers={"referer": before})
        assert f"<h2>{said}</h2>" in ana.get(asked["Location"]).content.decode(), before
