"""The window itself: that its checks see what they are there to see."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.journeys.visitor import Visitor

Live = Callable[..., Visitor]


def test_check_accessibility_on_a_faulty_page_names_rule_and_place(live: Live) -> None:
    visitor = live()
    visitor.page.set_content(
        "<!doctype html><html lang=en><title>x</title><main><h1>x</h1><img src=data:,></main>"
    )
    with pytest.raises(AssertionError, match=r"image-alt \(critical\)(?s:.*)<img"):
        visitor.check_accessibility()


def test_check_accessibility_under_the_strict_policy_finds_the_sign_in_page_clean(
    live: Live,
) -> None:
    visitor = live(device="phone", scheme="dark")
    visitor.open("/accounts/login/")
    visitor.check_accessibility()
    assert not visitor.overflows()


def test_window_with_an_inline_script_reports_the_broken_policy(live: Live) -> None:
    visitor = live()
    visitor.open("/accounts/login/")
    session = visitor.context.new_cdp_session(visitor.page)
    script = "document.body.append(Object.assign(document.createElement('script'), {text: '1'}))"
    with visitor.page.expect_console_message(lambda said: "Content Security" in said.text):
        session.send("Runtime.evaluate", {"expression": script})
    assert any("Content Security Policy" in complaint for complaint in visitor.complaints)
    visitor.complaints.clear()


def test_open_with_an_unexpected_answer_says_which(live: Live) -> None:
    with pytest.raises(AssertionError, match="answered 404, not 200"):
        live().open("/no-such-page")
