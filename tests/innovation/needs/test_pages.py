"""The pages of needs: what they say, what they keep, what they never show."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from innovation.needs import actions as needs
from innovation.needs.models import Need, NeedDraft
from innovation.needs.states import NeedStatus
from innovation.people.models import RoleGrant, User
from tests.factories.cast import NOW, Cast
from tests.factories.needs import VITALS, make_accepted_need, make_need
from tests.markup import plain

TYPED = {
    "problem": "The linen cupboard is empty at night. We wait for the porter.",
    "population": "Everybody on the night shift",
    "outcome": "Linen is there",
    "setting": "ward",
    "frequency": "daily",
}


@pytest.fixture
def as_(client: Client) -> Callable[[User], Client]:
    def sign_in(user: User) -> Client:
        client.force_login(user)
        return client

    return sign_in


def address(name: str, need: Need | None = None) -> str:
    return reverse(f"innovation:{name}", kwargs={"pk": need.pk} if need else None)


As = Callable[[User], Client]


def test_create_with_the_few_answers_that_are_asked_records_for_the_own_unit(
    cast: Cast, as_: As
) -> None:
    answer = as_(cast.ana).post(
        address("need-create"), {**TYPED, "unit": cast.four_west.pk, "similar_seen": "1"}
    )
    need = Need.objects.get()
    assert answer.headers["Location"] == f"{need.get_absolute_url()}?sent"
    assert (need.title, need.unit, need.submitted_by) == (
        "The linen cupboard is empty at night", cast.four_west, cast.ana,
    )  # fmt: skip
    page = plain(as_(cast.ana).get(answer.headers["Location"]).content.decode())
    assert f'<meta name="draft-done" content="{cast.ana.pk}:need">' in page
    assert "Sent. A person answers by" in page


def test_create_form_offers_own_unit_and_only_units_within_reach(cast: Cast, as_: As) -> None:
    page = plain(as_(cast.ana).get(address("need-create")).content.decode())
    assert f'<option value="{cast.four_west.pk}" selected>' in page
    assert "Harbor" not in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"problem": ""},
        {"frequency": "always"},
        {"setting": ""},
        {"minutes_lost": "-3"},
        {"minutes_lost": "99999999999999999999"},
        {"people_affected": "many"},
        {"unit": "999999"},
        {"unit": "x"},
        {"title": "x" * 161},
        {"problem": "x" * 4001},
        {"outcome": "a\x00b"},
    ],
)
def test_create_with_something_missing_or_wrong_keeps_what_was_typed(
    cast: Cast, as_: As, wrong: dict[str, str]
) -> None:
    given = {**TYPED, "unit": cast.four_west.pk, "workaround": "We borrow from 5 West.", **wrong}
    answer = as_(cast.ana).post(address("need-create"), given)
    page = plain(answer.content.decode())
    assert answer.status_code == 400
    assert "what you typed is still here" in page
    assert "We borrow from 5 West." in page
    assert "Everybody on the night shift" in page
    assert not Need.objects.exists()


def test_create_for_a_unit_out_of_reach_is_refused_by_the_form(cast: Cast, as_: As) -> None:
    answer = as_(cast.ana).post(address("need-create"), {**TYPED, "unit": cast.harbor.pk})
    assert answer.status_code == 400
    assert not Need.objects.exists()


def test_create_without_script_shows_similar_needs_once_then_sends(cast: Cast, as_: As) -> None:
    make_need(cast.ben)
    given = {**TYPED, "problem": VITALS["problem"], "unit": cast.four_west.pk}
    page = plain(as_(cast.ana).post(address("need-create"), given).content.decode())
    assert "do you mean one of these?" in page
    assert "Send it anyway" in page
    assert 'name="similar_seen" value="1"' in page
    assert "Everybody on the night shift" in page
    assert Need.objects.count() == 1
    as_(cast.ana).post(address("need-create"), {**given, "similar_seen": "1"})
    assert Need.objects.count() == 2


def test_create_affects_me_button_adds_the_voice_and_keeps_the_draft(cast: Cast, as_: As) -> None:
    need = make_need(cast.ben)
    given = {**TYPED, "problem": VITALS["problem"], "affects_me": str(need.pk)}
    page = plain(as_(cast.ana).post(address("need-create"), given).content.decode())
    need.refresh_from_db()
    assert need.voice_count == 1
    assert "What you typed is still here" in page
    assert "Everybody on the night shift" in page
    assert Need.objects.count() == 1
    for nonsense in ("", "x", "-1", "9" * 30, "0"):
        answer = as_(cast.ana).post(address("need-create"), {**given, "affects_me": nonsense})
        assert answer.status_code == 404


def test_create_naming_a_patient_warns_and_sends_only_when_denied(cast: Cast, as_: As) -> None:
    given = {
        **TYPED, "problem": "Patient John Smith, NHS 943 476 5919, waited.",
        "unit": cast.four_west.pk, "similar_seen": "1",
    }  # fmt: skip
    answer = as_(cast.ana).post(address("need-create"), given)
    page = plain(answer.content.decode())
    assert answer.status_code == 400
    assert "This may tell who a patient is" in page
    assert "an NHS number (“943 476 5919”)" in page
    assert "no patient is named" in page
    assert not Need.objects.exists()
    as_(cast.ana).post(address("need-create"), {**given, "names_nobody": "on"})
    assert Need.objects.count() == 1


def test_similar_fragment_lists_needs_and_warns(cast: Cast, as_: As) -> None:
    need = make_need(cast.ben)
    words = {"problem": f"{VITALS['problem']} Patient Mary Jones fell."}
    page = plain(as_(cast.ana).post(address("need-similar"), words).content.decode())
    assert need.title in page
    assert address("need-voice", need) in page
    assert "a name (“Mary Jones”)" in page
    assert "<html" not in page


def test_typing_what_was_declined_before_shows_the_reason_and_no_name(cast: Cast, as_: As) -> None:
    """To who may read the need; without script, the form shows it once before it goes out."""
    need = make_need(cast.ben, anonymous=True)
    needs.decline(need, by=cast.maya, at=NOW, reason="The new monitors write by themselves.")
    said = plain(
        as_(cast.ana).post(address("need-similar"), {"problem": need.problem}).content.decode()
    )
    assert "Said before, and answered with a no" in said
    assert "The new monitors write by themselves." in said
    assert cast.ben.name not in said
    assert address("need-voice", need) not in said
    for outside in (cast.hugo, cast.victor):
        answer = as_(outside).post(address("need-similar"), {"problem": need.problem})
        assert "by themselves" not in answer.content.decode()
    given = {**TYPED, "problem": need.problem, "unit": cast.four_west.pk}
    page = plain(as_(cast.ana).post(address("need-create"), given).content.decode())
    assert "The new monitors write by themselves." in page
    assert "Send it anyway" in page
    as_(cast.ana).post(address("need-create"), {**given, "similar_seen": "1"})
    assert Need.objects.count() == 2


def test_voice_by_htmx_answers_with_a_fragment(cast: Cast, as_: As) -> None:
    need = make_need(cast.ben)
    page = as_(cast.ana).post(address("need-voice", need), headers={"HX-Request": "true"})
    assert "Your voice counts" in page.content.decode()
    assert "<html" not in page.content.decode()
    own = as_(cast.ben).post(address("need-voice", need), headers={"HX-Request": "true"})
    assert "counted already" in own.content.decode()


def seals_on(page: str) -> list[str]:
    [found] = re.findall(r'<meta name="draft-seal" content="([^"]+)">', page)
    return str(found).split()


def test_keys_that_seal_a_draft_are_handed_to_its_person_alone(
    cast: Cast, as_: As, settings: Settings
) -> None:
    [of_ana] = seals_on(as_(cast.ana).get(address("need-create")).content.decode())
    [of_ben] = seals_on(as_(cast.ben).get(address("need-create")).content.decode())
    assert of_ana != of_ben
    assert len(base64.b64decode(of_ana)) == 32
    assert "draft-seal" not in as_(cast.ana).get(address("need-list")).content.decode()
    settings.FORMER_CREDENTIAL_KEY, settings.CREDENTIAL_KEY = settings.CREDENTIAL_KEY, "the next"
    newest, before = seals_on(as_(cast.ana).get(address("need-create")).content.decode())
    assert before == of_ana != newest


def test_draft_is_kept_restored_and_discarded(cast: Cast, as_: As) -> None:
    ana = as_(cast.ana)
    assert ana.post(address("need-draft"), {"problem": "Half a sen", "x": "y"}).status_code == 204
    page = plain(ana.get(address("need-create")).content.decode())
    assert "Half a sen" in page
    assert "not sent yet" in page
    draft = NeedDraft.objects.get()
    assert f'data-draft-at="{draft.saved_at.timestamp():.0f}"' in page
    assert f'data-draft-owner="{cast.ana.pk}"' in page
    assert "Half a sen" not in as_(cast.ben).get(address("need-create")).content.decode()
    ana = as_(cast.ana)
    page = plain(ana.post(address("need-draft"), {"discard": "1"}, follow=True).content.decode())
    assert "Half a sen" not in page
    assert f'<meta name="draft-done" content="{cast.ana.pk}:need">' in page


def test_draft_after_the_session_ended_is_there_after_signing_in(cast: Cast, as_: As) -> None:
    ana = as_(cast.ana)
    ana.post(address("need-draft"), TYPED)
    ana.logout()
    answer = ana.post(address("need-create"), TYPED)
    assert answer.status_code == 302
    assert (
        settings.LOGIN_URL in answer.headers["Location"]
        or "next=/needs/new/" in (answer.headers["Location"])
    )
    page = plain(as_(cast.ana).get(address("need-create")).content.decode())
    assert TYPED["population"] in page


def test_edit_shows_the_words_and_saves_the_change(cast: Cast, as_: As) -> None:
    need = make_need(cast.ana)
    page = plain(as_(cast.ana).get(address("need-edit", need)).content.decode())
    assert VITALS["population"] in page
    answer = as_(cast.ana).post(
        address("need-edit", need),
        {**TYPED, "title": need.title, "unit": cast.four_west.pk},
    )
    assert answer.status_code == 302
    need.refresh_from_db()
    assert need.population == TYPED["population"]


def test_detail_says_who_shares_it_and_what_happened(cast: Cast, as_: As) -> None:
    need = make_need(cast.ana)
    needs.add_voice(need, by=cast.ben, at=NOW, note="Every single night.")
    needs.accept(need, by=cast.maya, at=NOW, reason="Three wards say the same.")
    page = plain(as_(cast.ben).get(need.get_absolute_url()).content.decode())
    assert "Ana Ruiz recorded this for 4 West" in page
    assert "1 colleague shares it" in page
    assert "Every single night." in page
    assert "Three wards say the same." in page
    assert "14 h/week" in page
    assert "Your voice counts for it" in page


def test_answer_box_is_for_the_author_and_keeps_what_was_typed(cast: Cast, as_: As) -> None:
    need = make_need(cast.ana)
    needs.ask(need, by=cast.maya, at=NOW, reason="How many pumps are there?")
    assert "Send the answer" not in as_(cast.ben).get(need.get_absolute_url()).content.decode()
    page = plain(as_(cast.ana).get(need.get_absolute_url()).content.decode())
    assert "How many pumps are there?" in page
    assert "Send the answer" in page
    refused = as_(cast.ana).post(
        address("need-answer", need), {"reason": "Patient John Smith had four."}
    )
    assert refused.status_code == 400
    assert "Patient John Smith had four." in refused.content.decode()
    as_(cast.ana).post(address("need-answer", need), {"reason": "Fourteen."})
    need.refresh_from_db()
    assert need.status == NeedStatus.IN_TRIAGE


def test_what_was_typed_is_kept_when_the_office_was_faster(cast: Cast, as_: As) -> None:
    need = make_need(cast.ana)
    needs.ask(need, by=cast.maya, at=NOW, reason="How many pumps are there?")
    needs.decline(need, by=cast.maya, at=NOW, reason="The pumps are replaced in May.")
    ana = as_(cast.ana)
    answer = ana.post(address("need-answer", need), {"reason": "Fourteen, on two floors."})
    page = plain(answer.content.decode())
    assert answer.status_code == 409
    assert "Maya Lindqvist changed this to “Declined”" in page
    assert "Fourteen, on two floors." in page
    words = {**TYPED, "title": "Linen", "unit": cast.four_west.pk}
    answer = ana.post(address("need-edit", need), words)
    assert answer.status_code == 409
    assert TYPED["population"] in answer.content.decode()
    assert ana.get(address("need-edit", need)).status_code == 409
    answer = as_(cast.ben).post(address("need-voice", need), {"note": "On my ward, too."})
    assert answer.status_code == 409
    assert "On my ward, too." in answer.content.decode()


@pytest.mark.parametrize("verb", ["accept", "ask", "decline"])
def test_decide_with_a_reason_goes_back_to_the_queue(cast: Cast, as_: As, verb: str) -> None:
    need = make_need(cast.ana)
    where = f"{address('triage')}?sort=-voices"
    answer = as_(cast.maya).post(
        address(f"need-{verb}", need), {"reason": "Because.", "next": where}
    )
    assert answer.headers["Location"] == where
    away = as_(cast.maya).post(
        address("need-reopen", make_declined(cast)),
        {"reason": "Because.", "next": "//evil.example/"},
    )
    assert away.headers["Location"].startswith("/needs/")


def make_declined(cast: Cast) -> Need:
    need = make_need(cast.ana)
    return needs.decline(need, by=cast.maya, at=NOW, reason="Solved.")


def test_decide_second_keeps_the_reason_and_names_who_was_first(cast: Cast, as_: As) -> None:
    need = make_need(cast.ana)
    form = as_(cast.maya).get(address("need-decline", need))
    assert form.status_code == 200
    omar = User.objects.create_user("omar@lakeshore.example", "Omar Haddad", unit=cast.lakeshore)
    omar.grants.create(unit=cast.lakeshore, role="innovation_office", granted_at=NOW)
    needs.accept(need, by=omar, at=NOW, reason="Three wards say the same.")
    answer = as_(cast.maya).post(
        address("need-decline", need), {"reason": "A long and careful reason."}
    )
    page = plain(answer.content.decode())
    assert answer.status_code == 409
    assert "Omar Haddad changed this to “Accepted”" in page
    assert "A long and careful reason." in page
    assert "should you want to copy it" in page
    assert "Decline it" not in page


def test_decide_form_in_a_dialog_is_a_fragment(cast: Cast, as_: As) -> None:
    need = make_need(cast.ana)
    page = as_(cast.maya).get(address("need-accept", need), headers={"HX-Request": "true"})
    assert "<html" not in page.content.decode()
    assert 'name="reason"' in page.content.decode()


def test_merge_offers_what_resembles_and_what_was_looked_for(cast: Cast, as_: As) -> None:
    need, alike = make_need(cast.ana), make_need(cast.ben, title="Vital signs typed twice")
    other = make_need(cast.jonas, title="Linen", problem="No linen", population="Us", outcome="x")
    page = plain(as_(cast.maya).get(address("need-merge", need)).content.decode())
    assert f'value="{alike.pk}"' in page
    assert f'value="{other.pk}"' not in page
    page = as_(cast.maya).post(
        address("need-merge", need),
        {"q": "linen", "search": "1", "into": alike.pk, "reason": "The same typing."},
    ).content.decode()  # fmt: skip
    assert f'value="{other.pk}"' in page
    assert re.search(rf'value="{alike.pk}"\s+checked', page)
    assert "The same typing." in page
    answer = as_(cast.maya).post(
        address("need-merge", need), {"q": "linen", "into": other.pk, "reason": "The same."}
    )
    assert answer.status_code == 302
    need.refresh_from_db()
    assert need.merged_into == other


def test_merged_need_links_to_the_other_only_for_whoever_may_read_it(cast: Cast, as_: As) -> None:
    theirs, ours = make_need(cast.hugo), make_need(cast.ana, title="Vitals are typed twice")
    needs.merge(theirs, into=ours, by=cast.maya, at=NOW, reason="They say the same.")
    link = f'<a href="{ours.get_absolute_url()}">Vitals are typed twice</a> </p>'
    assert link in plain(as_(cast.maya).get(theirs.get_absolute_url()).content.decode())
    page = plain(as_(cast.hugo).get(theirs.get_absolute_url()).content.decode())
    assert "<q>Vitals are typed twice</q>" in page  # a notice told its author the same
    assert link not in page


def test_merged_need_does_not_name_the_other_to_who_may_not_read_it(cast: Cast, as_: As) -> None:
    theirs = make_need(cast.hugo)
    ours = make_need(cast.ana, title="Vitals are typed twice")
    needs.merge(theirs, into=ours, by=cast.maya, at=NOW, reason="They say the same.")
    clerk = User.objects.create_user("cleo@lakeshore.example", "Cleo", unit=cast.harbor)
    RoleGrant.objects.create(person=clerk, unit=cast.harbor, role="staff", granted_at=NOW)
    page = as_(clerk).get(theirs.get_absolute_url()).content.decode()
    assert "It was merged into another need" in page
    assert "merged" in page and "something that is not open to you" in page
    assert "Vitals are typed twice" not in page
    assert ours.get_absolute_url() not in page


@pytest.mark.parametrize("into", ["", "x", "0", "-1", "9" * 40, "1 OR 1=1"])
def test_merge_into_nonsense_comes_back_with_the_reason(cast: Cast, as_: As, into: str) -> None:
    need = make_need(cast.ana)
    answer = as_(cast.maya).post(
        address("need-merge", need), {"into": into, "reason": "The same typing."}
    )
    assert answer.status_code == 400
    assert "The same typing." in answer.content.decode()


def test_triage_counts_what_waits_and_what_is_late(cast: Cast, as_: As) -> None:
    at = timezone.now()
    make_need(cast.ana, at=at - timedelta(days=14), title="Old one")
    make_need(cast.ana, at=at - timedelta(hours=1), title="New one")
    back = make_need(cast.ana, at=at - timedelta(days=14), title="Came back")
    needs.ask(back, by=cast.maya, at=at - timedelta(days=9), reason="Where?")
    needs.answer(back, by=cast.ana, at=at - timedelta(hours=1), reason="Here.")
    page = plain(as_(cast.maya).get(address("triage")).content.decode())
    assert "2 needs wait for a first answer; 1 is past the five days we promise." in page
    assert "1 came back with an answer or was reopened." in page
    assert page.count("badge-concern") == 1
    assert page.index("Old one") < page.index("New one")
    assert "Nothing waits for an answer" in as_(cast.hugo).get(address("triage")).content.decode()


def test_list_is_filtered_searched_and_ordered(cast: Cast, as_: As) -> None:
    linen = make_need(
        cast.ben,
        title="Linen is missing",
        problem="No linen",
        population="x",
        outcome="x",
        setting="theatre",
        unit=cast.medicine,
        minutes_lost=None,
    )
    vitals = make_need(cast.ana, title="Vitals are typed twice")
    needs.add_voice(linen, by=cast.ana, at=NOW)

    def titles(query: str) -> list[str]:
        page = plain(as_(cast.ana).get(f"{address('need-list')}?{query}").content.decode())
        return re.findall(r'class="cell-title" href="[^"]*">([^<]*)<', page)

    both = [vitals.title, linen.title]
    assert titles("") == both
    assert titles("sort=voices") == both[::-1]
    assert titles("sort=burden") == both
    assert titles("q=linen") == [linen.title]
    assert titles("q=inen+is+miss") == [linen.title]
    assert titles("setting=theatre") == [linen.title]
    assert titles(f"unit={cast.medicine.pk}") == both  # 4 West stands below it
    assert titles(f"unit={cast.four_west.pk}") == [vitals.title]
    assert titles("whose=mine") == [vitals.title]
    assert titles("whose=voice") == [linen.title]
    assert titles("status=accepted") == []
    for nonsense in (
        "unit=x",
        "unit=999999999999999999999",
        "sort=;drop",
        "after=x",
        "q=%27%20OR%201=1--",
        "q=" + "x" * 5000,
        "q=%F0%9F%A9%BA",
    ):
        assert as_(cast.ana).get(f"{address('need-list')}?{nonsense}").status_code == 200


def test_create_by_a_person_with_a_key_above_999_writes_it_plainly(cast: Cast, as_: As) -> None:
    nora = User(pk=12345, email="nora@lakeshore.example", name="Nora Lind", unit=cast.four_west)
    nora.set_unusable_password()
    nora.save()
    nora.grants.create(unit=cast.brigid, role="staff", granted_at=NOW)
    page = plain(as_(nora).get(f"{address('need-create')}?fresh").content.decode())
    assert 'content="12345:need"' in page
    assert 'data-draft-owner="12345"' in page


@pytest.mark.parametrize("name", ["need-list", "triage"])
def test_list_costs_the_same_queries_whatever_its_length(cast: Cast, as_: As, name: str) -> None:
    def some(n: int) -> None:
        for _ in range(n):
            needs.add_voice(make_need(cast.ana), by=cast.ben, at=NOW)

    client = as_(cast.maya)
    some(2)
    client.get(address(name))
    with CaptureQueriesContext(connection) as few:
        client.get(address(name))
    some(12)
    with CaptureQueriesContext(connection) as many:
        client.get(address(name))
    assert len(many) <= len(few) + 1  # the queue's length is counted once it is long
    own = [q["sql"] for q in many if "innovation_need" in q["sql"] or "innovation_unit" in q["sql"]]
    assert len(own) <= 8, own
    assert not any("count(*)" in sql.lower() and "limit" not in sql.lower() for sql in own)


def test_detail_costs_few_queries(cast: Cast, as_: As) -> None:
    need = make_accepted_need(cast.ana, office=cast.maya)
    for person in (cast.ben, cast.jonas, cast.priya):
        needs.add_voice(need, by=person, at=NOW, note="Here, too.")
    client = as_(cast.ben)
    client.get(need.get_absolute_url())
    with CaptureQueriesContext(connection) as asked:
        client.get(need.get_absolute_url())
    own = [q["sql"] for q in asked if re.search(r"_need|_voice|_idea|statechange", q["sql"])]
    # One of them for what was learned where it was tried.
    assert len(own) <= 7, "\n".join(own)


@pytest.mark.parametrize("who", ["hugo", "victor"])
def test_pages_of_another_hospital_or_an_outsider_show_nothing(
    cast: Cast, as_: As, who: str
) -> None:
    need = make_need(cast.ana)
    person = getattr(cast, who)
    for name in ("need-detail", "need-edit", "need-accept", "need-merge"):
        assert as_(person).get(address(name, need)).status_code in (403, 404)
    page = plain(as_(person).get(address("need-list")).content.decode())
    assert need.title not in page
    assert need.title not in as_(person).post(
        address("need-similar"), {"problem": VITALS["problem"]}
    ).content.decode()  # fmt: skip
