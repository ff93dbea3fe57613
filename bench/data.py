"""A large health system, written straight into the tables: what years of use would leave.

The database's triggers are held off while it is written (`session_replication_role`), which needs
a superuser and is for benchmarks only: every row still satisfies every constraint.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from innovation.notices.kinds import kinds

WORDS = (
    "vitals monitor discharge letter interpreter handover medication label specimen bed transfer"
    " theatre consent referral pager rota infusion pump wound dressing telemetry triage sepsis"
    " falls nutrition pharmacy imaging transport elevator signature portal authorisation claim"
)


@dataclass(frozen=True)
class Size:
    needs: int = 100_000
    pilots: int = 2_000
    observations: int = 1_000_000
    units: int = 240
    people: int = 2_000


def fill(size: Size) -> None:
    """Fill an empty, migrated database. The first person is an executive, office and auditor of
    the whole system, so that every page shows as much as it ever will."""
    with connection.cursor() as cursor:
        for statement in statements(size):
            cursor.execute(statement)
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relkind = 'S' AND n.nspname = 'public' AND c.relname LIKE '%%_id_seq'"
        )
        for (sequence,) in cursor.fetchall():
            cursor.execute(f"SELECT setval('{sequence}', 10000000)")
        cursor.execute("VACUUM ANALYZE")


def statements(size: Size) -> list[str]:
    """What fills the tables, the triggers held off meanwhile."""
    metrics = size.pilots * 2
    not_mailed = ",".join(kinds())
    weeks = max(1, size.observations // metrics)
    return [
        "SET session_replication_role = replica",
        f"""
        INSERT INTO innovation_unit (id, name, kind, code, parent_id)
        SELECT i, 'Unit ' || i,
            CASE WHEN i = 1 THEN 'system' WHEN i <= 12 THEN 'hospital' ELSE 'department' END,
            '', CASE WHEN i = 1 THEN NULL WHEN i <= 12 THEN 1 ELSE 2 + i % 11 END
        FROM generate_series(1, {size.units}) i
        """,
        f"""
        INSERT INTO innovation_user (id, password, is_superuser, email, name, job_title, unit_id,
            time_zone, theme, daily_news, inbox_news, capacity_percent, is_active, is_staff,
            date_joined, kind, changed_at, language)
        SELECT i, '!', false, 'person' || i || '@bench.example', 'Person ' || i, 'Nurse',
            1 + i % {size.units}, '', '', '{{}}', '{{{not_mailed}}}', 100, true, false, now(),
            'person', now(), ''
        FROM generate_series(1, {size.people}) i
        """,
        f"""
        INSERT INTO innovation_rolegrant (person_id, unit_id, role, granted_at, from_group)
        SELECT 1, 1, role, now(), ''
            FROM unnest(ARRAY['executive', 'innovation_office', 'auditor', 'staff']) role
        UNION ALL SELECT i, 1 + i % {size.units}, 'staff', now(), ''
            FROM generate_series(2, {size.people}) i
        """,
        f"""
        INSERT INTO innovation_need (id, title, problem, population, outcome, setting, frequency,
            people_affected, minutes_lost, safety, equity, workaround, unit_id, submitted_by_id,
            anonymous, submitted_at, first_answered_at, status, voice_count)
        SELECT i,
            w[1 + i % n] || ' and ' || w[1 + (i * 7) % n] || ' keep us from patients, case ' || i,
            'Every shift the ' || w[1 + (i * 3) % n] || ' does not reach the ' || w[1 + (i * 5) % n]
                || ' and somebody walks, calls and types it again while ' || w[1 + (i * 11) % n]
                || ' waits.',
            'Patients of ' || (i % 40) || ' beds.', 'So that it is there when it is needed.',
            'ward', (ARRAY['hourly', 'daily', 'weekly', 'monthly'])[1 + i % 4],
            1 + i % 300, 1 + i % 40, (ARRAY['none', 'delay', 'near_miss', 'harm'])[1 + i % 4],
            '', '', 1 + i % {size.units}, 1 + i % {size.people}, i % 20 = 0,
            now() - (i % 700) * interval '1 day',
            CASE WHEN i % 10 = 0 THEN NULL
                ELSE now() - (i % 700) * interval '1 day' + (i % 6) * interval '1 day' END,
            CASE WHEN i % 100 = 0 THEN 'submitted' WHEN i % 100 = 1 THEN 'in_triage'
                WHEN i % 10 = 2 THEN 'accepted' WHEN i % 10 = 3 THEN 'in_pilot'
                WHEN i % 10 = 4 THEN 'met' ELSE 'declined' END,
            i % 90
        FROM generate_series(1, {size.needs}) i,
            (SELECT string_to_array('{WORDS}', ' ') AS w,
                array_length(string_to_array('{WORDS}', ' '), 1) AS n) words
        """,
        f"""
        INSERT INTO pilots_pilot (id, title, summary, unit_id, lead_id, sponsor_id, opened_by_id,
            opened_at, status, paused_from, hypothesis, change, starts_on, ends_on, pathway,
            pathway_answers, silent, went_live_on)
        SELECT i, 'Pilot ' || i, 'What is tried in pilot ' || i || '.', 1 + i % {size.units},
            1 + i % {size.people}, 1, 1, now() - interval '1 year',
            (ARRAY['running', 'running', 'running', 'preparing', 'shaping', 'scaled', 'stopped',
                'evaluating'])[1 + i % 8],
            '', 'If so, then so.', 'Somebody does something else.',
            current_date - 300, current_date + 100, 'efficiency', '{{}}', false, current_date - 150
        FROM generate_series(1, {size.pilots}) i
        """,
        f"""
        INSERT INTO pilots_pilot_needs (pilot_id, need_id)
        SELECT i, 1 + (i * 37) % {size.needs} FROM generate_series(1, {size.pilots}) i
        """,
        """
        INSERT INTO pilots_source (id, name, kind, unit_id, steward, config, secret, hidden,
            created_at, created_by_id)
        SELECT i, 'Source ' || i, 'rest_json', i, '', '{}', '', '', now(), 1
        FROM generate_series(1, 12) i
        """,
        f"""
        INSERT INTO pilots_metric (id, name, definition, pilot_id, unit_id, role, kind,
            measure_unit, direction, dimension, cadence, target, "limit", baseline_from,
            baseline_until, source_id, binding, entity, version, pull_from, failures, data_version,
            created_at)
        SELECT i, 'Metric ' || i, 'Minutes over visits', 1 + (i - 1) / 2,
            1 + (1 + (i - 1) / 2) % {size.units},
            CASE WHEN i % 2 = 1 THEN 'primary' ELSE 'guardrail' END, 'value', 'minutes', 'lower',
            CASE WHEN i % 2 = 1 THEN 'workflow' ELSE 'safety' END, 'week', 12,
            CASE WHEN i % 2 = 0 THEN 40 END, current_date - 700, current_date - 151, 1 + i % 12,
            '{{}}', '', 1, current_date - 700, 0, 1, now()
        FROM generate_series(1, {metrics}) i
        """,
        f"""
        INSERT INTO pilots_observation (metric_id, period, value, n, version, revision, pull_id,
            recorded_at)
        SELECT m, date_trunc('week', current_date)::date - 7 * w,
            16 + 2 * sin(m + w * 1.7) - CASE WHEN w < 20 THEN 3 ELSE 0 END, 400 + (m + w) % 90,
            1, 0, m, now()
        FROM generate_series(1, {metrics}) m, generate_series(1, {weeks}) w
        """,
        """
        INSERT INTO pilots_fund (id, name, unit_id, fiscal_year, balance)
        SELECT i, 'Fund ' || i, i, extract(year FROM current_date), 500000
        FROM generate_series(1, 12) i
        """,
        f"""
        INSERT INTO pilots_request (id, pilot_id, fund_id, awarded_at)
        SELECT i, i, 1 + i % 12, CASE WHEN i % 8 NOT IN (3, 4) THEN now() - interval '200 days' END
        FROM generate_series(1, {size.pilots}) i
        """,
        f"""
        INSERT INTO pilots_budgetline (request_id, category, description, amount)
        SELECT i, 'software', 'Licences', 50000 FROM generate_series(1, {size.pilots}) i
        """,
        f"""
        INSERT INTO pilots_award (id, pilot_id, fund_id, request_id, amount, balance, awarded_at,
            awarded_by_id)
        SELECT i, i, 1 + i % 12, i, 50000, 20000, now() - interval '200 days', 1
        FROM generate_series(1, {size.pilots}) i WHERE i % 8 NOT IN (3, 4)
        """,
        f"""
        INSERT INTO pilots_ledgerentry (key, kind, fund_id, award_id, amount, "on", at, by_id, note)
        SELECT kind || i, kind, 1 + i % 12, i, CASE kind WHEN 'award' THEN 50000 ELSE 30000 END,
            current_date - 200, now() - interval '200 days', 1, ''
        FROM generate_series(1, {size.pilots}) i, unnest(ARRAY['award', 'spend']) kind
        WHERE i % 8 NOT IN (3, 4)
        """,
        f"""
        INSERT INTO pilots_teammember (id, pilot_id, person_id, role, joined_at)
        SELECT i, i, 1 + i % {size.people}, 'lead', now() - interval '1 year'
        FROM generate_series(1, {size.pilots}) i
        """,
        f"""
        INSERT INTO pilots_allocation (pilot_id, person_id, member_id, percent, starts_on, ends_on)
        SELECT i, 1 + i % {size.people}, i, 20, current_date - 300, current_date + 100
        FROM generate_series(1, {size.pilots}) i
        """,
        f"""
        INSERT INTO pilots_gatereview (pilot_id, gate, opened_at, opened_by_id, "case", known,
            decision, reason)
        SELECT i, 'outcome', now() - interval '3 days', 1 + i % {size.people}, 'It works.', '{{}}',
            '', ''
        FROM generate_series(1, {size.pilots}) i WHERE i % 8 = 7 AND i <= 160
        """,
        f"""
        INSERT INTO pilots_hoursreturned (pilot_id, unknown, estimate, lower, upper, per_case, cases,
            uncounted, verdict, rests_on, worked_out_at)
        SELECT i, CASE WHEN known THEN '' ELSE 'no_cases' END, CASE WHEN known THEN i % 900 END,
            CASE WHEN known THEN i % 900 - 40 END, CASE WHEN known THEN i % 900 + 40 END,
            CASE WHEN known THEN 0.05 END, 20 * (i % 900), 0, 'better', md5(i::text), now()
        FROM generate_series(1, {size.pilots}) i, LATERAL (SELECT i % 7 <> 0 AS known) of
        """,
        f"""
        INSERT INTO pilots_hoursmonth (account_id, month, cases, estimate, lower, upper)
        SELECT i, date_trunc('month', current_date)::date - make_interval(months => m), 100, i % 50,
            i % 50 - 3, i % 50 + 3
        FROM generate_series(1, {size.pilots}) i, generate_series(1, 18) m WHERE i % 7 <> 0
        """,
        """
        INSERT INTO okrs_cycle (id, unit_id, name, starts_on, ends_on)
        VALUES (1, 1, 'This quarter', current_date - 50, current_date + 40)
        """,
        """
        INSERT INTO okrs_objective (id, cycle_id, unit_id, title, why, sponsor_id, created_at)
        SELECT i, 1, i, 'Objective ' || i, 'Because.', 1, now() FROM generate_series(1, 12) i
        """,
        """
        INSERT INTO okrs_keyresult (id, objective_id, title, start, target, measure_unit)
        SELECT i, 1 + (i - 1) / 3, 'Key result ' || i, 16, 11, 'minutes'
        FROM generate_series(1, 36) i
        """,
        """
        INSERT INTO okrs_measure (key_result_id, metric_id, at, by_id)
        SELECT i, 1 + (i - 1) * 2, now(), 1 FROM generate_series(1, 30) i
        """,
        f"""
        INSERT INTO okrs_contribution (pilot_id, key_result_id, claimed, at, by_id)
        SELECT i, 1 + i % 36, -2, now(), 1 FROM generate_series(1, {size.pilots}) i
        WHERE i % 20 = 0
        """,
        "SET session_replication_role = DEFAULT",
    ]
