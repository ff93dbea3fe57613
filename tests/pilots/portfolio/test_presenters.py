"""What a pilot's page says first."""

from datetime import timedelta

import pytest

from innovation.needs import actions as needs
from pilots.gates import actions as gates
from pilots.lifecycle import actions as lifecycle
from pilots.portfolio import presenters
from pilots.portfolio.queries import last_review
from tests.factories import pilots as make
from tests.factories.cast import NOW

TODAY = NOW.date()


def grew(pilot):
    return str(presenters.grew_from(list(pilot.needs.select_related("submitted_by"))))


def test_grew_from_names_who_and_how_many_share_it(cast):
    need = make.make_need(cast)
    pilot = make.open_pilot(cast, needs=[need])
    assert "Grew from Ana Ruiz’s need “<a href=" in grew(pilot)
    assert grew(pilot).endswith("</a>”.")
    needs.add_voice(need, by=cast.ben, at=NOW)
    assert grew(pilot).endswith("”, which 1 colleague shares.")
    needs.add_voice(need, by=cast.priya, at=NOW)
    assert grew(pilot).endswith("”, which 2 colleagues share.")


def test_grew_from_an_anonymous_need_names_nobody(cast):
    pilot = make.open_pilot(cast, needs=[make.make_need(cast, anonymous=True)])
    assert "Ana" not in grew(pilot)
    assert grew(pilot).startswith("Grew from the need “")


def test_grew_from_several_needs_counts_them(cast):
    several = [make.make_need(cast, title=f"Need {n}") for n in range(3)]
    assert "and 2 more needs" in grew(make.open_pilot(cast, needs=several))
    assert "and one more need" in grew(make.open_pilot(cast, needs=several[:2]))


def test_grew_from_escapes_what_people_typed(cast):
    need = make.make_need(cast, title="<script>alert(1)</script> {who} %(who)s")
    said = grew(make.open_pilot(cast, needs=[need]))
    assert "<script>" not in said
    assert "{who} %(who)s" in said


def test_grew_from_needs_out_of_reach_says_so():
    assert "outside the units" in presenters.grew_from([])


def track(pilot, today=TODAY):
    return [(str(label), state) for label, state in presenters.stages(pilot, today)]


def test_stages_follow_the_pilot_through_its_life(cast, fund):
    pilot = make.open_pilot(cast)
    assert track(pilot)[0] == ("Being shaped", "current")
    make.approve(cast, pilot, fund)
    assert track(pilot)[1:3] == [("Resources approved", "done"), ("Preparing", "current")]
    lifecycle.prepare(pilot, by=cast.jonas, at=NOW)
    for metric in pilot.metrics.all():
        make.observe(metric, since=TODAY - timedelta(weeks=20), weeks=20)
    gates.go_live(pilot, on=TODAY - timedelta(weeks=4), by=cast.jonas, at=NOW)
    assert track(pilot)[3] == ("Running, week 5", "current")
    lifecycle.pause(pilot, reason="Power.", by=cast.jonas, at=NOW)
    assert track(pilot)[3] == ("Running, week 5, paused", "current")
    lifecycle.resume(pilot, reason="Back.", by=cast.jonas, at=NOW)
    review = gates.ask_for_decision(pilot, by=cast.jonas, at=NOW)
    assert track(pilot)[3:5] == [("Ran 5 weeks", "done"), ("Outcome gate", "current")]
    gates.decide_outcome(review, decision="scale", reason="It works.", by=cast.amara, at=NOW)
    pilot.refresh_from_db()
    assert {state for _label, state in track(pilot)} == {"done"}
    # The weeks stop counting when it ends.
    assert track(pilot, TODAY + timedelta(weeks=30)) == track(pilot)


def test_stages_of_a_stopped_pilot_end_where_it_stopped(cast, pilot):
    gates.stop(pilot, reason="The vendor left.", by=cast.jonas, at=NOW)
    assert track(pilot) == [("Shaped", "done"), ("Stopped", "stopped")]


def step(pilot, user, logged_on=None, today=TODAY):
    pilot.refresh_from_db()
    return presenters.next_step(
        pilot, user, review=last_review(pilot), today=today, logged_on=logged_on
    )


def labels(found):
    return [str(one.label) for one in (*found.steps, *found.quiet)] if found else []


def test_next_step_of_each_state_is_the_one_that_leads_on(cast, pilot, fund):
    assert next(str(c.label) for c in step(pilot, cast.jonas).checks) == "The charter"
    assert labels(step(pilot, cast.jonas)) == ["Stop"]
    make.shape(cast, pilot, fund)
    make.serve(cast, pilot)
    assert labels(step(pilot, cast.jonas)) == ["Ask for resources", "Stop"]
    review = gates.propose(pilot, by=cast.jonas, at=NOW)
    assert labels(step(pilot, cast.amara))[0] == "Look and decide"
    assert labels(step(pilot, cast.jonas))[0] == "See what they see"
    gates.decide_resources(review, approve=True, by=cast.amara, at=NOW)
    assert step(pilot, cast.jonas).steps[0].posts
    lifecycle.prepare(pilot, by=cast.jonas, at=NOW)
    assert [str(c.label) for c in step(pilot, cast.jonas).checks] == ["A baseline"]
    for metric in pilot.metrics.all():
        make.observe(metric, since=TODAY - timedelta(weeks=20), weeks=20)
    assert step(pilot, cast.jonas).steps[0].kind == "primary"
    gates.go_live(pilot, on=TODAY - timedelta(weeks=4), by=cast.jonas, at=NOW)
    assert labels(step(pilot, cast.jonas)) == [
        "Write the log",
        "Ask for a decision",
        "Pause",
        "Stop",
    ]


def test_next_step_presses_for_a_log_after_a_week_and_for_a_decision_past_the_end(
    cast, pilot, fund
):
    make.run(cast, pilot, fund)
    assert step(pilot, cast.jonas, logged_on=TODAY - timedelta(days=6)).title == ""
    assert step(pilot, cast.jonas, logged_on=TODAY - timedelta(days=7)).title == "This week"
    late = step(pilot, cast.jonas, logged_on=TODAY, today=pilot.ends_on + timedelta(days=1))
    assert (labels(late)[0], late.steps[0].kind) == ("Ask for a decision", "primary")


@pytest.mark.parametrize("who", ["ana", "otto", "sam", "ada"])
def test_next_step_for_somebody_without_a_part_in_it_is_none(cast, pilot, fund, who):
    assert step(pilot, getattr(cast, who)) is None
    make.run(cast, pilot, fund)
    assert step(pilot, getattr(cast, who)) is None


def test_next_step_of_a_silent_run_is_shown_to_safety_alone(cast, pilot, fund):
    make.run(cast, pilot, fund, make.Charter(answers=make.DECISION_SUPPORT))
    assert "End the silent run" in labels(step(pilot, cast.helen))
    assert "End the silent run" not in labels(step(pilot, cast.jonas))
