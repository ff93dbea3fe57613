"""One pull: what is kept, what is not, and what it says about itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from innovation.notices.models import Notice
from pilots.metrics import actions, collect
from pilots.metrics.models import Metric, Observation, Pull, PullStatus, Revision
from pilots.metrics.queries import series
from tests.factories.cast import NOW, Cast
from tests.pilots.metrics.server import Answer, Source, rows
from tests.present import present

pytestmark = pytest.mark.django_db

WEEKS = [("2026-09-07", 12, 100), ("2026-09-14", 9, 90), ("2026-09-21", 11, 95)]


def pull(metric: Metric, *, after: timedelta = timedelta(0)) -> Pull:
    waiting = actions.request_pull(metric, at=NOW + after)
    done = actions.run_pull(waiting.pk, at=NOW + after)
    assert done is not None
    metric.refresh_from_db()
    return done


def balanced(pull: Pull) -> bool:
    return pull.received == pull.added + pull.revised + pull.unchanged + pull.quarantined


def versions_of_rows(metric: Metric) -> list[tuple[str, str]]:
    """Where each row lies and which transaction wrote it: the same means not written again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ctid::text, xmin::text FROM pilots_observation WHERE metric_id = %s"
            " ORDER BY period",
            [metric.pk],
        )
        return [(place, written) for place, written in cursor.fetchall()]


def test_pull_of_new_numbers_keeps_them_and_accounts_for_each(
    metric: Metric, hospital: Source
) -> None:
    hospital.answer = rows(*WEEKS)
    done = pull(metric)
    assert (done.status, done.received, done.added) == (PullStatus.DONE, 3, 3)
    assert balanced(done)
    assert hospital.asked == ["/late?from=2026-09-07&until=2026-11-23"]
    kept = Observation.objects.filter(metric=metric).order_by("period")
    assert [(o.period, o.numerator, o.denominator, o.value, o.n) for o in kept] == [
        (date.fromisoformat(week), Decimal(a), Decimal(b), None, b) for week, a, b in WEEKS
    ]
    assert (metric.data_version, metric.failures) == (1, 0)
    assert present(metric.next_pull_at) > NOW
    line = series(metric)
    assert line.values.tolist() == [0.12, 0.1, 11 / 95]
    assert line.cases == 285


def test_pull_that_is_done_accounts_for_every_row_by_any_path(
    metric: Metric, hospital: Source
) -> None:
    hospital.answer = rows(*WEEKS)
    done = pull(metric)
    for lost in ({"received": F("received") + 1}, {"added": F("added") - 1}):
        with pytest.raises(IntegrityError, match="accounts_for_every_row"), transaction.atomic():
            Pull.objects.filter(pk=done.pk).update(**lost)


def test_second_pull_at_once_is_refused_by_the_database_itself(metric: Metric) -> None:
    pull = actions.request_pull(metric, at=NOW)
    pull.pk = None
    with pytest.raises(IntegrityError, match="pull_one_at_a_time"), transaction.atomic():
        pull.save(force_insert=True)


def test_pull_again_of_the_same_numbers_writes_nothing(metric: Metric, hospital: Source) -> None:
    hospital.answer = rows(*WEEKS)
    pull(metric)
    before, version = versions_of_rows(metric), metric.data_version
    done = pull(metric, after=timedelta(days=1))
    assert (done.status, done.unchanged, done.added, done.revised) == (PullStatus.DONE, 3, 0, 0)
    assert versions_of_rows(metric) == before
    assert metric.data_version == version
    assert not Revision.objects.exists()


def test_pull_of_a_corrected_number_keeps_the_former_one(metric: Metric, hospital: Source) -> None:
    hospital.answer = rows(*WEEKS)
    first = pull(metric)
    hospital.answer = rows(WEEKS[0], ("2026-09-14", 10, 90), WEEKS[2])
    second = pull(metric, after=timedelta(days=1))
    assert (second.revised, second.unchanged, second.added) == (1, 2, 0)
    assert metric.data_version == 2
    now = Observation.objects.get(metric=metric, period=date(2026, 9, 14))
    assert (now.numerator, now.revision, now.pull_id) == (Decimal(10), 1, second.pk)
    former = Revision.objects.get(metric=metric)
    before = (date(2026, 9, 14), Decimal(9), 0)
    assert (former.period, former.numerator, former.revision) == before
    assert (former.pull_id, former.replaced_by_pull_id) == (first.pk, second.pk)


def test_pull_with_bad_rows_keeps_the_good_ones_and_lists_the_bad(
    metric: Metric, hospital: Source
) -> None:
    hospital.answer = rows(
        WEEKS[0],
        ("2026-09-14", 9, 0),
        ("2026-09-21", 99, 95),
        ("someday", 1, 2),
        ("2026-09-28", "NaN", 90),
        ("2026-10-05", 7, 80),
        ("2026-10-05", 8, 80),
    )
    done = pull(metric)
    assert done.status == PullStatus.PARTLY
    assert done.added == 1  # the week that came twice with different numbers is refused whole
    assert balanced(done)
    reasons = {row.line: row.reason for row in done.quarantine.all()}
    assert len(reasons) == done.quarantined == done.received - done.added
    assert all(reason.endswith(".") for reason in reasons.values())
    assert [o.period for o in Observation.objects.filter(metric=metric)] == [date(2026, 9, 7)]


def test_pull_where_every_row_is_bad_fails_with_the_first_reason(
    metric: Metric, hospital: Source
) -> None:
    hospital.answer = rows(("07/09/26", 1, 2), ("14/09/26", 1, 2))
    done = pull(metric)
    assert done.status == PullStatus.FAILED
    assert done.problem.startswith("None of the 2 rows could be used.")
    assert done.who_can_fix == "whoever set up this metric"
    assert done.quarantine.count() == done.quarantined == 2


@pytest.mark.parametrize(
    ("answer", "says", "retries"),
    [
        (Answer(401), "credentials", False),
        (Answer(404), "nothing", False),
        (Answer(500), "", True),
        (Answer(429, headers={"Retry-After": "600"}), "", True),
        (Answer(body=b"<html><body>Sign in</body></html>", type="text/html"), "web page", False),
        (Answer(body=b""), "empty", None),
        (Answer(body=b'{"rows": [{"week": "2026-09-0'), "", None),
        (Answer(body=b'{"other": []}'), "", False),
    ],
    ids=["401", "404", "500", "429", "html", "empty", "truncated", "shape"],
)
def test_pull_of_a_source_in_trouble_changes_nothing_and_says_why(
    metric: Metric, hospital: Source, answer: Answer, says: str, retries: bool | None
) -> None:
    hospital.answer = rows(*WEEKS)
    pull(metric)
    before = versions_of_rows(metric)
    hospital.answer = answer
    done = pull(metric, after=timedelta(days=1))
    assert done.status == PullStatus.FAILED
    assert says in done.problem
    assert done.problem.endswith(".")
    assert done.who_can_fix
    if retries is not None:
        assert done.will_retry is retries
    assert versions_of_rows(metric) == before
    assert metric.failures == 1
    later = NOW + timedelta(days=1)
    wait = present(metric.next_pull_at) - later
    if done.will_retry:
        assert wait < timedelta(minutes=15)
    if answer.headers:
        assert wait >= timedelta(seconds=600)


def test_pull_that_fails_names_the_steward_and_tells_the_lead_once(
    metric: Metric, hospital: Source, cast: Cast
) -> None:
    hospital.answer = Answer(401)
    for day in range(4):
        done = pull(metric, after=timedelta(days=day))
        assert done.who_can_fix == "Integration team, ext. 4410"
    [notice] = Notice.objects.filter(person=cast.jonas)
    assert "Late notes" in notice.title
    assert "Integration team" in notice.text
    hospital.answer = rows(*WEEKS)
    assert pull(metric, after=timedelta(days=5)).status == PullStatus.DONE
    hospital.answer = Answer(401)
    pull(metric, after=timedelta(days=6))
    assert Notice.objects.filter(person=cast.jonas).count() == 2


def test_source_that_somebody_must_mend_tells_its_keeper_and_administrators_once(
    plan: Callable[..., Metric], source: object, hospital: Source, cast: Cast
) -> None:
    first = plan()
    of_unit = plan(name="Late notes, everywhere", pilot=None, unit=cast.brigid)
    first.source.keeper = cast.maya
    first.source.save(update_fields=["keeper"])
    hospital.answer = Answer(401)
    pull(first)
    told = {notice.person for notice in Notice.objects.filter(title__contains="cannot be pulled")}
    assert {cast.jonas, cast.maya, cast.ada} <= told
    pull(of_unit)
    assert Notice.objects.filter(person=cast.ada).count() == 1


def test_pull_that_may_succeed_later_is_told_only_when_it_goes_on(
    plan: Callable[..., Metric], hospital: Source, cast: Cast
) -> None:
    first, second = plan(), plan(name="Notes on time", direction="higher")
    hospital.answer = Answer(500)
    for minute in range(5):
        pull(first, after=timedelta(minutes=minute))
        pull(second, after=timedelta(minutes=minute))
        told = Notice.objects.filter(person=cast.jonas).count()
        assert told == (0 if minute < 2 else 1)  # once for all metrics of the source
    assert first.failures == 5
    waits = [present(each.next_pull_at) - NOW for each in (first, second)]
    assert all(timedelta(minutes=16) < wait < timedelta(minutes=30) for wait in waits)


def test_pull_looks_back_for_corrections_and_gaps(metric: Metric, hospital: Source) -> None:
    weeks = [date(2026, 9, 7) + timedelta(weeks=n) for n in range(11)]
    hospital.answer = rows(*((str(week), 5, 50) for week in weeks))
    pull(metric)
    Metric.objects.filter(pk=metric.pk).update(pull_from=date(2026, 1, 5))
    metric.refresh_from_db()
    hospital.answer = rows()
    done = pull(metric, after=timedelta(days=1))
    assert done.window_start == date(2026, 1, 5)  # what is missing is asked for
    january = [date(2026, 1, 5) + timedelta(weeks=n) for n in range(35)]
    hospital.answer = rows(*((str(week), 5, 50) for week in january))
    pull(metric, after=timedelta(days=2))
    done = pull(metric, after=timedelta(days=3))
    assert done.window_start == date(2026, 9, 21)  # eight weeks before the last known one


def test_pull_of_a_metric_that_is_years_old_looks_back_no_further(
    metric: Metric, hospital: Source
) -> None:
    """Numbers of 2026-11-28: a week that began before the first day that is looked at for gaps was
    not among the known ones, so each night asked for 57 weeks instead of 9."""
    Metric.objects.filter(pk=metric.pk).update(pull_from=date(2024, 1, 1))
    metric.refresh_from_db()
    weeks = [date(2024, 1, 1) + timedelta(weeks=n) for n in range(151)]
    hospital.answer = rows(*((str(week), 5, 50) for week in weeks))
    pull(metric)
    for day in range(1, 8):
        done = pull(metric, after=timedelta(days=day))
        assert (done.window_end - done.window_start) <= timedelta(weeks=10)


def test_pull_of_a_metric_that_was_silent_for_years_asks_from_its_last_numbers_on(
    metric: Metric, hospital: Source
) -> None:
    Metric.objects.filter(pk=metric.pk).update(pull_from=date(2020, 1, 6))
    metric.refresh_from_db()
    weeks = [date(2020, 1, 6) + timedelta(weeks=n) for n in range(52)]
    hospital.answer = rows(*((str(week), 5, 50) for week in weeks))
    pull(metric)
    done = pull(metric, after=timedelta(days=1))
    assert done.window_start == date(2020, 11, 2)


def test_pull_with_another_definition_meanwhile_is_done_again(
    metric: Metric, hospital: Source, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    hospital.answer = rows(*WEEKS)
    collected = collect.collect

    def edited_meanwhile(*args: Any, **kwargs: Any) -> collect.Collected:
        actions.edit_metric(metric, by=cast.jonas, at=NOW, definition="Late notes ÷ all notes")
        return collected(*args, **kwargs)

    waiting = metric.pulls.get()
    with monkeypatch.context() as patch:
        patch.setattr(collect, "collect", edited_meanwhile)
        again = actions.run_pull(waiting.pk, at=NOW)
    assert again is not None
    assert again.status == PullStatus.WAITING
    assert not Observation.objects.exists()
    done = actions.run_pull(waiting.pk, at=NOW)
    assert done is not None
    assert done.status == PullStatus.DONE
    assert {o.version for o in Observation.objects.all()} == {2}


def test_pull_under_a_new_version_confirms_unchanged_numbers(
    metric: Metric, hospital: Source, cast: Cast
) -> None:
    hospital.answer = rows(*WEEKS)
    pull(metric)
    actions.edit_metric(metric, by=cast.jonas, at=NOW, definition="Late notes ÷ all notes")
    metric.refresh_from_db()
    done = pull(metric)
    assert done.unchanged == 3
    assert {o.version for o in Observation.objects.all()} == {2}
    assert not Revision.objects.exists()


def test_pull_that_only_confirms_under_a_new_version_makes_readings_anew(
    metric: Metric, hospital: Source
) -> None:
    """A source that no longer gives the first weeks confirms the others alone: no number changed, so
    the kept answer went on comparing two definitions."""
    hospital.answer = rows(*WEEKS)
    pull(metric)
    Metric.objects.filter(pk=metric.pk).update(version=2)
    known = Metric.objects.get(pk=metric.pk).data_version
    pull(Metric.objects.get(pk=metric.pk))
    assert Metric.objects.get(pk=metric.pk).data_version == known + 1
    pull(Metric.objects.get(pk=metric.pk))
    assert Metric.objects.get(pk=metric.pk).data_version == known + 1


def test_run_a_finished_pull_again_does_nothing(metric: Metric, hospital: Source) -> None:
    hospital.answer = rows(*WEEKS)
    done = pull(metric)
    assert actions.run_pull(done.pk, at=NOW) is None
    assert len(hospital.asked) == 1


def test_request_a_pull_while_one_is_under_way_returns_that_one(metric: Metric, cast: Cast) -> None:
    first = metric.pulls.get()
    assert actions.request_pull(metric, by=cast.jonas, at=NOW) == first
    assert metric.pulls.count() == 1


def test_pull_before_the_first_whole_period_waits_for_it(
    plan: Callable[..., Metric], hospital: Source
) -> None:
    metric = plan(pull_from=date(2026, 11, 20))
    done = actions.run_pull(metric.pulls.get().pk, at=NOW)
    assert done is not None
    assert (done.status, done.received) == (PullStatus.DONE, 0)
    assert hospital.asked == []
    assert "No whole period" in done.notes[0]
