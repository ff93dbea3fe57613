"""Who of a group uses it, read from a metric of the pilot, or as the team counted where that is newer."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from innovation.audit.models import Event
from innovation.rules.refusal import Malformed, NotAllowed, Refused
from pilots.adoption import heat
from pilots.adoption.actions import pulses as actions
from pilots.adoption.models import AffectedGroup, GroupPulse, UseCount
from pilots.adoption.queries.readiness import GroupReadiness, readiness_of
from pilots.adoption.requirements import use_shown
from pilots.gates.models import GateReview
from pilots.lifecycle.checklist import Gate
from pilots.lifecycle.models import Pilot
from pilots.metrics.models import Metric, Observation
from tests.factories import adoption
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.factories.surveys import answer, closed

pytestmark = pytest.mark.django_db
LIVE = date(2026, 9, 7)  # a Monday
LAST = date(2026, 11, 9)


@pytest.fixture
def pilot(cast: Cast) -> Pilot:
    found = make.open_pilot(cast)
    Pilot.objects.filter(pk=found.pk).update(went_live_on=LIVE)
    return Pilot.objects.get(pk=found.pk)


@pytest.fixture
def night(cast: Cast, pilot: Pilot) -> AffectedGroup:
    return adoption.name_group(cast, pilot)


def share(cast: Cast, pilot: Pilot | None, **fields: Any) -> Metric:
    return make.make_metric(
        cast,
        pilot,
        **{"kind": "proportion", "role": "secondary", "measure_unit": "", "target": None, **fields},
    )


def said(metric: Metric, period: date, active: int, eligible: int, *, version: int = 1) -> None:
    Observation.objects.create(
        metric=metric, period=period, numerator=active, denominator=eligible, n=eligible,
        version=version, pull_id=0, recorded_at=NOW,
    )  # fmt: skip


def read(
    cast: Cast, group: AffectedGroup, active: Metric | None, later: Metric | None = None
) -> None:
    actions.read_use_from(group, active=active, still_active=later, by=cast.jonas, at=NOW)


def count(cast: Cast, group: AffectedGroup, on: date, **fields: Any) -> UseCount:
    given = {"eligible": 24, "active": 6, "source": "Vendor report", **fields}
    return actions.count_use(group, on=on, by=cast.jonas, at=NOW, **given)


def shown(pilot: Pilot) -> tuple[GroupReadiness, heat.HeatRow]:
    (found,) = readiness_of(pilot)
    return found, heat.row(found)


def test_use_is_read_from_the_last_number_since_go_live(
    cast: Cast, pilot: Pilot, night: AffectedGroup
) -> None:
    active, later = share(cast, pilot, name="Uses it"), share(cast, pilot, name="Still uses it")
    said(active, LIVE - timedelta(weeks=1), 20, 24)
    read(cast, night, active, later)
    found, row = shown(pilot)
    # What was measured before go-live says nothing of use.
    assert (found.use.active, found.use.still_active) == (None, None)
    assert (row.active.word, row.sources) == ("Not counted", [])
    said(active, LIVE, 6, 24)
    said(active, LAST, 18, 24)
    said(later, LAST, 12, 24)
    found, row = shown(pilot)
    assert (found.active, found.still_active) == (0.75, 0.5)
    assert (row.active.word, row.active.value) == ("Most", "75%")
    source, later_source = row.sources
    assert (source.metric, later_source.metric) == (active.pk, later.pk)
    begins = f"Uses it, from {active.source.name}, the week of 9 November 2026, n 24. "
    assert source.said.startswith(begins)
    assert source.said.removeprefix(begins)  # how fresh it is


def test_what_the_team_counted_counts_where_it_is_newer(
    cast: Cast, pilot: Pilot, night: AffectedGroup
) -> None:
    active = share(cast, pilot, name="Uses it")
    read(cast, night, active)
    count(cast, night, LIVE, still_active=12)
    assert shown(pilot)[0].active == 0.25  # the metric says nothing yet
    said(active, LAST, 18, 24)
    found, row = shown(pilot)
    # Each is known as it is: one from the metric, the other from the older count.
    assert (found.active, found.still_active) == (0.75, 0.5)
    assert row.sources[1].said == "Typed: Vendor report, 7 September 2026"
    count(cast, night, LAST + timedelta(days=6))  # within the week that the metric speaks of
    assert shown(pilot)[0].active == 0.75
    count(cast, night, LAST + timedelta(days=7))
    found, row = shown(pilot)
    assert found.active == 0.25
    source = row.sources[0]
    assert (source.said, source.metric) == ("Typed: Vendor report, 16 November 2026", None)
    read(cast, night, None)
    assert shown(pilot)[0].active == 0.25


def test_a_former_meaning_counts_no_more(cast: Cast, pilot: Pilot, night: AffectedGroup) -> None:
    active = share(cast, pilot)
    said(active, LAST, 18, 24)
    read(cast, night, active)
    Metric.objects.filter(pk=active.pk).update(version=2)
    assert shown(pilot)[0].use.active is None
    said(active, LIVE, 12, 24, version=2)
    assert shown(pilot)[0].active == 0.5


def test_no_share_of_a_metric_tells_of_few(cast: Cast, pilot: Pilot, night: AffectedGroup) -> None:
    active = share(cast, pilot)
    read(cast, night, active)
    for week, (some, all_of) in enumerate([(3, 24), (22, 24), (3, 4)]):
        said(active, LIVE + timedelta(weeks=week), some, all_of)
        found, row = shown(pilot)
        assert found.use.active is not None
        assert (found.active, found.use.active.n, row.active.word) == (None, None, "Not shown")
        assert " n " not in row.sources[0].said
    said(active, LAST, 24, 24)
    assert shown(pilot)[0].active == 1


def test_a_number_in_percent_is_a_share_where_it_says_of_how_many(
    cast: Cast, pilot: Pilot, night: AffectedGroup
) -> None:
    active = share(cast, pilot, kind="value", measure_unit="%")
    read(cast, night, active)
    given = {"metric": active, "version": 1, "pull_id": 0, "recorded_at": NOW}
    Observation.objects.create(period=LIVE, value=Decimal("62.5"), n=24, **given)
    assert shown(pilot)[0].active == 0.625
    Observation.objects.create(period=LAST, value=Decimal("62.5"), **given)
    found, row = shown(pilot)
    assert (found.active, row.active.word) == (None, "Not shown")


def test_it_is_a_share_of_the_same_pilot(cast: Cast, pilot: Pilot, night: AffectedGroup) -> None:
    minutes = make.make_metric(cast, pilot, role="secondary")
    elsewhere = share(cast, make.open_pilot(cast, title="Another"))
    for wrong in (minutes, elsewhere):
        with pytest.raises(Malformed, match="measured for this pilot"):
            read(cast, night, wrong)
        with pytest.raises(Malformed, match="measured for this pilot"):
            read(cast, night, None, wrong)
    for name in ("active_metric", "still_active_metric"):
        with pytest.raises(IntegrityError, match="of the pilot"), transaction.atomic():
            AffectedGroup.objects.filter(pk=night.pk).update(**{name: elsewhere})
    with pytest.raises(NotAllowed):
        actions.read_use_from(
            night, active=share(cast, pilot), still_active=None, by=cast.ana, at=NOW
        )


def test_the_gate_takes_a_metric_for_a_count(
    cast: Cast, pilot: Pilot, night: AffectedGroup
) -> None:
    day = adoption.name_group(cast, pilot, name="Day nurses")
    active = share(cast, pilot)
    read(cast, night, active)
    said(active, LIVE - timedelta(weeks=1), 18, 24)

    def found() -> tuple[bool, str]:
        state = use_shown(Pilot.objects.get(pk=pilot.pk))
        assert state is not None
        return state.met, state.sentence

    assert found() == (
        False,
        "Count who uses it, on a day since it began, or name the metric that does: Night nurses, Day nurses.",
    )
    said(active, LAST, 18, 24)
    by_metric = f"Night nurses: by the metric “{active.name}”."
    assert found()[1].endswith(f": Day nurses. {by_metric}")
    count(cast, day, LAST)
    # Whoever decides reads which metric was named.
    assert found() == (True, f"It is known who uses it, group by group. {by_metric}")


def test_no_other_metric_is_named_while_somebody_decides(
    cast: Cast, pilot: Pilot, night: AffectedGroup
) -> None:
    active, other = share(cast, pilot), share(cast, pilot, name="Another share")
    read(cast, night, active)
    GateReview.objects.create(pilot=pilot, gate=Gate.OUTCOME, opened_at=NOW, opened_by=cast.jonas)
    with pytest.raises(Refused, match="Somebody decides on this pilot"):
        read(cast, night, other)


def test_statements_do_not_grow_with_the_groups(
    cast: Cast, pilot: Pilot, night: AffectedGroup, client: Client
) -> None:
    client.force_login(cast.jonas)
    url = reverse("pilots:readiness", args=[pilot.pk])

    def pulse(group: AffectedGroup) -> GroupPulse:
        (made,) = actions.open_pulses(
            pilot, groups=[group], by=cast.jonas, at=NOW - timedelta(days=30),
            closes_on=make.TODAY - timedelta(days=17),
        )  # fmt: skip
        for _n in range(6):
            answer(made.round, [4, 4, 4, 4, 4], at=NOW - timedelta(days=30))
        closed(cast, made.round)
        return made

    def measured(group: AffectedGroup) -> None:
        active, later = share(cast, pilot), share(cast, pilot)
        said(active, LAST, 18, 24)
        said(later, LAST, 12, 24)
        read(cast, group, active, later)

    def statements() -> int:
        with CaptureQueriesContext(connection) as few:
            assert client.get(url).status_code == 200
        return len(few)

    pulse(night)
    statements()  # what is remembered between requests
    without = statements()
    measured(night)
    one = statements()
    for number in range(12):
        group = adoption.name_group(cast, pilot, name=f"Group {number}")
        pulse(group)
        measured(group)
    assert statements() == one == without + 1
    assert one <= 13


def test_pages_log_and_api(cast: Cast, pilot: Pilot, night: AffectedGroup, client: Client) -> None:
    active, minutes = (
        share(cast, pilot, name="Uses it"),
        make.make_metric(cast, pilot, name="Note time"),
    )
    said(active, LAST, 18, 24)
    url = reverse("pilots:group-use-metric", args=[night.pk])
    client.force_login(cast.jonas)
    page = client.get(url).content.decode()
    assert "Uses it" in page and "Note time" not in page
    assert client.post(url, {"active": minutes.pk}).status_code == 400
    assert client.post(url, {"active": active.pk, "still_active": ""}).status_code == 302
    heat_map = client.get(reverse("pilots:readiness", args=[pilot.pk])).content.decode()
    assert reverse("pilots:metric-detail", args=[active.pk]) in heat_map
    assert "the week of 9 November 2026, n 24." in heat_map
    (row,) = client.get(reverse("pilots:api-readiness", args=[pilot.pk])).json()
    assert row["active_from"] == {
        "metric": active.pk,
        "counted_from": active.source.name,
        "on": "2026-11-15",
        "n": 24,
        "freshness": row["active_from"]["freshness"],
    }
    assert row["active_from"]["freshness"] and row["still_active_from"] is None
    api = reverse("pilots:api-group-use-metric", args=[night.pk])
    assert client.post(api, {"active": "x"}, content_type="application/json").status_code == 400
    assert (
        client.post(api, {"active": minutes.pk}, content_type="application/json").status_code == 400
    )
    given = client.post(
        api, {"active": active.pk, "still_active": active.pk}, content_type="application/json"
    ).json()
    assert (given["active_metric"], given["still_active_metric"]) == (active.pk, active.pk)
    assert (
        client.post(api, {"active": None}, content_type="application/json").json()["active_metric"]
        is None
    )
    count(cast, night, LAST)
    (row,) = client.get(reverse("pilots:api-readiness", args=[pilot.pk])).json()
    assert (row["active_from"]["metric"], row["active_from"]["freshness"]) == (None, None)
    client.force_login(cast.ana)
    assert client.post(url, {"active": active.pk}).status_code == 403
    told = Event.objects.filter(type__startswith="group.use_").order_by("pk")
    assert list(told.values_list("type", flat=True)) == [
        "group.use_measured", "group.use_measured", "group.use_counted_again", "group.use_counted",
    ]  # fmt: skip
