from django.db import migrations


class Migration(migrations.Migration):
    """Who led, sponsored or worked on a pilot and left before this was kept, as the log tells it: after the
    pilot was first proposed (the team: first approved). What the charter says by name alone is taken where
    one person has that name."""

    dependencies = [("pilots", "0072_whoever_had_a_part_stays_known")]

    operations = [
        migrations.RunSQL(
            """
            WITH gone AS (
                SELECT e.subjects[1] AS pilot, e.number, e.at, CASE e.type
                        WHEN 'pilot.member_left' THEN 'member'
                        WHEN 'pilot.sponsor_handed_over' THEN 'sponsor' ELSE 'lead' END AS role,
                    u.id AS person_id
                FROM innovation_event e
                JOIN innovation_user u ON 'person:' || u.id = CASE e.type
                    WHEN 'pilot.member_left' THEN e.details #>> '{person,ref}'
                    ELSE e.details #>> '{before,ref}' END
                WHERE e.type IN ('pilot.member_left', 'pilot.lead_handed_over', 'pilot.lead_taken',
                    'pilot.sponsor_handed_over')
                UNION ALL
                SELECT e.subjects[1], e.number, e.at, part.role, u.id
                FROM innovation_event e
                CROSS JOIN (VALUES ('lead'), ('sponsor')) AS part(role)
                JOIN innovation_user u ON u.name = e.details #>> ARRAY['values', part.role, '0']
                WHERE e.type = 'pilot.charter_edited' AND NOT EXISTS (
                    SELECT 1 FROM innovation_user other WHERE other.name = u.name AND other.id <> u.id)
            )
            INSERT INTO pilots_formermember (pilot_id, person_id, role, left_at)
            SELECT p.id, gone.person_id, gone.role, gone.at
            FROM gone JOIN pilots_pilot p ON gone.pilot = 'pilot:' || p.id
            WHERE EXISTS (
                SELECT 1 FROM innovation_event a
                WHERE a.type = CASE gone.role WHEN 'member' THEN 'pilot.approved' ELSE 'pilot.proposed' END
                AND a.subjects[1] = gone.pilot AND a.number < gone.number
            ) AND NOT EXISTS (
                SELECT 1 FROM pilots_formermember f
                WHERE f.pilot_id = p.id AND f.person_id = gone.person_id
            )
            ORDER BY gone.number
            """,
            migrations.RunSQL.noop,
        ),
    ]
