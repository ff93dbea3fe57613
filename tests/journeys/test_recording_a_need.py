"""Ana, a nurse, records a need on her phone, between two rounds."""

from __future__ import annotations

from playwright.sync_api import expect

from innovation.needs.models import Need, NeedDraft
from innovation.people.models import Session
from tests.factories.cast import PASSWORD, Cast
from tests.factories.needs import make_need
from tests.journeys.visitor import Live, Visitor

PROBLEM = (
    "We type the vital signs twice, because the monitor does not talk to the record. "
    "After a night shift the second number is often wrong."
)
OUTCOME = "So that a pressure stands in the record a minute after it was taken"


def test_need_typed_on_a_phone_meets_a_similar_one_and_is_sent(live: Live, cast: Cast) -> None:
    known = given_a_need_that_ben_recorded(cast)
    ana = live(cast.ana, device="phone")

    when_she_opens_the_form_from_the_start_page(ana)
    when_she_types_what_gets_in_the_way(ana)
    then_bens_need_appears_while_she_types(ana, known)

    ana.press("This affects me too")
    then_her_voice_counts_for_it(ana, known, cast)

    when_she_tells_the_rest(ana)
    ana.look()
    ana.press("Send it")
    then_her_need_is_told_as_she_told_it(ana, cast)
    then_nothing_is_left_of_the_draft(ana)


def test_need_typed_without_a_line_or_a_session_is_not_lost(live: Live, cast: Cast) -> None:
    ana = live(cast.ana, device="phone", scheme="dark")
    ana.open("/needs/new/")

    ana.context.set_offline(True)
    when_she_types_what_gets_in_the_way(ana)
    then_the_bar_says(ana, "Saved on this device")
    then_no_word_of_hers_can_be_read_from_the_device(ana)
    ana.look()

    ana.context.set_offline(False)
    then_the_bar_says(ana, "Saved")
    assert NeedDraft.objects.get(person=cast.ana).fields["problem"] == PROBLEM

    Session.objects.all().delete()
    when_she_tells_the_rest(ana)
    then_the_bar_says(ana, "Saved on this device")
    ana.press("Send it")
    then_she_is_asked_to_sign_in(ana)

    when_she_signs_in(ana, cast)
    then_everything_she_typed_is_there(ana)
    ana.look()
    ana.press("Send it")
    then_her_need_is_told_as_she_told_it(ana, cast)
    then_nothing_is_left_of_the_draft(ana)


def test_need_sent_without_a_name_is_nobodys_for_the_office(live: Live, cast: Cast) -> None:
    ana = live(cast.ana, device="phone")
    ana.open("/needs/new/")
    when_she_types_what_gets_in_the_way(ana)
    when_she_tells_the_rest(ana)
    ana.tick("Send without my name")
    ana.press("Send it")
    ana.sees("It waits for a first answer.")
    need = Need.objects.get(submitted_by=cast.ana)
    assert need.anonymous
    ana.look()

    maya = live(cast.maya)
    then_her_name_is_nowhere(maya, need)
    then_the_log_names_nobody(live(cast.otto))

    when_the_office_asks(maya, need, "On which ward is it worst?")
    then_she_is_asked_and_answers(ana, need, "On 4 West, at night.")
    then_her_name_is_nowhere(maya, need)
    maya.open(need.get_absolute_url())
    maya.sees("On 4 West, at night.")


def test_draft_left_on_a_ward_computer_is_not_there_for_the_next(live: Live, cast: Cast) -> None:
    ward = live(cast.ana)
    ward.open("/needs/new/")
    when_she_types_what_gets_in_the_way(ward)
    then_the_bar_says(ward, "Saved")
    assert left_on_this_device(ward) == []  # the server has it

    ward.context.set_offline(True)
    ward.fill("Who does it affect?", "Me alone")
    then_the_bar_says(ward, "Saved on this device")
    assert left_on_this_device(ward) == [f"pilotlight-draft:{cast.ana.pk}:need"]
    ward.context.set_offline(False)
    then_the_bar_says(ward, "Saved")

    given_words_of_ana_that_no_server_has(ward, cast)
    ward.sign_in(cast.ben)
    ward.open("/")
    ward.settle()
    assert left_on_this_device(ward) == []

    given_words_of_ana_that_no_server_has(ward, cast)
    ward.sign_in(cast.ana)
    ward.open("/accounts/logout/")
    ward.look()
    assert left_on_this_device(ward) != []  # hers, while she is signed in
    ward.press("Sign out")
    expect(ward.page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert left_on_this_device(ward) == []


# ---- given


def given_words_of_ana_that_no_server_has(ward: Visitor, cast: Cast) -> None:
    """As a session that ended while she typed leaves them."""
    ward.page.evaluate(
        """(key) => localStorage.setItem(
            key, JSON.stringify({at: Date.now() / 1000, sealed: ["AAAA", "AAAA"]}))""",
        f"pilotlight-draft:{cast.ana.pk}:need",
    )


def left_on_this_device(ward: Visitor) -> list[str]:
    found: list[str] = ward.page.evaluate("Object.keys(localStorage)")
    return found


def given_a_need_that_ben_recorded(cast: Cast) -> Need:
    return make_need(
        cast.ben,
        title="Vital signs are typed twice",
        problem="The monitor does not talk to the record, so we type vital signs twice.",
    )


# ---- when


def when_she_opens_the_form_from_the_start_page(ana: Visitor) -> None:
    ana.open("/")
    ana.look()
    ana.press("Record a need")
    expect(ana.page).to_have_url(f"{ana.address}/needs/new/")
    ana.look()


def when_she_types_what_gets_in_the_way(ana: Visitor) -> None:
    ana.page.get_by_label("What gets in the way?").press_sequentially(PROBLEM)


def when_she_tells_the_rest(ana: Visitor) -> None:
    ana.fill("Who does it affect?", "Everybody who takes vital signs, about 30 times a day")
    ana.fill("What would good look like?", OUTCOME)
    ana.choose("Where does it happen?", "On a ward")
    ana.tick("Every day")
    ana.page.get_by_text("If you have a minute more").click()
    ana.choose("Is anybody’s safety at stake?", "Near misses")
    ana.fill("People affected each time", "30")
    ana.fill("Minutes lost each time", "4")


def when_she_signs_in(ana: Visitor, cast: Cast) -> None:
    ana.fill("E-mail", cast.ana.email)
    ana.fill("Password", PASSWORD)
    ana.press("Sign in")


def when_the_office_asks(maya: Visitor, need: Need, question: str) -> None:
    maya.open(f"{need.get_absolute_url()}ask/")
    maya.fill("What do you need to know?", question)
    maya.press("Ask")
    maya.sees("Asked. The need waits for the answer.")


# ---- then


def then_bens_need_appears_while_she_types(ana: Visitor, known: Need) -> None:
    ana.sees("Others have said something like this", known.title)
    ana.look()


def then_her_voice_counts_for_it(ana: Visitor, known: Need, cast: Cast) -> None:
    ana.sees("Your voice counts. You will hear what becomes of it.")
    assert known.voices.get().person == cast.ana
    expect(ana.page.get_by_label("What gets in the way?")).to_have_value(PROBLEM)
    ana.look()


def then_the_bar_says(ana: Visitor, words: str) -> None:
    expect(ana.page.locator(".bar-state")).to_have_text(words)


def then_no_word_of_hers_can_be_read_from_the_device(ana: Visitor) -> None:
    kept = ana.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert ":need" in kept
    assert [word for word in PROBLEM.split() if len(word) > 4 and word in kept] == []


def then_she_is_asked_to_sign_in(ana: Visitor) -> None:
    expect(ana.page.get_by_role("heading", name="Sign in")).to_be_visible()
    ana.look()


def then_everything_she_typed_is_there(ana: Visitor) -> None:
    expect(ana.page).to_have_url(f"{ana.address}/needs/new/")
    expect(ana.page.get_by_label("What gets in the way?")).to_have_value(PROBLEM)
    expect(ana.page.get_by_label("What would good look like?")).to_have_value(OUTCOME)
    expect(ana.page.get_by_label("Every day")).to_be_checked()
    expect(ana.page.get_by_label("Minutes lost each time")).to_have_value("4")


def then_her_need_is_told_as_she_told_it(ana: Visitor, cast: Cast) -> None:
    ana.sees("Sent. A person answers by", "Ana Ruiz recorded this for 4 West")
    ana.sees(OUTCOME, "Near misses", "It waits for a first answer.", "14 h/week")
    need = Need.objects.get(submitted_by=cast.ana)
    assert (need.problem, need.minutes_lost, need.unit) == (PROBLEM, 4, cast.four_west)
    ana.look()


def then_nothing_is_left_of_the_draft(ana: Visitor) -> None:
    assert not NeedDraft.objects.exists()
    ana.open("/needs/new/")
    expect(ana.page.get_by_label("What gets in the way?")).to_have_value("")


def then_her_name_is_nowhere(maya: Visitor, need: Need) -> None:
    pages = ("/triage/", need.get_absolute_url(), "/needs/", "/", "/search/?q=vital")
    for path in (*pages, f"/api/v1/needs/{need.pk}/", "/api/v1/needs/"):
        told = maya.open(path).content()
        assert "Ana" not in told, f"{path} tells whose need it is."
        assert "vital" in told
    maya.open(need.get_absolute_url())
    maya.sees("Somebody")
    maya.look()


def then_the_log_names_nobody(otto: Visitor) -> None:
    told = otto.open("/log/").content()
    assert "We type the vital signs twice" in told
    assert "Ana" not in told
    otto.look()


def then_she_is_asked_and_answers(ana: Visitor, need: Need, answer: str) -> None:
    ana.open("/")
    ana.sees("The innovation office has a question about your need.")
    ana.look()
    ana.press("Answer")
    ana.fill("Your answer", answer)
    ana.look()
    ana.press("Send the answer")
    ana.sees("Sent. The office looks at it again.")
    need.refresh_from_db()
    assert need.status == "in_triage"
