"""A program sends numbers: by key, by token, signed; again, late, wrong, and to the wrong source."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from innovation.audit.models import Event
from innovation.notices.models import Notice
from innovation.people import actions as people
from innovation.rules.refusal import NotAllowed, Refused
from innovation.web.scopes import Scope
from pilots.metrics import actions, queries
from pilots.metrics.models import Metric, Observation, Pull, PullStatus, PushKey, Revision, Source
from tests.factories.cast import NOW, PASSWORD, Cast
from tests.factories.pilots import make_metric, make_source, open_pilot

pytestmark = pytest.mark.django_db

WEEK = date(2026, 9, 7)


@pytest.fixture
def source(cast: Cast) -> Source:
    return make_source(cast, name="Warehouse job", kind="push")


@pytest.fixture
def metric(cast: Cast, source: Source) -> Metric:
    return make_metric(
        cast, open_pilot(cast), source=source, kind="proportion", measure_unit="",
        target=Decimal("0.1"), pull_from=WEEK,
    )  # fmt: skip


@pytest.fixture
def key(cast: Cast, source: Source) -> tuple[PushKey, str]:
    return actions.make_push_key(source, by=cast.jonas, at=timezone.now(), name="Nightly", days=30)


@pytest.fixture
def program(key: tuple[PushKey, str]) -> Client:
    return Client(headers={"Authorization": f"Push {key[1]}"})


def put(client: Client, metric: Metric, period: str = "2026-W37", **cells: object) -> Any:
    url = reverse("pilots:api-metric-number", args=[metric.pk, period])
    return client.put(url, json.dumps(cells), content_type="application/json")


def post(client: Client, source: Source, *rows: dict[str, object], **more: Any) -> Any:
    url = reverse("pilots:api-source-numbers", args=[source.pk])
    return client.post(url, json.dumps({"rows": rows}), content_type="application/json", **more)


def test_number_is_kept_again_is_nothing_and_another_replaces_it(
    program: Client, metric: Metric
) -> None:
    answer = put(program, metric, numerator=3, denominator=40)
    assert answer.status_code == 200, answer.content
    said = answer.json()
    assert (said["received"], said["added"], said["refused"]) == (1, 1, [])
    again = put(program, metric, "2026-09-07", numerator=3.0, denominator="40").json()
    assert (again["added"], again["revised"], again["unchanged"]) == (0, 0, 1)
    other = put(program, metric, numerator=4, denominator=40).json()
    assert other["revised"] == 1
    kept = Observation.objects.get(metric=metric)
    assert (kept.period, kept.numerator, kept.revision) == (WEEK, Decimal(4), 1)
    assert Revision.objects.get(metric=metric).numerator == Decimal(3)
    pull = Pull.objects.get(pk=kept.pull_id)
    assert (pull.status, pull.source_id, pull.window_start) == (
        PullStatus.DONE, metric.source_id, WEEK,
    )  # fmt: skip
    assert pull.origin == "Warehouse job (Nightly)"
    assert Event.objects.filter(type="source.numbers_kept").count() == 2


@pytest.mark.parametrize(
    ("period", "cells", "reason"),
    [
        ("2026-W37", {"numerator": 5, "denominator": 4}, "larger than the denominator"),
        ("2026-W37", {"numerator": 5}, "needs a numerator and a denominator"),
        ("2026-W37", {"numerator": "NaN", "denominator": 4}, "which is not a number"),
        ("2026-09", {"numerator": 1, "denominator": 4}, "is a month, where a week is wanted"),
        ("2026-08-31", {"numerator": 1, "denominator": 4}, "before the first day of the metric"),
        ("2999-01-07", {"numerator": 1, "denominator": 4}, "lies in the future"),
        ("soon", {"numerator": 1, "denominator": 4}, "is not a date"),
        ("07/09/2026", {"numerator": 1, "denominator": 4}, "with the day or with the month"),
    ],
)
def test_refused_number_says_why_in_the_answer_and_beside_the_metric(
    program: Client, metric: Metric, period: str, cells: dict[str, object], reason: str
) -> None:
    if "/" in period:
        answer = post(program, metric.source, {"metric": metric.pk, "period": period, **cells})
    else:
        answer = put(program, metric, period, **cells)
    assert answer.status_code == 422, answer.content
    [refused] = answer.json()["refused"]
    assert reason in refused["reason"] and refused["period"] == period and refused["row"] == 1
    pull = metric.pulls.get()
    assert (pull.status, pull.quarantined) == (PullStatus.FAILED, 1)
    assert reason in pull.quarantine.get().reason
    assert not Observation.objects.filter(metric=metric).exists()
    # Whoever leads the pilot is told, since numbers stay away.
    assert Notice.objects.filter(title__contains="cannot be pulled").exists()


def test_period_that_goes_on_is_refused_until_it_has_ended(program: Client, metric: Metric) -> None:
    today = timezone.localdate()
    monday = today - timedelta(days=today.weekday())
    answer = put(program, metric, monday.isoformat(), numerator=1, denominator=2)
    assert "has not ended yet" in answer.json()["refused"][0]["reason"]
    last = monday - timedelta(days=7)
    assert put(program, metric, last.isoformat(), numerator=1, denominator=2).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"rows": []},
        {"rows": [{"metric": 1}]},
        {"rows": [{"metric": "x", "period": "2026-09"}]},
        {"rows": [{"metric": 1, "period": "Mrs Mary Smith", "value": "John"}]},
        {"rows": [{"metric": 1, "period": "2026-09", "value": True}]},
        {"rows": [{"metric": 1, "period": "2026-09", "value": {"a": 1}}]},
        [],
        {},
    ],
)
def test_body_that_is_none_is_refused_before_anything_is_kept(
    program: Client, metric: Metric, body: object
) -> None:
    url = reverse("pilots:api-source-numbers", args=[metric.source_id])
    answer = program.post(url, json.dumps(body), content_type="application/json")
    assert answer.status_code == 400, answer.content
    assert not Pull.objects.exists()


def test_batch_keeps_the_good_rows_and_names_each_of_the_others(
    cast: Cast, program: Client, metric: Metric
) -> None:
    other = make_metric(cast, metric.pilot, source=metric.source, role="secondary", pull_from=WEEK)
    foreign = make_metric(cast, metric.pilot, role="secondary")
    answer = post(
        program,
        metric.source,
        {"metric": metric.pk, "period": "2026-W37", "numerator": 1, "denominator": 9},
        {"metric": other.pk, "period": "2026-W37", "value": "1,234.5", "n": 12},
        {"metric": foreign.pk, "period": "2026-W37", "value": 1},
        {"metric": metric.pk, "period": "2026-W38", "numerator": 9, "denominator": 1},
        {"metric": metric.pk, "period": "2026-W39", "numerator": 2, "denominator": 9},
        {"metric": metric.pk, "period": "2026-W39", "numerator": 3, "denominator": 9},
    )
    said = answer.json()
    assert answer.status_code == 200
    assert (said["received"], said["added"], len(said["pulls"])) == (6, 2, 2)
    assert [one["row"] for one in said["refused"]] == [3, 4, 5, 6]
    assert said["refused"][0]["reason"] == "This source has no such metric."
    assert "more than once with different numbers" in said["refused"][2]["reason"]
    assert Observation.objects.get(metric=other).value == Decimal("1234.5")
    assert not Observation.objects.filter(metric=foreign).exists()


def test_number_is_fresh_and_shown_as_one_of_a_pull(
    cast: Cast, client: Client, program: Client, metric: Metric
) -> None:
    assert not queries.freshness_of([metric], timezone.now())[metric.pk].pulled_at
    put(program, metric, numerator=3, denominator=40)
    fresh = queries.freshness_of([metric], timezone.now())[metric.pk]
    assert fresh.pulled_at is not None and fresh.last_period == WEEK
    client.force_login(cast.jonas)
    page = client.get(reverse("pilots:metric-detail", args=[metric.pk])).content.decode()
    assert "Warehouse job" in page
    assert "Pull now" not in page
    page = client.get(reverse("pilots:source-detail", args=[metric.source_id])).content.decode()
    assert "Keys for programs" in page
    seen = client.get(f"/api/v1/metrics/{metric.pk}/observations/").json()["results"]
    assert [(one["period"], one["n"]) for one in seen] == [("2026-09-07", 40)]


def test_nothing_is_asked_of_a_source_that_is_sent_its_numbers(cast: Cast, source: Source) -> None:
    made = actions.create_metric(
        by=cast.jonas, at=NOW, source=source, name="Late", definition="Late ÷ all",
        kind="proportion", direction="lower", dimension="workflow", cadence="week",
        pull_from=WEEK, unit=cast.brigid,
    )  # fmt: skip
    assert not made.pulls.exists()
    with pytest.raises(Refused, match="Nothing is asked"):
        actions.request_pull(made, by=cast.jonas, at=NOW)
    actions.edit_metric(made, by=cast.jonas, at=NOW, definition="Late notes ÷ all notes")
    actions.edit_source(source, by=cast.jonas, at=NOW, name="Job", config={})
    assert not made.pulls.exists()


# ---- keys


def test_key_opens_its_source_and_nothing_else(cast: Cast, program: Client, metric: Metric) -> None:
    other = make_metric(
        cast, None, unit=cast.brigid, role="secondary", source=make_source(cast, kind="push")
    )
    answer = put(program, other, value=1)
    assert answer.status_code == 403 and "another source" in answer.json()["detail"]
    assert post(program, other.source, {"metric": 1, "period": "2026-09"}).status_code == 403
    for address in ("/api/v1/metrics/", "/api/v1/needs/", f"/api/v1/sources/{metric.source_id}/"):
        assert program.get(address).status_code == 401, address
    assert program.get(reverse("pilots:source-detail", args=[metric.source_id])).status_code == 302


def test_key_that_ended_was_revoked_or_whose_maker_left_opens_nothing(
    cast: Cast, metric: Metric, key: tuple[PushKey, str], program: Client
) -> None:
    made, text = key
    assert put(program, metric, numerator=1, denominator=2).status_code == 200
    assert PushKey.objects.get().last_used_at is not None
    for wrong in (text[:-1], text + "x", "push_", "", "x" * 400):
        stranger = Client(headers={"Authorization": f"Push {wrong}"})
        assert put(stranger, metric, numerator=1, denominator=2).status_code == 401
    PushKey.objects.update(made_at=NOW - timedelta(days=99), expires_at=NOW - timedelta(days=9))
    assert put(program, metric, numerator=1, denominator=2).status_code == 401
    PushKey.objects.update(expires_at=timezone.now() + timedelta(days=9))
    actions.revoke_push_key(made, by=cast.maya, at=NOW)
    assert put(program, metric, numerator=1, denominator=2).status_code == 401
    PushKey.objects.update(revoked_at=None, revoked_by=None)
    assert put(program, metric, numerator=1, denominator=2).status_code == 200
    cast.jonas.grants.all().delete()
    assert put(program, metric, numerator=1, denominator=2).status_code == 403


def test_key_is_kept_as_its_hash_or_sealed(cast: Cast, source: Source) -> None:
    sent, text = actions.make_push_key(source, by=cast.jonas, at=NOW, name="Job", days=30)
    assert text not in str(PushKey.objects.filter(pk=sent.pk).values().get())
    signing, text = actions.make_push_key(
        source, by=cast.jonas, at=NOW, name="Job 2", days=30, signs=True
    )
    assert text.encode() not in bytes(PushKey.objects.get(pk=signing.pk).sealed)
    # One that signs is never sent itself.
    assert actions.key_of(text, at=NOW) is None
    with pytest.raises(NotAllowed):
        actions.make_push_key(source, by=cast.amara, at=NOW, name="Job", days=30)
    with pytest.raises(Refused, match="ends after"):
        actions.make_push_key(source, by=cast.jonas, at=NOW, name="Job", days=10_000)
    with pytest.raises(Refused, match="in another way"):
        actions.make_push_key(make_source(cast), by=cast.jonas, at=NOW, name="Job", days=3)


def test_person_and_machine_send_by_token_of_the_scope_for_numbers(
    cast: Cast, metric: Metric
) -> None:
    for scope, status in ((Scope.NUMBERS, 200), (Scope.READ, 403)):
        _token, text = people.create_token(
            by=cast.jonas, at=timezone.now(), name="job", days=3, scopes=[scope]
        )
        client = Client(headers={"Authorization": f"Token {text}"})
        assert put(client, metric, numerator=1, denominator=2).status_code == status


def test_source_of_another_kind_is_not_sent_to(cast: Cast, client: Client) -> None:
    client.force_login(cast.jonas)
    answer = post(client, make_source(cast), {"metric": 1, "period": "2026-09", "value": 1})
    assert answer.status_code == 409 and "in another way" in answer.json()["detail"]


# ---- signatures


@pytest.fixture
def signed(cast: Cast, metric: Metric) -> Callable[..., Any]:
    _key, text = actions.make_push_key(
        metric.source, by=cast.jonas, at=timezone.now(), name="Signs", days=30, signs=True
    )

    def send(*, late: int = 0, by: str = text, of: bytes | None = None, **cells: object) -> Any:
        path = reverse("pilots:api-metric-number", args=[metric.pk, "2026-W37"])
        moment = int(timezone.now().timestamp()) - late
        body = json.dumps(cells).encode()
        message = f"{moment}\nPUT\n{path}\n".encode() + (body if of is None else of)
        signature = hmac.new(by.encode(), message, hashlib.sha256).hexdigest()
        said = f"Push-Signed start={text[:16]}, at={moment}, signature={signature}"
        return Client(headers={"Authorization": said}).put(
            path, body, content_type="application/json"
        )

    return send


def test_signed_number_is_taken_once(signed: Callable[..., Any], metric: Metric) -> None:
    assert signed(late=2, numerator=1, denominator=2).status_code == 200
    again = signed(late=2, numerator=1, denominator=2)
    if again.status_code == 200:  # another second has begun
        again = signed(late=2, numerator=1, denominator=2)
    assert again.status_code == 409 and "sent before" in again.json()["detail"]


@pytest.mark.parametrize(
    ("how", "status", "said"),
    [
        ({"late": 400}, 409, "Check the clock"),
        ({"late": -400}, 409, "Check the clock"),
        ({"by": "another key"}, 401, "no such key"),
        ({"of": b'{"numerator": 2, "denominator": 2}'}, 401, "no such key"),
    ],
)
def test_what_was_not_signed_so_or_now_is_refused(
    signed: Callable[..., Any], metric: Metric, how: dict[str, Any], status: int, said: str
) -> None:
    answer = signed(**how, numerator=1, denominator=2)
    assert answer.status_code == status and said in answer.json()["detail"]
    assert not Observation.objects.filter(metric=metric).exists()


@pytest.mark.parametrize(
    "said", ["", "at=x", "at=1, start=a", "start, at=99999999999, signature=zz"]
)
def test_signature_that_is_none_is_refused(metric: Metric, said: str) -> None:
    client = Client(headers={"Authorization": f"Push-Signed {said}"})
    assert put(client, metric, numerator=1, denominator=2).status_code in (401, 409)


# ---- the page


def test_keeper_makes_a_key_sees_it_once_and_revokes_it(
    cast: Cast, client: Client, metric: Metric
) -> None:
    client.force_login(cast.jonas)
    here = reverse("pilots:push-keys", args=[metric.source_id])
    assert "No key yet" in client.get(here).content.decode()
    create = reverse("pilots:push-key-create", args=[metric.source_id])
    asked = client.post(create, {"name": "Nightly job", "days": "30"})
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    wrong = client.post(create, {"name": "", "days": "30"})
    assert wrong.status_code == 400 and "name" in wrong.context["form"].errors
    made = client.post(create, {"name": "Nightly job", "days": "30"})
    text = made.context["new_key_text"]
    assert text in made.content.decode()
    page = client.get(here).content.decode()
    assert text not in page and "Nightly job" in page and "Never used" in page
    assert f"/api/v1/metrics/{metric.pk}/numbers/" in page
    program = Client(headers={"Authorization": f"Push {text}"})
    assert put(program, metric, numerator=1, denominator=2).status_code == 200
    assert "Last used" in client.get(here).content.decode()
    client.post(reverse("pilots:push-key-revoke", args=[PushKey.objects.get().pk]))
    assert "Revoked by" in client.get(here).content.decode()
    assert put(program, metric, numerator=1, denominator=2).status_code == 401
    told = Event.objects.filter(type__startswith="source.push_key").values_list("type", flat=True)
    assert set(told) == {"source.push_key_made", "source.push_key_revoked"}


def test_what_the_page_gives_as_an_example_is_taken(
    cast: Cast, client: Client, metric: Metric, program: Client
) -> None:
    make_metric(
        cast, metric.pilot, source=metric.source, role="secondary", kind="value", cadence="month"
    )
    client.force_login(cast.jonas)
    page = client.get(reverse("pilots:push-keys", args=[metric.source_id]))
    assert len(page.context["examples"]) == 2
    for _metric, path, body in page.context["examples"]:
        assert path in page.content.decode()
        assert program.put(path, body, content_type="application/json").status_code == 200
