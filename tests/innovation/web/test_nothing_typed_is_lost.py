"""Whatever somebody types at length is there when they come back: one way for all forms."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.template import engines
from django.test import Client, RequestFactory
from django.urls import reverse

from innovation.people.models import User
from innovation.web import unsent
from pilots.lifecycle.models import LogEntry
from tests.factories import pilots as make
from tests.factories.cast import PASSWORD, Cast
from tests.house.test_free_text import forms_of_ours

TEMPLATES = Path(settings.BASE_DIR) / "templates"
WORDS = {"status": "on_track", "done": "Eleven nurses were trained, two of them at night."}


@pytest.fixture
def hours_later(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    real = time.time

    def later(hours: int) -> None:
        monkeypatch.setattr(time, "time", lambda: real() + hours * 3600)

    return later


def browser_of(person: User) -> Client:
    browser = Client()
    browser.force_login(person)
    return browser


def test_log_sent_when_the_working_day_was_over_waits_for_its_author(
    cast: Cast, hours_later: Callable[[int], None]
) -> None:
    pilot = make.open_pilot(cast)
    lead, address = browser_of(pilot.lead), reverse("pilots:pilot-log-write", args=[pilot.pk])
    assert lead.get("/").status_code == 200
    hours_later(13)
    asked = lead.post(address, WORDS)
    assert asked["Location"].startswith(reverse("account_login"))
    assert WORDS["done"] not in lead.get(asked["Location"]).content.decode()
    assert not LogEntry.objects.exists()

    hours_later(0)
    given = {"login": pilot.lead.email, "password": PASSWORD}
    shown = lead.post(asked["Location"], given, follow=True).content.decode()
    assert WORDS["done"] in shown
    answer = lead.post(reverse("innovation:unsent-send"))
    assert answer.status_code == 302 and answer.cookies[unsent.DONE].value == address
    assert LogEntry.objects.get().done == WORDS["done"]


def test_what_waits_is_gone_when_somebody_else_signs_in_there(
    cast: Cast, hours_later: Callable[[int], None]
) -> None:
    pilot = make.open_pilot(cast)
    browser, address = browser_of(pilot.lead), reverse("pilots:pilot-log-write", args=[pilot.pk])
    browser.get("/")
    hours_later(13)
    asked = browser.post(address, WORDS)
    hours_later(0)
    given = {"login": cast.ana.email, "password": PASSWORD}
    shown = browser.post(asked["Location"], given, follow=True).content.decode()
    assert WORDS["done"] not in shown
    assert browser.post(reverse("innovation:unsent-send"))["Location"] == "/"
    assert not LogEntry.objects.exists()


def test_program_and_sign_out_are_not_kept(cast: Cast, hours_later: Callable[[int], None]) -> None:
    pilot = make.open_pilot(cast)
    lead, api = browser_of(pilot.lead), reverse("pilots:api-pilot-log", args=[pilot.pk])
    lead.get("/")
    hours_later(13)
    assert lead.post(api, WORDS, content_type="application/json").status_code in (401, 403)
    assert "unsent" not in lead.session


def test_form_that_arrived_tells_the_device_and_one_that_came_back_does_not(cast: Cast) -> None:
    pilot = make.open_pilot(cast)
    lead, address = browser_of(pilot.lead), reverse("pilots:pilot-log-write", args=[pilot.pk])
    page = lead.get(address).content.decode()
    assert f'data-draft="{address}"' in page and f'data-draft-owner="{pilot.lead.pk}"' in page
    assert page.count('data-draft-seal="') == 1

    def sent(**words: Any) -> SimpleCookie:
        key = re.findall(r'name="form_key" value="([\w-]+)"', page)[-1]
        return lead.post(address, {**WORDS, **words, "form_key": key}).cookies

    assert unsent.DONE not in sent(status="")
    assert sent()[unsent.DONE].value == address


# ---- every textarea


def test_every_textarea_of_a_template_is_a_field_of_a_form_that_keeps_it() -> None:
    for path in TEMPLATES.rglob("*.html"):
        text = "" if "allauth" in path.parts else path.read_text()  # its own pages ask no long text
        assert "<textarea" not in text, f"{path}: use a form's field, which is kept"


def test_every_form_with_a_textarea_is_kept_by_the_component() -> None:
    with_one = [form for form in forms_of_ours() if has_textarea(form)]
    assert len(with_one) > 30
    request = RequestFactory().get("/somewhere/")
    request.user = User(pk=7)
    page = engines["django"].from_string("{% load components %}{% form form %} {% endform %}")

    class Any_(forms.Form):
        text = forms.CharField(widget=forms.Textarea)

    drawn = page.render({"form": Any_()}, request)
    assert 'data-draft="/somewhere/"' in drawn and "data-draft-texts" in drawn
    assert "data-draft-note" in drawn


def test_forms_are_drawn_by_the_component_alone() -> None:
    """A form written by hand keeps nothing, so it has no field that is typed in."""
    for path in TEMPLATES.rglob("*.html"):
        if {"components", "allauth", "account"} & set(path.parts):
            continue
        for inside in re.findall(r"<form\b.*?</form>", path.read_text(), re.DOTALL):
            is_question = re.search(r'role="search"|method="?get', inside)
            assert is_question or "{% field " not in inside, f"{path}: {inside[:120]}"


def has_textarea(form: type[Any]) -> bool:
    fields = getattr(form, "base_fields", {}).values()
    return any(isinstance(field.widget, forms.Textarea) for field in fields)
