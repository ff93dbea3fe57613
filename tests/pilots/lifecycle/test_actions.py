"""Opening, shaping, running, pausing and ending a pilot."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, ProgrammingError, transaction

from innovation.audit.models import Event
from innovation.needs.states import NEED, NeedStatus
from innovation.rules.refusal import Conflict, Malformed, NotAllowed, Refused
from innovation.workflow import actions as workflow
from innovation.workflow.models import StateChange
from pilots.funding.models import Fund
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import LogStatus, Pathway, Pilot
from pilots.lifecycle.states import PILOT, PilotStatus
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

TODAY = NOW.date()


def test_open_pilot_from_an_accepted_need_moves_the_need_and_keeps_where_it_came_from(
    cast: Cast,
) -> None:
    need = make.make_need(cast)
    idea = make.make_idea(cast, need)
    pilot = make.open_pilot(cast, needs=[need], idea=idea)
    need.refresh_from_db()
    idea.refresh_from_db()
    assert (need.status, idea.status) == ("in_pilot", "in_pilot")
    assert list(pilot.needs.all()) == [need]
    assert (pilot.status, pilot.opened_by, pilot.opened_at) == ("shaping", cast.maya, NOW)
    event = Event.objects.about(f"need:{need.pk}").filter(type="pilot.opened").get()
    assert event.subjects[0] == f"pilot:{pilot.pk}"


def test_open_pilot_without_a_need_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused, match="at least one need"):
        make.open_pilot(cast, needs=[])


def test_open_pilot_for_a_need_not_accepted_is_refused_and_nothing_is_kept(cast: Cast) -> None:
    accepted, declined = make.make_need(cast), make.make_need(cast, title="Another")
    workflow.move(NEED, accepted, "start_pilot", by=cast.maya, at=NOW)
    workflow.move(NEED, accepted, "fail", by=cast.maya, at=NOW, reason="No.")
    with pytest.raises(Refused, match="Not met"):
        make.open_pilot(cast, needs=[declined, accepted])
    declined.refresh_from_db()
    assert declined.status == NeedStatus.ACCEPTED
    assert not Pilot.objects.exists()


def test_open_pilot_for_a_need_in_another_pilot_is_allowed(cast: Cast) -> None:
    need = make.make_need(cast)
    make.open_pilot(cast, needs=[need])
    make.open_pilot(cast, needs=[need], title="The other way", lead=cast.priya)
    assert Pilot.objects.filter(needs=need).count() == 2


def test_open_pilot_by_a_lead_of_the_unit_is_allowed(cast: Cast) -> None:
    assert make.open_pilot(cast, by=cast.jonas).opened_by == cast.jonas


@pytest.mark.parametrize("who", ["ana", "amara", "hugo", "victor", "otto"])
def test_open_pilot_by_others_is_refused(cast: Cast, who: str) -> None:
    with pytest.raises(NotAllowed):
        make.open_pilot(cast, by=getattr(cast, who))


def test_open_pilot_led_by_somebody_who_may_not_lead_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused, match=r"Ana Ruiz cannot lead"):
        make.open_pilot(cast, lead=cast.ana)


def test_open_pilot_sponsored_by_somebody_who_is_no_executive_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused, match=r"Hugo Marsh cannot sponsor"):
        make.open_pilot(cast, sponsor=cast.hugo)


def test_edit_charter_while_shaping_changes_it_and_says_what(cast: Cast, pilot: Pilot) -> None:
    lifecycle.edit_charter(
        pilot, by=cast.jonas, at=NOW, hypothesis="Less typing.", sites=[cast.medicine]
    )
    pilot.refresh_from_db()
    assert pilot.hypothesis == "Less typing."
    assert list(pilot.sites.all()) == [cast.medicine]
    event = Event.objects.about(f"pilot:{pilot.pk}")[0]
    assert event.type == "pilot.charter_edited"
    assert event.details["fields"] == ["hypothesis", "where it runs"]


def test_edit_charter_with_a_site_outside_the_pilots_unit_is_refused(
    cast: Cast, pilot: Pilot
) -> None:
    with pytest.raises(Malformed, match="A pilot runs in its own unit and those below"):
        lifecycle.edit_charter(pilot, by=cast.jonas, at=NOW, sites=[cast.medicine, cast.harbor])
    assert not pilot.sites.exists()


def test_edit_charter_that_changes_nothing_leaves_no_event(cast: Cast, pilot: Pilot) -> None:
    before = Event.objects.count()
    lifecycle.edit_charter(pilot, by=cast.jonas, at=NOW, title=pilot.title, sites=[])
    assert Event.objects.count() == before


def test_edit_charter_with_the_end_before_the_start_is_refused(cast: Cast, pilot: Pilot) -> None:
    with pytest.raises(Refused, match="end must come after"):
        lifecycle.edit_charter(pilot, by=cast.jonas, at=NOW, starts_on=TODAY, ends_on=TODAY)


def test_edit_charter_of_something_else_is_an_error(cast: Cast, pilot: Pilot) -> None:
    with pytest.raises(TypeError, match="status"):
        lifecycle.edit_charter(pilot, by=cast.jonas, at=NOW, status="running")


@pytest.mark.parametrize("who", ["ana", "priya", "amara", "ada", "hugo", "victor"])
def test_edit_charter_by_somebody_not_on_the_team_is_refused(
    cast: Cast, pilot: Pilot, who: str
) -> None:
    with pytest.raises(NotAllowed):
        lifecycle.edit_charter(pilot, by=getattr(cast, who), at=NOW, title="Mine now")


def test_edit_charter_once_proposed_is_locked(cast: Cast, pilot: Pilot, fund: Fund) -> None:
    make.propose(cast, pilot, fund)
    with pytest.raises(Refused, match="charter is locked"):
        lifecycle.edit_charter(pilot, by=cast.jonas, at=NOW, hypothesis="Something easier.")
    with pytest.raises(Refused, match="charter is locked"):
        lifecycle.answer_pathway(pilot, answers=make.EFFICIENCY, by=cast.jonas, at=NOW)


def test_answer_pathway_with_advice_runs_silently_first_and_back_again(
    cast: Cast, pilot: Pilot
) -> None:
    result = lifecycle.answer_pathway(pilot, answers=make.DECISION_SUPPORT, by=cast.jonas, at=NOW)
    assert (result.pathway, pilot.pathway, pilot.silent) == (
        Pathway.DECISION_SUPPORT,
        Pathway.DECISION_SUPPORT,
        True,
    )
    lifecycle.answer_pathway(pilot, answers=make.EFFICIENCY, by=cast.jonas, at=NOW)
    assert (pilot.pathway, pilot.silent) == (Pathway.EFFICIENCY, False)
    event = Event.objects.about(f"pilot:{pilot.pk}")[0]
    assert event.details["before"] == "decision_support"


def test_answer_pathway_with_a_question_left_open_is_refused(cast: Cast, pilot: Pilot) -> None:
    with pytest.raises(Refused, match="every question"):
        lifecycle.answer_pathway(pilot, answers={"signal": "no"}, by=cast.jonas, at=NOW)


def test_write_log_with_no_progress_needs_no_words(cast: Cast, pilot: Pilot) -> None:
    entry = lifecycle.write_log(pilot, by=cast.jonas, at=NOW, status=LogStatus.NOTHING)
    assert entry.done == ""


def test_write_log_with_nothing_in_it_is_refused(cast: Cast, pilot: Pilot) -> None:
    with pytest.raises(Refused, match="that is fine too"):
        lifecycle.write_log(pilot, by=cast.jonas, at=NOW, status=LogStatus.ON_TRACK, done="  ")


def test_write_log_blocked_without_saying_by_what_is_refused(cast: Cast, pilot: Pilot) -> None:
    with pytest.raises(Refused, match="in the way"):
        lifecycle.write_log(pilot, by=cast.jonas, at=NOW, status=LogStatus.BLOCKED, done="A")


def test_write_log_by_a_mentor_is_refused_on_the_team_and_off_it(cast: Cast, pilot: Pilot) -> None:

    with pytest.raises(NotAllowed):
        lifecycle.write_log(pilot, by=cast.ingrid, at=NOW, status="on_track", learned="Ask early.")
    make.on_team(
        pilot,
        person=cast.ingrid,
        role="mentor",
        percent=5,
        starts_on=TODAY,
        ends_on=TODAY + timedelta(days=90),
        by=cast.jonas,
        at=NOW,
    )
    with pytest.raises(NotAllowed, match="mentors advise"):
        lifecycle.write_log(pilot, by=cast.ingrid, at=NOW, status="on_track", learned="Ask early.")
    with pytest.raises(NotAllowed):
        lifecycle.edit_charter(pilot, by=cast.ingrid, at=NOW, title="Mentored")


def test_go_live_in_the_future_is_refused(cast: Cast, pilot: Pilot, fund: Fund) -> None:
    make.approve(cast, pilot, fund)
    lifecycle.prepare(pilot, by=cast.jonas, at=NOW)
    with pytest.raises(Refused, match="on the day it happens"):
        lifecycle.go_live(pilot, on=TODAY + timedelta(days=1), by=cast.jonas, at=NOW)
    assert Pilot.objects.get().status == PilotStatus.PREPARING


@pytest.mark.parametrize("during", [PilotStatus.PREPARING, PilotStatus.RUNNING])
def test_resume_after_a_pause_returns_to_where_it_was(
    cast: Cast, pilot: Pilot, fund: Fund, during: PilotStatus
) -> None:
    if during == PilotStatus.RUNNING:
        make.run(cast, pilot, fund)
    else:
        make.approve(cast, pilot, fund)
        lifecycle.prepare(pilot, by=cast.jonas, at=NOW)
    lifecycle.pause(pilot, reason="Two rooms lost power.", by=cast.jonas, at=NOW)
    assert (pilot.status, pilot.paused_from) == (PilotStatus.PAUSED, during)
    lifecycle.resume(pilot, reason="Power is back.", by=cast.jonas, at=NOW)
    pilot.refresh_from_db()
    assert (pilot.status, pilot.paused_from) == (during, "")


def test_pause_by_a_safety_reviewer_is_allowed_and_by_staff_refused(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.run(cast, pilot, fund)
    with pytest.raises(NotAllowed):
        lifecycle.pause(pilot, reason="I do not like it.", by=cast.ana, at=NOW)
    lifecycle.pause(pilot, reason="Corrections doubled.", by=cast.helen, at=NOW)
    assert pilot.status == PilotStatus.PAUSED


def test_pause_without_a_reason_is_refused(cast: Cast, pilot: Pilot, fund: Fund) -> None:
    make.run(cast, pilot, fund)
    with pytest.raises(Refused, match="Say why"):
        lifecycle.pause(pilot, reason=" ", by=cast.jonas, at=NOW)


def test_prepare_before_approval_is_a_conflict_with_who_was_last(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.propose(cast, pilot, fund)
    with pytest.raises(Conflict, match=r"Jonas Park changed this to “Waiting for resources”"):
        lifecycle.prepare(pilot, by=cast.jonas, at=NOW)


def test_show_output_by_safety_ends_the_silent_run_and_by_the_team_is_refused(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.run(cast, pilot, fund, make.Charter(answers=make.DECISION_SUPPORT))
    with pytest.raises(NotAllowed, match="not on the team"):
        lifecycle.show_output(pilot, reason="It works.", by=cast.jonas, at=NOW)
    with pytest.raises(Refused, match="Say why"):
        lifecycle.show_output(pilot, reason="", by=cast.helen, at=NOW)
    with pytest.raises(Malformed, match="Nothing has been recorded of its accuracy"):
        lifecycle.show_output(pilot, reason="The wards ask for it.", by=cast.helen, at=NOW)
    pilot.refresh_from_db()
    assert pilot.silent
    end = lifecycle.show_output(
        pilot,
        reason="The wards ask for it.",
        against="The vendor's study is enough for us.",
        by=cast.helen,
        at=NOW,
    )
    pilot.refresh_from_db()
    assert not pilot.silent
    assert (end.missing, end.against) == (True, "The vendor's study is enough for us.")
    # Of its accuracy nothing is known; the hazard log is signed and the reviews hold.
    assert [one["met"] for one in end.known] == [False, True, True]
    event = Event.objects.filter(type="pilot.output_shown_against").get()
    assert event.details["against"] == "The vendor's study is enough for us."


def test_stop_while_another_pilot_answers_the_need_leaves_the_need_in_a_pilot(cast: Cast) -> None:
    need = make.make_need(cast)
    first = make.open_pilot(cast, needs=[need])
    second = make.open_pilot(cast, needs=[need], title="The other way")
    lifecycle.stop(first, reason="The vendor left.", by=cast.jonas, at=NOW)
    need.refresh_from_db()
    assert need.status == NeedStatus.IN_PILOT
    lifecycle.stop(second, reason="It did not help.", by=cast.jonas, at=NOW)
    need.refresh_from_db()
    assert need.status == NeedStatus.NOT_MET
    assert (first.status, first.ended_on) == (PilotStatus.STOPPED, TODAY)


def test_stop_beside_a_pilot_without_needs_still_fails_the_need(cast: Cast, pilot: Pilot) -> None:
    other = make.open_pilot(cast, title="The other way")
    other.needs.clear()
    lifecycle.stop(pilot, reason="It did not help.", by=cast.jonas, at=NOW)
    assert pilot.needs.get().status == NeedStatus.NOT_MET


def test_any_status_assigned_outside_the_engine_is_refused_by_the_database(
    cast: Cast, pilot: Pilot
) -> None:
    with pytest.raises(ProgrammingError, match="engine only"), transaction.atomic():
        Pilot.objects.filter(pk=pilot.pk).update(status=PilotStatus.RUNNING)
    pilot.pk, pilot.status = None, PilotStatus.RUNNING
    with pytest.raises(DatabaseError, match="begins as shaping"), transaction.atomic():
        pilot.save(force_insert=True)


@pytest.mark.parametrize(
    ("verb", "sources"),
    [
        ("go_live", {PilotStatus.PREPARING}),
        *[(verb, {PilotStatus.EVALUATING}) for verb in ("scale", "extend", "pivot")],
        ("take_out", {PilotStatus.SCALED}),
    ],
)
def test_pilot_touches_people_only_when_prepared_and_goes_on_only_when_decided(
    verb: str, sources: set[PilotStatus]
) -> None:
    assert set(PILOT[verb].sources) == sources


def test_every_transition_leaves_a_state_change_with_its_reason(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.run(cast, pilot, fund)
    lifecycle.pause(pilot, reason="Two rooms lost power.", by=cast.jonas, at=NOW)
    changes = list(StateChange.objects.of(f"pilot:{pilot.pk}"))
    assert [change.verb for change in changes] == [
        "pause",
        "go_live",
        "prepare",
        "approve",
        "propose",
    ]
    assert changes[0].reason == "Two rooms lost power."
    assert {t.verb for t in PILOT.transitions} >= {change.verb for change in changes}


def test_went_live_on_is_what_was_said_not_when_it_was_typed(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.run(cast, pilot, fund)
    assert pilot.went_live_on == date(2026, 10, 26)
