"""From what a connector yielded to committed rows: one binary COPY for however many metrics.

The database compares: a number that is what it was is not written again, a number that changed
replaces the former one, which the table's trigger keeps as a `Revision`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, localcontext

from django.db import connection
from django.db.backends.utils import CursorWrapper

from pilots.connectors.block import Block
from pilots.connectors.measurement import Measurement
from pilots.metrics import copying

# numeric(30, 12); connectors promise to stay below.
LARGEST = Decimal(10) ** 18
LARGEST_N = 2**63 - 1
PLACES = Decimal(1).scaleb(-12)

INCOMING = """
CREATE TEMPORARY TABLE IF NOT EXISTS pilots_incoming (
    metric_id bigint NOT NULL, period date NOT NULL, value numeric, numerator numeric,
    denominator numeric, n bigint, expected numeric
) ON COMMIT DELETE ROWS
"""
EMPTY = "DELETE FROM pilots_incoming"
COPY = """
COPY pilots_incoming (metric_id, period, value, numerator, denominator, n, expected)
FROM STDIN (FORMAT BINARY)
"""
TYPES = ["int8", "date", "numeric", "numeric", "numeric", "int8", "numeric"]
# A row inserted has revision 0; the trigger raises it on every changed one.
UPSERT = """
WITH written AS (
    INSERT INTO pilots_observation AS known (metric_id, period, value, numerator, denominator, n,
        expected, version, revision, pull_id, recorded_at)
    SELECT i.metric_id, i.period, i.value, i.numerator, i.denominator, i.n,
        i.expected, t.version, 0, t.pull_id, %(at)s
    FROM pilots_incoming i
    JOIN unnest(%(metrics)s::bigint[], %(versions)s::int[], %(pulls)s::bigint[])
        AS t(metric_id, version, pull_id) USING (metric_id)
    {others}
    ON CONFLICT (metric_id, period) DO UPDATE SET
        value = EXCLUDED.value, numerator = EXCLUDED.numerator,
        denominator = EXCLUDED.denominator, n = EXCLUDED.n, expected = EXCLUDED.expected,
        version = EXCLUDED.version, pull_id = EXCLUDED.pull_id, recorded_at = EXCLUDED.recorded_at
    WHERE (known.value, known.numerator, known.denominator, known.n, known.expected)
        IS DISTINCT FROM (EXCLUDED.value, EXCLUDED.numerator, EXCLUDED.denominator, EXCLUDED.n,
            EXCLUDED.expected)
    RETURNING metric_id, revision
)
SELECT metric_id, count(*) FILTER (WHERE revision = 0), count(*) FILTER (WHERE revision > 0)
FROM written GROUP BY metric_id
"""
# Of series that have numbers, most come again as they were: these are not even tried to be written,
# for what is tried locks the row that is there.
KNOWN = "SELECT EXISTS (SELECT FROM pilots_observation WHERE metric_id = ANY(%(metrics)s))"
OTHERS = """LEFT JOIN (
        SELECT * FROM pilots_observation
        WHERE metric_id = ANY(%(metrics)s) AND period BETWEEN %(first)s AND %(last)s
    ) o ON o.metric_id = i.metric_id AND o.period = i.period
    WHERE o.metric_id IS NULL OR (o.value, o.numerator, o.denominator, o.n, o.expected)
        IS DISTINCT FROM (i.value, i.numerator, i.denominator, i.n, i.expected)"""
# The same number under a newer definition: it was confirmed, so it carries the newer version.
CONFIRM = """
UPDATE pilots_observation known SET version = t.version
FROM pilots_incoming i
JOIN unnest(%(metrics)s::bigint[], %(versions)s::int[]) AS t(metric_id, version) USING (metric_id)
WHERE known.metric_id = i.metric_id AND known.period = i.period AND known.version <> t.version
RETURNING known.metric_id
"""

# One number as text, the same whatever the session's settings are; as it was before there was an
# expected one where there is none.
LINE = """
ROW(period - DATE '2000-01-01', value, numerator, denominator, n)::text || coalesce(expected::text, '')
    AS line
"""
# What these pulls wrote a moment ago, as the log will tell of it.
WRITTEN = """
SELECT metric_id, pull_id, count(*), {two_numbers}
FROM (
    SELECT metric_id, pull_id, period, {line} FROM pilots_observation
    WHERE metric_id = ANY(%(metrics)s) AND pull_id = ANY(%(pulls)s) AND recorded_at = %(at)s
        AND period BETWEEN %(first)s AND %(last)s
) lately GROUP BY metric_id, pull_id ORDER BY metric_id
"""


def two_numbers(order: str) -> str:
    """The first 104 bits of the SHA-256 over the lines in this order, as two whole numbers that
    every reader of JSON keeps exactly. Text would become words of the log's search."""
    digest = f"encode(sha256(convert_to(string_agg(line, ',' ORDER BY {order}), 'UTF8')), 'hex')"
    high, low = (f"('x' || substr({digest}, {start}, 13))::bit(52)::bigint" for start in (1, 14))
    return f"{high} AS high, {low} AS low"


@dataclass(frozen=True)
class Delivery:
    """The good rows of one pull. A proportion is kept as its two counts, a value as itself. A rate is kept
    as its events and their exposure, and beside them as it is told, `per` so much of that; a count is
    one `per` one."""

    metric_id: int
    version: int
    pull_id: int
    proportion: bool
    measurements: Sequence[Measurement]
    per: Decimal | None = None


@dataclass(frozen=True)
class Written:
    added: int
    revised: int
    unchanged: int
    # Whether some of the unchanged now carry a newer version.
    confirmed: bool = False


def doubt(measurement: Measurement, *, proportion: bool, rate: bool = False) -> str:
    """Why the table could not hold this measurement, as a sentence; empty where it can.

    Connectors check all of it; this stands between a connector's mistake and a lost pull.
    """
    counted = proportion or rate
    numbers = (measurement.numerator, measurement.denominator) if counted else (measurement.value,)
    for number in numbers:
        if number is None:
            return "A number is missing."
        if not number.is_finite() or abs(number) >= LARGEST:
            return "The number is too large to be kept."
    if measurement.n is not None and not 0 <= measurement.n <= LARGEST_N:
        return "The number of cases is too large to be kept."
    if counted:
        over, under = measurement.numerator, measurement.denominator
        if under is None or under <= 0:
            return "The denominator is zero or below."
        if rate:
            return "" if over is not None and over >= 0 else "The numerator is below zero."
        if over is None or not 0 <= over <= under:
            return "The numerator is not between zero and the denominator."
        expected = measurement.expected
        if expected is not None and not (expected.is_finite() and 0 < expected <= under):
            return "The expected number is not between zero and the denominator."
    return ""


def store(deliveries: Iterable[Delivery], *, at: datetime) -> dict[int, Written]:
    """Write all deliveries in one go, inside the caller's transaction; what became of each metric.

    The caller holds the locks of the metrics, so that no two deliveries of one metric race.
    """
    deliveries = list(deliveries)
    if not connection.in_atomic_block:
        raise RuntimeError("Observations are stored in the transaction of their pulls.")
    days = [day for delivery in deliveries for day in _ends(delivery.measurements)]
    facts: dict[str, datetime | date | list[int] | None] = {
        "at": at,
        "metrics": [delivery.metric_id for delivery in deliveries],
        "versions": [delivery.version for delivery in deliveries],
        "pulls": [delivery.pull_id for delivery in deliveries],
        "first": min(days, default=None),  # of all years' partitions, these are read
        "last": max(days, default=None),
    }
    with connection.cursor() as cursor:
        cursor.execute(INCOMING)
        cursor.execute(EMPTY)
        _copy(deliveries)
        cursor.execute(KNOWN, facts)
        [known] = cursor.fetchone()
        cursor.execute(UPSERT.format(others=OTHERS if known else ""), facts)
        confirmed: set[int] = set()
        written = {metric_id: (added, revised) for metric_id, added, revised in cursor.fetchall()}
        if any(delivery.version > 1 for delivery in deliveries):
            cursor.execute(CONFIRM, facts)
            confirmed = {metric_id for (metric_id,) in cursor.fetchall()}
    counts = {}
    for delivery in deliveries:
        added, revised = written.get(delivery.metric_id, (0, 0))
        unchanged = len(delivery.measurements) - added - revised
        counts[delivery.metric_id] = Written(
            added, revised, unchanged, delivery.metric_id in confirmed
        )
    return counts


def _copy(deliveries: list[Delivery]) -> None:
    one_by_one = [one for one in deliveries if not isinstance(one.measurements, Block)]
    # Blocks that have the same parts are the same bytes a row.
    alike: dict[frozenset[str], list[tuple[int, Block]]] = {}
    for one in deliveries:
        if isinstance(one.measurements, Block) and len(one.measurements):
            same = alike.setdefault(frozenset(one.measurements.parts), [])
            same.append((one.metric_id, one.measurements))
    with connection.cursor() as cursor:
        for same in alike.values():
            with cursor.cursor.copy(COPY) as copy:
                for piece in copying.pieces(same):
                    copy.write(piece)
        if one_by_one:
            _copy_rows(cursor, one_by_one)


def _copy_rows(cursor: CursorWrapper, deliveries: list[Delivery]) -> None:
    with cursor.cursor.copy(COPY) as copy:
        copy.set_types(TYPES)
        write = copy.write_row
        for delivery in deliveries:
            metric_id = delivery.metric_id
            if delivery.per is not None:
                for row in delivery.measurements:
                    told = _told(row, delivery.per)
                    write((
                        metric_id, row.period, told, row.numerator, row.denominator, None, None,
                    ))  # fmt: skip
            elif delivery.proportion:
                for row in delivery.measurements:
                    write((
                        metric_id, row.period, None, row.numerator, row.denominator, row.n,
                        row.expected,
                    ))  # fmt: skip
            else:
                for row in delivery.measurements:
                    write((metric_id, row.period, row.value, None, None, row.n, None))


def _told(row: Measurement, per: Decimal) -> Decimal:
    """A rate as it is told, with the places that the table keeps."""
    assert row.numerator is not None and row.denominator is not None
    with localcontext(prec=60):
        return (row.numerator * per / row.denominator).quantize(PLACES)


def written(deliveries: Iterable[Delivery], *, at: datetime) -> list[list[int]]:
    """What these wrote at this moment, in the same transaction: metric, pull, how many, and their
    hash as two numbers. `comparisons.py` looks for the same later."""
    deliveries = list(deliveries)
    periods = [day for delivery in deliveries for day in _ends(delivery.measurements)]
    facts: dict[str, datetime | date | list[int]] = {
        "at": at,
        "metrics": [delivery.metric_id for delivery in deliveries],
        "pulls": [delivery.pull_id for delivery in deliveries],
        "first": min(periods),  # of all years' partitions, these are read
        "last": max(periods),
    }
    sql = WRITTEN.format(two_numbers=two_numbers("period"), line=LINE)
    with connection.cursor() as cursor:
        cursor.execute(sql, facts)
        return [list(row) for row in cursor.fetchall()]


def _ends(measurements: Sequence[Measurement]) -> list[date]:
    """The first period of them and the last; a block is in order."""
    if isinstance(measurements, Block):
        return [measurements[0].period, measurements[-1].period] if len(measurements) else []
    return [row.period for row in measurements]
