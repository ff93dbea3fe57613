"""A kind of source that the house has never heard of: one folder, one row, and all of it works."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from pilots.connectors import kinds
from pilots.lifecycle.models import Pilot
from pilots.metrics import actions
from pilots.metrics.models import Metric, Observation, Source
from tests.factories.cast import NOW, Cast
from tests.fakes import plain_lines
from tests.pilots.metrics import server

LINES = server.Answer(body=b"2026-09-07 16.2\n2026-09-14 15.8\nsoon 1\n", type="text/plain")


@pytest.fixture
def jonas(client: Client, cast: Cast) -> Client:
    client.force_login(cast.jonas)
    return client


pytestmark = pytest.mark.usefixtures("worker_beside")


@pytest.fixture(autouse=True)
def row(monkeypatch: pytest.MonkeyPatch) -> None:
    """The row in the kind table."""
    monkeypatch.setitem(kinds.KINDS, plain_lines.KIND.key, plain_lines.KIND)


def test_new_kind_goes_from_its_form_to_kept_numbers(
    jonas: Client, cast: Cast, pilot: Pilot, hospital: server.Source
) -> None:
    hospital.answer = LINES
    here = reverse("pilots:source-create")
    assert "Plain lines" in jonas.get(here).content.decode()

    form = {"name": "Minutes", "unit": cast.brigid.pk, "steward": "", "address": "nowhere"}
    wrong = jonas.post(f"{here}?kind=plain_lines", form)
    assert set(wrong.context["form"].errors) == {"address"}
    jonas.post(f"{here}?kind=plain_lines", {**form, "address": hospital.url})
    source = Source.objects.get(kind="plain_lines")

    tested = jonas.post(reverse("pilots:source-test-connection", args=[source.pk]), follow=True)
    assert "answers with 3 lines" in tested.content.decode()

    plan = f"{reverse('pilots:metric-create', args=[pilot.pk])}?source={source.pk}"
    metric = {
        "name": "Note time", "definition": "Minutes in notes ÷ visits", "kind": "value",
        "measure_unit": "minutes", "direction": "lower", "dimension": "workflow",
        "cadence": "week", "pull_from": "2026-09-07", "role": "secondary", "column": "1",
    }  # fmt: skip
    dry = jonas.post(plan, {**metric, "try": "1"}).context["dry_run"].dry_run
    assert ([one.value for one in dry.last], len(dry.rejected)) == (
        [Decimal("15.8"), Decimal("16.2")],
        1,
    )
    assert not Metric.objects.exists()

    jonas.post(plan, metric)
    pull = actions.run_pull(Metric.objects.get().pulls.get().pk, at=NOW)
    assert pull is not None and (pull.added, pull.quarantined) == (2, 1)
    assert pull.origin == f"Minutes ({hospital.url.removeprefix('http://')})"
    assert Observation.objects.get(period=date(2026, 9, 7)).value == Decimal("16.2")

    found = jonas.get("/api/v1/sources/?kind=plain_lines").json()["results"]
    assert [one["id"] for one in found] == [source.pk]
    assert jonas.get(reverse("pilots:source-detail", args=[source.pk])).status_code == 200


def test_new_kind_is_no_migration(db: None) -> None:
    call_command("makemigrations", check_changes=True, dry_run=True, verbosity=0)


def test_source_whose_kind_left_the_table_keeps_its_page_and_says_why(
    jonas: Client,
    cast: Cast,
    pilot: Pilot,
    hospital: server.Source,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hospital.answer = LINES
    form = {"name": "Minutes", "unit": cast.brigid.pk, "steward": "", "address": hospital.url}
    jonas.post(f"{reverse('pilots:source-create')}?kind=plain_lines", form)
    source = Source.objects.get(kind="plain_lines")
    monkeypatch.delitem(kinds.KINDS, "plain_lines")
    gone = "no kind of source “plain_lines” any more"

    for name in ("source-detail", "source-edit", "api-source-detail"):
        assert jonas.get(reverse(f"pilots:{name}", args=[source.pk])).status_code == 200, name
    assert jonas.get(reverse("pilots:source-list")).status_code == 200
    tested = jonas.post(reverse("pilots:source-test-connection", args=[source.pk]), follow=True)
    assert gone in tested.content.decode()
