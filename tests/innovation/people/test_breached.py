"""Passwords that became known elsewhere: found in the list on the server, refused at every way in."""

from __future__ import annotations

import hashlib
import tracemalloc
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from innovation.people import passwords
from innovation.people.breached import BreachedList, BreachedPasswordValidator
from innovation.people.models import User
from tests.factories.cast import PASSWORD, Cast
from tests.innovation.access.test_invitations import invited, link
from tests.innovation.test_settings import WHOLE, start

KNOWN = "seven grey herons wade"
FEW = ["a", "b", "c", KNOWN]


def hash_of(password: str) -> str:
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


def lines(known: list[str], *, more: int = 0) -> list[str]:
    """As the downloader writes them: first and last hash, those known, `more` between them."""
    hashes = {hash_of(password) for password in known} | {"0" * 40, "F" * 40}
    hashes |= {hash_of(f"filler {number}") for number in range(more)}
    return [f"{digest}:{place % 1000 + 1}" for place, digest in enumerate(sorted(hashes))]


def a_file(at: Path, known: list[str], *, more: int = 0) -> Path:
    path = at / "pwnedpasswords.txt"
    path.write_bytes("\n".join(lines(known, more=more)).encode())
    return path


def a_directory(at: Path, known: list[str]) -> Path:
    """One of a file for each prefix; the last line has no end, as the service sends it."""
    path = at / "hashes"
    path.mkdir()
    for prefix in {"00000", "7FFFF", "FFFFF", *(hash_of(password)[:5] for password in known)}:
        whole = {hash_of(password) for password in known if hash_of(password).startswith(prefix)}
        whole |= {prefix + "0" * 35, prefix + "F" * 35}
        suffixes = [f"{digest[5:]}:7" for digest in sorted(whole)]
        (path / f"{prefix}.txt").write_bytes("\r\n".join(suffixes).encode())
    return path


@pytest.mark.parametrize("kind", [a_file, a_directory])
def test_list_finds_each_of_its_lines_and_nothing_else(
    tmp_path: Path, kind: Callable[[Path, list[str]], Path]
) -> None:
    known = [f"known {number}" for number in range(300)]
    path = kind(tmp_path, known)
    kept = BreachedList(path)
    kept.check()
    assert [password for password in known if not kept.holds(password)] == []
    if path.is_file():
        assert [n for n in range(300) if kept.holds(f"not known {n}")] == []
    else:  # a prefix of which there is no file is a hole in the list, no answer
        there = {hash_of(password)[:5] for password in known}
        near = next(one for one in map(str, range(10**6)) if hash_of(one)[:5] in there)
        assert not kept.holds(near)
        with pytest.raises(OSError, match="No such file"):
            kept.holds("not known")


def test_list_is_halved_and_not_read(tmp_path: Path) -> None:
    """Of two megabytes it takes a few lines: as many as 40 GB would take twice over."""
    kept = BreachedList(a_file(tmp_path, FEW, more=40_000))
    tracemalloc.start()
    assert kept.holds(KNOWN) and not kept.holds("unknown")
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept.path.stat().st_size > 1_700_000
    assert most < 300_000


def test_line_seen_no_times_is_padding_and_no_password(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text(f"{'0' * 40}:1\n{hash_of(KNOWN)}:0\n{'F' * 40}:1\n")
    assert not BreachedList(path).holds(KNOWN)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "No such file"),
        ("", "is empty"),
        ("password\nqwerty\n", "no hash with a number"),
        (f"{'F' * 40}:9\n{'0' * 40}:3\n", "not in the order of its hashes"),
        (f"{'0' * 40}:9\n{'7' * 40}:3\n", "ends before the last hash"),
        (f"{'0' * 35}:9\n{'F' * 35}:3\n", "no whole SHA-1 hashes"),
    ],
)
def test_list_that_cannot_be_searched_stops_the_start(
    tmp_path: Path, text: str | None, said: str
) -> None:
    path = tmp_path / "list.txt"
    if text is not None:
        path.write_text(text)
    with pytest.raises((OSError, ValueError), match=said):
        BreachedList(path).check()


def test_start_with_a_list_and_without(tmp_path: Path) -> None:
    away = start({**WHOLE, "PILOTLIGHT_BREACHED_PASSWORDS": str(tmp_path / "away.txt")})
    assert away.returncode != 0
    assert "PILOTLIGHT_BREACHED_PASSWORDS names a list of known passwords that" in away.stderr
    there = {**WHOLE, "PILOTLIGHT_BREACHED_PASSWORDS": str(a_file(tmp_path, FEW))}
    last = "s.AUTH_PASSWORD_VALIDATORS[-1]['NAME']"
    assert start(there, last).stdout.strip().endswith("BreachedPasswordValidator")


@pytest.fixture
def with_list(tmp_path: Path, settings: Settings) -> Path:
    path = a_file(tmp_path, FEW)
    name = "innovation.people.breached.BreachedPasswordValidator"
    settings.AUTH_PASSWORD_VALIDATORS = [
        *settings.AUTH_PASSWORD_VALIDATORS,
        {"NAME": name, "OPTIONS": {"path": path}},
    ]
    return path


def test_password_that_became_known_elsewhere_is_refused_at_every_way_in(
    cast: Cast, with_list: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = "became known in a break-in elsewhere"
    pair = {"password1": KNOWN, "password2": KNOWN}
    ana = Client()
    ana.force_login(cast.ana)
    answer = ana.post(reverse("account_change_password"), {"oldpassword": PASSWORD, **pair})
    assert refused in answer.content.decode()

    mailed = passwords.link_for(cast.ana).partition("localhost:8000")[2]
    forgot = Client()
    form = forgot.get(mailed, follow=True).request["PATH_INFO"]
    assert refused in forgot.post(form, pair).content.decode()
    cast.ana.refresh_from_db()
    assert cast.ana.check_password(PASSWORD)

    invited(cast)
    assert refused in Client().post(link(), {"name": "Ida Moss", **pair}).content.decode()
    assert not User.objects.filter(name="Ida Moss").exists()

    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", KNOWN)
    new = {"email": "root@x.example", "name": "Root", "interactive": False}
    with pytest.raises(CommandError, match=refused):
        call_command("createsuperuser", stdout=StringIO(), **new)
    assert not User.objects.filter(email="root@x.example").exists()
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "eleven slow barges pass")
    call_command("createsuperuser", stdout=StringIO(), **new)
    assert User.objects.get(email="root@x.example").check_password("eleven slow barges pass")


def test_list_that_went_away_lets_nothing_through_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = a_file(tmp_path, FEW)
    check = BreachedPasswordValidator(path)
    check.validate("unknown to everybody")
    path.unlink()
    with pytest.raises(ValidationError, match="cannot be checked now"):
        check.validate("unknown to everybody")
    assert "pwnedpasswords.txt" in caplog.text and "unknown" not in caplog.text
    # A newer list that takes its place is used at once.
    a_file(tmp_path, ["unknown to everybody"])
    with pytest.raises(ValidationError, match="became known"):
        check.validate("unknown to everybody")
