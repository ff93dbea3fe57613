"""Observations: what is written, what is not written again, and what is doubted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from django.db import IntegrityError, connection, transaction

from pilots.connectors.block import Block, ScaledNumbers
from pilots.connectors.measurement import Measurement
from pilots.metrics import ingest
from pilots.metrics.models import Metric, Revision
from pilots.metrics.models import Observation as Kept
from pilots.metrics.queries import series
from tests.factories.cast import NOW
from tests.present import present

pytestmark = pytest.mark.django_db


def weeks(n: int, *, late: int = 5, of: int = 50) -> list[Measurement]:
    return [
        Measurement(
            date(2026, 1, 5) + timedelta(weeks=week),
            Decimal(late) / of,
            Decimal(late),
            Decimal(of),
            of,
        )
        for week in range(n)
    ]


def store(*deliveries: ingest.Delivery) -> dict[int, ingest.Written]:
    with transaction.atomic():
        return ingest.store(deliveries, at=NOW)


def of(metric: Metric, measurements: list[Measurement], *, pull: int = 1) -> ingest.Delivery:
    return ingest.Delivery(metric.pk, metric.version, pull, True, measurements)


def test_store_for_many_metrics_writes_each_its_own(plan: Callable[..., Metric]) -> None:
    metrics = [plan(name=f"Metric {n}") for n in range(5)]
    written = store(*(of(metric, weeks(n + 1)) for n, metric in enumerate(metrics)))
    assert [written[metric.pk].added for metric in metrics] == [1, 2, 3, 4, 5]
    assert Kept.objects.count() == 15


def test_store_twice_in_one_transaction_keeps_the_deliveries_apart(
    plan: Callable[..., Metric],
) -> None:
    first, second = plan(name="One"), plan(name="Two")
    with transaction.atomic():
        ingest.store([of(first, weeks(3))], at=NOW)
        written = ingest.store([of(second, weeks(2))], at=NOW)
    assert written == {second.pk: ingest.Written(2, 0, 0)}
    assert Kept.objects.filter(metric=first).count() == 3


def test_store_outside_a_transaction_is_a_mistake(metric: Metric) -> None:
    inside = connection.in_atomic_block
    connection.in_atomic_block = False
    try:
        with pytest.raises(RuntimeError, match="transaction"):
            ingest.store([of(metric, weeks(1))], at=NOW)
    finally:
        connection.in_atomic_block = inside


@pytest.mark.django_db(transaction=True)
def test_store_again_leaves_no_dead_tuples(metric: Metric) -> None:
    store(of(metric, weeks(40)))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM pilots_observation")  # whoever reads clears what others left
    before = dead_tuples()
    for _again in range(3):
        assert store(of(metric, weeks(40))) == {metric.pk: ingest.Written(0, 0, 40)}
    assert dead_tuples() == before
    store(of(metric, weeks(40, late=6)))
    assert dead_tuples() == before + 40  # so the figure would have shown it
    assert Revision.objects.filter(metric=metric).count() == 40


def dead_tuples() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT 1")
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = 'pilots_observation_2026'"
        )
        dead: int = cursor.fetchone()[0]
    return dead


def test_store_of_a_number_that_changes_back_keeps_both_changes(metric: Metric) -> None:
    for late in (5, 6, 5):
        store(of(metric, weeks(1, late=late)))
    now = Kept.objects.get(metric=metric)
    assert (now.numerator, now.revision) == (Decimal(5), 2)
    assert [r.numerator for r in Revision.objects.filter(metric=metric)] == [5, 6]


def test_store_keeps_a_change_of_what_was_to_be_expected_alone(metric: Metric) -> None:
    for expected in ("4.5", "6", None):
        risk = None if expected is None else Decimal(expected)
        store(of(metric, [replace(one, expected=risk) for one in weeks(1)]))
    now = Kept.objects.get(metric=metric)
    assert (now.numerator, now.expected, now.revision) == (Decimal(5), None, 2)
    known = Revision.objects.filter(metric=metric).values_list("numerator", "expected")
    assert list(known) == [(Decimal(5), Decimal("4.5")), (Decimal(5), Decimal(6))]


def test_a_series_knows_of_which_weeks_it_is_said_how_many_were_to_be_expected(
    metric: Metric,
) -> None:
    metric.pull_from = date(2026, 1, 5)
    risks = (None, Decimal(4), None, Decimal("6.5"))
    given = [replace(one, expected=risk) for one, risk in zip(weeks(4), risks, strict=True)]
    store(of(metric, given))
    assert str(present(series(metric).expected).tolist()) == "[nan, 4.0, nan, 6.5]"
    store(of(metric, weeks(4)))
    assert series(metric).expected is None


@pytest.mark.parametrize("expected", [Decimal(0), Decimal(-1), Decimal("50.5")])
def test_an_impossible_expected_number_is_doubted_and_refused_by_the_database(
    metric: Metric, expected: Decimal
) -> None:
    wrong = replace(weeks(1)[0], expected=expected)
    assert ingest.doubt(wrong, proportion=True) == (
        "The expected number is not between zero and the denominator."
    )
    with pytest.raises(IntegrityError, match="observation_expected_of_denominator"):
        store(of(metric, [wrong]))


def test_the_hash_of_what_was_written_knows_what_was_to_be_expected(metric: Metric) -> None:
    """And is what it was before for all that say nothing of it."""
    hashes = []
    for expected in (None, Decimal(4), Decimal(5)):
        delivery = of(metric, [replace(one, expected=expected) for one in weeks(2)])
        store(delivery)
        hashes.append(ingest.written([delivery], at=NOW)[0][2:])
    assert len({tuple(one) for one in hashes}) == 3
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(ROW(period - DATE '2000-01-01', value, numerator, denominator, n)::text,"
            f" ',' ORDER BY period), string_agg({ingest.LINE.replace(' AS line', '').strip()}, ','"
            " ORDER BY period) FROM pilots_revision WHERE metric_id = %s AND expected IS NULL",
            [metric.pk],
        )
        before, now = cursor.fetchone()
    assert before == now


def test_store_keeps_twelve_decimals(plan: Callable[..., Metric]) -> None:
    metric = plan(
        kind="value",
        binding={"rows": "rows", "period": "week", "value": "late", "path": "late?from={start}"},
    )
    one = Measurement(date(2026, 1, 5), Decimal("0.000431034483"), None, None, None)
    with transaction.atomic():
        ingest.store([ingest.Delivery(metric.pk, 1, 1, False, [one])], at=NOW)
    assert Kept.objects.get(metric=metric).value == Decimal("0.000431034483")


@pytest.mark.parametrize(
    ("over", "under", "says"),
    [
        ("5", "0", "zero"),
        ("5", "-1", "zero"),
        ("6", "5", "between"),
        ("-1", "5", "between"),
        ("NaN", "5", "too large"),
        ("1e30", "1e31", "too large"),
        (None, "5", "missing"),
    ],
)
def test_doubt_of_what_the_table_cannot_hold_is_a_sentence(
    over: str | None, under: str, says: str
) -> None:
    one = Measurement(
        date(2026, 1, 5), None, None if over is None else Decimal(over), Decimal(under), 5
    )
    told = ingest.doubt(one, proportion=True)
    assert says in told
    assert told.endswith(".")


def test_doubt_of_a_good_number_is_none() -> None:
    assert ingest.doubt(weeks(1)[0], proportion=True) == ""


@pytest.mark.parametrize(
    ("digits", "decimals"),
    [
        ([5, 0, 123456789012345], 0),
        ([-5, 10**18 - 1, 1], [0, 12, 12]),
        ([125, 10_000, 123_456_789], [2, 0, 7]),
    ],
)
def test_a_block_is_written_like_its_measurements(
    plan: Callable[..., Metric], digits: list[int], decimals: int | list[int]
) -> None:
    places = decimals if isinstance(decimals, int) else np.array(decimals, np.int64)
    days = np.array([9000, 9007, 9014], np.int64)
    block = Block(days, {"value": ScaledNumbers(np.array(digits, np.int64), places)})
    first, second = plan(name="One", kind="value"), plan(name="Two", kind="value")
    store(ingest.Delivery(first.pk, 1, 1, False, block))
    store(ingest.Delivery(second.pk, 1, 1, False, list(block)))
    facts = ("period", "value", "n", "version", "revision")
    written = list(Kept.objects.filter(metric=first).values_list(*facts))
    assert written == list(Kept.objects.filter(metric=second).values_list(*facts))
    assert [value for _p, value, *_rest in written] == [one.value for one in block]
