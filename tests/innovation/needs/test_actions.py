"""The verbs of a need: who may, what it leaves behind, who is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from innovation.audit.models import Event
from innovation.needs import actions as needs
from innovation.needs.models import Need, NeedDraft, Voice
from innovation.needs.states import NEED, NeedStatus
from innovation.notices.models import Notice
from innovation.people.models import RoleGrant, User
from innovation.rules.refusal import Conflict, NotAllowed, Refused
from innovation.workflow.models import StateChange
from tests.factories.cast import NOW, Cast
from tests.factories.needs import VITALS, make_accepted_need, make_need

LATER = NOW + timedelta(days=1)


def notices_of(person: User) -> list[tuple[str, str]]:
    return list(Notice.objects.filter(person=person).order_by("id").values_list("title", "text"))


def test_submit_without_a_title_takes_the_first_sentence(cast: Cast) -> None:
    need = make_need(cast.ana)
    assert need.title == (
        "We type vital signs twice because the monitor does not talk to the record"
    )
    assert need.status == NeedStatus.SUBMITTED
    assert Need.objects.get().burden_minutes == 4 * 30 * 7
    event = Event.objects.get()
    assert (event.type, event.actor, event.subjects) == (
        "need.submitted", cast.ana.ref, [f"need:{need.pk}"],
    )  # fmt: skip


def test_submit_discards_the_draft_of_its_author_only(cast: Cast) -> None:
    for person in (cast.ana, cast.ben):
        needs.save_draft(by=person, at=NOW, fields={"problem": "half a sentence"})
    make_need(cast.ana)
    assert list(NeedDraft.objects.values_list("person", flat=True)) == [cast.ben.pk]


def test_submit_for_a_unit_out_of_reach_is_refused(cast: Cast) -> None:
    with pytest.raises(NotAllowed, match="units that your roles reach"):
        make_need(cast.ana, unit=cast.harbor)
    with pytest.raises(NotAllowed):
        make_need(cast.victor, unit=cast.four_west)
    assert not Need.objects.exists()


@pytest.mark.parametrize("verb", [needs.accept, needs.ask, needs.decline])
def test_answer_of_the_office_reaches_author_and_voices_with_its_reason(
    cast: Cast, verb: Callable[..., Need]
) -> None:
    need = make_need(cast.ana)
    needs.add_voice(need, by=cast.ben, at=NOW)
    verb(need, by=cast.maya, at=LATER, reason="Because three wards say the same.")
    assert need.first_answered_at == LATER
    for person in (cast.ana, cast.ben):
        ((title, text),) = notices_of(person)
        assert need.title in title
        assert text == "Because three wards say the same."
    assert notices_of(cast.maya) == []
    change = StateChange.objects.get()
    assert (change.by, change.reason) == (cast.maya, "Because three wards say the same.")


@pytest.mark.parametrize("who", ["ana", "jonas", "amara", "ada", "otto", "hugo", "victor"])
def test_accept_by_anybody_but_the_office_of_the_unit_is_refused(cast: Cast, who: str) -> None:
    need = make_need(cast.ana)
    with pytest.raises(NotAllowed, match="innovation office of their unit"):
        needs.accept(need, by=getattr(cast, who), at=LATER, reason="Yes.")
    assert Need.objects.get().status == NeedStatus.SUBMITTED
    assert not Notice.objects.exists()


def test_accept_without_a_reason_is_refused(cast: Cast) -> None:
    need = make_need(cast.ana)
    with pytest.raises(Refused, match="Say why"):
        needs.accept(need, by=cast.maya, at=LATER, reason="  ")
    assert not StateChange.objects.exists()


def test_decline_after_somebody_accepted_names_them_and_changes_nothing(cast: Cast) -> None:
    need = make_need(cast.ana)
    seen_by_the_other = Need.objects.get()
    needs.accept(need, by=cast.maya, at=LATER, reason="Three wards say the same.")
    other = User.objects.create_user("omar@lakeshore.example", "Omar Haddad", unit=cast.lakeshore)
    other.grants.create(unit=cast.lakeshore, role="innovation_office", granted_at=NOW)
    needs_before = list(Event.objects.values_list("number", flat=True))
    needs_told = Notice.objects.count()
    # What the second person holds in hand is older than the truth.
    assert seen_by_the_other.status == NeedStatus.SUBMITTED
    with pytest.raises(Conflict, match="Maya Lindqvist changed this to “Accepted”"):
        needs.merge(seen_by_the_other, into=make_need(cast.ben), by=other, at=LATER, reason="Same.")
    with pytest.raises(Conflict, match="Maya Lindqvist changed this to “Accepted”"):
        needs.ask(seen_by_the_other, by=other, at=LATER, reason="How often?")
    assert list(Event.objects.values_list("number", flat=True))[1:] == needs_before
    assert Notice.objects.count() == needs_told


def test_answer_goes_back_to_whoever_asked(cast: Cast) -> None:
    need = make_need(cast.ana)
    needs.ask(need, by=cast.maya, at=NOW, reason="On which ward?")
    with pytest.raises(NotAllowed, match="the person who recorded"):
        needs.answer(need, by=cast.ben, at=LATER, reason="On mine.")
    needs.answer(need, by=cast.ana, at=LATER, reason="On 4 West.")
    assert need.status == NeedStatus.IN_TRIAGE
    ((title, text),) = notices_of(cast.maya)
    assert (title, text) == (f"Your question about “{need.title}” was answered", "On 4 West.")


def test_edit_while_nobody_took_it_up_changes_words_and_says_which(cast: Cast) -> None:
    need = make_need(cast.ana)
    needs.edit(
        need, by=cast.ana, at=LATER, unit=cast.medicine,
        **{**VITALS, "problem": "Vital signs are typed three times.", "title": ""},
    )  # fmt: skip
    need.refresh_from_db()
    assert (need.title, need.unit) == ("Vital signs are typed three times", cast.medicine)
    event = Event.objects.get(type="need.edited")
    assert event.details["what"] == ["in a few words", "what gets in the way", "unit"]


def test_edit_by_another_or_after_it_was_taken_up_is_refused(cast: Cast) -> None:
    need = make_need(cast.ana)
    with pytest.raises(NotAllowed):
        needs.edit(need, by=cast.maya, at=LATER, unit=cast.medicine, **VITALS)
    needs.take_up(need, by=cast.maya, at=NOW)
    with pytest.raises(Conflict, match="taken up"):
        needs.edit(need, by=cast.ana, at=LATER, unit=cast.medicine, **VITALS)
    assert Need.objects.get().unit == cast.four_west


def test_edit_to_a_unit_out_of_reach_is_refused(cast: Cast) -> None:
    need = make_need(cast.ana)
    with pytest.raises(NotAllowed):
        needs.edit(need, by=cast.ana, at=LATER, unit=cast.harbor, **VITALS)


def test_add_voice_twice_counts_once(cast: Cast) -> None:
    need = make_need(cast.ana)
    for _ in range(2):
        needs.add_voice(need, by=cast.ben, at=NOW, note="Every night shift.")
    assert need.voice_count == Voice.objects.count() == 1
    assert Event.objects.filter(type="need.voice_added").count() == 1
    needs.withdraw_voice(need, by=cast.ben, at=LATER)
    assert Need.objects.get().voice_count == 0
    needs.withdraw_voice(need, by=cast.ben, at=LATER)
    assert Event.objects.filter(type="need.voice_withdrawn").count() == 1


def test_add_voice_again_with_a_note_adds_how_it_is(cast: Cast) -> None:
    need = make_need(cast.ana)
    needs.add_voice(need, by=cast.ben, at=NOW)
    needs.add_voice(need, by=cast.ben, at=LATER, note="Every night shift.")
    needs.add_voice(need, by=cast.ben, at=LATER, note="Every night shift.")
    assert Voice.objects.get().note == "Every night shift."
    assert need.voice_count == 1
    assert Event.objects.filter(type="need.voice_noted").count() == 1


def test_add_voice_by_the_author_a_reader_or_an_outsider_is_refused(cast: Cast) -> None:
    need = make_need(cast.ana)
    with pytest.raises(Refused, match="counted already"):
        needs.add_voice(need, by=cast.ana, at=NOW)
    for person in (cast.ada, cast.otto, cast.victor, cast.hugo):
        with pytest.raises(NotAllowed):
            needs.add_voice(need, by=person, at=NOW)
    assert need.voice_count == 0


def test_add_voice_by_a_reader_who_is_staff_elsewhere_is_refused(cast: Cast) -> None:
    """Otto audits the system and works a day a week at Harbor: he reads here, and speaks there."""
    RoleGrant.objects.create(person=cast.otto, unit=cast.harbor, role="staff", granted_at=NOW)
    with pytest.raises(NotAllowed, match="roles here"):
        needs.add_voice(make_need(cast.ana), by=cast.otto, at=NOW)
    there = make_need(cast.hugo, unit=cast.harbor)
    needs.add_voice(there, by=cast.otto, at=NOW)
    assert there.voice_count == 1


def test_add_voice_to_a_declined_need_is_refused(cast: Cast) -> None:
    need = make_need(cast.ana)
    needs.decline(need, by=cast.maya, at=NOW, reason="Solved by the new monitors.")
    with pytest.raises(Conflict, match="no more voices"):
        needs.add_voice(need, by=cast.ben, at=NOW)


def test_merge_moves_every_voice_once_and_tells_both_sides(cast: Cast) -> None:
    need, into = make_need(cast.ana), make_need(cast.ben, title="Double entry of blood pressure")
    needs.add_voice(need, by=cast.jonas, at=NOW)
    needs.add_voice(need, by=cast.priya, at=NOW)
    needs.add_voice(need, by=cast.ben, at=NOW)  # the author of the other one
    needs.add_voice(into, by=cast.priya, at=NOW)
    needs.add_voice(into, by=cast.helen, at=NOW)
    needs.merge(need, into=into, by=cast.maya, at=LATER, reason="The same screen.")
    into.refresh_from_db()
    assert set(into.voices.values_list("person__name", flat=True)) == {
        "Jonas Park", "Priya Raman", "Helen Sato", "Ana Ruiz",
    }  # fmt: skip
    assert into.voice_count == 4
    need = Need.objects.get(pk=need.pk)
    assert (need.status, need.merged_into, need.voice_count) == (NeedStatus.MERGED, into, 0)
    for person, word in (
        (cast.ana, "was merged into “Double entry"),
        (cast.jonas, "which you share, was merged into"),
        (cast.priya, "which you share, was merged into"),
        (cast.ben, "which you share, was merged into"),
        (cast.helen, "merged into “Double entry of blood pressure”, which you share"),
    ):
        ((title, text),) = notices_of(person)
        assert word in title
        assert text == "The same screen."
    assert Event.objects.all()[0].subjects == [f"need:{need.pk}", f"need:{into.pk}"]


def test_merge_into_itself_a_closed_one_or_one_out_of_reach_is_refused(cast: Cast) -> None:
    need, closed = make_need(cast.ana), make_need(cast.ben)
    elsewhere = make_need(cast.hugo)
    needs.decline(closed, by=cast.maya, at=NOW, reason="Solved.")
    with pytest.raises(Refused, match="into itself"):
        needs.merge(need, into=need, by=cast.maya, at=NOW, reason="Same.")
    with pytest.raises(Conflict, match="is closed"):
        needs.merge(need, into=closed, by=cast.maya, at=NOW, reason="Same.")
    office = User.objects.create_user("olga@lakeshore.example", "Olga Brandt", unit=cast.brigid)
    office.grants.create(unit=cast.brigid, role="innovation_office", granted_at=NOW)
    with pytest.raises(NotAllowed, match="not open to you"):
        needs.merge(need, into=elsewhere, by=office, at=NOW, reason="Same.")
    assert Need.objects.get(pk=need.pk).status == NeedStatus.SUBMITTED


def test_reopen_after_declining_puts_it_back_and_tells_why(cast: Cast) -> None:
    need = make_need(cast.ana)
    needs.decline(need, by=cast.maya, at=NOW, reason="The new monitors solve it.")
    needs.reopen(need, by=cast.maya, at=LATER, reason="They did not come.")
    assert need.status == NeedStatus.IN_TRIAGE
    assert need.first_answered_at == NOW
    assert notices_of(cast.ana)[-1] == (
        f"“{need.title}” is being looked at again", "They did not come.",
    )  # fmt: skip


def test_pilot_that_ends_tells_everybody_what_came_of_the_need(cast: Cast) -> None:
    need = make_accepted_need(cast.ana, office=cast.maya)
    needs.add_voice(need, by=cast.ben, at=NOW)
    needs.start_pilot(need, by=cast.maya, at=NOW, pilot_title="Vitals that write themselves")
    needs.meet(need, by=cast.amara, at=LATER, reason="38 minutes a shift came back.")
    assert Need.objects.get().status == NeedStatus.MET
    titles = [title for title, _text in notices_of(cast.ben)]
    assert titles == [f"A pilot sets out to meet “{need.title}”", f"“{need.title}” has been met"]
    assert notices_of(cast.ana)[-1][1] == "38 minutes a shift came back."


def test_start_pilot_by_staff_is_refused(cast: Cast) -> None:
    need = make_accepted_need(cast.ana, office=cast.maya)
    with pytest.raises(NotAllowed):
        needs.start_pilot(need, by=cast.ben, at=NOW)


def test_people_who_left_are_not_told(cast: Cast) -> None:
    need = make_need(cast.ana)
    needs.add_voice(need, by=cast.ben, at=NOW)
    User.objects.filter(pk__in=[cast.ana.pk, cast.ben.pk]).update(is_active=False)
    needs.decline(Need.objects.get(), by=cast.maya, at=NOW, reason="Solved.")
    assert not Notice.objects.exists()


def test_save_draft_keeps_known_fields_and_the_last_save(cast: Cast) -> None:
    needs.save_draft(by=cast.ana, at=NOW, fields={"problem": "We ty", "status": "met"})
    needs.save_draft(by=cast.ana, at=LATER, fields={"problem": "We type\x00 twice", "unit": "3"})
    draft = NeedDraft.objects.get()
    assert draft.fields == {"problem": "We type twice", "unit": "3"}
    assert draft.saved_at == LATER
    needs.discard_draft(by=cast.ana)
    assert not NeedDraft.objects.exists()


def test_status_assigned_past_the_engine_is_refused_by_the_database(cast: Cast) -> None:
    need = make_need(cast.ana)
    with pytest.raises(Exception, match="through the engine only"), transaction.atomic():
        Need.objects.filter(pk=need.pk).update(status=NeedStatus.ACCEPTED)
    with pytest.raises(IntegrityError), transaction.atomic():
        Need.objects.filter(pk=need.pk).update(merged_into=need)


def test_every_transition_has_a_verb_of_its_name() -> None:
    assert [t.verb for t in NEED.transitions if not callable(getattr(needs, t.verb, None))] == []


def test_merge_costs_the_same_queries_whatever_the_voices(cast: Cast) -> None:
    def cost(voices: list[User]) -> int:
        need, into = make_need(cast.ana), make_need(cast.ben)
        for person in voices:
            needs.add_voice(need, by=person, at=NOW)
        before = len(connection.queries_log)
        needs.merge(need, into=into, by=cast.maya, at=NOW, reason="Same.")
        return len(connection.queries_log) - before

    connection.force_debug_cursor = True
    try:
        cost([])  # what is read once for each person, such as their reach
        few = cost([cast.jonas])
        assert cost([cast.jonas, cast.priya, cast.helen, cast.sam, cast.ingrid]) == few
    finally:
        connection.force_debug_cursor = False
