"""The page that holds all of a pilot's evidence."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from innovation.people.models import User
from innovation.rules import dates
from pilots.evidence.models import Alarm
from pilots.funding.models import Fund
from pilots.gates import actions as gates
from pilots.gates.comparisons import hash_of_known
from pilots.gates.models import GateReview
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import LogEntry, Pilot, SiteGoLive
from pilots.metrics.models import Metric, Observation, Pull
from tests.factories import pilots as make
from tests.factories import siblings
from tests.factories.cast import NOW, Cast
from tests.present import present

pytestmark = pytest.mark.django_db

LIVE_ON = make.TODAY - timedelta(weeks=12)
FIRST = make.TODAY - timedelta(weeks=28)
# With sites, groups, a log, packs and decisions, whatever it measures.
STATEMENTS = 42


def page_of(person: User, address: str) -> str:
    browser = Client()
    browser.force_login(person)
    answer = browser.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def evidence_of(person: User, pilot: Pilot) -> str:
    return page_of(person, reverse("pilots:pilot-evidence", args=[pilot.pk]))


def text_of(page: str) -> str:
    """What is read of it, charts left out."""
    words = re.sub(r"<svg.*?</svg>|<script.*?</script>", " ", page, flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", words)))


@pytest.fixture
def measured(cast: Cast, pilot: Pilot, fund: Fund) -> Metric:
    """The primary metric of a running pilot: a share of 12 % before it, and of 9 % in its twelve
    weeks."""
    make.run(cast, pilot, fund)
    Pilot.objects.filter(pk=pilot.pk).update(went_live_on=LIVE_ON)
    pilot.refresh_from_db()
    Metric.objects.filter(pilot=pilot, role="primary").update(role="secondary")
    metric = siblings.share_metric(
        cast,
        pilot,
        name="Readmitted",
        unit=cast.four_west,
        baseline_from=FIRST,
        baseline_until=LIVE_ON,
        pull_from=FIRST,
    )
    siblings.count_shares(metric, since=FIRST, weeks=16, share=0.12, cases=1000, seed=1)
    siblings.count_shares(metric, since=LIVE_ON, weeks=12, share=0.09, cases=1000, seed=2)
    return metric


def with_sites(cast: Cast, metric: Metric, *, shares: list[float]) -> list[Metric]:
    found = []
    for n, share in enumerate(shares):
        site = siblings.make_site(
            cast, metric, siblings.make_ward(cast, f"Ward {n + 1}"), pull_from=FIRST
        )
        siblings.count_shares(site, since=FIRST, weeks=28, share=share, cases=100, seed=20 + n)
        found.append(site)
    return found


def with_group(cast: Cast, metric: Metric, label: str, before: float, then: float) -> Metric:
    series = siblings.share_metric(cast, None, unit=metric.unit, pull_from=FIRST, role="secondary")
    siblings.make_sibling(cast, metric, series, kind="group", label=label)
    siblings.count_shares(series, since=FIRST, weeks=16, share=before, cases=200, seed=3)
    siblings.count_shares(series, since=LIVE_ON, weeks=12, share=then, cases=200, seed=4)
    return series


def test_it_begins_with_what_was_promised_and_ends_with_what_was_decided(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.evaluate(cast, pilot, fund)
    approval = GateReview.objects.last_approval(pilot)
    assert approval is not None
    said = text_of(evidence_of(cast.ana, pilot))
    parts = [
        "What was promised",
        "Minutes in notes fall by a third.",
        "It is scaled where the primary metric is better and nothing harms. It runs for 4 weeks",
        "Locked when its resources were approved",
        hash_of_known(approval.known["protocol"]),
        "By the rule that was agreed: scale",
        "min since go-live, down from 16.9",
        "Compared by: Before and after, because",
        "What would change this If it was getting better by more than about",
        "Said beside measured",
        "What was decided",
        "Approve Dr Amara Osei",
        "What the plan could promise",
    ]
    places = [said.find(part) for part in parts]
    assert -1 not in places, [part for part in parts if part not in said]
    assert places == sorted(places)


def test_the_primary_metric_comes_first_and_then_the_guardrails(
    cast: Cast, measured: Metric
) -> None:
    assert measured.pilot is not None
    said = evidence_of(cast.amara, measured.pilot)
    found = [int(pk) for pk in re.findall(r'id="metric-(\d+)"', said)]
    roles = [Metric.objects.get(pk=pk).role for pk in found]
    assert roles == ["primary", "guardrail", "secondary"]


def test_nothing_measured_nothing_promised_and_nothing_said_has_words(
    cast: Cast, pilot: Pilot
) -> None:
    said = text_of(evidence_of(cast.ana, pilot))
    assert "so nothing was promised" in said
    assert "Not locked yet" in said
    assert "No numbers yet: nothing is planned to be measured" in said
    assert "The team has written nothing in its log yet." in said


def test_a_metric_without_a_number_says_so(cast: Cast, pilot: Pilot) -> None:
    make.make_metric(cast, pilot)
    said = text_of(evidence_of(cast.ana, pilot))
    assert "The chart appears with the first number." in said
    assert "What would change this" not in said


def test_the_outsider_and_the_other_hospital_are_refused(cast: Cast, pilot: Pilot) -> None:
    for person, status in ((cast.victor, 403), (cast.hugo, 404)):
        browser = Client()
        browser.force_login(person)
        answer = browser.get(reverse("pilots:pilot-evidence", args=[pilot.pk]))
        assert answer.status_code == status, person


def test_metrics_of_units_beyond_ones_reach_are_counted_and_not_shown(
    cast: Cast, pilot: Pilot
) -> None:
    Pilot.objects.filter(pk=pilot.pk).update(sponsor=cast.hugo)
    make.make_metric(cast, pilot, name="Readmitted at St Brigid")
    said = text_of(evidence_of(cast.hugo, pilot))
    assert "You may not see its numbers" in said and "Readmitted at St Brigid" not in said
    make.make_metric(cast, pilot, name="Readmitted at Harbor", role="secondary", unit=cast.harbor)
    said = text_of(evidence_of(cast.hugo, pilot))
    assert "Readmitted at Harbor" in said and "Readmitted at St Brigid" not in said
    assert "1 metric of it is not shown" in said


def test_a_silent_source_is_what_would_change_it(cast: Cast, measured: Metric) -> None:
    assert measured.pilot is not None

    def pulled(status: str, *, days: int) -> str:
        Pull.objects.create(
            metric=measured,
            requested_at=timezone.now() - timedelta(days=days),
            finished_at=timezone.now() - timedelta(days=days),
            status=status,
            problem="It does not answer." if status == "failed" else "",
            window_start=FIRST,
            window_end=make.TODAY,
        )
        return text_of(evidence_of(cast.amara, pilot))

    pilot = measured.pilot
    assert "what happened since" not in text_of(evidence_of(cast.amara, pilot))
    Observation.objects.filter(
        metric=measured, period__gte=make.TODAY - timedelta(weeks=6)
    ).delete()
    Metric.objects.filter(pk=measured.pk).update(data_version=99)
    late = pulled("done", days=20)
    assert "Its last number is for the week of 5 October 2026: what happened since" in late
    answered = dates.day_in_words(dates.day_of(timezone.now() - timedelta(days=20)))
    assert f"Its source has been silent since {answered}" in pulled("failed", days=10)
    Metric.objects.filter(pk=measured.pk).update(asked_until=LIVE_ON)
    assert "what happened since" not in pulled("done", days=1)


def test_what_the_team_said_stands_beside_what_was_measured_in_that_week(
    cast: Cast, measured: Metric
) -> None:
    pilot = measured.pilot
    assert pilot is not None
    for weeks, status, learned in (
        (10, "on_track", "Doctors like the draft."),
        (5, "at_risk", "Two rooms have no microphone."),
        (2, "nothing", ""),
    ):
        LogEntry.objects.create(
            pilot=pilot,
            at=NOW - timedelta(weeks=weeks),
            by=cast.jonas,
            status=status,
            learned=learned,
        )
    said = text_of(evidence_of(cast.ana, pilot))
    table = said[said.index("Said beside measured") :]
    assert "In 1 entry the team said that it is on track; in that week Readmitted was" in table
    assert "In 1 entry the team said that it needs attention or is blocked" in table
    week = measured.observations.get(period=make.TODAY - timedelta(weeks=5))
    level = f"{100 * present(week.numerator) / present(week.denominator):.1f}%"
    row = table[table.index("Needs attention") : table.index("On track")]
    assert "Two rooms have no microphone." in row and level in row


def test_go_lives_of_sites_pauses_and_alarms_are_drawn(cast: Cast, measured: Metric) -> None:
    pilot = measured.pilot
    assert pilot is not None
    for ward, weeks in (("Ward 1", 9), ("Ward 2", 6), ("Ward 3", 6)):
        SiteGoLive.objects.create(
            pilot=pilot,
            unit=siblings.make_ward(cast, ward),
            went_live_on=make.TODAY - timedelta(weeks=weeks),
        )
    lifecycle.pause(
        Pilot.objects.get(pk=pilot.pk),
        reason="The app is down.",
        by=cast.jonas,
        at=NOW - timedelta(weeks=3),
    )
    Alarm.objects.create(
        metric=measured,
        pilot=pilot,
        raised_at=NOW - timedelta(weeks=2),
        period=make.TODAY - timedelta(weeks=2),
        level="0.2",
        limit="0.1",
        sentence="Too many.",
    )
    for address in (
        reverse("pilots:pilot-evidence", args=[pilot.pk]),
        reverse("pilots:metric-detail", args=[measured.pk]),
    ):
        said = page_of(cast.amara, address)
        drawn = said[said.index('aria-label="Readmitted. ') :]
        drawn = drawn[: drawn.index("chart-narrow")]
        for words in ("Go-live", "Ward 1 live", "2 sites live", "Paused", "Alarm"):
            assert words in drawn, (words, address)


def test_sites_are_put_beside_each_other_on_both_pages(cast: Cast, measured: Metric) -> None:
    pilot = measured.pilot
    assert pilot is not None
    with_sites(cast, measured, shares=[0.1] * 11 + [0.25])
    for address in (
        reverse("pilots:pilot-evidence", args=[pilot.pk]),
        reverse("pilots:metric-detail", args=[measured.pk]),
    ):
        said = page_of(cast.amara, address)
        words = text_of(said)
        assert "1 of 13 sites lies beyond" in words and "Ward 12 (higher)." in words
        assert "99.8% limits" in words and "Each site since its own go-live" in words
        assert re.search(r'aria-label="Readmitted, site by site\.', said)
        row = words[words.index("Ward 12 not live") :]
        assert "unusual" in row[:120]


def test_a_site_of_the_other_hospital_counts_and_is_not_named(cast: Cast, measured: Metric) -> None:
    assert measured.pilot is not None
    with_sites(cast, measured, shares=[0.1] * 8)
    hidden = siblings.make_site(cast, measured, cast.harbor, pull_from=FIRST)
    siblings.count_shares(hidden, since=FIRST, weeks=28, share=0.4, cases=300, seed=77)
    for person, sees in ((cast.amara, True), (cast.ana, False)):
        page = evidence_of(person, measured.pilot)
        words = text_of(page)
        assert "1 of 10 sites lies beyond" in words
        assert ("Harbor Hospital (higher)" in words) is sees, person
        assert ("Harbor Hospital" in page) is sees, person
        assert ("1 that you may not see" in words) is not sees


def test_a_number_of_the_whole_is_no_site_beside_its_parts(cast: Cast, measured: Metric) -> None:
    assert measured.pilot is not None
    with_sites(cast, measured, shares=[0.1] * 6)
    Metric.objects.filter(pk=measured.pk).update(unit=cast.medicine)
    words = text_of(evidence_of(cast.amara, measured.pilot))
    assert "None of 6 sites lies beyond" in words


def test_what_is_measured_in_another_unit_is_named_and_not_compared(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.run(cast, pilot, fund)
    primary = Metric.objects.get(pilot=pilot, role="primary")
    for unit, kind, label in (
        (siblings.make_ward(cast, "By the hour"), "site", ""),
        (cast.brigid, "group", "Older than 80"),
    ):
        series = make.make_metric(
            cast, None, unit=unit, measure_unit="working days", role="secondary", target=None
        )
        make.observe(series, since=make.TODAY - timedelta(weeks=20), weeks=20)
        siblings.make_sibling(cast, primary, series, kind=kind, label=label)
    words = text_of(evidence_of(cast.amara, pilot))
    assert "Counted in another way, so not compared: By the hour." in words
    assert "Counted in another way, so not compared: Older than 80." in words


def test_a_group_that_was_left_behind_is_said_with_its_interval(
    cast: Cast, measured: Metric
) -> None:
    assert measured.pilot is not None
    with_group(cast, measured, "Need an interpreter", 0.13, 0.22)
    with_group(cast, measured, "Older than 80", 0.12, 0.09)
    words = text_of(evidence_of(cast.ana, measured.pilot))
    assert re.search(r"Need an interpreter: 2\d\.\d%, against \d\.\d% of the others\.", words)
    assert re.search(r"It widened by more than chance would bring: \+\d+\.\d points \(\+", words)
    assert "the gap would have stayed as it was" in words
    table = words[words.index("Each group beside the others") :]
    assert "Need an interpreter" in table and "wider" in table and "cannot be told" in table


def test_groups_that_one_may_not_see_are_left_out_and_counted(cast: Cast, measured: Metric) -> None:
    assert measured.pilot is not None
    group = with_group(cast, measured, "Need an interpreter", 0.13, 0.22)
    Metric.objects.filter(pk=group.pk).update(unit=cast.harbor)
    words = text_of(evidence_of(cast.ana, measured.pilot))
    assert "Need an interpreter" not in words
    assert "Groups that you may not see are left out: 1." in words


def test_it_takes_as_many_statements_for_five_metrics_as_for_two(
    cast: Cast, measured: Metric
) -> None:
    pilot = measured.pilot
    assert pilot is not None
    with_sites(cast, measured, shares=[0.1] * 5)
    with_group(cast, measured, "Need an interpreter", 0.13, 0.22)
    browser = Client()
    browser.force_login(cast.amara)

    def statements() -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            browser.get(reverse("pilots:pilot-evidence", args=[pilot.pk]))
        return [query["sql"] for query in captured.captured_queries]

    statements()
    few = statements()
    for n in range(3):
        more = siblings.share_metric(cast, pilot, role="secondary", name=f"Another {n}")
        siblings.count_shares(more, since=FIRST, weeks=28, share=0.2, cases=50, seed=50 + n)
        with_sites(cast, more, shares=[0.1] * 2)
        with_group(cast, more, "Need an interpreter", 0.13, 0.22)
    statements()
    many = statements()
    assert len(many) == len(few), "\n".join(q[:160] for q in many)
    assert len(many) <= STATEMENTS, "\n".join(q[:160] for q in many)


def test_the_page_of_the_pilot_leads_here(cast: Cast, measured: Metric) -> None:
    assert measured.pilot is not None
    page = page_of(cast.ana, measured.pilot.get_absolute_url())
    assert reverse("pilots:pilot-evidence", args=[measured.pilot.pk]) in page


def test_a_decision_against_the_rule_stays_on_it(cast: Cast, pilot: Pilot, fund: Fund) -> None:
    review = make.evaluate(cast, pilot, fund)
    gates.decide_outcome(
        review,
        decision="stop",
        reason="Winter first.",
        against="One winter more.",
        by=cast.amara,
        at=NOW,
    )
    words = text_of(evidence_of(cast.ana, pilot))
    assert "Decided against the agreed rule" in words and "One winter more." in words
    assert "Outcome: Stop" in words
