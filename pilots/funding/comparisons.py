"""The ledger beside the events that tell of it, and the balances beside the ledger."""

from django.utils.translation import gettext_lazy as _

from innovation.audit.agreement import Comparison, by_statement

# Events have named their entry since 2026-11-28. Older ones say fund, kind, moment and amount: the
# first of two that are alike stands for the first of two entries that are alike.
ENTRIES = """
WITH told AS (
    SELECT number, at, actor, replace(subjects[1], 'fund:', '') AS fund,
        CASE type WHEN 'fund.deposited' THEN 'deposit' WHEN 'fund.awarded' THEN 'award'
            WHEN 'fund.spent' THEN 'spend' WHEN 'fund.deposit_reversed' THEN 'undeposit'
            WHEN 'fund.expense_reversed' THEN 'unspend' WHEN 'fund.expense_refunded' THEN 'refund'
            ELSE 'release' END AS kind,
        details->>'amount' AS amount, details->>'on' AS day, details->>'entry' AS entry,
        details->>'balance' AS balance, subjects, details->>'line' AS line
    FROM innovation_event
    WHERE type IN ('fund.deposited', 'fund.awarded', 'fund.spent', 'fund.released',
        'fund.deposit_reversed', 'fund.expense_reversed', 'fund.expense_refunded')
), held AS (
    SELECT l.id, l.at, 'person:' || l.by_id AS actor, l.fund_id::text AS fund, l.kind,
        l.amount::text AS amount, l."on"::text AS day,
        sum(CASE l.kind WHEN 'deposit' THEN l.amount WHEN 'release' THEN l.amount
            WHEN 'refund' THEN l.amount WHEN 'award' THEN -l.amount
            WHEN 'undeposit' THEN -l.amount ELSE 0 END)
            OVER (PARTITION BY l.fund_id ORDER BY l.id)::text AS balance,
        'pilot:' || a.pilot_id AS pilot, b.description AS line
    FROM pilots_ledgerentry l
    LEFT JOIN pilots_award a ON a.id = l.award_id
    LEFT JOIN pilots_budgetline b ON b.id = l.line_id
), told_keyed AS (
    SELECT *, CASE WHEN entry IS NOT NULL THEN 'entry ' || entry
        ELSE concat_ws(' ', fund, kind, extract(epoch FROM at), amount, row_number() OVER (
            PARTITION BY fund, kind, at, amount, entry IS NULL ORDER BY number)) END AS key
    FROM told
), held_keyed AS (
    SELECT h.*, CASE WHEN t.entry IS NOT NULL THEN 'entry ' || h.id
        ELSE concat_ws(' ', h.fund, h.kind, extract(epoch FROM h.at), h.amount, row_number() OVER (
            PARTITION BY h.fund, h.kind, h.at, h.amount, t.entry IS NULL ORDER BY h.id)) END AS key
    FROM held h LEFT JOIN (SELECT DISTINCT entry FROM told WHERE entry IS NOT NULL) t
        ON t.entry = h.id::text
), both_sides AS MATERIALIZED (
    SELECT t.number, h.id, t.amount AS told, h.amount AS held, t.balance AS told_balance,
        h.balance AS held_balance,
        (t.fund, t.kind, t.at, t.actor, t.day) IS DISTINCT FROM (h.fund, h.kind, h.at, h.actor, h.day)
            OR t.entry IS NOT NULL AND (t.subjects[2], t.line) IS DISTINCT FROM (h.pilot, h.line)
            AS other
    FROM told_keyed t FULL JOIN held_keyed h USING (key)
)
SELECT '', jsonb_build_object('compared', count(*))::text FROM both_sides
UNION ALL
SELECT CASE WHEN id IS NULL THEN 'gone' WHEN number IS NULL THEN 'untold'
        WHEN told <> held THEN 'amount' WHEN other THEN 'other' ELSE 'balance' END,
    jsonb_build_object('entry', id, 'event', number, 'told', told, 'held', held,
        'told_balance', told_balance, 'held_balance', held_balance)::text
FROM both_sides
WHERE id IS NULL OR number IS NULL OR told <> held OR other
    OR (told_balance IS NOT NULL AND told_balance <> held_balance)
"""
SAID_OF_ENTRIES = {
    "gone": _("Event %(event)s tells of %(told)s, and the ledger has no such entry."),
    "untold": _("No event tells of entry %(entry)s of the ledger, of %(held)s."),
    "amount": _("Entry %(entry)s of the ledger is of %(held)s; event %(event)s tells of %(told)s."),
    "other": _(
        "Entry %(entry)s of the ledger has another fund, kind, day, person, pilot or line than event "
        "%(event)s."
    ),
    "balance": _(
        "After entry %(entry)s the entries of its fund add up to %(held_balance)s; event %(event)s "
        "tells of %(told_balance)s."
    ),
}

BALANCES = """
WITH funds AS (
    SELECT f.id, f.balance, coalesce(sum(CASE l.kind WHEN 'deposit' THEN l.amount
        WHEN 'release' THEN l.amount WHEN 'refund' THEN l.amount WHEN 'award' THEN -l.amount
        WHEN 'undeposit' THEN -l.amount ELSE 0 END), 0) AS ledger
    FROM pilots_fund f LEFT JOIN pilots_ledgerentry l ON l.fund_id = f.id
    GROUP BY f.id
), awards AS (
    SELECT a.id, a.balance, a.amount, a.fund_id,
        coalesce(sum(CASE l.kind WHEN 'award' THEN l.amount WHEN 'unspend' THEN l.amount
            WHEN 'refund' THEN 0 ELSE -l.amount END), 0) AS ledger,
        coalesce(sum(l.amount) FILTER (WHERE l.kind = 'award'), 0) AS booked,
        (SELECT coalesce(sum(b.amount), 0) FROM pilots_budgetline b
            WHERE b.request_id = a.request_id) AS asked
    FROM pilots_award a LEFT JOIN pilots_ledgerentry l ON l.award_id = a.id
    GROUP BY a.id
)
SELECT '', jsonb_build_object('compared',
    (SELECT count(*) FROM funds) + (SELECT count(*) FROM awards))::text
UNION ALL
SELECT 'fund', jsonb_build_object('fund', id, 'held', balance::text, 'ledger', ledger::text)::text
FROM funds WHERE balance <> ledger
UNION ALL
SELECT 'award', jsonb_build_object('award', id, 'held', balance::text, 'ledger', ledger::text)::text
FROM awards WHERE balance <> ledger
UNION ALL
SELECT 'booked', jsonb_build_object('award', id, 'held', amount::text, 'ledger', booked::text)::text
FROM awards WHERE amount <> booked
UNION ALL
SELECT 'asked', jsonb_build_object('award', id, 'held', amount::text, 'asked', asked::text)::text
FROM awards WHERE amount <> asked
"""
SAID_OF_BALANCES = {
    "fund": _("Fund %(fund)s holds %(held)s; its entries of the ledger add up to %(ledger)s."),
    "award": _("Award %(award)s holds %(held)s; its entries of the ledger add up to %(ledger)s."),
    "booked": _("Award %(award)s is of %(held)s; the ledger booked %(ledger)s for it."),
    "asked": _("Award %(award)s is of %(held)s; the lines of its budget add up to %(asked)s."),
}

COMPARISONS = (
    Comparison("ledger", _("Entries of the ledger"), by_statement(ENTRIES), SAID_OF_ENTRIES),
    Comparison("balances", _("Funds and awards"), by_statement(BALANCES), SAID_OF_BALANCES),
)
