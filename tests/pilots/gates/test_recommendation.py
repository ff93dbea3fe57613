"""What the agreed rule says, and what becomes of who decides otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from innovation.audit.models import Event
from innovation.notices.models import Notice
from innovation.rules.refusal import Refused
from pilots.evidence.models import Alarm
from pilots.funding.models import Fund
from pilots.gates import actions as gates
from pilots.gates import protocol, queries
from pilots.gates.models import GateReview, Recommended
from pilots.gates.recommendation import OutcomeRule, recommend, rule_of
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import Pilot
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.present import present

LIVE, TODAY = date(2026, 6, 1), date(2026, 9, 1)


@dataclass
class Said:
    """As much of a reading as the rule looks at."""

    role: str
    verdict: str
    level_now: float | None = 10.0
    target: float | None = None
    direction: str = "lower"
    name: str = "Note time"

    @property
    def metric(self) -> Any:
        return SimpleNamespace(
            role=self.role, name=self.name, target=self.target, direction=self.direction
        )


def step(*said: Said, rule: OutcomeRule | None = None, **facts: Any) -> str:
    given: dict[str, Any] = {
        "alarmed": (),
        "live_on": LIVE,
        "ends_on": date(2026, 12, 1),
        "today": TODAY,
    }
    found = recommend(rule or OutcomeRule(8, False), said, **{**given, **facts})  # type: ignore[arg-type]
    return "" if found is None else f"{found.step.value}: {found.because}"


BETTER = Said("primary", "better")
CALM = Said("guardrail", "no_harm", name="Corrections")


@pytest.mark.parametrize(
    ("said", "facts", "says"),
    [
        ((BETTER, CALM), {}, "scale: Note time is better, and no guardrail shows a harm signal."),
        ((Said("primary", "reached"), CALM), {}, "scale: Note time reached its target"),
        ((BETTER, CALM), {"alarmed": ["Corrections"]}, "pause: an alarm of Corrections waits"),
        ((BETTER, Said("guardrail", "harm")), {}, "stop: Note time shows a harm signal."),
        ((Said("primary", "harm"), CALM), {}, "stop: Note time shows a harm signal."),
        ((BETTER, Said("secondary", "harm")), {}, "scale: "),
        ((BETTER, CALM), {"today": LIVE + timedelta(days=55)}, "extend: it is to run for 8 weeks"),
        ((BETTER, CALM), {"today": LIVE + timedelta(days=56)}, "scale: "),
        (
            (Said("primary", "inconclusive"),),
            {},
            "extend: Note time does not show that it is better",
        ),
        ((Said("primary", "no_data"),), {"ends_on": date(2026, 8, 31)}, "stop: Note time does not"),
        ((Said("primary", "no_harm"),), {"ends_on": TODAY}, "extend: "),
        ((Said("primary", "inconclusive"),), {"ends_on": None}, "extend: "),
        ((CALM,), {}, ""),
    ],
)
def test_the_rule(said: tuple[Said, ...], facts: dict[str, Any], says: str) -> None:
    assert step(*said, **facts).startswith(says)
    if not says:
        assert step(*said, **facts) == ""


@pytest.mark.parametrize(
    ("direction", "level", "says"),
    [
        ("lower", 8.0, "scale"),
        ("lower", 9.0, "extend"),
        ("higher", 9.0, "scale"),
        ("lower", None, "extend"),
    ],
)
def test_where_it_was_agreed_scaling_takes_the_target(
    direction: str, level: float | None, says: str
) -> None:
    primary = Said("primary", "better", level_now=level, target=8.5, direction=direction)
    assert step(primary, CALM, rule=OutcomeRule(8, True)).startswith(says)
    assert step(primary, CALM).startswith("scale")
    past = step(primary, rule=OutcomeRule(8, True), ends_on=date(2026, 8, 1))
    assert past.startswith("scale" if says == "scale" else "stop")


@given(
    st.sampled_from(["better", "reached", "no_harm", "inconclusive", "harm", "no_data"]),
    st.lists(st.sampled_from(["no_harm", "inconclusive", "harm", "no_data"]), max_size=3),
    st.booleans(),
    st.integers(0, 60),
)
def test_nothing_is_scaled_that_harms_or_was_not_shown(
    primary: str, rails: list[str], alarmed: bool, weeks: int
) -> None:
    said = [Said("primary", primary), *(Said("guardrail", one) for one in rails)]
    found = step(
        *said, alarmed=["x"] if alarmed else [], today=LIVE + timedelta(weeks=weeks)
    ).partition(":")[0]
    if found == "scale":
        assert primary in ("better", "reached")
        assert "harm" not in rails
        assert not alarmed
        assert weeks >= 8
    if alarmed:
        assert found == "pause"


def decide(review: GateReview, cast: Cast, decision: str, **fields: Any) -> GateReview:
    return gates.decide_outcome(
        review, decision=decision, reason="As it is.", by=cast.amara, at=NOW,
        until=make.TODAY + timedelta(weeks=8), **fields,
    )  # fmt: skip


@pytest.mark.django_db
def test_a_decision_by_the_rule_takes_no_further_reason_and_keeps_what_it_said(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    review = decide(make.evaluate(cast, pilot, fund), cast, "scale", against="Not needed.")
    assert (review.recommended, review.against) == ("scale", "")
    assert review.known["recommendation"]["step"] == "scale"
    assert not Event.objects.filter(type="gate.decided_against_rule").exists()


@pytest.mark.django_db
def test_a_decision_against_the_rule_is_marked_with_its_reason_wherever_it_is_read(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    review = make.evaluate(cast, pilot, fund)
    with pytest.raises(Refused, match=r"By the rule that was agreed: scale, because .* Say why"):
        decide(review, cast, "extend")
    review = GateReview.objects.get(pk=review.pk)
    review = decide(review, cast, "extend", against="Two wards are missing.")
    assert (review.recommended, review.against) == ("scale", "Two wards are missing.")
    event = Event.objects.get(type="gate.decided_against_rule")
    assert (event.details["recommended"], event.details["reason"]) == ("Scale", review.against)
    executive = Client()
    executive.force_login(cast.frank)
    for page in (pilot.get_absolute_url(), review.get_absolute_url()):
        shown = executive.get(page).content.decode()
        assert "against the agreed rule" in shown, page
        assert "Two wards are missing." in shown, page
    listed = executive.get(reverse("pilots:pilot-list")).content.decode()
    assert "Decided against the rule" in listed
    narrowed = executive.get(reverse("pilots:pilot-list"), {"rule": "against"})
    assert pilot.title in narrowed.content.decode()
    api = executive.get(reverse("pilots:api-gate-detail", args=[review.pk])).json()
    assert (api["recommended"], api["against"]) == ("scale", "Two wards are missing.")
    with pytest.raises(IntegrityError, match="against_the_rule_says_why"), transaction.atomic():
        GateReview.objects.filter(pk=review.pk).update(against="")


@pytest.mark.django_db
def test_while_an_alarm_is_open_the_rule_says_pause(cast: Cast, pilot: Pilot, fund: Fund) -> None:
    review = make.evaluate(cast, pilot, fund)
    Alarm.objects.create(
        metric=pilot.metrics.get(role="guardrail"), pilot=pilot, raised_at=NOW,
        period=make.TODAY, level=9, limit=5, sentence="Beyond its limit of 5.",
    )  # fmt: skip
    with pytest.raises(Refused, match="pause, because an alarm of"):
        decide(GateReview.objects.get(pk=review.pk), cast, "scale")
    decided = decide(GateReview.objects.get(pk=review.pk), cast, "stop")
    assert (decided.recommended, decided.against) == (Recommended.PAUSE, "")


@pytest.mark.django_db
def test_the_rule_is_frozen_and_an_older_protocol_is_compared_without_it(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.run(cast, pilot, fund)
    pilot = Pilot.objects.get(pk=pilot.pk)
    agreed = present(protocol.agreed_on(pilot))
    assert (agreed["least_weeks"], agreed["scale_at_target"]) == (4, False)
    with pytest.raises(Refused, match="locked"):
        lifecycle.edit_charter(pilot, by=cast.jonas, at=NOW, least_weeks=1)
    Pilot.objects.filter(pk=pilot.pk).update(least_weeks=1)
    pilot = Pilot.objects.get(pk=pilot.pk)
    assert rule_of(pilot, agreed).least_weeks == 4
    (change,) = queries.changed_since_approval(pilot, at=NOW)
    assert (change.what, change.before, change.after) == ("runs for at least, weeks", "4", "1")
    older = {name: value for name, value in agreed.items() if name != "least_weeks"}
    assert protocol.changes(pilot, older, pilot.metrics.select_related("source")) == []
    assert rule_of(pilot, older).least_weeks == 1


@pytest.mark.django_db
@pytest.mark.parametrize("weeks", [0, 105])
def test_the_least_running_time_is_between_one_week_and_two_years(
    cast: Cast, pilot: Pilot, weeks: int
) -> None:
    with pytest.raises(Refused, match="1 to 104 weeks"):
        lifecycle.edit_charter(pilot, by=cast.jonas, at=NOW, least_weeks=weeks)
    with pytest.raises(IntegrityError, match="pilot_least_weeks"), transaction.atomic():
        Pilot.objects.filter(pk=pilot.pk).update(least_weeks=weeks)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("value", "need", "idea"), [(11, "met", "proven"), (16, "not_shown", "not_proven")]
)
def test_a_need_is_met_only_where_the_primary_metric_says_so(
    cast: Cast, fund: Fund, value: float, need: str, idea: str
) -> None:
    grown = make.make_need(cast)
    thought = make.make_idea(cast, grown)
    pilot = make.open_pilot(cast, needs=[grown], idea=thought)
    make.run(cast, pilot, fund)
    for metric in pilot.metrics.all():
        level = 1 if metric.role == "guardrail" else value
        make.observe(metric, since=make.TODAY - timedelta(weeks=4), weeks=4, value=level)
    make.plan_to_scale(cast, pilot)
    review = gates.ask_for_decision(pilot, by=cast.jonas, at=NOW)
    decide(review, cast, "scale", against="The wards want it.")
    grown.refresh_from_db()
    thought.refresh_from_db()
    assert (grown.status, thought.status) == (need, idea)
    reader = Client()
    reader.force_login(cast.ana)
    page = reader.get(grown.get_absolute_url()).content.decode()
    told = " ".join(Notice.objects.filter(person=cast.ana).values_list("title", flat=True))
    if need == "not_shown":
        assert "do not show that it made" in page
        assert "that it is met was not shown" in told
    else:
        assert "It has been met" in page
