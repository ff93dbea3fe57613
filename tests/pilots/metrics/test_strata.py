"""Numbers of groups: sent, held back where they are small, and read; the number of everybody stays."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from innovation.audit.models import Event
from innovation.rules.refusal import NotAllowed, Refused
from pilots.metrics import actions, strata
from pilots.metrics.models import Metric, Observation, QuarantinedRow, Source, Stratum
from tests.factories.cast import NOW, PASSWORD, Cast
from tests.factories.pilots import make_metric, make_source, open_pilot

pytestmark = pytest.mark.django_db

WEEK = date(2026, 9, 7)


@pytest.fixture
def source(cast: Cast) -> Source:
    return make_source(cast, name="Warehouse job", kind="push")


@pytest.fixture
def metric(cast: Cast, source: Source) -> Metric:
    made = make_metric(
        cast, open_pilot(cast), source=source, kind="proportion", measure_unit="",
        target=Decimal("0.1"), pull_from=WEEK,
    )  # fmt: skip
    splits = [{"name": "Language"}, {"name": "Ward"}]
    return actions.split_metric(made, by=cast.jonas, at=NOW, splits=splits)


@pytest.fixture
def program(cast: Cast, source: Source) -> Client:
    _key, text = actions.make_push_key(
        source, by=cast.jonas, at=timezone.now(), name="Nightly", days=30
    )
    return Client(headers={"Authorization": f"Push {text}"})


def put(
    client: Client, metric: Metric, *group: str, period: str = "2026-W37", **cells: object
) -> Any:
    name = "api-group-number" if group else "api-metric-number"
    url = reverse(f"pilots:{name}", args=[metric.pk, period, *group])
    return client.put(url, json.dumps(cells), content_type="application/json")


def send(
    client: Client, metric: Metric, period: str = "2026-W37", **groups: tuple[int, int]
) -> Any:
    """Everybody and the groups of a language at once: so many of so many of each."""
    rows = [
        {"metric": metric.pk, "period": period, "numerator": a, "denominator": b}
        | ({} if name == "everybody" else {"split": "Language", "group": name})
        for name, (a, b) in groups.items()
    ]
    url = reverse("pilots:api-source-numbers", args=[metric.source_id])
    return client.post(url, json.dumps({"rows": rows}), content_type="application/json")


def shown(metric: Metric) -> dict[str, int | None]:
    return {
        row.group: None if row.hidden else int(row.numerator or 0) for row in metric.strata.all()
    }


def test_large_group_is_kept_again_is_nothing_and_another_replaces_it(
    program: Client, metric: Metric
) -> None:
    put(program, metric, numerator=60, denominator=200)
    before = Observation.objects.get(metric=metric)
    said = put(program, metric, "Language", "English", numerator=40, denominator=120)
    assert said.status_code == 200 and said.json()["added"] == 1, said.content
    again = put(program, metric, "Language", "English", numerator=40, denominator=120).json()
    assert (again["added"], again["revised"], again["unchanged"]) == (0, 0, 1)
    assert (
        put(program, metric, "Language", "English", numerator=41, denominator=120).json()["revised"]
        == 1
    )
    assert shown(metric) == {"English": 41}
    # Nothing of everybody has moved, and no former number of a group is kept.
    after = Observation.objects.get(metric=metric)
    assert (after.revision, after.recorded_at) == (before.revision, before.recorded_at)
    assert Event.objects.filter(type="metric.groups_kept").count() == 2


def test_small_number_is_held_back_with_the_next_and_is_nowhere(
    program: Client, metric: Metric
) -> None:
    said = send(
        program, metric,
        everybody=(110, 333), English=(80, 200), Spanish=(27, 120), Somali=(3, 13),
    )  # fmt: skip
    assert (said.status_code, said.json()["refused"]) == (200, []), said.content
    assert shown(metric) == {"English": 80, "Somali": None, "Spanish": None}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table.startswith("pilots_") or table == "innovation_event":
                cursor.execute(f"SELECT t::text FROM {table} t")
                rows = " ".join(row for (row,) in cursor.fetchall())
                assert "13.000000000000" not in rows and "27.000000000000" not in rows, table


@pytest.mark.parametrize(
    "numbers", [(0, 40), (40, 40), (9, 40), (31, 40)], ids=["none", "all", "few", "few without"]
)
def test_zero_and_all_of_a_group_tell_of_everybody_in_it(
    program: Client, metric: Metric, numbers: tuple[int, int]
) -> None:
    send(program, metric, everybody=(100, 300), English=numbers)
    assert shown(metric) == {"English": None}
    send(program, metric, everybody=(100, 300), English=(20, 40))
    assert shown(metric) == {"English": None}, (
        "what was held back would be told by what is shown now"
    )


def test_group_that_became_small_takes_all_shown_ones_with_it(
    program: Client, metric: Metric
) -> None:
    send(program, metric, everybody=(90, 250), English=(60, 150), Spanish=(30, 100))
    assert shown(metric) == {"English": 60, "Spanish": 30}
    send(program, metric, everybody=(68, 228), Spanish=(8, 78))
    # Whoever remembers that 60 spoke English would take them from 68.
    assert shown(metric) == {"English": None, "Spanish": None}


def test_new_number_of_everybody_withdraws_what_it_would_give_away(
    program: Client, metric: Metric
) -> None:
    send(program, metric, everybody=(90, 250), English=(60, 150), Spanish=(30, 100))
    put(program, metric, numerator=93, denominator=253)
    assert shown(metric) == {}
    assert "wait to be brought anew" in " ".join(metric.pulls.order_by("-id")[0].notes)
    send(program, metric, English=(62, 152), Spanish=(31, 101))
    assert shown(metric) == {"English": 62, "Spanish": 31}


@pytest.mark.parametrize(
    ("group", "cells", "reason"),
    [
        (("Language", "English"), (40, 400), "more cases than everybody"),
        (("Age", "65+"), (40, 100), "not split in this way"),
        (("Language", "943 476 5919"), (40, 100), "tells who somebody is"),
        (("Language", "English"), (40, 30), "larger than the denominator"),
    ],
)
def test_refused_group_is_said_to_the_program_and_written_nowhere(
    program: Client, metric: Metric, group: tuple[str, str], cells: tuple[int, int], reason: str
) -> None:
    put(program, metric, numerator=60, denominator=200)
    said = put(program, metric, *group, numerator=cells[0], denominator=cells[1])
    assert said.status_code == 422
    assert reason in said.json()["refused"][0]["reason"]
    assert not metric.strata.exists() and not QuarantinedRow.objects.exists()


def test_group_of_a_period_of_which_nothing_is_known_waits_for_everybody(
    program: Client, metric: Metric
) -> None:
    said = put(program, metric, "Language", "English", numerator=40, denominator=120)
    assert "Bring it first" in said.json()["refused"][0]["reason"]


def test_value_needs_to_say_of_how_many(cast: Cast, program: Client, source: Source) -> None:
    made = make_metric(cast, open_pilot(cast), source=source, pull_from=WEEK)
    actions.split_metric(made, by=cast.jonas, at=NOW, splits=[{"name": "Ward"}])
    put(program, made, value=16.4, n=210)
    assert put(program, made, "Ward", "4A", value=15.0).status_code == 422
    assert put(program, made, "Ward", "4A", value=15.0, n=120).status_code == 200
    put(program, made, "Ward", "4B", value=19.0, n=6)
    assert {row.group: row.hidden for row in made.strata.all()} == {"4A": False, "4B": True}


def test_rate_is_not_split_for_days_at_risk_are_no_people(
    cast: Cast, client: Client, source: Source
) -> None:
    """Four falls in 900 bed days would be read as four of 900 people, and 896 who did not fall."""
    made = make_metric(
        cast, open_pilot(cast), source=source, kind="rate",
        measure_unit="per 1,000 bed days", target=Decimal(2),
    )  # fmt: skip
    with pytest.raises(Refused, match="not rates"):
        actions.split_metric(made, by=cast.jonas, at=NOW, splits=[{"name": "Ward"}])
    client.login(username=cast.jonas.email, password=PASSWORD)
    url = reverse("pilots:metric-edit", args=[made.pk])
    form = client.get(url).context["form"]
    typed = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    page = client.post(url, {**typed, "name": "Falls anew", "splits-name_0": "Ward"})
    assert page.status_code == 400 and "not rates or counts" in page.content.decode()
    made.refresh_from_db()
    assert made.name != "Falls anew" and made.splits == []


@pytest.mark.parametrize(
    "fields",
    [
        {"numerator": 9, "denominator": 40, "n": 40},
        {"numerator": 31, "denominator": 40, "n": 40},
        {"numerator": None, "denominator": 40, "n": 40},
        {"value": 3, "n": 9},
        {"value": 3, "n": None},
        {"hidden": True, "n": 3},
        {"value": 3, "n": 4, "least": 4},
    ],
)
def test_database_keeps_no_small_number(metric: Metric, fields: dict[str, Any]) -> None:
    usual = {"split": "Ward", "group": "4A", "hidden": False, "least": 10, "recorded_at": NOW}
    with pytest.raises(IntegrityError), transaction.atomic():
        Stratum.objects.create(metric=metric, period=WEEK, **{**usual, **fields})


def test_what_is_held_back_is_neither_shown_nor_taken_away(metric: Metric) -> None:
    row = Stratum.objects.create(
        metric=metric, split="Ward", group="4A", period=WEEK, hidden=True, least=10, recorded_at=NOW
    )
    for change in (
        lambda: Stratum.objects.filter(pk=row.pk).update(hidden=False, value=3, n=30),
        lambda: row.delete(),
    ):
        with pytest.raises(ProgrammingError, match="pgtrigger"), transaction.atomic():
            change()


def test_larger_least_hides_what_is_below_it_and_a_smaller_one_shows_nothing_again(
    cast: Cast, program: Client, metric: Metric
) -> None:
    send(program, metric, everybody=(90, 250), English=(60, 150), Spanish=(30, 100))
    splits = metric.splits
    actions.split_metric(metric, by=cast.jonas, at=NOW, splits=splits, least=40)
    assert shown(metric) == {"English": None, "Spanish": None}
    actions.split_metric(metric, by=cast.jonas, at=NOW, splits=splits, least=None)
    assert shown(metric) == {"English": None, "Spanish": None}
    with pytest.raises(Refused, match="between 10"):
        actions.split_metric(metric, by=cast.jonas, at=NOW, splits=splits, least=5)
    with pytest.raises(NotAllowed):
        actions.split_metric(metric, by=cast.victor, at=NOW, splits=[])


def test_page_shows_groups_and_the_form_names_them(
    client: Client, cast: Cast, program: Client, metric: Metric
) -> None:
    send(
        program, metric,
        everybody=(110, 333), English=(80, 200), Spanish=(27, 120), Somali=(3, 13),
    )  # fmt: skip
    client.login(username=cast.jonas.email, password=PASSWORD)
    page = client.get(reverse("pilots:metric-detail", args=[metric.pk])).content.decode()
    assert "By group" in page and "40.0%" in page and page.count("fewer than 10") >= 2
    edit = reverse("pilots:metric-edit", args=[metric.pk])
    form = client.get(edit).content.decode()
    assert 'value="Language"' in form and "English, Somali, Spanish" in form


def test_largest_gap_is_of_periods_in_which_both_are_shown(
    client: Client, cast: Cast, program: Client, metric: Metric
) -> None:
    send(program, metric, everybody=(90, 250), English=(60, 150), Spanish=(30, 100))
    (groups,) = [one for one in strata.groups_of(metric).values() if one]
    gap = strata.largest_gap(groups)
    assert gap is not None and (gap.higher.name, gap.lower.name) == ("English", "Spanish")
    assert gap.size == pytest.approx(0.1)
    # A week in which Spanish is held back, and English with it, moves the gap in no way.
    send(program, metric, "2026-W38", everybody=(140, 220), English=(135, 200), Spanish=(5, 20))
    assert strata.largest_gap(strata.groups_of(metric)["Language"]).size == pytest.approx(0.1)  # type: ignore[union-attr]
    # Neither does one in which English alone is shown.
    send(program, metric, "2026-W39", everybody=(160, 400), English=(120, 200))
    assert strata.largest_gap(strata.groups_of(metric)["Language"]).size == pytest.approx(0.1)  # type: ignore[union-attr]
    client.login(username=cast.jonas.email, password=PASSWORD)
    page = client.get(reverse("pilots:metric-detail", args=[metric.pk])).content.decode()
    assert "Largest gap: 10.0 points, English at 40.0% and Spanish at 30.0%" in page
    assert strata.largest_gap(groups[:1]) is None
