"""Guardrail alarms: raised once, told to whom it concerns, open until answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from innovation.audit.models import Event
from innovation.notices.models import Notice
from innovation.people.models import RoleGrant, User
from innovation.rules.refusal import Conflict, NotAllowed, Refused
from innovation.web.panels import waiting_for
from pilots.evidence import actions, queries
from pilots.evidence.models import Alarm, AlarmAnswer, GuardrailLook
from pilots.evidence.numbers import Numbers, SeriesPlan
from pilots.evidence.panels import alarms_waiting
from pilots.funding.models import Fund
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.states import PilotStatus
from pilots.metrics.models import Metric
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.present import present

pytestmark = pytest.mark.django_db
LIVE = make.TODAY - timedelta(weeks=12)


@pytest.fixture
def running(cast: Cast, pilot: Pilot, fund: Fund) -> Pilot:
    """A running pilot with a guardrail whose baseline is at about 17."""
    make.run(cast, pilot, fund)
    Pilot.objects.filter(pk=pilot.pk).update(went_live_on=LIVE)
    return Pilot.objects.get(pk=pilot.pk)


@pytest.fixture
def guardrail(running: Pilot) -> Metric:
    metric = running.metrics.get(role="guardrail")
    metric.observations.all()._raw_delete("default")
    Metric.objects.filter(pk=metric.pk).update(
        limit=Decimal(20), pull_from=LIVE - timedelta(weeks=30), baseline_from=None,
        baseline_until=None, kind="value",
    )  # fmt: skip
    metric = Metric.objects.select_related("pilot", "source").get(pk=metric.pk)
    make.observe(metric, since=first_week() - timedelta(weeks=30), weeks=30)
    return metric


def first_week() -> date:
    return LIVE + timedelta(days=-LIVE.weekday() % 7)


def harm(metric: Metric, *, weeks: int = 6, value: float = 26.0) -> None:
    make.observe(metric, since=first_week(), weeks=weeks, value=value)
    Metric.objects.filter(pk=metric.pk).update(data_version=metric.data_version + weeks)
    metric.refresh_from_db()


def test_watch_of_a_guardrail_within_its_limit_raises_nothing(guardrail: Metric) -> None:
    make.observe(guardrail, since=first_week(), weeks=6)
    assert actions.watch(guardrail.pk, at=NOW) is None


def test_watch_of_a_breach_raises_one_alarm_and_tells_whom_it_concerns(
    guardrail: Metric, cast: Cast
) -> None:
    harm(guardrail)
    Notice.objects.all().delete()
    alarm = actions.watch(guardrail.pk, at=NOW)
    assert alarm is not None
    assert alarm.sentence.startswith(f"{guardrail.name}: beyond its limit of 20 min")
    assert alarm.limit == 20
    told = {notice.person for notice in Notice.objects.select_related("person")}
    assert told == {cast.jonas, cast.amara, cast.helen, cast.frank, cast.rosa}
    event = Event.objects.get(type="alarm.raised")
    assert (event.actor, event.unit_id) == ("system:Guardrail watch", cast.brigid.pk)
    assert actions.watch(guardrail.pk, at=NOW) is None
    assert actions.watch_all(at=NOW) == []
    assert Alarm.objects.count() == 1


def test_a_signal_of_the_chart_tells_the_lead_once_and_raises_nothing(
    guardrail: Metric, cast: Cast
) -> None:
    """One wild week is a reason to look; nobody has to answer, and nothing is to be paused."""
    make.observe(guardrail, since=first_week(), weeks=5)
    make.observe(guardrail, since=first_week() + timedelta(weeks=5), weeks=1, value=40.0)
    Notice.objects.all().delete()
    assert actions.watch(guardrail.pk, at=NOW) is None
    assert actions.watch(guardrail.pk, at=NOW + timedelta(hours=1)) is None
    look = GuardrailLook.objects.get()
    assert look.period == first_week() + timedelta(weeks=5)
    assert look.sentence.startswith(f"{guardrail.name}: look at this: 40")
    told = Notice.objects.get()
    assert (told.person, told.text) == (cast.jonas, look.sentence)
    assert told.url == reverse("pilots:metric-detail", args=[guardrail.pk])
    event = Event.objects.get(type="metric.looked_at")
    assert (event.actor, event.details["period"]) == (
        "system:Guardrail watch",
        look.period.isoformat(),
    )
    assert not Alarm.objects.exists()
    # The next week is wild too: by then it is a harm signal.
    make.observe(guardrail, since=first_week() + timedelta(weeks=6), weeks=1, value=40.0)
    Metric.objects.filter(pk=guardrail.pk).update(data_version=guardrail.data_version + 7)
    alarm = actions.watch(guardrail.pk, at=NOW)
    assert alarm is not None
    assert alarm.period == first_week() + timedelta(weeks=6)
    assert GuardrailLook.objects.count() == 1


def test_a_signal_is_told_again_where_it_has_begun_anew(guardrail: Metric) -> None:
    for week, value in enumerate([16.0, 40.0, 16.0, 16.0, 16.0, 16.0, 40.0]):
        make.observe(guardrail, since=first_week() + timedelta(weeks=week), weeks=1, value=value)
        Metric.objects.filter(pk=guardrail.pk).update(data_version=guardrail.data_version + week)
        actions.watch(guardrail.pk, at=NOW)
    assert [look.period for look in GuardrailLook.objects.order_by("pk")] == [
        first_week() + timedelta(weeks=1),
        first_week() + timedelta(weeks=6),
    ]
    again = GuardrailLook.objects.first()
    assert again is not None
    again.pk = None
    with pytest.raises(IntegrityError, match="look_one_a_run_of_signals"), transaction.atomic():
        again.save(force_insert=True)


def test_a_run_that_is_seen_to_have_begun_earlier_is_not_told_again(guardrail: Metric) -> None:
    """The rules mark points in hindsight: what began in the sixth week began in the fourth."""
    make.observe(guardrail, since=first_week(), weeks=5)
    make.observe(guardrail, since=first_week() + timedelta(weeks=5), weeks=1, value=40.0)
    GuardrailLook.objects.create(
        metric=guardrail, pilot=present(guardrail.pilot), told_at=NOW, sentence="Look.",
        period=first_week() + timedelta(weeks=6),
    )  # fmt: skip
    actions.watch(guardrail.pk, at=NOW)
    assert GuardrailLook.objects.count() == 1


def test_a_lead_who_left_is_not_told_to_look(guardrail: Metric, cast: Cast) -> None:
    make.observe(guardrail, since=first_week(), weeks=5)
    make.observe(guardrail, since=first_week() + timedelta(weeks=5), weeks=1, value=40.0)
    User.objects.filter(pk=cast.jonas.pk).update(is_active=False)
    Notice.objects.all().delete()
    actions.watch(guardrail.pk, at=NOW)
    assert GuardrailLook.objects.exists()
    assert not Notice.objects.exists()


def test_watch_of_all_looks_at_so_many_at_once_and_at_each(
    guardrail: Metric, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four hundred and fifty series at once stayed in a worker: 14 MB for good (2026-11-29)."""
    watched = [guardrail]
    for _more in range(4):
        another = make.make_metric(
            cast, present(guardrail.pilot), role="guardrail", limit=Decimal(20), baseline_from=None,
            baseline_until=None,
        )  # fmt: skip
        make.observe(another, since=first_week() - timedelta(weeks=30), weeks=30)
        watched.append(another)
    for metric in watched[::2]:
        harm(metric)
    at_once, worked_out = [], queries.worked_out

    def looked_at(metrics: Sequence[Metric], asked: Mapping[int, SeriesPlan]) -> list[Numbers]:
        at_once.append([metric.pk for metric in metrics])
        return worked_out(metrics, asked)

    monkeypatch.setattr(actions, "AT_ONCE", 2)
    monkeypatch.setattr(queries, "worked_out", looked_at)
    raised = actions.watch_all(at=NOW)
    assert {alarm.metric_id for alarm in raised} == {metric.pk for metric in watched[::2]}
    assert max(map(len, at_once)) == 2
    mine = Metric.objects.filter(pilot=guardrail.pilot).order_by("pk")
    assert [pk for some in at_once for pk in some] == list(mine.values_list("pk", flat=True))


def test_paused_pilot_stays_watched_and_goes_on_only_once_its_alarm_is_answered(
    guardrail: Metric, cast: Cast
) -> None:
    harm(guardrail)
    pilot = present(guardrail.pilot)
    lifecycle.pause(pilot, reason="Power cut.", by=cast.jonas, at=NOW)
    alarm = actions.watch(guardrail.pk, at=NOW)
    assert alarm is not None
    with pytest.raises(Refused, match="guardrail alarm waits"):
        lifecycle.resume(pilot, reason="Power is back.", by=cast.jonas, at=NOW)
    actions.answer(alarm, answer=AlarmAnswer.PAUSE, reason="Let us look.", by=cast.jonas, at=NOW)
    with pytest.raises(NotAllowed, match="Paused on an alarm"):
        lifecycle.resume(pilot, reason="Power is back.", by=cast.jonas, at=NOW)
    lifecycle.resume(pilot, reason="It was the power cut.", by=cast.helen, at=NOW)
    assert pilot.status == PilotStatus.PAUSED  # by its team, from before
    lifecycle.resume(pilot, reason="Power is back.", by=cast.jonas, at=NOW)
    assert pilot.status == PilotStatus.RUNNING


def test_scaled_pilot_stays_watched_and_its_alarm_waits_for_its_owner_by_name(
    guardrail: Metric, cast: Cast
) -> None:
    pilot = present(guardrail.pilot)
    harm(guardrail)
    lifecycle.evaluate(pilot, by=cast.jonas, at=NOW)
    lifecycle.scale(pilot, reason="It works.", by=cast.amara, at=NOW)
    raised = actions.watch(guardrail.pk, at=NOW)
    assert raised is not None
    alarm = Alarm.objects.select_related("pilot__unit", "metric").get(pk=raised.pk)
    told = Notice.objects.filter(subject=f"alarm:{alarm.pk}")
    assert {"Rosa Delgado", "Jonas Park", "Helen Sato"} <= {one.person.name for one in told}
    assert "waits for Rosa Delgado to put it right" in told[0].text
    assert [item.title for item in alarms_waiting(cast.rosa)] == [pilot.title]
    with pytest.raises(Refused, match="nothing to pause"):
        actions.answer(alarm, answer=AlarmAnswer.PAUSE, reason="Stop.", by=cast.helen, at=NOW)
    with pytest.raises(NotAllowed):
        actions.answer(alarm, answer=AlarmAnswer.KEEP, reason="Fine.", by=cast.jonas, at=NOW)
    actions.answer(
        alarm, answer=AlarmAnswer.ACT, reason="Taken off the wards.", by=cast.rosa, at=NOW
    )
    assert alarms_waiting(cast.rosa) == []


def test_running_pilot_is_paused_or_kept_and_not_put_right(alarm: Alarm, cast: Cast) -> None:
    with pytest.raises(Refused, match="not over"):
        actions.answer(alarm, answer=AlarmAnswer.ACT, reason="Mended.", by=cast.helen, at=NOW)


@pytest.fixture
def alarm(guardrail: Metric) -> Alarm:
    harm(guardrail)
    raised = actions.watch(guardrail.pk, at=NOW)
    assert raised is not None
    return Alarm.objects.select_related("pilot__unit", "metric").get(pk=raised.pk)


def test_database_holds_one_open_alarm_of_a_metric_answered_whole_or_not(
    alarm: Alarm, cast: Cast
) -> None:
    again = Alarm.objects.get(pk=alarm.pk)
    again.pk = None
    with pytest.raises(IntegrityError, match="alarm_one_open_a_metric"), transaction.atomic():
        again.save(force_insert=True)
    for half in ({"answered_at": NOW}, {"answered_by": cast.helen}, {"answer": "keep"}):
        with pytest.raises(IntegrityError, match="alarm_answered_whole"), transaction.atomic():
            Alarm.objects.filter(pk=alarm.pk).update(**half)


def test_answer_pause_pauses_the_pilot_with_the_reason(alarm: Alarm, cast: Cast) -> None:
    actions.answer(alarm, answer="pause", reason="Two denials a day.", by=cast.helen, at=NOW)
    pilot = Pilot.objects.get(pk=alarm.pilot_id)
    assert pilot.status == PilotStatus.PAUSED
    event = Event.objects.get(type="alarm.answered")
    assert event.details["reason"] == "Two denials a day."
    assert Notice.objects.filter(person=cast.jonas, title__contains="answered").exists()


def test_answer_keep_leaves_it_running_and_the_same_breach_is_not_raised_again(
    alarm: Alarm, guardrail: Metric, cast: Cast
) -> None:
    actions.answer(
        alarm, answer="keep", reason="A coding change, corrected.", by=cast.helen, at=NOW
    )
    assert Pilot.objects.get(pk=alarm.pilot_id).status == PilotStatus.RUNNING
    assert actions.watch_all(at=NOW) == []
    make.observe(guardrail, since=first_week() + timedelta(weeks=6), weeks=2, value=26)
    Metric.objects.filter(pk=guardrail.pk).update(data_version=99)
    assert actions.watch_all(at=NOW) == []


def test_answer_keep_is_not_for_the_team(alarm: Alarm, cast: Cast) -> None:
    with pytest.raises(NotAllowed, match="safety reviewer"):
        actions.answer(alarm, answer="keep", reason="It will pass.", by=cast.jonas, at=NOW)
    for stranger in (cast.ana, cast.otto, cast.hugo):
        with pytest.raises(NotAllowed):
            actions.answer(alarm, answer="pause", reason="Stop it.", by=stranger, at=NOW)


def test_answer_keep_is_not_for_a_reviewer_who_is_on_the_team(alarm: Alarm, cast: Cast) -> None:
    """Whoever works on a pilot does not judge its alarm, whatever else they may."""
    person = cast.jonas
    RoleGrant.objects.create(
        person=person, unit=cast.brigid, role="clinical_safety_reviewer", granted_at=NOW
    )
    with pytest.raises(NotAllowed, match="on this pilot's team"):
        actions.answer(
            alarm, answer="keep", reason="It will pass.", by=User.objects.get(pk=person.pk), at=NOW
        )


def test_answer_without_a_reason_is_refused(alarm: Alarm, cast: Cast) -> None:
    with pytest.raises(Refused, match="Say why"):
        actions.answer(alarm, answer="pause", reason="  ", by=cast.helen, at=NOW)
    with pytest.raises(Refused, match="Choose"):
        actions.answer(alarm, answer="later", reason="Hm.", by=cast.helen, at=NOW)


def test_answer_second_is_told_who_was_first(alarm: Alarm, cast: Cast) -> None:
    mine = Alarm.objects.select_related("pilot__unit", "metric").get(pk=alarm.pk)
    actions.answer(alarm, answer="keep", reason="Known.", by=cast.helen, at=NOW)
    with pytest.raises(Conflict, match=r"Helen Sato answered this on .*: Keep running"):
        actions.answer(mine, answer="pause", reason="Stop.", by=cast.amara, at=NOW)
    assert Pilot.objects.get(pk=alarm.pilot_id).status == PilotStatus.RUNNING


def test_an_open_alarm_waits_for_those_who_may_answer(alarm: Alarm, cast: Cast) -> None:
    for person in (cast.helen, cast.amara, cast.jonas):
        items = [item for item in waiting_for(person) if item.kind == "Alarm"]
        assert [item.title for item in items] == [alarm.pilot.title]
    for person in (cast.ana, cast.otto, cast.victor):
        assert [item for item in waiting_for(person) if item.kind == "Alarm"] == []
    actions.answer(alarm, answer="keep", reason="Known.", by=cast.helen, at=NOW)
    assert [item for item in waiting_for(cast.amara) if item.kind == "Alarm"] == []


def test_the_page_of_an_alarm_takes_the_answer(alarm: Alarm, cast: Cast, client: Client) -> None:
    here = reverse("pilots:alarm-answer", args=[alarm.pk])
    client.force_login(cast.helen)
    page = client.get(here)
    assert alarm.sentence in page.content.decode()
    kept = client.post(here, {"answer": "pause", "reason": ""})
    assert kept.status_code == 400
    done = client.post(here, {"answer": "pause", "reason": "Denials rise."})
    assert done.headers["Location"] == reverse("pilots:pilot-detail", args=[alarm.pilot_id])
    client.force_login(cast.amara)
    late = client.post(here, {"answer": "keep", "reason": "Let it run."})
    assert "Helen Sato answered this" in late.content.decode()


def test_the_page_of_an_alarm_opens_to_a_team_member_from_another_hospital(
    alarm: Alarm, cast: Cast, client: Client
) -> None:
    """Who works on a pilot may pause it, so its alarm must not be a page that they do not find."""
    here = reverse("pilots:alarm-answer", args=[alarm.pk])
    client.force_login(cast.hugo)
    assert client.get(here).status_code == 404
    make.on_team(
        alarm.pilot, person=cast.hugo, role="member", percent=5, starts_on=make.TODAY,
        ends_on=make.TODAY + timedelta(days=30), by=cast.maya, at=NOW,
    )  # fmt: skip
    assert client.get(here).status_code == 200
    assert client.post(here, {"answer": "keep", "reason": "Known."}).status_code == 400
    alarm.refresh_from_db()
    assert alarm.answered_at is None
    done = client.post(here, {"answer": "pause", "reason": "Denials rise."})
    assert done.headers["Location"] == reverse("pilots:pilot-detail", args=[alarm.pilot_id])
