"""A lead who tries to bend a locked plan leaves a mark that the executive sees, by whichever road."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import ProgrammingError
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from innovation.audit import presenters as audit
from innovation.audit.models import Event
from innovation.notices.models import Notice
from innovation.rules.refusal import Conflict, NotAllowed, Refused
from pilots.evidence import actions as evidence
from pilots.evidence import queries as readings
from pilots.evidence.models import Alarm
from pilots.funding.models import Fund
from pilots.gates import actions as gates
from pilots.gates.queries import changed_since_approval
from pilots.lifecycle.models import Pilot
from pilots.metrics import actions as metrics
from pilots.metrics.actions import amendments
from pilots.metrics.models import Amendment, Metric, MetricVersion, Source
from pilots.metrics.panels import amendments_waiting
from pilots.metrics.queries import approvers
from pilots.staffing import actions as staffing
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.house.pages import undone

pytestmark = pytest.mark.django_db
WHY = "The limit was mistyped."


@pytest.fixture
def running(cast: Cast, fund: Fund) -> Pilot:
    pilot = make.open_pilot(cast)
    make.run(cast, pilot, fund)
    return Pilot.objects.get(pk=pilot.pk)


def metric_of(pilot: Pilot, role: str) -> Metric:
    return Metric.objects.select_related("pilot", "source", "unit").get(pilot=pilot, role=role)


def propose(pilot: Pilot, cast: Cast, which: str = "primary", **fields: Any) -> Amendment:
    metric = metric_of(pilot, which)
    metrics.edit_metric(
        metric, by=cast.jonas, at=NOW, reason=WHY, **(fields or {"target": Decimal(15)})
    )
    return Amendment.objects.for_list().get(metric=metric, status="waiting")


def test_a_target_of_an_approved_pilot_waits_and_takes_effect_once_somebody_outside_approves(
    running: Pilot, cast: Cast
) -> None:
    amendment = propose(running, cast)
    assert metric_of(running, "primary").target == 11
    assert changed_since_approval(Pilot.objects.get(pk=running.pk), at=NOW) == []
    assert [item.url for item in amendments_waiting(cast.amara)] == [amendment.get_absolute_url()]
    assert amendments_waiting(cast.jonas) == amendments_waiting(cast.maya) == []
    amendments.approve(amendment, by=cast.helen, at=NOW)
    metric = metric_of(running, "primary")
    assert (metric.target, metric.version) == (Decimal(15), 2)
    version: Any = MetricVersion.objects.with_approver().get(metric=metric, number=2)
    assert (version.by, version.reason, version.approver) == (cast.jonas, WHY, "Helen Sato")
    said = readings.reading(metric, NOW).amended_sentence
    assert "Jonas Park" in said
    assert "Helen Sato, who is not on the team, approved it" in said
    told = Notice.objects.filter(title__contains="was changed").values_list("person", flat=True)
    assert {cast.jonas.pk, cast.amara.pk} <= set(told)
    event = Event.objects.get(type="amendment.approved")
    assert "target: 11 min → 15 min" in str(audit.line(event).sentence)


@pytest.mark.parametrize(
    ("role", "fields"),
    [
        ("primary", {"definition": "Minutes in notes of easy visits ÷ visits"}),
        ("primary", {"binding": {"date": "day", "value": "easy"}}),
        ("primary", {"direction": "higher"}),
        ("primary", {"baseline_until": make.TODAY - timedelta(weeks=8)}),
        ("primary", {"pull_from": make.TODAY - timedelta(weeks=12)}),
        ("primary", {"measure_unit": "h"}),
        ("primary", {"steady_from": "library", "steady_because": "It is said so."}),
        ("primary", {"role": "secondary"}),
        ("guardrail", {"limit": Decimal(50)}),
        ("guardrail", {"margin": Decimal(3)}),
        ("guardrail", {"role": "balancing"}),
        ("guardrail", {"cadence": "month"}),
    ],
)
def test_whatever_touches_what_a_pilot_is_judged_by_waits(
    running: Pilot, cast: Cast, role: str, fields: dict[str, Any]
) -> None:
    """Also making it something else first, which would then be changed at once."""
    before = Metric.objects.filter(pilot=running).values().order_by("pk")
    kept = list(before)
    amendment = propose(running, cast, role, **fields)
    assert list(before.all()) == kept
    assert set(amendment.values) >= set(fields)
    amendments.approve(amendment, by=cast.amara, at=NOW)
    now = Metric.objects.get(pk=amendment.metric_id)
    for name, value in fields.items():
        held = getattr(now, name)
        assert value.items() <= held.items() if name == "binding" else value == held


def test_another_source_waits_too(running: Pilot, cast: Cast) -> None:
    other = make.make_source(cast, name="The easy one")
    primary = metric_of(running, "primary")
    amendment = propose(running, cast, source=other, binding={"date": "day", "value": "minutes"})
    assert metric_of(running, "primary").source == primary.source
    assert (primary.source.name, "The easy one") in [
        (one.before, one.after) for one in amendments.shown(amendment)
    ]
    amendments.approve(amendment, by=cast.amara, at=NOW)
    assert metric_of(running, "primary").source == other


def test_a_secondary_metric_changes_at_once_and_becomes_what_is_judged_by_only_with_approval(
    running: Pilot, cast: Cast
) -> None:
    added = make.make_metric(cast, running, role="secondary", name="Clicks per note")
    metrics.edit_metric(added, by=cast.jonas, at=NOW, reason=WHY, target=Decimal(3))
    assert Metric.objects.get(pk=added.pk).target == 3
    metrics.edit_metric(
        added, by=cast.jonas, at=NOW, reason=WHY, role="guardrail", limit=Decimal(9)
    )
    assert Metric.objects.get(pk=added.pk).role == "secondary"
    assert Amendment.objects.waiting().get().metric_id == added.pk


def test_nobody_of_the_team_approves_whatever_role_they_hold(running: Pilot, cast: Cast) -> None:
    amendment = propose(running, cast)
    make.on_team(
        running, person=cast.frank, role="member", percent=5, starts_on=make.TODAY,
        ends_on=make.TODAY + timedelta(days=30), by=cast.jonas, at=NOW,
    )  # fmt: skip
    for person in (cast.frank, cast.jonas, cast.maya, cast.priya, cast.otto, cast.hugo):
        fresh = Amendment.objects.for_list().get(pk=amendment.pk)
        with pytest.raises(NotAllowed):
            amendments.approve(fresh, by=person, at=NOW)
    assert metric_of(running, "primary").target == 11


def test_nobody_approves_what_they_proposed_by_any_path(running: Pilot, cast: Cast) -> None:
    amendment = propose(running, cast)
    with pytest.raises(IntegrityError, match="outside the team"), transaction.atomic():
        amendments._move(amendment, "approve", by=cast.jonas, at=NOW, answer="", version=2)
    other = Amendment.objects.create(
        metric=metric_of(running, "guardrail"), values={}, reason="x", proposed_by=cast.helen,
        proposed_at=NOW,
    )  # fmt: skip
    with pytest.raises(IntegrityError, match="amendment_decided_by_another"), transaction.atomic():
        amendments._move(other, "approve", by=cast.helen, at=NOW, answer="", version=2)
    with pytest.raises(ProgrammingError, match="through the engine"), transaction.atomic():
        Amendment.objects.filter(pk=amendment.pk).update(status="approved")
    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        Amendment.objects.filter(pk=amendment.pk).update(values={"target": ["11", "12"]})


def test_one_waits_at_most(running: Pilot, cast: Cast) -> None:
    amendment = propose(running, cast)
    with pytest.raises(Conflict, match="waits for approval already"):
        propose(running, cast, margin=Decimal(1))
    with pytest.raises(IntegrityError, match="one_waiting"), transaction.atomic():
        Amendment.objects.create(
            metric=amendment.metric, values={}, reason="x", proposed_by=cast.jonas, proposed_at=NOW
        )
    amendments.withdraw(amendment, by=cast.jonas, at=NOW)
    assert propose(running, cast, margin=Decimal(1)).status == "waiting"


def test_a_metric_that_changed_meanwhile_is_said_and_nothing_is_lost(
    running: Pilot, cast: Cast
) -> None:
    amendment = propose(running, cast)
    Metric.objects.filter(pk=amendment.metric_id).update(target=Decimal(9))
    amendment = Amendment.objects.for_list().get(pk=amendment.pk)
    with pytest.raises(Conflict, match="target: 11 min → 9 min"):
        amendments.approve(amendment, by=cast.amara, at=NOW)
    amendment = Amendment.objects.for_list().get(pk=amendment.pk)
    assert amendment.status == "waiting"
    amendments.decline(amendment, by=cast.amara, at=NOW, reason="It is another one now.")
    assert amendment.answer == "It is another one now."
    assert Notice.objects.filter(person=cast.jonas, title__contains="declined").exists()


def test_while_an_alarm_is_open_nothing_of_its_guardrail_is_approved(
    running: Pilot, cast: Cast
) -> None:
    """With a guardrail in alarm its lead made the limit larger, and “Harm signal” was gone."""
    amendment = propose(running, cast, "guardrail", limit=Decimal(50))
    alarm = Alarm.objects.create(
        metric=amendment.metric, pilot=running, raised_at=NOW, period=make.TODAY, level=9, limit=5,
        sentence="Beyond its limit of 5.",
    )  # fmt: skip
    with pytest.raises(Refused, match="Answer it first"):
        amendments.approve(amendment, by=cast.amara, at=NOW)
    source = amendment.metric.source
    with pytest.raises(Refused, match="Answer it first"):
        metrics.edit_source(
            source, by=cast.ada, at=NOW, name=source.name, config={"value": "x"}, reason=WHY
        )
    alarm.pilot = Pilot.objects.get(pk=running.pk)
    evidence.answer(alarm, answer="keep", reason="A miscount.", by=cast.helen, at=NOW)
    amendment = Amendment.objects.for_list().get(pk=amendment.pk)
    amendments.approve(amendment, by=cast.amara, at=NOW)
    assert metric_of(running, "guardrail").limit == 50


def test_the_team_does_not_change_by_the_source_what_its_pilot_is_judged_by(
    running: Pilot, cast: Cast
) -> None:
    """Nor by the mapping that a file's source keeps, where the metric does not say it itself."""
    primary = metric_of(running, "primary")
    source = Source.objects.get(pk=primary.source_id)
    other: dict[str, Any] = {"config": {**source.config, "value": "easy"}, "name": source.name}
    with pytest.raises(NotAllowed, match="on whose team you are"):
        metrics.edit_source(source, by=cast.jonas, at=NOW, reason=WHY, **other)
    source = Source.objects.get(pk=source.pk)
    metrics.edit_source(source, by=cast.jonas, at=NOW, name="Renamed", config=source.config)
    metrics.edit_source(source, by=cast.ada, at=NOW, reason=WHY, **other)
    assert WHY in readings.reading(metric_of(running, "primary"), NOW).amended_sentence
    changed = changed_since_approval(Pilot.objects.get(pk=running.pk), at=NOW)
    assert "settings of the source" in [one.what for one in changed]


def test_a_file_with_another_mapping_leaves_what_is_measured_as_it_was(
    running: Pilot, cast: Cast
) -> None:
    primary = metric_of(running, "primary")
    mapping = {"date": "day", "value": "easy"}
    with pytest.raises(NotAllowed, match="on whose team you are"):
        metrics.create_from_file(
            primary.source, by=cast.jonas, at=NOW, unit=cast.brigid, mapping=mapping, entities=[],
            name="Another", definition="Another", kind="value", direction="lower",
            dimension="workflow", cadence="week", pull_from=make.TODAY,
        )  # fmt: skip
    assert primary.source.config == Source.objects.get(pk=primary.source_id).config


def test_a_metric_of_a_locked_plan_can_neither_go_nor_move_nor_be_written_by_the_api(
    running: Pilot, cast: Cast
) -> None:
    primary = metric_of(running, "primary")
    with pytest.raises(TypeError, match="no pilot to edit"):
        metrics.edit_metric(primary, by=cast.jonas, at=NOW, reason=WHY, pilot=make.open_pilot(cast))
    with pytest.raises(Refused, match="was locked"):
        metrics.create_metric(
            by=cast.jonas, at=NOW, source=primary.source, pilot=Pilot.objects.get(pk=running.pk),
            name="A better one", definition="Easy", kind="value", direction="lower",
            dimension="workflow", pull_from=make.TODAY, role="primary",
        )  # fmt: skip
    browser = Client()
    browser.force_login(cast.jonas)
    address = reverse("pilots:api-metric-detail", args=[primary.pk])
    for method in ("put", "patch", "delete", "post"):
        answer = getattr(browser, method)(address, {"target": 15}, content_type="application/json")
        assert answer.status_code in (403, 405), method


def test_after_a_pivot_the_plan_is_open_and_what_waited_lapses(running: Pilot, cast: Cast) -> None:
    amendment = propose(running, cast)
    for metric in running.metrics.all():
        make.observe(metric, since=make.TODAY - timedelta(weeks=4), weeks=4, value=11)
    review = gates.ask_for_decision(running, by=cast.jonas, at=NOW)
    gates.decide_outcome(
        review, decision="pivot", against="So be it.", reason="Another way.", by=cast.amara, at=NOW
    )
    amendment.refresh_from_db()
    assert (amendment.status, amendment.decided_by) == ("lapsed", cast.amara)
    metrics.edit_metric(metric_of(running, "primary"), by=cast.jonas, at=NOW, target=Decimal(15))
    assert metric_of(running, "primary").target == 15


def test_pages_and_api_show_what_waits_and_who_may_decides_there(
    running: Pilot, cast: Cast
) -> None:
    lead, executive = Client(), Client()
    lead.force_login(cast.jonas)
    executive.force_login(cast.amara)
    primary = metric_of(running, "primary")
    form = reverse("pilots:metric-edit", args=[primary.pk])
    page = lead.get(form)
    assert "The pilot is judged by this metric" in page.content.decode()
    sent = {
        name: "" if (value := page.context["form"][name].value()) is None else str(value)
        for name in page.context["form"].fields
    } | {"date": "day", "value": "minutes", "target": "15"}
    assert "Say why" in lead.post(form, sent).content.decode()
    answer = lead.post(form, {**sent, "reason": WHY})
    amendment = Amendment.objects.waiting().get()
    assert answer.headers["Location"] == amendment.get_absolute_url()
    for address in (
        form,
        reverse("pilots:metric-detail", args=[primary.pk]),
        running.get_absolute_url(),
    ):
        assert (
            "A change of the locked plan waits for approval" in lead.get(address).content.decode()
        )
    shown = executive.get(amendment.get_absolute_url()).content.decode()
    assert "15 min" in shown
    assert WHY in shown
    listed = executive.get(reverse("pilots:api-amendment-list"), {"waiting": "me"}).json()
    (one,) = listed["results"]
    assert {"what": "target", "before": "11 min", "after": "15 min"} in one["changes"]
    assert (
        "Say why it stays"
        in executive.post(amendment.get_absolute_url(), {"decision": "decline"}).content.decode()
    )
    decide = reverse("pilots:api-amendment-decide", args=[amendment.pk])
    done = executive.post(decide, {"decision": "approve"}, content_type="application/json")
    assert done.json()["status"] == "approved"
    assert metric_of(running, "primary").target == 15
    assert "A change of the locked plan waits" not in lead.get(form).content.decode()


VERBS = {
    "approve": lambda one, cast: amendments.approve(one, by=cast.amara, at=NOW),
    "approve-own": lambda one, cast: amendments.approve(one, by=cast.jonas, at=NOW),
    "decline": lambda one, cast: amendments.decline(one, by=cast.helen, at=NOW, reason="No."),
    "withdraw": lambda one, cast: amendments.withdraw(one, by=cast.jonas, at=NOW),
}


def test_however_often_and_in_which_order_it_is_decided_once_and_the_plan_follows(
    running: Pilot, cast: Cast
) -> None:
    """The first who may decides; the plan is amended where that was an approval, and nowhere else."""

    @settings(max_examples=25, deadline=None)
    @given(st.lists(st.sampled_from(sorted(VERBS)), max_size=4))
    def holds(verbs: list[str]) -> None:
        with undone():
            amendment = propose(running, cast)
            for verb in verbs:
                fresh = Amendment.objects.for_list().get(pk=amendment.pk)
                try:
                    VERBS[verb](fresh, cast)
                except Refused:
                    continue
            first = next((verb for verb in verbs if verb != "approve-own"), None)
            amendment.refresh_from_db()
            status = {"approve": "approved", "decline": "declined", "withdraw": "withdrawn"}
            assert amendment.status == status.get(first or "", "waiting")
            expected = (Decimal(15), 2) if first == "approve" else (Decimal(11), 1)
            metric = metric_of(running, "primary")
            assert (metric.target, metric.version) == expected

    holds()


def test_who_was_taken_off_the_team_after_approval_approves_nothing_of_it(
    running: Pilot, cast: Cast
) -> None:
    """A lead who wants a friendly approver cannot take one off the team for the day."""
    promised = make.on_team(
        running, person=cast.frank, role="member", percent=5, starts_on=make.TODAY,
        ends_on=make.TODAY + timedelta(days=30), by=cast.jonas, at=NOW,
    )  # fmt: skip
    amendment = propose(running, cast)
    staffing.remove(promised, by=cast.jonas, at=NOW)
    assert not running.team.filter(person=cast.frank).exists()
    assert amendments_waiting(cast.frank) == []
    assert cast.frank not in approvers(running)
    with pytest.raises(NotAllowed, match="were on this pilot's team"):
        amendments.approve(amendment, by=cast.frank, at=NOW)
    with (
        pytest.raises(IntegrityError, match="decided from outside the team"),
        transaction.atomic(),
    ):
        amendments._move(amendment, "approve", by=cast.frank, at=NOW, answer="", version=2)
    client = Client()
    client.force_login(cast.frank)
    page = client.get(amendment.get_absolute_url()).content.decode()
    assert "after it got its resources, so somebody else decides" in page
    amendments.approve(Amendment.objects.for_list().get(pk=amendment.pk), by=cast.helen, at=NOW)
    assert metric_of(running, "primary").target == 15


def test_who_left_while_the_pilot_was_shaped_may_approve(cast: Cast, fund: Fund) -> None:
    pilot = make.open_pilot(cast)
    promised = make.on_team(
        pilot, person=cast.frank, role="member", percent=5, starts_on=make.TODAY,
        ends_on=make.TODAY + timedelta(days=30), by=cast.jonas, at=NOW,
    )  # fmt: skip
    staffing.remove(promised, by=cast.jonas, at=NOW)
    make.run(cast, pilot, fund)
    amendment = propose(Pilot.objects.get(pk=pilot.pk), cast)
    amendments.approve(amendment, by=cast.frank, at=NOW)
    assert amendment.status == "approved"


def test_a_lead_who_handed_the_pilot_over_approves_nothing_of_it(
    running: Pilot, cast: Cast
) -> None:
    Pilot.objects.filter(pk=running.pk).update(lead=cast.priya)
    running.team.filter(person=cast.jonas).delete()
    former = running.former_team.filter(person=cast.jonas)
    assert {one.role for one in former} >= {"lead"}
    with pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
        former.delete()
    amendment = Amendment.objects.create(
        metric=metric_of(running, "primary"),
        values={"target": ["11", "15"]},
        reason=WHY,
        proposed_by=cast.priya,
        proposed_at=NOW,
    )
    fresh = Amendment.objects.for_list().get(pk=amendment.pk)
    with (
        pytest.raises(IntegrityError, match="decided from outside the team"),
        transaction.atomic(),
    ):
        amendments._move(fresh, "approve", by=cast.jonas, at=NOW, answer="", version=2)
