"""A real file: the emergency departments of the NHS, by the command and through the pages."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse

from pilots.evidence import queries as evidence
from pilots.metrics import actions
from pilots.metrics.models import Metric, Observation, Pull, Revision, Source
from pilots.metrics.queries import series
from tests.factories.cast import NOW, Cast
from tests.present import present
from tests.shared import shared

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("worker_beside")]

MAP = ["date=period", "entity=org_code", "numerator=breaches", "denominator=attendances"]
SMALL = """period,org_code,type,attendances,breaches
2017-01-01,RF4,1,100,10
2017-02-01,RF4,1,100,20
2017-02-01,RF4,2,50,1
2017-01-01,RGR,1,80,8
2017-02-01,RGR,1,0,0
2017-02-01,,1,80,8
2017-01-01,RX1,2,80,8
"""


def independently(path: Path) -> dict[str, dict[str, tuple[float, float]]]:
    """Type 1 attendances and breaches by organisation and month, read without any of our code."""
    found: dict[str, dict[str, tuple[float, float]]] = defaultdict(dict)
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            if row["type"] == "1":
                numbers = (float(row["breaches"]), float(row["attendances"]))
                found[row["org_code"]][row["period"]] = numbers
    return found


def by_command(path: Path, *more: str) -> str:
    out = io.StringIO()
    arguments = ["--map", *MAP, "--where", "type=1", "--direction", "lower"]
    arguments += ["--unit", "Lakeshore Health", "--name", "Waits over four hours", *more]
    call_command("import_metrics", str(path), *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def assert_same_as(expected: dict[str, dict[str, tuple[float, float]]], codes: list[str]) -> None:
    for code in codes:
        metric = Metric.objects.get(entity=code)
        kept = {
            str(o.period): (float(o.numerator or 0), float(o.denominator or 0))
            for o in Observation.objects.filter(metric=metric)
        }
        assert kept == expected[code]
        # The chart: the level, and limits three sigma of a proportion around it or wider.
        read = evidence.reading(metric, NOW)
        chart = present(present(read.numbers).analysis).drawn
        over = sum(numerator for numerator, _under in expected[code].values())
        under = sum(denominator for _over, denominator in expected[code].values())
        level = over / under
        assert chart.centre[-1] == pytest.approx(level)
        last = expected[code][max(expected[code])][1]
        binomial = 3 * np.sqrt(level * (1 - level) / last)
        assert chart.upper[-1] - level >= binomial * 0.999
        assert series(metric).values[-1] == pytest.approx(
            expected[code][max(expected[code])][0] / last
        )


def test_import_of_the_nhs_file_gives_each_organisation_its_metric(cast: Cast) -> None:
    path = shared("ae_attendances.csv")
    expected = independently(path)
    told = by_command(path)
    assert set(Metric.objects.values_list("entity", flat=True)) == set(expected)
    rows = sum(len(months) for months in expected.values())
    assert Observation.objects.count() == rows
    assert f"{len(expected):,} metrics pulled" in told
    assert f"{rows:,} numbers new" in told
    assert_same_as(expected, ["RF4", "R1H", "RGT"])
    before = list(Observation.objects.order_by("metric_id", "period").values())
    told = by_command(path)  # again: nothing changes
    assert f"{rows:,} as they were" in told
    assert list(Observation.objects.order_by("metric_id", "period").values()) == before
    assert not Revision.objects.exists()


def test_the_nhs_file_through_the_pages_gives_charts(cast: Cast, client: Client) -> None:
    path = shared("ae_attendances.csv")
    expected = independently(path)
    client.force_login(cast.ada)
    answer = client.post(
        reverse("pilots:source-create") + "?kind=csv_upload",
        {"name": "A&E attendances", "unit": cast.lakeshore.pk, "steward": "Analysts"},
    )
    source = Source.objects.get()
    assert answer.headers["Location"] == reverse("pilots:source-upload", args=[source.pk])
    with path.open("rb") as file:
        answer = client.post(answer.headers["Location"], {"file": file})
    here = reverse("pilots:source-map", args=[source.pk])
    assert answer.headers["Location"] == here
    page = client.get(here)
    form = page.context["form"]
    typed = {name: form[name].value() or "" for name in form.fields}
    assert (typed["date"], typed["numerator"], typed["denominator"], typed["entity_column"]) == (
        "period",
        "breaches",
        "attendances",
        "org_code",
    )  # guessed from the file
    assert (typed["cadence"], typed["kind"]) == ("month", "proportion")
    typed |= {"filter_column_0": "type", "filter_equals_0": "1", "pull_from": "2016-04-01"}
    seen = client.post(here, {**typed, "step": "look"})
    read = seen.context["mapped"]
    assert read.periods == sum(len(months) for months in expected.values())
    assert set(read.entities) == set(expected)
    made = client.post(
        here,
        {
            **typed,
            "step": "create",
            "name": "Waits over four hours",
            "definition": "type 1 attendances over four hours ÷ all",
            "direction": "lower",
            "dimension": "workflow",
            "which": "some",
            "entities": "RF4, R1H\nRGT",
        },
    )
    assert made.headers["Location"] == reverse("pilots:metric-list") + f"?source={source.pk}"
    actions.run_batch(Pull.objects.values_list("pk", flat=True), at=NOW)  # as the worker does
    assert_same_as(expected, ["RF4", "R1H", "RGT"])
    page = client.get(reverse("pilots:metric-detail", args=[Metric.objects.get(entity="RF4").pk]))
    assert "<svg" in page.content.decode()
    last = max(expected["RF4"])
    breaches, attendances = expected["RF4"][last]
    text = page.content.decode()
    assert f"{attendances:,.0f}" in text
    assert f"{breaches:,.0f}" in text


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.csv"
    path.write_text(SMALL)
    return path


def test_import_lists_what_was_refused_and_keeps_the_rest(cast: Cast, small: Path) -> None:
    report = small.with_name("refused.csv")
    told = by_command(small, "--report", str(report))
    assert {m.entity: m.data_version for m in Metric.objects.all()} == {"RF4": 1, "RGR": 1}
    assert re.search(r"RGR, line 6: .*denominator.*\.", told)
    assert re.search(r"–, line 7: .*empty", told)
    assert "7 rows read, 2 left out by --where" in told
    with report.open(newline="") as file:
        assert [row["line"] for row in csv.DictReader(file)] == ["6", "7"]


def test_import_of_a_newer_file_adds_and_corrects(cast: Cast, small: Path) -> None:
    by_command(small)
    newer = SMALL.replace("2017-02-01,RF4,1,100,20", "2017-02-01,RF4,1,100,21")
    small.write_text(newer + "2017-03-01,RF4,1,100,30\n2017-03-01,RZ9,1,10,3\n")
    told = by_command(small)
    assert "(1 new, 0 failed): 2 numbers new, 1 corrected" in told
    assert Source.objects.count() == 1
    assert Revision.objects.get().numerator == 20


def test_import_puts_an_organisation_in_the_unit_that_carries_its_code(
    cast: Cast, small: Path
) -> None:
    cast.harbor.code = "RGR"
    cast.harbor.save()
    by_command(small)
    units = {m.entity: m.unit for m in Metric.objects.select_related("unit")}
    assert units == {"RF4": cast.lakeshore, "RGR": cast.harbor}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--map", "date=nix", "entity=org_code", "value=breaches"], "no dates"),
        (["--map", "date=period", "numerator=breaches", "denominator=attendances"], "which column"),
        (["--map", "date=period", "entity=org", "value=breaches"], "no column"),
        (["--map", "date=period", "entity=org_code", "hour=breaches"], "is no role"),
        (["--map", "date"], "NAME=COLUMN"),
        (["--map", *MAP, "--where", "type=9"], "No row of the file"),
        (["--map", *MAP, "--unit", "Nowhere"], "no unit named"),
        (["--map", *MAP, "--by", "nobody@lakeshore.example"], "Nobody signs in"),
        (["--map", *MAP, "--by", "ana@lakeshore.example"], "Sources are kept by"),
    ],
)
def test_import_that_cannot_work_says_why_and_leaves_nothing(
    cast: Cast, small: Path, arguments: list[str], says: str
) -> None:
    usual = [] if "--unit" in arguments else ["--unit", "Lakeshore Health"]
    with pytest.raises(CommandError) as refused:
        out = io.StringIO()
        call_command("import_metrics", str(small), *arguments, *usual, stdout=out, stderr=out)
    assert says in str(refused.value)
    assert not Source.objects.exists()


def test_import_of_a_file_of_which_nothing_can_be_used_says_why(cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "years.csv"
    path.write_text("period,org_code,breaches,attendances\n2008-09,RF4,1,9\n2009-10,RF4,1,9\n")
    arguments = ["--map", *MAP, "--cadence", "month", "--unit", "Lakeshore Health"]
    with pytest.raises(CommandError, match=r"Line 2, for example: “2008-09” is a financial year"):
        call_command("import_metrics", str(path), *arguments, stderr=io.StringIO())
    assert not Source.objects.exists()


def test_import_of_a_missing_file_says_so(cast: Cast, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        by_command(tmp_path / "nothing.csv")
