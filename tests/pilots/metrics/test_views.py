"""The pages of sources, metrics and pulls: what is typed is kept, what is secret is not shown."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from innovation.audit.models import Event
from innovation.web.csv_file import safe_cell
from pilots.lifecycle.models import Pilot
from pilots.metrics import actions, collect
from pilots.metrics.models import Metric, QuarantinedRow, Source
from tests.factories.cast import NOW, Cast
from tests.pilots.metrics import server
from tests.pilots.metrics.conftest import LATE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("worker_beside")]

SECRET = "between-lake-and-harbour"


def text_of(answer: Any) -> str:
    text: str = answer.content.decode()
    return text


@pytest.fixture
def jonas(client: Client, cast: Cast) -> Client:
    client.force_login(cast.jonas)
    return client


def a_source(cast: Cast, **more: Any) -> dict[str, Any]:
    return {
        "name": "Reporting",
        "unit": cast.brigid.pk,
        "steward": "Ext. 4410",
        "base_url": "https://reports.lakeshore.example/api",
        "auth": "basic",
        "username": "pilotlight",
        "password": SECRET,
        "headers": "Accept-Language: en",
        **more,
    }


def test_connect_a_source_through_the_page(jonas: Client, cast: Cast) -> None:
    here = reverse("pilots:source-create") + "?kind=rest_json"
    answer = jonas.post(here, a_source(cast))
    source = Source.objects.get()
    assert answer.headers["Location"] == reverse("pilots:source-detail", args=[source.pk])
    assert collect.config_of(source)["headers"] == {"Accept-Language": "en"}
    for name in ("source-detail", "source-edit"):
        page = text_of(jonas.get(reverse(f"pilots:{name}", args=[source.pk])))
        assert SECRET not in page
        assert "pilotlight" in page
    for name, args in (("api-source-list", []), ("api-source-detail", [source.pk])):
        text = text_of(jonas.get(reverse(f"pilots:{name}", args=args)))
        assert SECRET not in text
        assert "username" not in text


def test_connect_a_source_with_a_mistake_keeps_what_was_typed(jonas: Client, cast: Cast) -> None:
    here = reverse("pilots:source-create") + "?kind=rest_json"
    page = text_of(jonas.post(here, a_source(cast, base_url="reports.lakeshore.example")))
    assert 'value="Reporting"' in page
    assert 'value="pilotlight"' in page
    assert "Accept-Language: en" in page
    assert SECRET not in page
    assert "https://" in page  # the sentence says what is missing
    assert not Source.objects.exists()


def test_connect_a_source_from_a_form_leads_back_to_it(jonas: Client, cast: Cast) -> None:
    here = reverse("pilots:source-create") + "?kind=rest_json"
    back = "/pilots/7/metrics/new/"
    answer = jonas.post(here, a_source(cast, next=back))
    assert answer.headers["Location"] == back
    answer = jonas.post(here, a_source(cast, name="Another", next="https://evil.example/"))
    assert answer.headers["Location"].startswith("/sources/")
    answer = jonas.post(here, a_source(cast, name="Third", next="//evil.example/"))
    assert answer.headers["Location"].startswith("/sources/")


def test_those_who_may_not_manage_see_a_source_without_its_settings(
    source: Source, client: Client, cast: Cast
) -> None:
    client.force_login(cast.ana)
    page = text_of(client.get(reverse("pilots:source-detail", args=[source.pk])))
    assert source.name in page
    assert source.config["base_url"] not in page


def metric_form(**more: Any) -> dict[str, Any]:
    return {
        "name": "Late notes",
        "definition": "late ÷ all",
        "role": "guardrail",
        "kind": "proportion",
        "direction": "lower",
        "dimension": "safety",
        "cadence": "week",
        "pull_from": "2026-09-07",
        "date_format": "iso",
        "several_rows": "refuse",
        "per": "1",
        "limit": "8",
        "margin": "0.5",
        **LATE,
        **more,
    }


def test_plan_a_metric_in_a_pilot_through_the_page(
    jonas: Client, pilot: Pilot, source: Source
) -> None:
    here = reverse("pilots:metric-create", args=[pilot.pk])
    choose = jonas.get(here)
    assert f"?source={source.pk}" in text_of(choose)
    form = jonas.get(f"{here}?source={source.pk}")
    assert form.context["form"]["role"].value() == "primary"  # what the plan lacks first
    known = {"steady_from": "siblings", "steady_because": "Two wards are steady."}
    answer = jonas.post(f"{here}?source={source.pk}", metric_form(**known))
    metric = Metric.objects.get()
    assert (metric.steady_from, metric.steady_because) == tuple(known.values())
    assert answer.headers["Location"] == reverse("pilots:metric-detail", args=[metric.pk])
    assert (float(metric.limit or 0), float(metric.margin or 0)) == (0.08, 0.005)
    assert metric.pulls.get().requested_by == pilot.lead
    edit = text_of(jonas.get(reverse("pilots:metric-edit", args=[metric.pk])))
    assert 'name="limit" value="8"' in edit
    assert 'name="margin" value="0.5"' in edit


def test_plan_a_metric_with_mistakes_keeps_what_was_typed_and_says_each(
    jonas: Client, pilot: Pilot, source: Source
) -> None:
    here = reverse("pilots:metric-create", args=[pilot.pk]) + f"?source={source.pk}"
    typed = metric_form(
        limit="800", rows="rows[?", baseline_from="2026-05-01", baseline_until="", pull_from="soon",
        steady_from="siblings",
    )  # fmt: skip
    answer = jonas.post(here, typed)
    errors = answer.context["form"].errors
    assert set(errors) == {"limit", "rows", "baseline_until", "pull_from", "steady_because"}
    page = text_of(answer)
    assert 'value="rows[?"' in page
    assert 'value="800"' in page
    assert 'value="soon"' in page
    assert not Metric.objects.exists()
    half = jonas.post(here, metric_form(steady_because="Two wards are steady."))
    assert set(half.context["form"].errors) == {"steady_from"}
    assert "Two wards are steady." in text_of(half)


def test_try_a_metric_shows_what_would_come(
    jonas: Client, pilot: Pilot, source: Source, hospital: server.Source
) -> None:
    hospital.answer = server.rows(("2026-11-09", 5, 50), ("2026-11-16", 60, 50))
    here = reverse("pilots:metric-create", args=[pilot.pk]) + f"?source={source.pk}"
    page = text_of(jonas.post(here, metric_form(try_="1", **{"try": "1"})))
    assert "10.0%" in page
    assert "5 / 50" in page
    assert "larger than the denominator" in page
    assert 'value="Late notes"' in page
    hospital.answer = server.Answer(503, headers={"Retry-After": "60"})
    page = text_of(jonas.post(here, metric_form(**{"try": "1"})))
    assert "Nothing came" in page
    assert "Ext. 4410" not in page
    assert not Metric.objects.exists()


def test_pull_now_from_the_page(metric: Metric, jonas: Client, hospital: server.Source) -> None:
    here = reverse("pilots:metric-detail", args=[metric.pk])
    metric.pulls.update(requested_at=timezone.now())
    assert "under way" in text_of(jonas.get(here))
    hospital.answer = server.rows(("2026-09-07", 12, 100))
    actions.run_pull(metric.pulls.get().pk, at=NOW)
    assert "The last is 12.0%" in text_of(jonas.get(here))
    jonas.post(reverse("pilots:metric-pull", args=[metric.pk]))
    assert metric.pulls.count() == 2


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("a;=1+1", "a;'=1+1"),
        ('a; "@SUM(A1)', "a; \"'@SUM(A1)"),
        ("a\t-1+2", "a\t'-1+2"),
        ("a\n=1+1", "a\n'=1+1"),
        ("2 - 1, =b", "2 - 1, =b"),
    ],
)
def test_safe_cell_starts_no_formula_wherever_cells_part(text: str, cell: str) -> None:
    assert safe_cell(text) == cell


def test_refused_rows_download_has_a_name_of_ours_and_runs_no_formula(
    metric: Metric, jonas: Client, hospital: server.Source
) -> None:
    hospital.answer = server.rows(
        ('=HYPERLINK("http://evil.example")', 1, 2), ("@SUM(A1)", 1, 2), ("2026-09-07", 1, 2)
    )
    actions.run_pull(metric.pulls.get().pk, at=NOW)
    pull = metric.pulls.get()
    QuarantinedRow.objects.create(pull=pull, line="-1+2", raw="\tx", reason="+1")
    here = reverse("pilots:pull-detail", args=[pull.pk])
    assert "HYPERLINK" in text_of(jonas.get(here))
    assert '<a href="http://evil' not in text_of(jonas.get(here))
    answer = jonas.get(here + "?as=csv")
    name = f'attachment; filename="refused-rows-{pull.pk}.csv"'
    assert answer.headers["Content-Disposition"] == name
    rows = list(csv.reader(io.StringIO(text_of(answer))))
    assert len(rows) == 4
    for row in rows[1:]:
        assert all(not cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)


def test_history_of_a_source_tells_who_changed_it_and_not_each_night_s_numbers(
    metric: Metric, jonas: Client, hospital: server.Source
) -> None:
    hospital.answer = server.rows(("2026-09-07", 12, 100))
    actions.run_pull(metric.pulls.get().pk, at=NOW)
    source = metric.source
    assert Event.objects.about(f"source:{source.pk}").filter(type="source.numbers_kept").exists()
    page = jonas.get(reverse("pilots:source-detail", args=[source.pk]))
    assert [line.type for line in page.context["history"]] == ["source.created"]


def test_what_a_source_says_is_never_taken_for_markup(
    metric: Metric, jonas: Client, hospital: server.Source
) -> None:
    evil = "<script>alert(1)</script>"
    hospital.answer = server.rows((evil, 1, 2), ("2026-09-07", 1, 2))
    actions.run_pull(metric.pulls.get().pk, at=NOW)
    for name, pk in (("metric-detail", metric.pk), ("pull-detail", metric.pulls.get().pk)):
        assert evil not in text_of(jonas.get(reverse(f"pilots:{name}", args=[pk])))


@pytest.mark.parametrize("content", [b"", b"<html>sign in</html>", b"a,b\n1"])
def test_upload_through_the_page_says_what_is_wrong_with_a_file(
    jonas: Client, cast: Cast, content: bytes
) -> None:
    source = actions.create_source(
        by=cast.jonas, at=NOW, unit=cast.brigid, name="A file", kind="csv_upload", config={}
    )
    file = io.BytesIO(content)
    file.name = "late.csv"
    answer = jonas.post(reverse("pilots:source-upload", args=[source.pk]), {"file": file})
    if content.startswith(b"a"):
        assert answer.status_code == 302
    else:
        assert answer.status_code in (400, 409)
        assert not source.files.exists()
        assert answer.context["form"].errors


def test_the_mapping_page_of_a_source_without_a_file_says_so(jonas: Client, cast: Cast) -> None:
    source = actions.create_source(
        by=cast.jonas, at=NOW, unit=cast.brigid, name="A file", kind="csv_upload", config={}
    )
    page = text_of(jonas.get(reverse("pilots:source-map", args=[source.pk])))
    assert "has no file yet" in page


def test_the_mapping_page_makes_one_metric_of_a_file_about_one_thing(
    jonas: Client, cast: Cast
) -> None:
    source = actions.create_source(
        by=cast.jonas, at=NOW, unit=cast.brigid, name="A file", kind="csv_upload", config={}
    )
    content = b"week,minutes,visits\n2026-09-07,16.1,410\n2026-09-14,15.8,395\nsoon,1,1\n"
    actions.upload_file(source, name="a.csv", content=content, by=cast.jonas, at=NOW)
    here = reverse("pilots:source-map", args=[source.pk])
    form = jonas.get(here).context["form"]
    typed = {name: form[name].value() or "" for name in form.fields}
    typed |= {
        "kind": "value", "date": "week", "value": "minutes", "n": "visits", "numerator": "",
        "denominator": "", "entity_column": "", "pull_from": "2026-09-07",
        "filter_column_0": "", "filter_equals_0": "", "direction": "lower", "dimension": "workflow",
    }  # fmt: skip
    seen = jonas.post(here, {**typed, "step": "look"})
    assert seen.context["mapped"].periods == 2
    assert "Refused rows" in text_of(seen)
    incomplete = jonas.post(here, {**typed, "step": "create"})
    assert set(incomplete.context["form"].errors) == {"name", "definition"}
    made = jonas.post(
        here,
        {**typed, "step": "create", "name": "Note time", "definition": "minutes ÷ visits",
         "measure_unit": "minutes"},
    )  # fmt: skip
    metric = Metric.objects.get()
    assert made.headers["Location"] == reverse("pilots:metric-detail", args=[metric.pk])
    done = actions.run_pull(metric.pulls.get().pk, at=NOW)
    assert done is not None
    assert (done.added, done.quarantined) == (2, 1)


def test_the_mapping_page_takes_how_many_the_patients_risks_let_expect(
    jonas: Client, cast: Cast
) -> None:
    """From the file to the page of the metric and the API; what lacks its risk is set aside."""
    source = actions.create_source(
        by=cast.jonas, at=NOW, unit=cast.brigid, name="A file", kind="csv_upload", config={}
    )
    content = b"""week,discharged,back,by_score
2026-09-07,410,31,35.25
2026-09-14,395,44,41
2026-09-21,402,40,
"""
    actions.upload_file(source, name="a.csv", content=content, by=cast.jonas, at=NOW)
    here = reverse("pilots:source-map", args=[source.pk])
    form = jonas.get(here).context["form"]
    typed = {name: form[name].value() or "" for name in form.fields}
    typed |= {
        "kind": "value", "date": "week", "value": "back", "n": "", "numerator": "back",
        "denominator": "discharged", "expected": "by_score", "entity_column": "",
        "pull_from": "2026-09-07", "filter_column_0": "", "filter_equals_0": "",
        "direction": "lower", "dimension": "safety", "name": "Back within 30 days",
        "definition": "back ÷ discharged",
    }  # fmt: skip
    wrong = jonas.post(here, {**typed, "step": "look"})
    assert "Only a proportion has an expected number." in text_of(wrong)
    typed |= {"kind": "proportion", "value": ""}
    seen = jonas.post(here, {**typed, "step": "look"})
    assert seen.context["mapped"].periods == 2
    assert "The expected is empty" in text_of(seen)
    jonas.post(here, {**typed, "step": "create"})
    metric = Metric.objects.get()
    done = actions.run_pull(metric.pulls.get().pk, at=NOW)
    assert done is not None
    assert (done.added, done.quarantined) == (2, 1)
    rows = jonas.get(f"/api/v1/metrics/{metric.pk}/observations/").json()["results"]
    assert [row["expected"] for row in rows] == ["41.000000000000", "35.250000000000"]
    page = text_of(jonas.get(reverse("pilots:metric-detail", args=[metric.pk])))
    assert "By their risks" in page
    assert "35.3" in page


def test_the_api_lists_observations_and_pulls_and_starts_one(
    metric: Metric, jonas: Client, hospital: server.Source, plan: Callable[..., Metric]
) -> None:
    hospital.answer = server.rows(("2026-09-07", 12, 100), ("2026-09-14", 9, 90))
    actions.run_pull(metric.pulls.get().pk, at=NOW)
    base = f"/api/v1/metrics/{metric.pk}/"
    rows = jonas.get(base + "observations/").json()["results"]
    assert [(row["period"], row["value"]) for row in rows] == [
        ("2026-09-14", 0.1),
        ("2026-09-07", 0.12),
    ]
    assert len(jonas.get(base + "observations/?since=2026-09-10").json()["results"]) == 1
    [pull] = jonas.get(base + "pulls/").json()["results"]
    assert (pull["status"], pull["added"]) == ("done", 2)
    asked = jonas.post(base + "pull/")
    assert (asked.status_code, asked.json()["status"]) == (202, "waiting")
    other = plan(name="Another")
    found = jonas.get("/api/v1/metrics/?role=secondary").json()["results"]
    assert {row["id"] for row in found} == {metric.pk, other.pk}
    assert jonas.get(base + "observations/?since=soon").status_code == 400


@pytest.mark.parametrize(
    "query",
    ["?source=9999999999999999999999", "?dimension=x", "?after=x", "?source=-1"],
)
def test_lists_answer_to_any_address(jonas: Client, query: str) -> None:
    for name in ("metric-list", "source-list"):
        assert jonas.get(reverse(f"pilots:{name}") + query).status_code in (200, 400, 404)
