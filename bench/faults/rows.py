"""Every row of the table of faults, in the order in which they are run."""

from bench.faults import (
    approvals,
    broker,
    clocks,
    database,
    days,
    deliveries,
    files,
    forms,
    hanging,
    kills,
    poison,
    tampering,
    upstream,
)

ROWS = {
    row.name: row
    for kind in (
        kills, approvals, deliveries, broker, database, days, clocks, upstream, poison, tampering,
        hanging, files, forms,
    )
    for row in kind.ROWS
}  # fmt: skip
