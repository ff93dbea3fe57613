"""Sources of one server share its pause: one fails a few times and the others need not; then one tries for all."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from innovation.notices.models import Notice
from pilots.connectors.errors import (
    AddressForbidden,
    BadAnswer,
    BadConfig,
    NotFound,
    ServerFailed,
    SourceError,
    TooSlow,
    Unreachable,
)
from pilots.metrics import actions
from pilots.metrics.actions import pace, queue
from pilots.metrics.models import Pull, ServerPace, Source, SourcePace
from pilots.metrics.queries import freshness, pause_of
from tests.factories.cast import Cast
from tests.pilots.metrics.test_queue import keys, taken, waiting
from tests.pilots.metrics.test_views import text_of
from tests.present import present

pytestmark = pytest.mark.django_db

DOWN = Unreachable("reports.example.org refused the connection.")


def connect(cast: Cast, name: str, path: str = "", host: str = "reports.example.org") -> Source:
    return actions.create_source(
        by=cast.jonas, at=timezone.now(), unit=cast.brigid, name=name, kind="rest_json",
        config={"base_url": f"https://{host}/{path}"},
    )  # fmt: skip


def fail(source: Source, error: SourceError = DOWN, times: int = 1) -> None:
    for _ in range(times):
        with transaction.atomic():
            pace.failed(source, error, seconds=1, at=timezone.now())


@pytest.fixture
def three(cast: Cast) -> tuple[Source, Source, Source]:
    """Two of one server, and one of another."""
    return (
        connect(cast, "Notes", "notes"),
        connect(cast, "Claims", "claims"),
        connect(cast, "Elsewhere", host="elsewhere.example.org"),
    )


def its_time_comes() -> None:
    ServerPace.objects.update(asked_again_at=timezone.now() - timedelta(minutes=1))


def test_server_is_known_by_how_and_where_it_is_asked(cast: Cast) -> None:
    source = connect(cast, "Notes", host="Reports.example.org:8443")
    assert source.server == "https://reports.example.org:8443"
    actions.edit_source(
        source, by=cast.jonas, at=timezone.now(), name=source.name, steward="",
        config={"base_url": "http://reports.example.org/x"},
    )  # fmt: skip
    source.refresh_from_db()
    assert source.server == "http://reports.example.org"
    uploaded = actions.create_source(
        by=cast.jonas,
        at=timezone.now(),
        unit=cast.brigid,
        name="File",
        kind="csv_upload",
        config={},
    )
    assert uploaded.server == ""
    fail(uploaded)
    assert not ServerPace.objects.exists()


def test_failures_of_two_sources_pause_their_server_for_all_and_one_of_them_tries(
    three: tuple[Source, Source, Source], cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes, claims, elsewhere = three
    third = connect(cast, "Falls", "falls")
    for source in (notes, claims, notes, claims):
        fail(source)
    assert ServerPace.objects.get().asked_again_at is None
    fail(notes, TooSlow("It took too long."))
    shared = ServerPace.objects.get()
    assert (shared.server, shared.failures, shared.several) == (
        "https://reports.example.org",
        5,
        True,
    )
    assert present(shared.asked_again_at) > timezone.now()
    assert not SourcePace.objects.filter(asked_again_at__isnull=False).exists()

    pulls = waiting(cast, notes, claims, third, elsewhere)
    assert taken(2, monkeypatch) == [pulls[3].pk, None]  # the other server alone
    assert queue.take_abreast(most=9, of_a_source=9, kinds=["rest_json"]) == []
    its_time_comes()
    assert queue.take_abreast(most=9, of_a_source=9, kinds=["rest_json"]) == []
    assert taken(3, monkeypatch) == [pulls[0].pk, None, None]  # one tries for all of them

    # It fails once more, and they wait for longer; then another of them has an answer.
    Pull.objects.filter(pk=pulls[0].pk).delete()
    fail(notes)
    assert present(ServerPace.objects.get().asked_again_at) > present(shared.asked_again_at)
    assert taken(1, monkeypatch) == [None]
    its_time_comes()
    assert taken(2, monkeypatch) == [pulls[1].pk, None]
    with transaction.atomic():
        pace.answered(claims, seconds=0.1, at=timezone.now())
    assert not ServerPace.objects.exists()
    assert taken(1, monkeypatch) == keys([pulls[2]])


def test_source_that_alone_fails_is_paused_alone(
    three: tuple[Source, Source, Source], cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes, claims, _elsewhere = three
    fail(notes, ServerFailed("reports.example.org answered with 500."), times=9)
    assert SourcePace.objects.get().asked_again_at is not None
    assert ServerPace.objects.get().asked_again_at is None
    pulls = waiting(cast, notes, claims)
    assert taken(2, monkeypatch) == [pulls[1].pk, None]
    fail(claims)  # one look of its own, and not five
    assert ServerPace.objects.get().asked_again_at is not None


@pytest.mark.parametrize(
    ("error", "is_over"),
    [
        (NotFound("404"), True),
        (BadAnswer("No JSON."), True),
        (BadConfig("No password."), False),
        (AddressForbidden("Closed."), False),
    ],
)
def test_any_answer_of_the_server_ends_its_failures_and_what_did_not_reach_it_does_not(
    three: tuple[Source, Source, Source], error: SourceError, is_over: bool
) -> None:
    notes, claims, _elsewhere = three
    fail(notes)
    fail(claims, error)
    assert ServerPace.objects.exists() != is_over


def test_pause_is_shown_told_once_and_ended_by_hand(
    three: tuple[Source, Source, Source],
    cast: Cast,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    notes, claims, elsewhere = three
    pulls = waiting(cast, notes, claims, elsewhere)
    Notice.objects.all().delete()
    for source in (notes, claims, notes, claims, notes, claims):
        fail(source)
    told = Notice.objects.filter(title="reports.example.org does not answer and is paused")
    assert told.filter(person=cast.jonas).count() == 1
    assert Notice.objects.filter(person=cast.victor).count() == 0
    client.force_login(cast.jonas)
    page = text_of(client.get(reverse("pilots:source-detail", args=[claims.pk])))
    assert "Its server does not answer and is paused" in page
    assert "asked at reports.example.org failed 6 times in a row" in page
    page = text_of(client.get(reverse("pilots:source-detail", args=[elsewhere.pk])))
    assert "is paused" not in page
    metric = claims.metrics.get()
    Pull.objects.filter(metric=metric).update(requested_at=timezone.now() - timedelta(days=1))
    assert "does not answer and is paused" in freshness(metric, timezone.now()).sentence

    client.post(reverse("pilots:source-ask-again", args=[claims.pk]))
    found = taken(2, monkeypatch)
    assert set(found) & set(keys(pulls[:2])) and len(set(found)) == 2
    assert taken(1, monkeypatch) == [None]


def test_new_settings_are_tried_although_the_server_is_paused(
    three: tuple[Source, Source, Source], cast: Cast
) -> None:
    notes, claims, _elsewhere = three
    for source in (notes, claims) * 3:
        fail(source)
    waiting(cast, notes)
    assert queue.take() is None
    actions.edit_source(
        notes, by=cast.jonas, at=timezone.now(), name=notes.name, steward="",
        config={"base_url": "https://reports.example.org/notes/v2"},
    )  # fmt: skip
    assert queue.take() is not None
    assert pause_of(claims) is not None


@pytest.mark.parametrize("row", [{"problem": ""}, {"failures": 0}, {"asked_again_at": "now"}])
def test_database_keeps_a_pause_that_says_why(three: Any, row: dict[str, Any]) -> None:
    if row.get("asked_again_at"):
        row["asked_again_at"] = timezone.now()
    facts = {"server": "https://x", "failures": 1, "problem": "Down.", "began_with": three[0]}
    with pytest.raises(IntegrityError), transaction.atomic():
        ServerPace.objects.create(**facts | row)
