"""The same form sent twice, at once or later, counts once."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from innovation.needs.models import Need
from innovation.people.models import User
from innovation.workflow import sendings
from innovation.workflow.models import UsedKey
from tests.factories.cast import Cast
from tests.factories.needs import VITALS

TEMPLATES = Path(settings.BASE_DIR) / "templates"
CREATE = "innovation:need-create"
TYPED = {
    "problem": "The linen cupboard is empty at night. We wait for the porter.",
    "population": "Everybody on the night shift",
    "outcome": "Linen is there",
    "setting": "ward",
    "frequency": "daily",
    "similar_seen": "1",
}


def of(person: User) -> Client:
    browser = Client()
    browser.force_login(person)
    return browser


def shown(browser: Client, url: str) -> str:
    """The key of the form that was shown."""
    page = browser.get(url).content.decode()
    found = re.findall(r'name="form_key" value="([\w-]+)"', page)
    assert found
    assert len(set(found)) == len(found), "each form has its own"
    return str(found[-1])


def send(browser: Client, cast: Cast, key: str, **changed: Any) -> Any:
    given = {**TYPED, "unit": cast.four_west.pk, **changed, "form_key": key}
    return browser.post(reverse(CREATE), given)


@pytest.mark.django_db(transaction=True)
def test_form_sent_by_six_at_once_makes_one_need_and_all_are_answered_alike(cast: Cast) -> None:
    browsers = [of(cast.ana) for _window in range(6)]
    key, together = shown(browsers[0], reverse(CREATE)), Barrier(len(browsers))

    def at_once(browser: Client) -> tuple[int, str]:
        together.wait()
        try:
            answer = send(browser, cast, key)
            return answer.status_code, answer.headers.get("Location", "")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(browsers)) as windows:
        answers = set(windows.map(at_once, browsers))
    need = Need.objects.get()
    assert answers == {(302, next(iter(answers))[1])}
    assert str(need.pk) in next(iter(answers))[1]


def test_form_gone_back_to_and_changed_is_refused_and_keeps_what_was_typed(cast: Cast) -> None:
    browser = of(cast.ana)
    key = shown(browser, reverse(CREATE))
    assert send(browser, cast, key).status_code == 302
    again = send(browser, cast, key, population="Day nurses, too")
    assert again.status_code == 409
    page = again.content.decode()
    assert "This was sent before, with other content" in page
    assert "Day nurses, too" in page
    anew = re.findall(r'name="form_key" value="([\w-]+)"', page)[-1]
    assert send(browser, cast, anew, population="Day nurses, too").status_code == 302
    assert Need.objects.count() == 2


def test_form_that_was_refused_may_be_sent_again_with_its_key(cast: Cast) -> None:
    browser = of(cast.ana)
    key = shown(browser, reverse(CREATE))
    assert send(browser, cast, key, problem="").status_code == 400
    assert send(browser, cast, key).status_code == 302
    assert Need.objects.count() == 1


def test_key_of_somebody_else_says_nothing(cast: Cast) -> None:
    key = shown(of(cast.ana), reverse(CREATE))
    assert send(of(cast.ana), cast, key).status_code == 302
    assert send(of(cast.maya), cast, key).status_code == 302
    assert Need.objects.count() == 2


def test_program_that_asks_again_is_answered_as_before(cast: Cast) -> None:
    browser = of(cast.ana)

    def ask(**changed: Any) -> Any:
        return browser.post(
            "/api/v1/needs/",
            {**VITALS, "unit": cast.four_west.pk, **changed},
            content_type="application/json",
            headers={"Idempotency-Key": "from-a-program-1"},
        )

    first = ask()
    assert first.status_code == 201
    again = ask()
    assert (again.status_code, again.json()) == (201, first.json())
    assert ask(outcome="Another one").status_code == 409
    assert Need.objects.count() == 1


def test_program_whose_first_sending_was_done_and_never_answered_is_told_that_it_was_done(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server was killed between the two. It was told 409, as if nothing had been changed."""
    monkeypatch.setattr(sendings, "ANSWERED_WITHIN", 0)
    program = of(cast.ana)

    def ask() -> Any:
        return program.post(
            "/api/v1/needs/",
            {**VITALS, "unit": cast.four_west.pk},
            content_type="application/json",
            headers={"Idempotency-Key": "from-a-program-3"},
        )

    assert ask().status_code == 201
    UsedKey.objects.update(status=None, location="", body="")
    again = ask()
    assert again.status_code == 200
    assert "was done" in again.json()["detail"]
    assert Need.objects.count() == 1


@pytest.mark.parametrize("key", ["k" * 300, "the need of ward 4", "bedürfnis"])
def test_key_of_a_program_counts_however_long_or_odd_it_is(cast: Cast, key: str) -> None:
    browser, given = of(cast.ana), {**VITALS, "unit": cast.four_west.pk}
    for _asked in range(2):
        browser.post(
            "/api/v1/needs/",
            given,
            content_type="application/json",
            headers={"Idempotency-Key": key},
        )
    assert Need.objects.count() == 1


def test_program_that_sends_a_form_with_other_fields_of_the_same_length_is_told(
    cast: Cast,
) -> None:
    """A key in the header alone: the form carries none."""
    browser, given = of(cast.ana), {**TYPED, "unit": cast.four_west.pk}

    def ask(population: str) -> int:
        head = {"Idempotency-Key": "from-a-program-2"}
        answer = browser.post(reverse(CREATE), {**given, "population": population}, headers=head)
        return int(answer.status_code)

    assert ask("Everybody by night") == 302
    assert ask("Everybody by night") == 302
    assert ask("Everybody by eight") == 409
    assert Need.objects.count() == 1


def test_used_keys_are_forgotten_after_their_term(cast: Cast) -> None:
    now = timezone.now()
    for days in (1, 3):
        UsedKey.objects.create(
            person=cast.ana, key=f"{days}", digest="", at=now - timedelta(days=days)
        )
    sendings.forget(at=now)
    assert UsedKey.objects.get().key == "1"


def test_every_form_that_is_sent_carries_a_key() -> None:
    count = 0
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text()
        for form in re.findall(r"<form\b.*?</form>", text, re.DOTALL):
            if re.search(r'method="?(get|dialog)|role="search"', form):
                continue
            count += 1
            assert "{% form_key %}" in form, f"{path.relative_to(TEMPLATES)}: {form[:200]}"
    assert count >= 9
