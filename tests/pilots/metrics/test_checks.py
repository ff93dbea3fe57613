"""No page waits for another system: a worker asks it, and the page says that it is under way."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from innovation.people.models import RoleGrant
from innovation.rules.refusal import NotAllowed, Refused
from pilots.lifecycle.models import Pilot
from pilots.metrics import actions
from pilots.metrics.actions import checks
from pilots.metrics.models import CheckKind, Metric, Pull, Source, SourceCheck
from pilots.metrics.presenters import dry_run_of
from tests.factories.cast import NOW, Cast
from tests.factories.pilots import answered
from tests.pilots.metrics import server
from tests.pilots.metrics.conftest import LATE

pytestmark = pytest.mark.django_db
CSV = b"week,late,all\n2026-09-07,12,100\n2026-09-14,9,90\n"


@pytest.fixture
def jonas(client: Client, cast: Cast) -> Client:
    client.force_login(cast.jonas)
    return client


@pytest.fixture
def file(cast: Cast, hospital: server.Source) -> Source:
    """A file at an address."""
    hospital.answer = server.Answer(body=CSV, type="text/csv")
    return actions.create_source(
        by=cast.jonas,
        at=NOW,
        unit=cast.brigid,
        name="A file",
        kind="csv_url",
        config={"url": hospital.url},
    )


def page_of(client: Client, url: str, **more: Any) -> str:
    return client.get(url, **more).content.decode()


def test_test_of_a_source_is_under_way_and_then_answered(
    jonas: Client, source: Source, hospital: server.Source, cast: Cast, client: Client
) -> None:
    here = jonas.post(reverse("pilots:source-test-connection", args=[source.pk]))["Location"]
    assert hospital.asked == []
    page = page_of(jonas, here)
    assert "It is being asked" in page
    assert 'http-equiv="refresh"' in page  # without script
    part = page_of(jonas, here, headers={"HX-Request": "true"})
    assert part.startswith("<div")
    answered(SourceCheck.objects.get())
    assert "answers" in page_of(jonas, here)
    gone_on = jonas.get(here, headers={"HX-Request": "true"})
    assert gone_on["HX-Redirect"] == here
    client.force_login(cast.maya)  # who keeps the source, too
    assert client.get(here).status_code == 404


def test_file_at_an_address_is_fetched_by_a_worker_and_mapped(
    jonas: Client, file: Source, hospital: server.Source
) -> None:
    here = reverse("pilots:source-map", args=[file.pk])
    waits = jonas.get(here)["Location"]
    assert hospital.asked == []
    assert "It is being asked" in page_of(jonas, waits)
    check = answered(SourceCheck.objects.get())
    after = jonas.get(waits)["Location"]
    assert after == f"{here}?check={check.pk}"
    assert "What the columns say" in page_of(jonas, after)
    assert "What the columns say" in page_of(jonas, here)  # the same for some minutes
    form = jonas.get(here).context["form"]
    typed = {name: form[name].value() or "" for name in form.fields}
    SourceCheck.objects.update(done_at=timezone.now() - timedelta(hours=2))
    seen = jonas.post(here, {**typed, "step": "look"})
    assert seen.context["mapped"].periods == 2  # what was typed is read with the file that was seen
    assert len(hospital.asked) == 1
    assert jonas.get(here).status_code == 302  # whoever opens it anew sees a new one


def test_file_that_cannot_be_fetched_says_why_and_is_asked_again(
    jonas: Client, file: Source, hospital: server.Source
) -> None:
    hospital.answer = server.Answer(404)
    here = reverse("pilots:source-map", args=[file.pk])
    waits = jonas.get(here)["Location"]
    check = answered(SourceCheck.objects.get())
    page = page_of(jonas, jonas.get(waits)["Location"])
    assert check.problem in page
    assert f'href="{here}"' in page
    hospital.answer = server.Answer(body=CSV, type="text/csv")
    waits = jonas.get(here)["Location"]
    answered(SourceCheck.objects.first())  # type: ignore[arg-type]
    assert "What the columns say" in page_of(jonas, jonas.get(waits)["Location"])
    assert "What the columns say" in page_of(jonas, here)


def test_form_of_a_metric_waits_for_the_columns_elsewhere_and_comes_back(
    jonas: Client, pilot: Pilot, file: Source
) -> None:
    here = f"{reverse('pilots:metric-create', args=[pilot.pk])}?source={file.pk}"
    waits = jonas.get(here)["Location"]
    check = answered(SourceCheck.objects.get())
    after = jonas.get(waits)["Location"]
    assert after == f"{here}&check={check.pk}"
    assert "late" in page_of(jonas, after)


def test_what_was_typed_stays_where_the_columns_are_gone(
    jonas: Client, pilot: Pilot, file: Source
) -> None:
    here = f"{reverse('pilots:metric-create', args=[pilot.pk])}?source={file.pk}"
    page = jonas.post(here, {"name": "Late notes"}).content.decode()
    assert 'value="Late notes"' in page
    assert "still being fetched" in page


def test_check_leads_nowhere_but_into_the_site(jonas: Client, file: Source) -> None:
    jonas.get(reverse("pilots:source-map", args=[file.pk]))
    check = answered(SourceCheck.objects.get())
    here = reverse("pilots:source-check", args=[check.pk])
    for away in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
        assert jonas.get(here, {"next": away})["Location"].startswith("/sources/")


def test_trying_a_metric_shows_what_came_once_it_came(
    jonas: Client, pilot: Pilot, source: Source, hospital: server.Source
) -> None:
    hospital.answer = server.rows(("2026-11-09", 5, 50))
    here = f"{reverse('pilots:metric-create', args=[pilot.pk])}?source={source.pk}"
    typed = {
        "name": "Late notes", "definition": "late ÷ all", "role": "guardrail", "limit": "20",
        "kind": "proportion", "direction": "lower", "dimension": "safety", "cadence": "week",
        "pull_from": "2026-09-07", **LATE, "numerator": "late",
    }  # fmt: skip
    page = jonas.post(here, {**typed, "try": "1"}).content.decode()
    assert "What came appears here" in page
    assert hospital.asked == []
    jonas.post(here, {**typed, "try": "1"})  # pressed again: asked once
    check = answered(SourceCheck.objects.get())
    part = page_of(
        jonas, reverse("pilots:source-check", args=[check.pk]), headers={"HX-Request": "true"}
    )
    assert "5 / 50" in part
    page = jonas.post(here, {**typed, "check": str(check.pk)}).content.decode()  # without script
    assert "5 / 50" in page
    assert 'value="Late notes"' in page
    assert not Metric.objects.exists()


def test_check_of_others_is_not_shown_by_its_number(
    client: Client, pilot: Pilot, source: Source, cast: Cast
) -> None:
    check = actions.ask_dry_run(
        source, by=cast.maya, at=NOW, unit=cast.brigid, kind="value", cadence="week",
        binding={}, pull_from=date(2026, 9, 7),
    )  # fmt: skip
    client.force_login(cast.jonas)
    assert client.get(reverse("pilots:source-check", args=[check.pk])).status_code == 404


def test_file_of_a_source_out_of_reach_is_neither_fetched_nor_shown(
    cast: Cast, file: Source
) -> None:
    answered(actions.look_at_file(file, by=cast.jonas, at=timezone.now()))
    for person in (cast.victor, cast.hugo):
        with pytest.raises(NotAllowed):
            actions.look_at_file(file, by=person, at=timezone.now())
    assert SourceCheck.objects.count() == 1


def test_same_question_is_asked_once_and_few_at_a_time(cast: Cast, source: Source) -> None:
    first = actions.ask_source(source, by=cast.jonas, at=NOW)
    assert actions.ask_source(source, by=cast.jonas, at=NOW) == first
    assert actions.ask_source(source, by=cast.maya, at=NOW) != first
    facts: dict[str, Any] = {"unit": cast.brigid, "kind": "value", "cadence": "week", "binding": {}}
    with pytest.raises(Refused, match="have not answered you yet"):
        for day in range(1, 10):
            pull_from = date(2026, 9, day)
            actions.ask_dry_run(source, by=cast.jonas, at=NOW, pull_from=pull_from, **facts)
    assert SourceCheck.objects.filter(asked_by=cast.jonas).count() == checks.MOST
    with pytest.raises(NotAllowed):
        actions.ask_source(source, by=cast.ana, at=NOW)


def test_check_of_a_lost_worker_is_taken_again_and_given_up_in_the_end(
    cast: Cast, source: Source
) -> None:
    check = actions.ask_source(source, by=cast.jonas, at=NOW)
    assert checks.are_waiting()  # the schedule wakes a worker for it
    for _lost in range(checks.ATTEMPTS):
        with connection.cursor() as cursor:
            cursor.execute(checks.TAKE, {"lease": 60, "room": 2})
            assert cursor.fetchone() == (check.pk,)
        assert not checks.run_next()  # somebody is at it
        assert not checks.are_waiting()
        SourceCheck.objects.update(leased_until=timezone.now() - timedelta(days=1))
    assert "was lost three times" in answered(check).problem


def test_one_worker_at_a_time_asks_a_source_and_few_ask_altogether(
    cast: Cast, source: Source, settings: Settings
) -> None:
    first = actions.ask_source(source, by=cast.jonas, at=NOW)
    second = actions.ask_source(source, by=cast.maya, at=NOW)
    soon = timezone.now() + timedelta(minutes=1)
    SourceCheck.objects.filter(pk=first.pk).update(leased_until=soon)
    assert not checks.run_next()
    other = actions.create_source(
        by=cast.jonas, at=NOW, unit=cast.brigid, name="Another", kind="rest_json",
        config=dict(source.config),
    )  # fmt: skip
    elsewhere = actions.ask_source(other, by=cast.jonas, at=NOW)
    settings.SLOW_WORKERS = 1
    assert not checks.run_next()
    settings.SLOW_WORKERS = 2
    assert checks.run_next()
    elsewhere.refresh_from_db()
    assert elsewhere.done_at
    assert answered(second).done_at is None


def test_source_that_was_changed_meanwhile_is_not_answered_for(cast: Cast, source: Source) -> None:
    check = actions.ask_source(source, by=cast.jonas, at=NOW)
    actions.edit_source(
        source, by=cast.jonas, at=NOW, name=source.name, config={**source.config, "headers": {}},
        secrets={"token": "another"},
    )  # fmt: skip
    assert "changed meanwhile" in answered(check).problem


def test_late_end_changes_no_answer(cast: Cast, source: Source) -> None:
    check = actions.ask_source(source, by=cast.jonas, at=NOW)
    late = SourceCheck.objects.select_related("source").get()
    answered(check)
    late.problem = "Too late"
    checks._keep(late)
    check.refresh_from_db()
    assert check.problem == ""


def test_answers_are_forgotten_within_a_day_and_older_files_sooner(
    cast: Cast, file: Source
) -> None:
    first = answered(actions.look_at_file(file, by=cast.jonas, at=timezone.now()))
    assert actions.look_at_file(file, by=cast.maya, at=timezone.now()) == first
    SourceCheck.objects.update(done_at=timezone.now() - timedelta(hours=1))
    second = answered(actions.look_at_file(file, by=cast.maya, at=timezone.now()))
    assert list(SourceCheck.objects.all()) == [second]
    assert actions.forget_checks(at=timezone.now() + timedelta(hours=23)) == 0
    assert actions.forget_checks(at=timezone.now() + timedelta(hours=25)) == 1


def test_answer_without_an_end_is_refused_by_the_database(cast: Cast, source: Source) -> None:
    actions.ask_source(source, by=cast.jonas, at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        SourceCheck.objects.update(problem="Nothing")


def test_what_somebody_waits_for_comes_before_pulls(
    cast: Cast, source: Source, metric: Metric, hospital: server.Source
) -> None:
    check = actions.ask_source(source, by=cast.jonas, at=NOW)
    actions.run_waiting(at=NOW)
    check.refresh_from_db()
    pull = Pull.objects.get()
    assert check.done_at is not None
    assert pull.started_at is not None
    assert ["from=" in asked for asked in hospital.asked] == [False, True]


@pytest.fixture
def file_above(cast: Cast, hospital: server.Source) -> Source:
    """A file of the whole health system, which its hospitals may measure from."""
    hospital.answer = server.Answer(body=CSV, type="text/csv")
    return actions.create_source(
        by=cast.maya,
        at=NOW,
        unit=cast.lakeshore,
        name="A file for all",
        kind="csv_url",
        config={"url": hospital.url},
    )


def test_source_above_ones_own_unit_is_asked_and_its_answer_seen(
    jonas: Client, pilot: Pilot, file_above: Source, cast: Cast
) -> None:
    here = f"{reverse('pilots:metric-create', args=[pilot.pk])}?source={file_above.pk}"
    waits = jonas.get(here)["Location"]
    assert "It is being asked" in page_of(jonas, waits)
    answered(SourceCheck.objects.get())
    assert "late" in page_of(jonas, jonas.get(waits)["Location"])
    tried = actions.ask_dry_run(
        file_above, by=cast.jonas, at=NOW, unit=pilot.unit, kind="proportion", cadence="week",
        binding={"date": "week", "numerator": "late", "denominator": "all"},
        pull_from=date(2026, 9, 7),
    )  # fmt: skip
    answered(tried)
    part = page_of(
        jonas, reverse("pilots:source-check", args=[tried.pk]), headers={"HX-Request": "true"}
    )
    assert "12 / 100" in part


def test_metric_on_a_source_that_its_keeper_does_not_reach_is_edited_without_its_columns(
    jonas: Client, cast: Cast, hospital: server.Source
) -> None:
    elsewhere = actions.create_source(
        by=cast.hugo, at=NOW, unit=cast.harbor, name="Harbor's", kind="csv_url",
        config={"url": hospital.url},
    )  # fmt: skip
    metric = actions.create_metric(
        by=cast.maya, at=NOW, source=elsewhere, unit=cast.brigid, name="Late notes",
        definition="late ÷ all", kind="proportion", direction="lower", dimension="workflow",
        cadence="week", pull_from=date(2026, 9, 7),
        binding={"date": "week", "numerator": "late", "denominator": "all"},
    )  # fmt: skip
    here = reverse("pilots:metric-edit", args=[metric.pk])
    assert "that you do not reach" in page_of(jonas, here)
    form = jonas.get(here).context["form"]
    typed = {name: form[name].value() or "" for name in form.fields}
    assert jonas.post(here, {**typed, "name": "Late notes of all"}).status_code == 302
    metric.refresh_from_db()
    assert metric.name == "Late notes of all"
    # Not even what somebody else has looked at, by asking with the form.
    answered(actions.look_at_file(elsewhere, by=cast.hugo, at=timezone.now()))
    assert "that you do not reach" in jonas.post(here, {**typed, "name": ""}).content.decode()
    assert jonas.post(here, {**typed, "try": "1"}).status_code == 403


def test_whoever_may_not_ask_any_more_is_told_nothing(
    jonas: Client, cast: Cast, source: Source, hospital: server.Source
) -> None:
    seen = answered(actions.ask_source(source, by=cast.jonas, at=NOW))
    waits = actions.ask_source(source, by=cast.jonas, at=NOW)
    RoleGrant.objects.filter(person=cast.jonas).update(role="mentor")  # who reads metrics
    for check in (seen, waits):
        assert jonas.get(reverse("pilots:source-check", args=[check.pk])).status_code == 403


def test_whoever_only_looks_has_not_sent_their_form(
    jonas: Client, pilot: Pilot, source: Source, hospital: server.Source
) -> None:
    """Loaded anew, the page asks again; sent then, the form counts."""
    hospital.answer = server.rows(("2026-11-09", 5, 50))
    here = f"{reverse('pilots:metric-create', args=[pilot.pk])}?source={source.pk}"
    typed = {
        "name": "Late notes", "definition": "late ÷ all", "role": "guardrail", "limit": "20",
        "kind": "proportion", "direction": "lower", "dimension": "safety", "cadence": "week",
        "pull_from": "2026-09-07", **LATE, "form_key": "one form",
    }  # fmt: skip
    for _loaded in range(2):
        assert "What came appears here" in jonas.post(here, {**typed, "try": "1"}).content.decode()
    jonas.post(here, typed)
    assert Metric.objects.count() == 1


@pytest.mark.parametrize("broken", [RuntimeError("of a connector"), UnicodeError("no text")])
def test_check_that_breaks_says_so_and_the_worker_goes_on(
    cast: Cast, source: Source, metric: Metric, monkeypatch: pytest.MonkeyPatch, broken: Exception
) -> None:
    def breaks(_check: SourceCheck) -> None:
        raise broken

    monkeypatch.setitem(checks.ASKS, CheckKind.CONNECTION, breaks)
    check = actions.ask_source(source, by=cast.jonas, at=NOW)
    actions.run_waiting(at=NOW)
    check.refresh_from_db()
    assert "a fault of its own" in check.problem
    assert Pull.objects.get().started_at is not None


def test_answer_that_the_database_cannot_hold_is_said_to_be_one(
    cast: Cast, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answers(check: SourceCheck) -> None:
        check.answer = {"sentence": "\x00"}

    monkeypatch.setitem(checks.ASKS, CheckKind.CONNECTION, answers)
    check = answered(actions.ask_source(source, by=cast.jonas, at=NOW))
    assert "a fault of its own" in check.problem
    assert check.answer == {}


def test_of_many_refused_rows_the_first_are_kept_and_all_are_counted(
    cast: Cast, source: Source, hospital: server.Source
) -> None:
    rows = [(f"2026-09-{day:02}", 9, 1) for day in range(7, 29)] * 20
    hospital.answer = server.rows(*rows)
    check = answered(
        actions.ask_dry_run(
            source,
            by=cast.jonas,
            at=NOW,
            unit=cast.brigid,
            kind="proportion",
            cadence="week",
            binding={**LATE, "numerator": "late"},
            pull_from=date(2026, 9, 7),
        )
    )
    shown = dry_run_of(check)
    assert len(check.answer["rejected"]) == 12
    assert shown.dry_run.refused > 12


def test_file_that_two_look_at_stays_for_both(jonas: Client, file: Source, cast: Cast) -> None:
    here = reverse("pilots:source-map", args=[file.pk])
    waits = jonas.get(here)["Location"]
    other = actions.look_at_file(file, by=cast.maya, at=timezone.now())
    answered(other)
    assert "What the columns say" in page_of(jonas, jonas.get(waits)["Location"])


def test_page_that_waits_reads_no_file(jonas: Client, pilot: Pilot, file: Source) -> None:
    here = f"{reverse('pilots:metric-create', args=[pilot.pk])}?source={file.pk}"
    waits = jonas.get(here)["Location"]
    answered(SourceCheck.objects.get())
    with CaptureQueriesContext(connection) as asked:
        assert "late" in page_of(jonas, jonas.get(waits)["Location"])
    assert asked.captured_queries
    read = '"pilots_sourcecheck"."content"'
    assert not [query["sql"] for query in asked if read in query["sql"].partition("FROM")[0]]
