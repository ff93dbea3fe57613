"""The word on a metric is worked out anew only where what it rests on changed; its changes are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from innovation.audit.models import Event
from innovation.notices.models import Notice
from innovation.people.models import User
from pilots.evidence import actions, kept_answers, queries, tasks
from pilots.evidence.models import Alarm, KeptVerdict
from pilots.evidence.numbers import Numbers, SeriesPlan
from pilots.funding.models import Fund
from pilots.lifecycle.models import Pilot
from pilots.metrics.models import Metric
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db
LIVE = make.TODAY - timedelta(weeks=12)
SINCE = LIVE + timedelta(days=-LIVE.weekday() % 7)


@pytest.fixture
def metric(cast: Cast, pilot: Pilot, fund: Fund) -> Metric:
    """The primary metric of a running pilot, lower is better, with thirty weeks before go-live."""
    make.run(cast, pilot, fund)
    Pilot.objects.filter(pk=pilot.pk).update(went_live_on=LIVE)
    pilot.metrics.update(limit=None)
    metric = pilot.metrics.get(role="primary")
    metric.observations.all()._raw_delete("default")
    Metric.objects.filter(pk=metric.pk).update(
        kind="value", direction="lower", baseline_from=None, baseline_until=None, margin=None,
        limit=None, pull_from=LIVE - timedelta(weeks=31), steady_from="history",
        steady_because="Two years of it.",
    )  # fmt: skip
    make.observe(metric, since=SINCE - timedelta(weeks=30), weeks=30)
    return now(metric)


def now(metric: Metric) -> Metric:
    return Metric.objects.select_related("pilot", "source", "unit").get(pk=metric.pk)


def more(metric: Metric, *, weeks: int, value: float, since: date = SINCE) -> None:
    make.observe(metric, since=since, weeks=weeks, value=value)
    Metric.objects.filter(pk=metric.pk).update(data_version=now(metric).data_version + 1)


@pytest.fixture
def worked_out(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The metrics that were worked out so far."""
    done: list[int] = []
    work_out = queries.worked_out

    def counted(metrics: Sequence[Metric], asked: Mapping[int, SeriesPlan]) -> list[Numbers]:
        done.extend(metric.pk for metric in metrics)
        return work_out(metrics, asked)

    monkeypatch.setattr(queries, "worked_out", counted)
    return done


def test_nothing_is_worked_out_twice_until_what_it_rests_on_changes(
    metric: Metric, worked_out: list[int], cast: Cast
) -> None:
    every = set(Metric.objects.exclude(pilot=None).values_list("pk", flat=True))
    actions.watch_all(at=NOW)
    assert set(worked_out) == every and len(worked_out) == len(every)
    assert queries.due() == []
    actions.watch_all(at=NOW)
    actions.refresh(list(every), at=NOW)
    assert len(worked_out) == len(every)
    more(metric, weeks=1, value=12)
    assert queries.due() == [metric.pk]
    actions.watch_all(at=NOW)
    assert worked_out[len(every) :] == [metric.pk]
    # Its pilot's first day, and the analysis itself, are in it too.
    Pilot.objects.filter(metrics=metric).update(went_live_on=LIVE - timedelta(weeks=1))
    assert set(queries.due()) == every
    assert queries.fingerprint(metric, queries.questions([metric])[metric.pk]) != (
        KeptVerdict.objects.get(pk=metric.pk).rests_on
    )


def test_a_new_analysis_works_out_everything_anew(
    metric: Metric, monkeypatch: pytest.MonkeyPatch
) -> None:
    actions.watch_all(at=NOW)
    assert queries.due() == []
    monkeypatch.setattr(kept_answers, "ANALYSIS", "2027-01-01")
    assert metric.pk in queries.due()


def test_a_change_of_one_metric_s_role_changes_what_its_siblings_rest_on(metric: Metric) -> None:
    actions.watch_all(at=NOW)
    sibling = Metric.objects.filter(pilot=metric.pilot).exclude(pk=metric.pk).first()
    assert sibling is not None
    Metric.objects.filter(pk=metric.pk).update(direction="neutral")
    assert sibling.pk in queries.due()


def test_a_changed_word_is_written_down_and_told_to_the_lead_once(
    metric: Metric, cast: Cast
) -> None:
    more(metric, weeks=2, value=15)
    actions.refresh([metric.pk], at=NOW)
    kept = KeptVerdict.objects.get(pk=metric.pk)
    assert (kept.verdict, kept.since) == ("inconclusive", NOW)
    assert not Event.objects.filter(type="metric.verdict_changed").exists(), "it is the first word"
    Notice.objects.all().delete()
    later = NOW + timedelta(days=1)
    more(metric, weeks=10, value=4, since=SINCE + timedelta(weeks=2))
    for _again in range(2):
        actions.refresh([metric.pk], at=later)
    kept.refresh_from_db()
    assert (kept.verdict, kept.since) == ("better", later)
    event = Event.objects.get(type="metric.verdict_changed")
    assert (event.details["before"], event.details["after"]) == ("Inconclusive", "Better")
    notice = Notice.objects.get()
    assert notice.person == cast.jonas
    assert notice.title.endswith(": Better")
    assert "Before, the verdict was: Inconclusive." in notice.text
    assert queries.reading(now(metric), later).verdict_sentence in notice.text
    assert notice.url == reverse("pilots:metric-detail", args=[metric.pk])


def test_a_word_that_stays_keeps_the_day_it_is_from(metric: Metric) -> None:
    more(metric, weeks=8, value=4)
    actions.refresh([metric.pk], at=NOW)
    more(metric, weeks=1, value=4, since=SINCE + timedelta(weeks=8))
    later = NOW + timedelta(days=7)
    actions.refresh([metric.pk], at=later)
    kept = KeptVerdict.objects.get(pk=metric.pk)
    assert (kept.verdict, kept.since, kept.worked_out_at) == ("better", NOW, later)


def test_a_page_is_right_while_the_kept_word_is_not(metric: Metric) -> None:
    more(metric, weeks=2, value=15)
    actions.refresh([metric.pk], at=NOW)
    more(metric, weeks=10, value=4, since=SINCE + timedelta(weeks=2))
    assert KeptVerdict.objects.get(pk=metric.pk).verdict == "inconclusive"
    assert queries.reading(now(metric), NOW).verdict == "better"


def test_an_alarm_tells_of_itself_and_the_word_is_not_told_beside_it(
    metric: Metric, cast: Cast
) -> None:
    Metric.objects.filter(pk=metric.pk).update(role="guardrail", limit=Decimal(20))
    actions.refresh([metric.pk], at=NOW)
    Notice.objects.all().delete()
    more(metric, weeks=8, value=26)
    assert len(actions.refresh([metric.pk], at=NOW)) == 1
    event = Event.objects.get(type="metric.verdict_changed")
    assert event.details["after"] == "Harm signal"
    of_the_lead = Notice.objects.filter(person=cast.jonas)
    assert [notice.title[:6] for notice in of_the_lead] == ["Alarm:"]


def test_who_left_is_told_nothing(metric: Metric, cast: Cast) -> None:
    actions.refresh([metric.pk], at=NOW)
    User.objects.filter(pk=cast.jonas.pk).update(is_active=False)
    Notice.objects.all().delete()
    more(metric, weeks=12, value=4)
    actions.refresh([metric.pk], at=NOW)
    assert Event.objects.filter(type="metric.verdict_changed").exists()
    assert not Notice.objects.exists()


def test_a_metric_of_no_pilot_is_nobody_s_to_tell(metric: Metric, cast: Cast) -> None:
    loose = make.make_metric(cast, None, unit=cast.brigid)
    assert loose.pk not in queries.due()
    actions.refresh([loose.pk], at=NOW)
    assert not KeptVerdict.objects.filter(pk=loose.pk).exists()


def test_pulls_and_plans_ask_for_what_they_change(
    metric: Metric, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[int]] = []

    def refresh(ids: Sequence[int], *, at: datetime) -> list[Alarm]:
        asked.append(sorted(ids))
        return []

    monkeypatch.setattr(actions, "refresh", refresh)
    tasks.refresh(metric_ids=[metric.pk])
    tasks.refresh(pilot_id=metric.pilot_id)
    mine = Metric.objects.filter(pilot=metric.pilot_id).order_by("pk")
    assert asked == [[metric.pk], list(mine.values_list("pk", flat=True))]
    tasks.watch(metric_id=metric.pk)
    assert asked[2:] == [[metric.pk]]


def test_the_database_keeps_no_word_without_what_it_rests_on(metric: Metric) -> None:
    actions.refresh([metric.pk], at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        KeptVerdict.objects.filter(pk=metric.pk).update(rests_on="")
