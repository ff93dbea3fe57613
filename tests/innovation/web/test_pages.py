"""The parts in a real browser: light and dark, desktop and phone, with script and without."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import Client
from django.urls import include, path
from playwright.sync_api import expect

from innovation import urls as site
from innovation.rules import key_ring
from innovation.rules.refusal import Refused
from innovation.web import panels
from innovation.web.gallery import SampleForm
from innovation.web.panels import WaitingItem
from tests.factories.cast import NOW, Cast, make_cast
from tests.journeys.visitor import Visitor

Live = Callable[..., Visitor]

# Drafts that a page of these tests sent, and whether the line or the session holds.
SENT: list[dict[str, Any]] = []
LINE = {"status": 204}
SEAL, ANOTHER_SEAL = (key_ring.handed_to(person, key_ring.Purpose.DRAFT) for person in (1, 2))

DRAFT_PAGE = """
{% extends "task.html" %}{% block title %}Need{% endblock %}{% block task %}Record a need{% endblock %}
{% block head %}<meta name="draft-seal" content="{{ seal }}">{% endblock %}
{% block content %}{% page_header "Record a need" %}{% endpage_header %}
{% form form submit="Send it" action="/try/sent/" data_draft="need" data_draft_url="/try/draft/" data_draft_at=at data_draft_owner=request.user.pk data_saved="Saved" data_saved_here="Saved on this device" data_not_saved="Not saved" %}{% field form.problem %}{% field form.often %}{% field form.harm %}
{% endform %}{% endblock %}
"""
LONG_PAGE = """
{% extends "base.html" %}{% block title %}Log{% endblock %}{% block content %}{% page_header "Log" %}{% endpage_header %}
{% form form submit="Send it" %}{% field form.problem %}{% endform %}{% endblock %}
"""
SENT_PAGE = """
{% extends "base.html" %}{% block title %}Sent{% endblock %}
{% block head %}<meta name="draft-done" content="{{ request.user.pk|stringformat:'d' }}:need">{% endblock %}
{% block content %}{% page_header "Sent" %}{% endpage_header %}{% endblock %}
"""
LIST_PAGE = """
{% extends "base.html" %}{% block title %}List{% endblock %}{% block content %}
{% page_header "List" %}{% endpage_header %}
{% table "Needs" keys=True %}<thead><tr>{% th "Need" sort="n" %}{% th "Voices" %}<th scope="col">
<span class="visually-hidden">Action</span></th></tr></thead><tbody>
{% for n in "123" %}<tr><td><a class="cell-title" href="/try/sent/?open={{ n }}">Need {{ n }}</a></td>
<td>5{{ n }}</td><td class="cell-actions">{% button "Accept" href="#accept" data_key="a" id=n %}</td>
</tr>{% endfor %}</tbody>{% endtable %}
{% button "Decline" dialog="decline" href="/try/sent/" %}
{% dialog "decline" "Decline it" %}{% form submit="Decline it" action="/try/sent/" %}
<label>Reason <input name="reason"></label>{% endform %}{% enddialog %}
{% confirm "Withdraw" "/try/sent/" "Your voice will no longer count." action="Withdraw it" voice=3 %}
{% endblock %}
"""


FRAGMENT_PAGE = """
{% extends "base.html" %}{% block title %}Fragment{% endblock %}{% block content %}
{% page_header "Fragment" %}{% endpage_header %}
<div id="there">As it was</div>
{% button "Book it" hx_post="/try/refused/" hx_target="#there" %}
{% endblock %}
"""


def draw(source: str, **values: Any) -> Callable[[HttpRequest], HttpResponse]:
    head, extends, rest = source.partition("%}") if "extends" in source else ("", "", source)
    loaded = f"{head}{extends}{{% load components %}}{rest}"

    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(engines["django"].from_string(loaded).render(values, request))

    return view


def refuse(request: HttpRequest) -> HttpResponse:
    raise Refused("The fund has $200 left, and this asks for $300.")


def draft(request: HttpRequest) -> HttpResponse:
    if LINE["status"] < 300:
        SENT.append(dict(request.POST.lists()))
    return HttpResponse(status=LINE["status"])


urlpatterns = [
    path("try/long/", draw(LONG_PAGE, form=SampleForm())),
    path("try/need/", draw(DRAFT_PAGE, form=SampleForm(), at=0, seal=SEAL)),
    path("try/sealed-otherwise/", draw(DRAFT_PAGE, form=SampleForm(), at=0, seal=ANOTHER_SEAL)),
    path("try/draft/", draft),
    path("try/sent/", draw(SENT_PAGE)),
    path("try/list/", draw(LIST_PAGE)),
    path("try/refused/", refuse),
    path("try/fragment/", draw(FRAGMENT_PAGE)),
    path("", include(site.urlpatterns)),
]
handler404 = site.handler404

here = pytest.mark.urls("tests.innovation.web.test_pages")


@pytest.fixture
def people(transactional_db: None) -> Cast:
    SENT.clear()
    LINE["status"] = 204
    return make_cast()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", ["desktop", "phone"])
def test_gallery_is_accessible(live: Live, people: Cast, device: str, scheme: str) -> None:
    visitor = live(people.ana, device=device, scheme=scheme)
    visitor.open("/design/")
    visitor.check_accessibility()
    assert not visitor.overflows()


def test_gallery_as_chosen_dark_on_a_light_device(live: Live, people: Cast) -> None:
    people.ana.theme = "dark"
    people.ana.save(update_fields=["theme"])
    visitor = live(people.ana, scheme="light")
    page = visitor.open("/design/")
    expect(page.locator("body")).to_have_css("background-color", "rgb(16, 24, 26)")
    visitor.check_accessibility()


@pytest.mark.parametrize("address", ["/accounts/login/", "/accounts/password/reset/", "/nowhere/"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_entrance_is_accessible(live: Live, people: Cast, address: str, scheme: str) -> None:
    visitor = live(device="phone", scheme=scheme)
    visitor.open(address, status=404 if "nowhere" in address else 200)
    visitor.check_accessibility()
    assert not visitor.overflows()


@pytest.mark.django_db
def test_policy_of_every_page_allows_nothing_inline(client: Client) -> None:
    policy = client.get("/accounts/login/").headers["Content-Security-Policy"]
    rules = {
        name: values.split()
        for name, _space, values in (rule.strip().partition(" ") for rule in policy.split(";"))
    }
    assert rules["default-src"] == ["'none'"]
    for name in ("script-src", "style-src"):
        assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "https:", "data:"} & set(rules[name])
    assert rules["frame-ancestors"] == ["'none'"]
    assert rules["base-uri"] == ["'none'"]
    assert rules["form-action"] == ["'self'"]


@here
def test_choose_theme_changes_the_page_at_once_and_stays(live: Live, people: Cast) -> None:
    visitor = live(people.ana)
    page = visitor.open("/design/")
    page.locator(".side .me summary").click()
    with page.expect_response("**/look/"):
        page.locator(".side").get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    visitor.open("/design/")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


@here
def test_choose_theme_works_without_script(live: Live, people: Cast) -> None:
    page = live(people.ana, device="phone", javascript=False).open("/design/")
    page.locator(".bar-menu summary").click()
    page.locator(".bar-sheet").get_by_role("button", name="Dark").click()
    page.wait_for_load_state()
    assert page.url.endswith("/design/")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


@here
def test_draft_is_saved_and_says_so(live: Live, people: Cast) -> None:
    page = live(people.ana, device="phone").open("/try/need/")
    page.get_by_label("What gets in the way?").fill("We type vital signs twice")
    page.get_by_label("Every week").check()
    expect(page.locator(".bar-state")).to_have_text("Saved")
    assert SENT[-1]["problem"] == ["We type vital signs twice"]
    assert SENT[-1]["often"] == ["week"]
    assert "csrfmiddlewaretoken" not in SENT[-1]


@here
@pytest.mark.parametrize("status", [403, 302])
def test_draft_survives_a_lost_session_or_line(live: Live, people: Cast, status: int) -> None:
    LINE["status"] = status
    visitor = live(people.ana, device="phone")
    page = visitor.open("/try/need/")
    page.get_by_label("What gets in the way?").fill("We type vital signs twice")
    page.get_by_label("Near misses").check()
    expect(page.locator(".bar-state")).to_have_text("Saved on this device")
    assert SENT == []
    LINE["status"] = 204
    page = visitor.open("/try/need/")
    expect(page.get_by_label("What gets in the way?")).to_have_value("We type vital signs twice")
    expect(page.get_by_label("Near misses")).to_be_checked()
    expect(page.locator(".bar-state")).to_have_text("Saved")
    assert SENT[-1]["harm"] == ["near"]


@here
def test_draft_survives_the_line_itself_gone(live: Live, people: Cast) -> None:
    visitor = live(people.ana, device="phone")
    page = visitor.open("/try/need/")
    visitor.context.set_offline(True)
    page.get_by_label("What gets in the way?").fill("No line in the lift")
    expect(page.locator(".bar-state")).to_have_text("Saved on this device")
    visitor.context.set_offline(False)
    expect(page.locator(".bar-state")).to_have_text("Saved")
    assert SENT[-1]["problem"] == ["No line in the lift"]


KEPT = """async () => JSON.stringify([
    {...localStorage}, {...sessionStorage},
    await indexedDB.databases(), await caches.keys(), document.cookie])"""
OLD_DRAFT = """localStorage.setItem("pilotlight-draft:%d:need",
    JSON.stringify({at: Date.now() / 1000, values: [["problem", "Typed before"]]}))"""


@here
def test_draft_kept_on_a_device_is_sealed(live: Live, people: Cast) -> None:
    LINE["status"] = 403
    visitor = live(people.ana)
    page = visitor.open("/try/need/")
    page.get_by_label("What gets in the way?").fill("Vital signs")
    expect(page.locator(".bar-state")).to_have_text("Saved on this device")
    kept = page.evaluate(KEPT)
    assert f"pilotlight-draft:{people.ana.pk}:need" in kept
    assert not re.search("Vital|signs|problem|VmltYWw|" + re.escape(SEAL), kept)
    visitor.open("/try/sealed-otherwise/")
    visitor.settle()
    expect(page.get_by_label("What gets in the way?")).to_have_value("")
    visitor.open("/try/need/")
    expect(page.get_by_label("What gets in the way?")).to_have_value("Vital signs")


@here
def test_long_text_of_any_form_is_kept_sealed_said_to_be_back_and_taken_out(
    live: Live, people: Cast
) -> None:
    visitor = live(people.ana)
    page = visitor.open("/try/long/")
    text, note = page.get_by_label("What gets in the way?"), page.locator("[data-draft-note]")
    expect(note).to_be_hidden()
    text.fill("Eleven nurses were trained")
    page.wait_for_function("Object.keys(localStorage).length === 1")
    assert not re.search("Eleven|nurses", page.evaluate(KEPT))
    page = visitor.open("/try/long/")
    expect(text).to_have_value("Eleven nurses were trained")
    expect(note).to_be_visible()
    page.get_by_role("button", name="Take it out").click()
    expect(text).to_have_value("")
    assert page.evaluate("Object.keys(localStorage)") == []


@here
def test_draft_typed_as_the_page_is_left_is_kept(live: Live, people: Cast) -> None:
    """No pause: what was typed is sealed before the next page is asked for."""
    LINE["status"] = 403
    visitor = live(people.ana)
    page = visitor.open("/try/need/")
    page.get_by_label("What gets in the way?").press_sequentially("In the middle of")
    page = visitor.open("/try/need/")
    expect(page.get_by_label("What gets in the way?")).to_have_value("In the middle of")


@here
def test_browser_that_cannot_seal_keeps_nothing_and_says_so(live: Live, people: Cast) -> None:
    """As over plain http, where there is no crypto.subtle."""
    visitor = live(people.ana)
    visitor.context.add_init_script(
        'Object.defineProperty(Crypto.prototype, "subtle", { value: undefined })'
    )
    page = visitor.open("/try/need/")
    page.get_by_label("What gets in the way?").fill("Vital signs")
    expect(page.locator(".bar-state")).to_have_text("Saved")
    LINE["status"] = 403
    page.get_by_label("What gets in the way?").fill("Vital signs, twice")
    expect(page.locator(".bar-state")).to_have_text("Not saved")
    assert page.evaluate("Object.keys(localStorage)") == []


@here
def test_draft_that_was_kept_unsealed_is_removed(live: Live, people: Cast) -> None:
    visitor = live(people.ana)
    page = visitor.open("/try/list/")
    page.evaluate(OLD_DRAFT % people.ana.pk)
    page = visitor.open("/try/list/")
    visitor.settle()
    assert page.evaluate("Object.keys(localStorage)") == []


@here
def test_draft_that_was_sent_is_forgotten(live: Live, people: Cast) -> None:
    visitor = live(people.ana, device="phone")
    page = visitor.open("/try/need/")
    page.get_by_label("What gets in the way?").fill("Once")
    page.get_by_role("button", name="Send it").click()
    page.wait_for_url("**/try/sent/")
    page = visitor.open("/try/need/")
    expect(page.get_by_label("What gets in the way?")).to_have_value("")


@here
def test_draft_of_one_person_is_not_shown_to_another(live: Live, people: Cast) -> None:
    """The key carries the person: two share a computer on a ward."""
    visitor = live(people.ana)
    page = visitor.open("/try/need/")
    page.get_by_label("What gets in the way?").fill("Mine")
    expect(page.locator("form[data-draft]")).to_have_count(1)
    expect(page.locator(".bar-state")).to_have_text("Saved")
    keys = json.loads(
        visitor.context.new_cdp_session(page).send(
            "Runtime.evaluate", {"expression": "JSON.stringify(Object.keys(localStorage))"}
        )["result"]["value"]
    )
    assert keys == []


@here
def test_keys_move_open_and_press(live: Live, people: Cast) -> None:
    page = live(people.maya).open("/try/list/")
    page.keyboard.press("j")
    expect(page.locator("tr.is-here")).to_contain_text("Need 1")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("tr.is-here")).to_contain_text("Need 3")
    page.keyboard.press("k")
    expect(page.locator("tr.is-here")).to_contain_text("Need 2")
    page.keyboard.press("a")
    page.wait_for_url("**/*#accept")
    page.keyboard.press("Enter")
    page.wait_for_url("**/try/sent/?open=2")


@here
def test_keys_are_letters_while_somebody_types(live: Live, people: Cast) -> None:
    page = live(people.maya).open("/try/list/")
    page.get_by_role("link", name="Decline").click()
    page.get_by_label("Reason").press_sequentially("jak")
    expect(page.get_by_label("Reason")).to_have_value("jak")
    expect(page.locator("tr.is-here")).to_have_count(0)


@here
def test_dialog_opens_closes_and_gives_the_focus_back(live: Live, people: Cast) -> None:
    page = live(people.maya).open("/try/list/")
    opener = page.get_by_role("link", name="Decline")
    opener.click()
    expect(page.get_by_role("dialog", name="Decline it")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(opener).to_be_focused()


@here
def test_dialog_without_script_is_a_page(live: Live, people: Cast) -> None:
    page = live(people.maya, javascript=False).open("/try/list/")
    page.get_by_role("link", name="Decline").click()
    page.wait_for_url("**/try/sent/")


@here
def test_confirm_asks_once_more_and_posts_what_it_carries(live: Live, people: Cast) -> None:
    page = live(people.maya, javascript=False).open("/try/list/")
    page.locator("summary", has_text="Withdraw").click()
    with page.expect_request("**/try/sent/") as sent:
        page.get_by_role("button", name="Withdraw it").click()
    assert sent.value.method == "POST"
    assert "voice=3" in (sent.value.post_data or "")


@here
def test_table_on_a_phone_becomes_blocks_with_their_heads(live: Live, people: Cast) -> None:
    visitor = live(people.maya, device="phone")
    page = visitor.open("/try/list/")
    cell = page.locator("tbody tr").first.locator("td").nth(1)
    expect(cell).to_have_attribute("data-label", "Voices")
    assert not visitor.overflows()
    visitor.check_accessibility()


@here
def test_menu_on_a_phone_opens_without_script(live: Live, people: Cast) -> None:
    page = live(people.maya, device="phone", javascript=False).open("/try/list/")
    expect(page.locator(".bar-sheet")).to_be_hidden()
    page.locator(".bar-menu summary").click()
    expect(page.locator(".bar-sheet").get_by_text("Sign out")).to_be_visible()


@here
def test_skip_link_leads_past_the_navigation(live: Live, people: Cast) -> None:
    page = live(people.maya).open("/try/list/")
    page.keyboard.press("Tab")
    link = page.get_by_role("link", name=re.compile("Skip"))
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


@here
def test_refusal_of_a_fragment_is_said_in_passing(live: Live, people: Cast) -> None:
    page = live(people.maya).open("/try/fragment/")
    page.get_by_role("button", name="Book it").click()
    expect(page.get_by_role("status")).to_contain_text("The fund has $200 left")
    expect(page.locator("#there")).to_have_text("As it was")
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("status")).to_be_empty()


@here
def test_count_of_what_waits_appears_in_the_navigation(
    live: Live, people: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = WaitingItem("Vitals", "It waits.", "/", NOW, "Triage", "Answer")
    monkeypatch.setattr(panels, "_places", {})
    panels.register("waiting", lambda user: [waits, waits])
    page = live(people.maya).open("/try/list/")
    expect(page.locator(".side .count")).to_have_text("2")
    panels._places.clear()
    page.reload()
    expect(page.locator(".side .count")).to_be_hidden()
