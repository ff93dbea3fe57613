"""What a metric is compared with is agreed like its target; a lead who would swap it leaves a mark and
waits."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from innovation.audit import presenters as audit
from innovation.audit.models import Event
from innovation.notices.models import Notice
from innovation.people.models import Unit, User
from innovation.rules.refusal import Conflict, Malformed, NotAllowed, Refused
from innovation.workflow import actions as workflow
from pilots.evidence import queries as readings
from pilots.funding.models import Fund
from pilots.gates import actions as gates
from pilots.gates import protocol
from pilots.gates.models import GateReview
from pilots.gates.panels import changes_of_the_protocol
from pilots.gates.queries import changed_since_approval
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle import checklist
from pilots.lifecycle.models import Pilot, SiteGoLive
from pilots.metrics import actions as metrics
from pilots.metrics import siblings, steadiness
from pilots.metrics.actions import amendments
from pilots.metrics.models import Amendment, Metric, MetricVersion, Sibling
from pilots.metrics.panels import amendments_waiting
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.factories.remembered import by_the_verbs
from tests.present import present

pytestmark = pytest.mark.django_db
WHY = "The other ward moved to a new building."


@pytest.fixture
def surgery(cast: Cast) -> Unit:
    return Unit.objects.create(name="Surgery", kind="department", parent=cast.brigid)


@pytest.fixture
def theatres(cast: Cast) -> Unit:
    return Unit.objects.create(name="Theatres", kind="department", parent=cast.brigid)


@pytest.fixture
def pilot(cast: Cast, surgery: Unit, theatres: Unit) -> Pilot:
    """Of the department of medicine, beside which others count the same."""
    return make.open_pilot(cast, unit=cast.medicine)


def primary_of(pilot: Pilot) -> Metric:
    return Metric.objects.select_related("pilot__unit", "source", "unit").get(
        pilot=pilot, role="primary"
    )


def planned(cast: Cast, pilot: Pilot) -> Metric:
    make.make_metric(cast, pilot)
    return primary_of(pilot)


def ran(cast: Cast, pilot: Pilot, fund: Fund, *, compared: tuple[Unit, ...]) -> Metric:
    """The primary metric of a running pilot that was compared with these units when it was agreed."""
    series = []

    def before_approval(metric: Metric) -> None:
        for unit in compared:
            one = make.make_series(cast, metric, unit)
            series.append(one)
            metrics.add_sibling(metric, series=one, kind="site", by=cast.maya, at=NOW)

    shape = make.shape

    def shaped(*args: object, **options: object) -> Pilot:
        made = shape(*args, **options)  # type: ignore[arg-type]
        before_approval(primary_of(made))
        return made

    with by_the_verbs(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(make, "shape", shaped)
        make.run(cast, pilot, fund)
    return primary_of(pilot)


def compared_with(metric: Metric) -> set[int]:
    return set(Sibling.objects.filter(metric=metric).values_list("series_id", flat=True))


def test_while_it_is_shaped_a_lead_names_what_it_is_compared_with_and_takes_it_away(
    cast: Cast, pilot: Pilot, surgery: Unit
) -> None:
    metric = planned(cast, pilot)
    elsewhere = make.make_series(cast, metric, surgery)
    added = present(
        metrics.add_sibling(metric, series=elsewhere, kind="site", by=cast.jonas, at=NOW)
    )
    assert (added.series, added.added_by, added.label) == (elsewhere, cast.jonas, "")
    event = Event.objects.get(type="metric.sibling_added")
    assert str(audit.line(event).text) == (
        f"Jonas Park has {metric.name} compared with {elsewhere.name}, the same number at another site."
    )
    with pytest.raises(Refused, match="compared with already"):
        metrics.add_sibling(metric, series=elsewhere, kind="site", by=cast.jonas, at=NOW)
    assert metrics.remove_sibling(added, by=cast.jonas, at=NOW)
    assert compared_with(metric) == set()
    assert Event.objects.filter(type="metric.sibling_removed").count() == 1
    assert not Amendment.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "proportion"),
        ("cadence", "month"),
        ("measure_unit", "h"),
        ("direction", "higher"),
    ],
)
def test_what_is_another_number_is_no_comparison_and_the_sentence_says_what_differs(
    cast: Cast, pilot: Pilot, surgery: Unit, field: str, value: str
) -> None:
    metric = planned(cast, pilot)
    other = make.make_series(cast, metric, surgery, **{field: value})
    label = str(Metric._meta.get_field(field).verbose_name)  # type: ignore[union-attr]
    with pytest.raises(Refused, match=f"it has another {label}"):
        metrics.add_sibling(metric, series=other, kind="site", by=cast.jonas, at=NOW)


def test_a_site_does_not_count_the_same_patients_unless_it_goes_live_by_itself(
    cast: Cast, pilot: Pilot
) -> None:
    lifecycle.edit_charter(pilot, by=cast.jonas, at=NOW, sites=[cast.medicine])
    metric = planned(cast, pilot)
    above, below, itself = (
        make.make_series(cast, metric, unit)
        for unit in (cast.brigid, cast.four_west, cast.medicine)
    )
    for series in (above, below, itself):
        with pytest.raises(Refused, match="count the same patients"):
            metrics.add_sibling(metric, series=series, kind="site", by=cast.jonas, at=NOW)
    lifecycle.plan_site(
        pilot,
        unit=cast.four_west,
        planned_on=make.TODAY + timedelta(days=90),
        by=cast.jonas,
        at=NOW,
    )
    assert metrics.add_sibling(metric, series=below, kind="site", by=cast.jonas, at=NOW)
    # Without that day it would be counted twice, so the day stays while it is compared with.
    with pytest.raises(Refused, match="which has no day of its own then"):
        lifecycle.drop_site(pilot, unit=cast.four_west, by=cast.jonas, at=NOW)
    metrics.remove_sibling(metric.siblings.get(), by=cast.jonas, at=NOW)
    lifecycle.drop_site(pilot, unit=cast.four_west, by=cast.jonas, at=NOW)


def test_a_group_is_of_the_same_patients_and_has_a_name(
    cast: Cast, pilot: Pilot, surgery: Unit
) -> None:
    metric = planned(cast, pilot)
    group = make.make_series(cast, metric, cast.medicine, entity="Interpreter")
    for label in ("", "  "):
        with pytest.raises(Malformed, match="which group of patients"):
            metrics.add_sibling(
                metric, series=group, kind="group", label=label, by=cast.jonas, at=NOW
            )
    added = metrics.add_sibling(
        metric, series=group, kind="group", label="Interpreter needed", by=cast.jonas, at=NOW
    )
    assert present(added).label == "Interpreter needed"
    elsewhere = make.make_series(cast, metric, surgery)
    with pytest.raises(Refused, match="A group of the patients of Medicine is counted there"):
        metrics.add_sibling(
            metric, series=elsewhere, kind="group", label="Others", by=cast.jonas, at=NOW
        )


def test_nobody_compares_with_numbers_that_they_may_not_read_or_plans_what_is_not_theirs(
    cast: Cast, pilot: Pilot, surgery: Unit
) -> None:
    metric = planned(cast, pilot)
    of_harbor = make.make_series(cast, metric, cast.harbor)
    with pytest.raises(NotAllowed, match="that you may read yourself"):
        metrics.add_sibling(metric, series=of_harbor, kind="site", by=cast.jonas, at=NOW)
    here = make.make_series(cast, metric, surgery)
    for person in (cast.ana, cast.priya, cast.amara, cast.helen, cast.otto, cast.hugo, cast.victor):
        with pytest.raises(NotAllowed):
            metrics.add_sibling(primary_of(pilot), series=here, kind="site", by=person, at=NOW)
    assert metrics.add_sibling(metric, series=of_harbor, kind="site", by=cast.maya, at=NOW)


def test_a_metric_without_a_direction_or_a_pilot_is_compared_with_nothing(
    cast: Cast, pilot: Pilot, surgery: Unit
) -> None:
    metric = planned(cast, pilot)
    series = make.make_series(cast, metric, surgery)
    neutral = make.make_metric(cast, pilot, role="secondary", direction="neutral")
    with pytest.raises(Refused, match="no direction that is better"):
        metrics.add_sibling(neutral, series=series, kind="site", by=cast.jonas, at=NOW)
    of_a_unit = make.make_series(cast, metric, cast.brigid, name="Of the hospital")
    with pytest.raises(Refused, match="belongs to no pilot"):
        metrics.add_sibling(of_a_unit, series=series, kind="site", by=cast.maya, at=NOW)


def test_sixty_are_enough(cast: Cast, pilot: Pilot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(siblings, "MOST", 2)
    metric = planned(cast, pilot)
    units = [
        Unit.objects.create(name=f"Ward {number}", kind="team", parent=cast.harbor)
        for number in range(3)
    ]
    series = [make.make_series(cast, metric, unit) for unit in units]
    maya = User.objects.get(pk=cast.maya.pk)  # who reaches what was made since
    with pytest.raises(Refused, match="2 others at most; it has 0"):
        metrics.add_siblings(metric, series=series, kind="site", by=maya, at=NOW)
    metrics.add_siblings(metric, series=series[:2], kind="site", by=maya, at=NOW)
    with pytest.raises(Refused, match="2 others at most; it has 2"):
        metrics.add_sibling(metric, series=series[2], kind="site", by=maya, at=NOW)


def test_a_lead_who_would_swap_a_comparison_site_leaves_a_mark_and_waits(
    cast: Cast, pilot: Pilot, fund: Fund, surgery: Unit, theatres: Unit
) -> None:
    """The numbers are in, and without the other ward the effect would look better."""
    metric = ran(cast, pilot, fund, compared=(surgery,))
    flattering = make.make_series(cast, metric, theatres)
    sibling = metric.siblings.get()
    with pytest.raises(Malformed, match="Say why"):
        metrics.remove_sibling(sibling, by=cast.jonas, at=NOW)
    assert metrics.remove_sibling(sibling, by=cast.jonas, at=NOW, reason=WHY) is False
    assert compared_with(metric) == {sibling.series_id}, "nothing changed yet"
    amendment = Amendment.objects.waiting().for_list().get()
    assert amendment.values == {"siblings": [[[sibling.series_id, ""]], []]}
    assert [one.url for one in amendments_waiting(cast.amara)] == [amendment.get_absolute_url()]
    assert amendments_waiting(cast.jonas) == []
    assert Notice.objects.filter(person=cast.helen, title__contains="waits for approval").exists()
    told = Event.objects.get(type="amendment.proposed")
    assert "number of comparison sites: 1 → 0" in str(audit.line(told).text)
    shown = [(one.before, one.after) for one in amendments.shown(amendment, seen_by=cast.amara)]
    assert shown == [("1", "0"), (f"Surgery: {sibling.series.name}", "taken away")]
    # Nor does another wait beside it.
    with pytest.raises(Conflict, match="waits for approval already"):
        metrics.add_sibling(
            metric, series=flattering, kind="site", by=cast.jonas, at=NOW, reason=WHY
        )
    with pytest.raises(NotAllowed):
        amendments.approve(amendment, by=cast.jonas, at=NOW)
    amendments.decline(amendment, by=cast.amara, at=NOW, reason="It is what was agreed.")
    assert compared_with(metric) == {sibling.series_id}
    assert metric.siblings.get().pk == sibling.pk


def test_once_somebody_outside_approves_it_takes_effect_and_stands_beside_the_verdict(
    cast: Cast, pilot: Pilot, fund: Fund, surgery: Unit, theatres: Unit
) -> None:
    metric = ran(cast, pilot, fund, compared=(surgery,))
    more = make.make_series(cast, metric, theatres)
    before = MetricVersion.objects.filter(metric=metric).count()
    assert (
        metrics.add_sibling(metric, series=more, kind="site", by=cast.jonas, at=NOW, reason=WHY)
        is None
    )
    amendment = Amendment.objects.waiting().for_list().get()
    amendments.approve(amendment, by=cast.helen, at=NOW)
    assert more.pk in compared_with(metric)
    added = Sibling.objects.get(series=more)
    assert (added.added_by, added.kind) == (cast.jonas, "site")
    amendment.refresh_from_db()
    metric = primary_of(pilot)
    assert (amendment.status, amendment.version) == ("approved", metric.version)
    assert MetricVersion.objects.filter(metric=metric).count() == before + 1
    version = MetricVersion.objects.with_approver().get(metric=metric, number=metric.version)
    assert version.reason == WHY
    said = readings.reading(metric, NOW).amended_sentence
    assert "Jonas Park" in said
    assert "Helen Sato, who is not on the team, approved it" in said


def test_what_is_compared_with_may_have_changed_meanwhile(
    cast: Cast, pilot: Pilot, fund: Fund, surgery: Unit, theatres: Unit
) -> None:
    metric = ran(cast, pilot, fund, compared=(surgery,))
    more = make.make_series(cast, metric, theatres)
    metrics.add_sibling(metric, series=more, kind="site", by=cast.jonas, at=NOW, reason=WHY)
    Metric.objects.filter(pk=more.pk).update(cadence="month")
    amendment = Amendment.objects.waiting().for_list().get()
    with pytest.raises(Refused, match="not the same number"):
        amendments.approve(amendment, by=cast.amara, at=NOW)
    assert Amendment.objects.get(pk=amendment.pk).status == "waiting"


def test_groups_and_other_metrics_change_at_once_with_a_reason_that_stays(
    cast: Cast, pilot: Pilot, fund: Fund, surgery: Unit
) -> None:
    metric = ran(cast, pilot, fund, compared=())
    group = make.make_series(cast, metric, cast.medicine, entity="Interpreter")
    given = {"series": group, "kind": "group", "label": "Interpreter needed"}
    with pytest.raises(Malformed, match="Say why"):
        metrics.add_sibling(metric, by=cast.jonas, at=NOW, **given)  # type: ignore[arg-type]
    metrics.add_sibling(metric, by=cast.jonas, at=NOW, reason=WHY, **given)  # type: ignore[arg-type]
    assert compared_with(metric) == {group.pk}
    assert primary_of(pilot).version == 1, "no verdict rests on a group"
    other = make.make_metric(cast, pilot, role="secondary", name="Clicks per note")
    series = make.make_series(cast, other, surgery)
    metrics.add_sibling(other, series=series, kind="site", by=cast.jonas, at=NOW, reason=WHY)
    assert Metric.objects.get(pk=other.pk).version == 2
    reasons = Event.objects.filter(type="metric.sibling_added").values_list(
        "details__reason", flat=True
    )
    assert list(reasons) == [WHY, WHY]


def test_plain_sql_does_not_swap_what_an_approved_pilot_is_judged_by(
    cast: Cast, pilot: Pilot, fund: Fund, surgery: Unit, theatres: Unit
) -> None:
    metric = ran(cast, pilot, fund, compared=(surgery,))
    more = make.make_series(cast, metric, theatres)
    columns = "metric_id, series_id, kind, label, added_at, added_by_id"
    for sql, why in (
        ("DELETE FROM pilots_sibling", "change by amendment"),
        (
            f"INSERT INTO pilots_sibling ({columns}) VALUES ({metric.pk}, {more.pk}, 'site', '', now(),"
            f" {cast.jonas.pk})",
            "change by amendment",
        ),
        (f"UPDATE pilots_sibling SET series_id = {more.pk}", "Cannot update"),
        ("UPDATE pilots_sibling SET kind = 'group', label = 'x'", "Cannot update"),
    ):
        with (
            pytest.raises(DatabaseError, match=why),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql)
    # Nor once something else was approved: only what stands in that amendment.
    metrics.add_sibling(metric, series=more, kind="site", by=cast.jonas, at=NOW, reason=WHY)
    amendments.approve(Amendment.objects.waiting().for_list().get(), by=cast.amara, at=NOW)
    with (
        pytest.raises(DatabaseError, match="change by amendment"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"DELETE FROM pilots_sibling WHERE series_id = {more.pk}")


def test_what_was_approved_before_a_pivot_lets_nothing_in_after_it(
    cast: Cast, pilot: Pilot, fund: Fund, surgery: Unit, theatres: Unit
) -> None:
    """The plan was agreed anew since, with other sites."""
    metric = ran(cast, pilot, fund, compared=(surgery,))
    more = make.make_series(cast, metric, theatres)
    metrics.add_sibling(metric, series=more, kind="site", by=cast.jonas, at=NOW, reason=WHY)
    amendments.approve(Amendment.objects.waiting().for_list().get(), by=cast.amara, at=NOW)
    for one in pilot.metrics.all():
        make.observe(one, since=make.TODAY - timedelta(weeks=4), weeks=4, value=11)
    review = gates.ask_for_decision(pilot, by=cast.jonas, at=NOW)
    gates.decide_outcome(
        review, decision="pivot", against="So be it.", reason="Another way.", by=cast.amara, at=NOW
    )
    metrics.remove_sibling(Sibling.objects.get(series=more), by=cast.jonas, at=NOW)
    later = NOW + timedelta(days=1)
    pilot.refresh_from_db()
    lifecycle.propose(pilot, by=cast.jonas, at=later)
    lifecycle.approve(pilot, by=cast.amara, at=later)
    row = {"metric": metric, "series": more, "added_at": NOW, "added_by": cast.jonas}
    with pytest.raises(DatabaseError, match="change by amendment"), transaction.atomic():
        Sibling.objects.create(kind="site", **row)
    with pytest.raises(DatabaseError, match="change by amendment"), transaction.atomic():
        Sibling.objects.filter(metric=metric).delete()


def test_the_database_knows_each_pair_once_and_no_metric_beside_itself(
    cast: Cast, pilot: Pilot, surgery: Unit
) -> None:
    metric = planned(cast, pilot)
    series = make.make_series(cast, metric, surgery)
    metrics.add_sibling(metric, series=series, kind="site", by=cast.jonas, at=NOW)
    row = {"added_at": NOW, "added_by": cast.jonas, "kind": "site"}
    for other, why in ((series, "sibling_once_a_metric"), (metric, "sibling_is_another")):
        with pytest.raises(IntegrityError, match=why), transaction.atomic():
            Sibling.objects.create(metric=metric, series=other, **row)


def test_what_is_compared_with_does_not_become_another_number(
    cast: Cast, pilot: Pilot, surgery: Unit
) -> None:
    metric = planned(cast, pilot)
    series = make.make_series(cast, metric, surgery)
    metrics.add_sibling(metric, series=series, kind="site", by=cast.jonas, at=NOW)
    with pytest.raises(Refused, match="It is compared with 1 other number"):
        metrics.edit_metric(metric, by=cast.jonas, at=NOW, measure_unit="h")


def test_the_metrics_that_rest_on_a_series_are_worked_out_when_it_is_pulled(
    cast: Cast, pilot: Pilot, surgery: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    metric = planned(cast, pilot)
    content = b"day,minutes\n2026-11-02,15\n2026-11-09,16\n"
    source = make.make_source(cast, kind="csv_upload")
    series = make.make_series(
        cast, metric, surgery, source=source, entity="", binding={"date": "day", "value": "minutes"},
        pull_from=make.TODAY - timedelta(weeks=8),
    )  # fmt: skip
    metrics.add_sibling(metric, series=series, kind="site", by=cast.jonas, at=NOW)
    sent: list[tuple[str, object]] = []
    monkeypatch.setattr(
        workflow, "defer", lambda task, **kwargs: sent.append((task, kwargs.get("metric_ids")))
    )
    metrics.upload_file(source, name="x.csv", content=content, by=cast.jonas, at=NOW)
    pull = series.pulls.get()
    metrics.run_pull(pull.pk, at=NOW)
    assert ("pilots.evidence.tasks.refresh", [metric.pk]) in sent
    assert Metric.objects.get(pk=series.pk).data_version == 1


def test_what_was_agreed_says_with_whom_it_is_compared_and_what_is_not_so_any_more(
    cast: Cast, pilot: Pilot, fund: Fund, surgery: Unit
) -> None:
    metric = ran(cast, pilot, fund, compared=(surgery, cast.harbor))
    pilot = Pilot.objects.get(pk=pilot.pk)
    agreed = present(protocol.agreed_on(pilot))
    held = agreed["metrics"][str(metric.pk)]["siblings"]
    assert sorted(one["unit"] for one in held.values()) == ["Harbor Hospital", "Surgery"]
    assert {one["kind"] for one in held.values()} == {"site"}
    assert all(len(one["meaning"]) == 64 for one in held.values())
    assert changed_since_approval(pilot, at=NOW) == []
    # Whoever keeps the other number defines it anew: what the pilot is compared with is another.
    series = Metric.objects.select_related("source", "unit", "pilot").get(unit=surgery, pilot=None)
    metrics.edit_metric(series, by=cast.maya, at=NOW, definition="Minutes of easy visits")
    pilot = Pilot.objects.get(pk=pilot.pk)
    (change,) = changed_since_approval(pilot, at=NOW, seen_by=cast.jonas)
    assert (change.of, change.what, change.after) == (
        metric.name, f"what is counted at Surgery: {series.name}", "something else",
    )  # fmt: skip
    panel = present(changes_of_the_protocol(cast.amara, pilot))
    assert len(panel.context["changed"].changed) == 1  # type: ignore[attr-defined]
    # Of one that the reader may not see, neither name nor unit.
    harbor = Metric.objects.get(unit=cast.harbor)
    Metric.objects.filter(pk=harbor.pk).update(definition="Another")
    pilot = Pilot.objects.get(pk=pilot.pk)
    said = str([one.what for one in changed_since_approval(pilot, at=NOW, seen_by=cast.jonas)])
    assert "a site that you may not see" in said
    assert "Harbor" not in said
    assert "Harbor" in str(
        [one.what for one in changed_since_approval(pilot, at=NOW, seen_by=cast.amara)]
    )


def test_a_protocol_from_before_sites_were_kept_says_nothing_of_them(
    cast: Cast, pilot: Pilot, fund: Fund, surgery: Unit
) -> None:
    ran(cast, pilot, fund, compared=(surgery,))
    review = GateReview.objects.get(pilot=pilot, gate="resources")
    known = review.known
    del known["protocol"]["sites"]
    for one in known["protocol"]["metrics"].values():
        del one["siblings"]
    GateReview.objects.filter(pk=review.pk).update(known=known)
    assert changed_since_approval(Pilot.objects.get(pk=pilot.pk), at=NOW) == []


def test_before_approval_it_is_said_what_a_verdict_will_rest_on(
    cast: Cast, pilot: Pilot, surgery: Unit
) -> None:
    metric = planned(cast, pilot)
    first = make.TODAY + timedelta(days=14)
    said = steadiness.rests_on(metric, first_day=first, sites=2, names=["Surgery", "Theatres"])
    assert said.startswith(
        "Compared with the same number at 2 other sites (Surgery and Theatres): it is taken that without"
        " the pilot it would have moved as they did."
    )
    many = steadiness.rests_on(metric, first_day=first, sites=9, names=list("abcdefghi"))
    assert "(a, b, c, d, e, f and 3 more)" in many
    metric.design, metric.design_because = "sites", "Winter comes to all wards"
    assert "none is named: it will have no verdict" in steadiness.rests_on(metric, first_day=first)
    assert steadiness.rests_on(metric, first_day=first, sites=1).endswith(
        "as that did. Chosen because Winter comes to all wards."
    )


def test_the_gate_asks_for_a_site_where_one_is_to_be_compared_with(
    cast: Cast, pilot: Pilot, surgery: Unit
) -> None:
    metric = planned(cast, pilot)

    def all_asked() -> dict[str, checklist.Checked]:
        fresh = Pilot.objects.get(pk=pilot.pk)
        checks = checklist.checklist(fresh, checklist.Gate.RESOURCES)
        return {one.key: one for one in checks}

    def asked() -> checklist.Checked:
        return all_asked()["comparison_sites"]

    assert "comparison_sites" not in all_asked(), "nothing is compared, and nothing is asked"
    metrics.edit_metric(
        metric, by=cast.jonas, at=NOW, design="sites", design_because="Winter comes to all."
    )
    assert not asked().met
    assert asked().url == reverse("pilots:sibling-add", args=[metric.pk])
    series = make.make_series(cast, metric, surgery)
    metrics.add_sibling(metric, series=series, kind="site", by=cast.jonas, at=NOW)
    assert asked().met
    # A unit that was moved in the tree counts the same patients since.
    surgery.parent = cast.medicine
    surgery.save()
    assert "the same patients are counted" in asked().sentence
    SiteGoLive.objects.create(pilot=pilot, unit=surgery, planned_on=make.TODAY)
    assert asked().met


def test_all_of_one_file_beside_this_one_are_offered_at_once(
    cast: Cast, pilot: Pilot, surgery: Unit
) -> None:
    source = make.make_source(cast)
    counted = {"date": "week", "value": "minutes", "entity_column": "ward"}
    metric = make.make_metric(
        cast, pilot, source=source, binding={**counted, "entity_value": "Medicine"}
    )
    wanted = [
        make.make_series(
            cast, metric, unit, source=source, binding={**counted, "entity_value": unit.name}
        )
        for unit in (surgery, cast.harbor)
    ]
    make.make_series(
        cast, metric, cast.brigid, source=source, binding={**counted, "entity_value": "All"}
    )
    make.make_series(
        cast, metric, cast.harbor_clinic, source=source, binding={**counted, "value": "hours"}
    )
    metric = primary_of(pilot)
    assert {one.pk for one in siblings.alike_beside(metric, cast.maya)} == {
        one.pk for one in wanted
    }
    assert siblings.alike_beside(metric, cast.jonas) == wanted[:1], "only what he may read"
    browser = Client()
    browser.force_login(cast.maya)
    address = reverse("pilots:sibling-add", args=[metric.pk])
    page = browser.get(address).content.decode()
    assert "Add all 2 of the same source beside it" in page
    browser.post(address, {"kind": "site", "all": "1"})
    assert compared_with(metric) == {one.pk for one in wanted}


def test_on_the_page_of_a_metric_stands_with_what_it_is_compared(
    cast: Cast, pilot: Pilot, surgery: Unit
) -> None:
    metric = planned(cast, pilot)
    lead, office = Client(), Client()
    lead.force_login(cast.jonas)
    office.force_login(cast.maya)
    page = reverse("pilots:metric-detail", args=[metric.pk])
    assert "The same number at other sites tells" in lead.get(page).content.decode()
    here = make.make_series(cast, metric, surgery)
    make.observe(here, since=make.TODAY - timedelta(weeks=4), weeks=4)
    there = make.make_series(cast, metric, cast.harbor, name="Harbor's own")
    metrics.add_siblings(metric, series=[here, there], kind="site", by=cast.maya, at=NOW)
    group = make.make_series(cast, metric, cast.medicine, entity="x")
    metrics.add_sibling(
        metric, series=group, kind="group", label="Interpreter needed", by=cast.jonas, at=NOW
    )
    shown = lead.get(page).content.decode()
    assert "Surgery" in shown
    assert "Interpreter needed" in shown
    assert "never live: always a comparison" in shown
    assert "a site that you may not see" in shown
    assert "Harbor" not in shown
    assert "Harbor Hospital" in office.get(page).content.decode()
    # Taken away only once it was said twice.
    sibling = Sibling.objects.get(series=here)
    address = reverse("pilots:sibling-remove", args=[sibling.pk])
    assert "Its own numbers stay as they are" in lead.get(address).content.decode()
    assert compared_with(metric) == {here.pk, there.pk, group.pk}
    assert lead.post(address).headers["Location"] == page
    assert compared_with(metric) == {there.pk, group.pk}
    asked = reverse("pilots:sibling-add", args=[metric.pk])
    found = lead.get(asked, {"q": "surg"}).content.decode()
    assert f"Surgery: {here.name}" in found
    nothing = lead.post(asked, {"kind": "group", "series": [here.pk]})
    assert nothing.status_code == 400
    kept = nothing.content.decode()
    assert "Say which group of patients it is of" in kept
    assert f'value="{here.pk}"' in kept


def test_a_program_reads_and_adds_with_the_same_rules(
    cast: Cast, pilot: Pilot, fund: Fund, surgery: Unit, theatres: Unit
) -> None:
    metric = ran(cast, pilot, fund, compared=(surgery, cast.harbor))
    lead = Client()
    lead.force_login(cast.jonas)
    address = reverse("pilots:api-metric-siblings", args=[metric.pk])
    listed = {one["name"]: one for one in lead.get(address).json()}
    assert listed["a site that you may not see"]["series"] is None
    assert any(name.startswith("Surgery: ") for name in listed)
    more = make.make_series(cast, metric, theatres)
    json = "application/json"
    given = {"series": [more.pk], "kind": "site"}
    assert lead.post(address, given, content_type=json).status_code == 400
    waits = lead.post(address, {**given, "reason": WHY}, content_type=json)
    assert waits.status_code == 202
    assert waits.json()["status"] == "waiting"
    assert {"what": "number of comparison sites", "before": "2", "after": "3"} in waits.json()[
        "changes"
    ]
    unread = Metric.objects.get(unit=cast.harbor)
    answer = lead.post(address, {**given, "series": [unread.pk]}, content_type=json)
    assert answer.status_code == 400, "what he may not read does not exist for him"
    group = make.make_series(cast, metric, cast.medicine, entity="x")
    made = lead.post(
        address,
        {"series": [group.pk], "kind": "group", "label": "Over 75", "reason": WHY},
        content_type=json,
    )
    assert made.status_code == 201
    one = reverse("pilots:api-sibling-detail", args=[made.json()[0]["id"]])
    assert lead.get(one).json()["label"] == "Over 75"
    assert lead.delete(one).status_code == 400
    assert lead.delete(f"{one}?reason=Too+few").status_code == 204
    outsider = Client()
    outsider.force_login(cast.victor)
    assert outsider.get(address).status_code in (403, 404)
