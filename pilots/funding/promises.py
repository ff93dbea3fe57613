"""What a budget line has left to be promised, as the database asks it and as it is told.

Cover for people and what they are offered are promised from the same lines, so each counts the other's. An
expense does not say which promise it pays: what was spent is taken from the line as a whole, and a promise that
grows finds no more than was neither promised nor spent.
"""

from __future__ import annotations

# The newest cover of each request that is open or agreed, on the line or on one that was called so before the
# budget was made anew; and the offers that stand.
_PROMISED = """(
    coalesce((
        SELECT sum(c.cost) FROM pilots_backfill c
        JOIN pilots_timerequest t ON t.id = c.request_id
        JOIN pilots_request q ON q.id = held.request_id
        WHERE (c.line_id = held.id OR (
            c.line_id IS NULL AND t.pilot_id = q.pilot_id
            AND c.line_category = held.category AND c.line_name = held.description
        ))
        AND t.answer IN ('', 'agreed') AND c.request_id <> BUT_COVER
        AND NOT EXISTS (
            SELECT 1 FROM pilots_backfill newer
            WHERE newer.request_id = c.request_id AND newer.id > c.id
        )
    ), 0) + coalesce((
        SELECT sum(o.cost) FROM pilots_incentive o
        WHERE o.line_id = held.id AND o.dropped_at IS NULL AND o.id <> BUT_OFFER
    ), 0)
)"""

_SPENT = """coalesce((
    SELECT sum(CASE l.kind WHEN 'spend' THEN l.amount ELSE -l.amount END)
    FROM pilots_ledgerentry l WHERE l.line_id = held.id
), 0)"""

NOBODY = "0"


def left_to_promise(*, but_cover: str = NOBODY, but_offer: str = NOBODY) -> str:
    """What the line `held` has left, in SQL, for the cover of one request or for one offer, whose own promise
    until now does not count."""
    of_others = _PROMISED.replace("BUT_COVER", but_cover).replace("BUT_OFFER", but_offer)
    of_all = _PROMISED.replace("BUT_COVER", NOBODY).replace("BUT_OFFER", NOBODY)
    return f"""least(
        held.amount - {of_others},
        greatest(held.amount - {_SPENT}, 0) + {of_all} - {of_others}
    )"""
