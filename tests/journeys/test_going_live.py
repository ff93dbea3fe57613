"""The pilot is prepared and starts; a real worker pulls its numbers from the hospital."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from celery import current_app
from django.utils import timezone

from demo.hospital.server import Hospital
from innovation.celery import app
from pilots.gates import actions as gates
from pilots.metrics.models import Metric, Observation, Pull
from tests.factories import assurance
from tests.factories.cast import Cast
from tests.journeys.measured import Measured, approved
from tests.journeys.visitor import Live, Visitor
from tests.patience import wait_until
from tests.worker import Worker


def test_pilot_goes_live_on_numbers_that_a_worker_pulled(
    live: Live, cast: Cast, hospital: Hospital, worker: Worker
) -> None:
    measured = approved(cast, hospital)
    jonas = live(cast.jonas)
    when_he_starts_preparing(jonas, measured)
    # Planning a metric asks for its first numbers by itself.
    wait_until(lambda: all(known(metric) for metric in (measured.primary, measured.guardrail)))

    when_he_goes_live(jonas, measured, cast)
    jonas.sees("Note time per visit", "Notes corrected afterwards", "Running, week")
    jonas.look()

    # The schedule asks again, and nothing is doubled.
    count = known(measured.primary)
    when_the_schedule_says_so(measured.primary)
    wait_until(lambda: pulls(measured.primary, "done") == 2)
    assert known(measured.primary) == count

    # The source wants another password: the pilot's page says so, and who can fix it; what was
    # known stays.
    hospital.switches.put("/api", 401, 0)
    when_he_asks_for_a_pull(jonas, measured.primary)
    wait_until(lambda: pulls(measured.primary, "failed") == 1)
    then_the_page_of_the_pilot_says_what_failed_and_who_can_fix_it(jonas, measured)
    assert known(measured.primary) == count

    # It answers again, and the sentence goes.
    hospital.switches.drop("/api")
    when_he_asks_for_a_pull(jonas, measured.primary)
    wait_until(lambda: pulls(measured.primary, "done") == 3)
    jonas.open(measured.pilot.get_absolute_url())
    jonas.sees("Note time per visit")
    jonas.sees_not("is not reached")


# ---- when


def when_he_starts_preparing(jonas: Visitor, measured: Measured) -> None:
    jonas.open(measured.pilot.get_absolute_url())
    jonas.look()
    jonas.press("Start preparing")
    jonas.sees("Preparing. The baseline can be collected now.")
    jonas.look()


def when_he_goes_live(jonas: Visitor, measured: Measured, cast: Cast) -> None:
    assurance.pass_reviews(cast, measured.pilot, at=timezone.now())
    jonas.open(measured.pilot.get_absolute_url())
    jonas.sees("Everything is ready.")
    jonas.press("Ask to go live")
    jonas.look()
    jonas.press("Ask to go live")
    jonas.sees("It waits for a decision.")
    asked = measured.pilot.gate_reviews.get(gate="go_live")
    approved = datetime.combine(measured.live_on, time(6), UTC)
    gates.decide_go_live(asked, approve=True, by=cast.amara, at=approved)
    jonas.open(measured.pilot.get_absolute_url())
    jonas.press("Go live")
    jonas.look()
    jonas.fill("First day of use", measured.live_on.isoformat())
    jonas.press("Go live")
    jonas.sees("It runs. Its effect is judged against what was before.")


def when_he_asks_for_a_pull(jonas: Visitor, metric: Metric) -> None:
    jonas.open(f"/metrics/{metric.pk}/")
    jonas.press("Pull now")
    jonas.look()


def when_the_schedule_says_so(metric: Metric) -> None:
    """What beat sends every fifteen seconds, once this metric's time has come."""
    Metric.objects.filter(pk=metric.pk).update(next_pull_at=timezone.now() - timedelta(minutes=1))
    current_app.send_task(app.conf.beat_schedule["pilots.metrics.tasks.dispatch_due"]["task"])


# ---- then


def then_the_page_of_the_pilot_says_what_failed_and_who_can_fix_it(
    jonas: Visitor, measured: Measured
) -> None:
    jonas.open(measured.pilot.get_absolute_url())
    jonas.sees("“Note time per visit” is not reached: Lakeshore reporting interface")
    jonas.sees("Reporting team, ext. 4410", "What is shown was pulled")
    jonas.look()
    jonas.press("What happened")
    jonas.sees("Nothing of what was known before has changed")
    jonas.look()


def known(metric: Metric) -> int:
    return Observation.objects.filter(metric=metric).count()


def pulls(metric: Metric, status: str) -> int:
    return Pull.objects.filter(metric=metric, status=status).count()
