"""Maya of the innovation office answers what people recorded, with her hands on the keyboard."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from playwright.sync_api import Locator, expect

from innovation.needs.models import Need
from innovation.notices.models import Notice
from innovation.people.models import RoleGrant
from pilots.lifecycle.models import Pilot
from tests.factories.cast import Cast
from tests.factories.needs import make_accepted_need, make_idea, make_need
from tests.journeys.visitor import Live, Visitor

DISCHARGE = {
    "title": "Discharge letters wait for a signature",
    "problem": "Letters lie unsigned over the weekend, and the practice rings us.",
}
PAGERS = {
    "title": "Pagers interrupt the drug round",
    "problem": "The pager rings four times in a drug round, for things that can wait.",
}


def test_queue_is_answered_with_the_keyboard_and_each_author_is_told(
    live: Live, cast: Cast
) -> None:
    vitals = make_need(cast.ana, title="Vital signs are typed twice", at=timezone.now())
    letters = make_need(cast.ben, **DISCHARGE, at=timezone.now())
    pagers = make_need(cast.ben, **PAGERS, at=timezone.now())
    maya = live(cast.maya)
    maya.open("/triage/")
    maya.sees("3 needs wait for a first answer")
    maya.look()

    when_she_moves_with_j_and_k(maya, vitals, letters)

    # Ask: the first need's author answers, and it comes back.
    dialog = when_she_presses(maya, "q", vitals, "Ask its author")
    when_she_gives_her_reason(maya, dialog, "What do you need to know?", "On which ward?", "Ask")
    then_its_author_is_told(vitals, "A question about “Vital signs are typed twice”")
    when_ana_answers(live(cast.ana, device="phone"), vitals, "4 West, and 3 East since May.")
    maya.open("/triage/")
    maya.sees("1 came back with an answer or was reopened.", "came back")

    # Accept it, decline the second, and merge the third into the first.
    dialog = when_she_presses(maya, "a", vitals, "Accept this need")
    dialog.get_by_role("button", name="Accept it").click()
    then_it_is_not_sent_without_a_reason(maya)
    maya.fill("Why, and what happens next?", "Three wards say the same.")
    maya.press("Accept it")
    then_its_author_is_told(vitals, "“Vital signs are typed twice” was accepted")

    maya.open("/triage/")
    dialog = when_she_presses(maya, "d", letters, "Decline this need")
    why = "The new letter system goes live on Monday and signs them on the phone."
    label = "Why not, in words that its author can live with?"
    when_she_gives_her_reason(maya, dialog, label, why, "Decline it")
    then_its_author_is_told(letters, f"“{letters.title}” was declined", why)

    when_she_merges_with_what_she_looks_for(maya, pagers, vitals)
    then_its_author_is_told(pagers, f"“{pagers.title}” was merged into “{vitals.title}”")

    maya.sees("Nothing waits for an answer")
    maya.look()
    assert status_of(vitals, letters, pagers) == ["accepted", "declined", "merged"]
    vitals.refresh_from_db()
    assert vitals.voice_count == 1  # Ben's


def test_second_of_two_at_once_is_told_who_and_what_and_keeps_the_words(
    live: Live, cast: Cast
) -> None:
    given_priya_answers_needs_too(cast)
    need = make_need(cast.ana, title="Vital signs are typed twice", at=timezone.now())
    maya, priya = live(cast.maya), live(cast.priya, scheme="dark")
    for visitor, verb in ((maya, "accept"), (priya, "decline")):
        visitor.open(f"{need.get_absolute_url()}{verb}/?next=/triage/")
    words = "A pilot on 3 East answers this already; ask them for their monitors' numbers."
    priya.fill("Why not, in words that its author can live with?", words)

    maya.fill("Why, and what happens next?", "Three wards say the same.")
    maya.press("Accept it")
    maya.sees("Accepted. The people who share it have been told.")

    priya.press("Decline it")
    priya.sees("Maya Lindqvist changed this to “Accepted”")
    expect(priya.field("Why not, in words that its author can live with?")).to_have_value(words)
    priya.look()
    assert status_of(need) == ["accepted"]


def test_accepted_need_and_an_idea_become_a_pilot(live: Live, cast: Cast) -> None:
    need = make_accepted_need(cast.ana, office=cast.maya, title="Vital signs are typed twice")
    idea = make_idea(cast.priya, need)
    maya = live(cast.maya)
    maya.open(need.get_absolute_url())
    maya.sees(idea.title)
    maya.look()

    maya.press("Open a pilot")
    expect(maya.page.get_by_label(need.title)).to_be_checked()
    maya.fill("Name", "Monitors that write to the record")
    maya.fill("In one or two sentences", "The bedside monitor sends its numbers to the record.")
    maya.choose("The idea behind it", idea.title)
    maya.choose("Unit", "St Brigid General")
    maya.choose("Who leads it", "Jonas Park")
    maya.choose("Executive sponsor", "Dr Amara Osei")
    maya.look()
    maya.press("Open the pilot")

    maya.sees("The pilot is open. Its charter comes next.", "Grew from")
    maya.look()
    pilot = Pilot.objects.get()
    assert (pilot.lead, pilot.idea, list(pilot.needs.all())) == (cast.jonas, idea, [need])
    assert status_of(need, idea) == ["in_pilot", "in_pilot"]
    then_its_author_is_told(need, f"A pilot sets out to meet “{need.title}”")
    then_the_page_of_the_need_leads_to_the_pilot(live(cast.ana, device="phone"), need, pilot)


# ---- given


def given_priya_answers_needs_too(cast: Cast) -> None:
    RoleGrant.objects.create(
        person=cast.priya, unit=cast.brigid, role="innovation_office", granted_at=timezone.now()
    )


# ---- when


def when_she_moves_with_j_and_k(maya: Visitor, first: Need, second: Need) -> None:
    keyboard = maya.page.keyboard
    keyboard.press("j")
    expect(row_here(maya)).to_contain_text(first.title)
    keyboard.press("j")
    expect(row_here(maya)).to_contain_text(second.title)
    keyboard.press("k")
    expect(row_here(maya)).to_contain_text(first.title)
    maya.look()


def when_she_presses(maya: Visitor, key: str, need: Need, title: str) -> Locator:
    """A letter on the need's row opens the form of that answer."""
    maya.page.get_by_role("link", name=need.title, exact=True).focus()
    maya.page.keyboard.press(key)
    dialog = maya.page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name=title)).to_be_visible()
    expect(dialog.get_by_text(need.title)).to_be_visible()
    maya.look()
    return dialog


def when_she_gives_her_reason(
    maya: Visitor, dialog: Locator, label: str, reason: str, button: str
) -> None:
    dialog.get_by_label(label).fill(reason)
    dialog.get_by_role("button", name=button, exact=True).click()
    expect(maya.page.get_by_role("dialog")).to_have_count(0)
    expect(maya.page).to_have_url(f"{maya.address}/triage/")


def when_ana_answers(ana: Visitor, need: Need, answer: str) -> None:
    ana.open("/inbox/")
    ana.press(f"A question about “{need.title}”")
    ana.sees("A question for you", "On which ward?")
    ana.look()
    ana.fill("Your answer", answer)
    ana.press("Send the answer")
    ana.sees("Sent. The office looks at it again.")


def when_she_merges_with_what_she_looks_for(maya: Visitor, need: Need, into: Need) -> None:
    dialog = when_she_presses(maya, "m", need, "Merge into another need")
    dialog.get_by_label("Look for another one").fill("vital signs")
    dialog.get_by_role("button", name="Look").click()
    dialog.get_by_label(into.title).check()
    maya.look()
    label = "Why are they the same?"
    when_she_gives_her_reason(maya, dialog, label, "Both are interruptions.", "Merge them")


# ---- then


def row_here(maya: Visitor) -> Locator:
    return maya.page.locator("tr.is-here")


def then_it_is_not_sent_without_a_reason(maya: Visitor) -> None:
    expect(maya.page.get_by_role("alert")).to_be_visible()
    maya.look()


def then_its_author_is_told(need: Need, title: str, text: str = "") -> None:
    told = Notice.objects.filter(person=need.submitted_by).values_list("title", "text")
    assert any(news == title and text in why for news, why in told), list(told)


def then_the_page_of_the_need_leads_to_the_pilot(ana: Visitor, need: Need, pilot: Pilot) -> None:
    ana.open(need.get_absolute_url())
    ana.sees("A pilot is at work on it.")
    ana.look()
    ana.press(pilot.title)
    expect(ana.page.get_by_role("heading", name=pilot.title)).to_be_visible()
    ana.look()


def status_of(*things: Any) -> list[str]:
    for thing in things:
        thing.refresh_from_db()
    return [thing.status for thing in things]
