"""What a pilot's page says first."""

from datetime import date, timedelta

import pytest

from innovation.needs import actions as needs
from innovation.people.models import User
from pilots.funding.models import Fund
from pilots.gates import actions as gates
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import Pilot
from pilots.portfolio import presenters
from pilots.portfolio.queries import last_review
from tests.factories import assurance
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.present import present

TODAY = NOW.date()


def grew(pilot: Pilot) -> str:
    return str(presenters.grew_from(list(pilot.needs.select_related("submitted_by"))))


def test_grew_from_names_who_and_how_many_share_it(cast: Cast) -> None:
    need = make.make_need(cast)
    pilot = make.open_pilot(cast, needs=[need])
    assert "Grew from Ana Ruiz’s need “<a href=" in grew(pilot)
    assert grew(pilot).endswith("</a>”.")
    needs.add_voice(need, by=cast.ben, at=NOW)
    assert grew(pilot).endswith("”, which 1 colleague shares.")
    needs.add_voice(need, by=cast.priya, at=NOW)
    assert grew(pilot).endswith("”, which 2 colleagues share.")


def test_grew_from_an_anonymous_need_names_nobody(cast: Cast) -> None:
    pilot = make.open_pilot(cast, needs=[make.make_need(cast, anonymous=True)])
    assert "Ana" not in grew(pilot)
    assert grew(pilot).startswith("Grew from the need “")


def test_grew_from_several_needs_counts_them(cast: Cast) -> None:
    several = [make.make_need(cast, title=f"Need {n}") for n in range(3)]
    assert "and 2 more needs" in grew(make.open_pilot(cast, needs=several))
    assert "and one more need" in grew(make.open_pilot(cast, needs=several[:2]))


def test_grew_from_escapes_what_people_typed(cast: Cast) -> None:
    need = make.make_need(cast, title="<script>alert(1)</script> {who} %(who)s")
    said = grew(make.open_pilot(cast, needs=[need]))
    assert "<script>" not in said
    assert "{who} %(who)s" in said


def test_grew_from_needs_out_of_reach_says_so() -> None:
    assert "outside the units" in presenters.grew_from([])


def track(pilot: Pilot, today: date = TODAY) -> list[tuple[str, str]]:
    return [(str(label), state) for label, state in presenters.stages(pilot, today)]


def test_stages_follow_the_pilot_through_its_life(cast: Cast, fund: Fund) -> None:
    pilot = make.open_pilot(cast)
    assert track(pilot)[0] == ("Being shaped", "current")
    make.approve(cast, pilot, fund, at=NOW - timedelta(weeks=4))
    assert track(pilot)[1:3] == [("Resources approved", "done"), ("Preparing", "current")]
    lifecycle.prepare(pilot, by=cast.jonas, at=NOW)
    assurance.pass_reviews(cast, pilot)
    for metric in pilot.metrics.all():
        make.observe(metric, since=TODAY - timedelta(weeks=20), weeks=20)
    make.may_go_live(cast, pilot, at=NOW - timedelta(weeks=4))
    gates.go_live(pilot, on=TODAY - timedelta(weeks=4), by=cast.jonas, at=NOW)
    assert track(pilot)[3] == ("Running, week 5", "current")
    lifecycle.pause(pilot, reason="Power.", by=cast.jonas, at=NOW)
    assert track(pilot)[3] == ("Running, week 5, paused", "current")
    lifecycle.resume(pilot, reason="Back.", by=cast.jonas, at=NOW)
    make.plan_to_scale(cast, pilot)
    review = gates.ask_for_decision(pilot, by=cast.jonas, at=NOW)
    assert track(pilot)[3:5] == [("Ran 5 weeks", "done"), ("Outcome gate", "current")]
    gates.decide_outcome(
        review, decision="scale", reason="It works.", against="It does.", by=cast.amara, at=NOW
    )
    pilot.refresh_from_db()
    assert {state for _label, state in track(pilot)} == {"done"}
    # The weeks stop counting when it ends.
    assert track(pilot, TODAY + timedelta(weeks=30)) == track(pilot)


def test_stages_of_a_stopped_pilot_end_where_it_stopped(cast: Cast, pilot: Pilot) -> None:
    gates.stop(pilot, reason="The vendor left.", by=cast.jonas, at=NOW)
    assert track(pilot) == [("Shaped", "done"), ("Stopped", "stopped")]


def step(
    pilot: Pilot, user: User, logged_on: date | None = None, today: date = TODAY
) -> presenters.Next | None:
    pilot.refresh_from_db()
    return presenters.next_step(
        pilot, user, review=last_review(pilot), today=today, logged_on=logged_on
    )


def labels(found: presenters.Next | None) -> list[str]:
    return [str(one.label) for one in (*found.steps, *found.quiet)] if found else []


def test_next_step_of_each_state_is_the_one_that_leads_on(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    assert next(str(c.label) for c in present(step(pilot, cast.jonas)).checks) == "The charter"
    assert labels(step(pilot, cast.jonas)) == ["Stop"]
    make.shape(cast, pilot, fund)
    make.serve(cast, pilot)
    assert labels(step(pilot, cast.jonas)) == ["Ask for resources", "Stop"]
    then = NOW - timedelta(weeks=4)
    review = gates.propose(pilot, by=cast.jonas, at=then)
    assert labels(step(pilot, cast.amara))[0] == "Look and decide"
    assert labels(step(pilot, cast.jonas))[0] == "See what they see"
    gates.decide_resources(review, approve=True, by=cast.amara, at=then)
    assert present(step(pilot, cast.jonas)).steps[0].posts
    lifecycle.prepare(pilot, by=cast.jonas, at=NOW)
    assert [str(c.label) for c in present(step(pilot, cast.jonas)).checks] == [
        "A baseline",
        "Privacy and security in short",
    ]
    assurance.pass_reviews(cast, pilot)
    for metric in pilot.metrics.all():
        make.observe(metric, since=TODAY - timedelta(weeks=20), weeks=20)
    assert present(step(pilot, cast.jonas)).steps[0].kind == "primary"
    assert labels(step(pilot, cast.jonas))[0] == "Ask to go live"
    start = gates.ask_to_go_live(pilot, by=cast.jonas, at=then)
    assert labels(step(pilot, cast.jonas))[0] == "See what they see"
    assert labels(step(pilot, cast.amara))[0] == "Look and decide"
    gates.decide_go_live(start, approve=True, by=cast.amara, at=then)
    assert labels(step(pilot, cast.jonas))[0] == "Go live"
    gates.go_live(pilot, on=TODAY - timedelta(weeks=4), by=cast.jonas, at=NOW)
    assert labels(step(pilot, cast.jonas)) == [
        "Write the log",
        "Ask for a decision",
        "Pause",
        "Stop",
    ]


def test_next_step_presses_for_a_log_after_a_week_and_for_a_decision_past_the_end(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.run(cast, pilot, fund)
    fresh = step(pilot, cast.jonas, logged_on=TODAY - timedelta(days=6))
    assert present(fresh).title == ""
    stale = step(pilot, cast.jonas, logged_on=TODAY - timedelta(days=7))
    assert present(stale).title == "This week"
    past = present(pilot.ends_on) + timedelta(days=1)
    late = step(pilot, cast.jonas, logged_on=TODAY, today=past)
    assert (labels(late)[0], present(late).steps[0].kind) == ("Ask for a decision", "primary")


@pytest.mark.parametrize("who", ["ana", "otto", "sam", "ada"])
def test_next_step_for_somebody_without_a_part_in_it_is_none(
    cast: Cast, pilot: Pilot, fund: Fund, who: str
) -> None:
    assert step(pilot, getattr(cast, who)) is None
    make.run(cast, pilot, fund)
    assert step(pilot, getattr(cast, who)) is None


def test_next_step_of_a_silent_run_is_shown_to_safety_alone(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.run(cast, pilot, fund, make.Charter(answers=make.DECISION_SUPPORT))
    assert "End the silent run" in labels(step(pilot, cast.helen))
    assert "End the silent run" not in labels(step(pilot, cast.jonas))
