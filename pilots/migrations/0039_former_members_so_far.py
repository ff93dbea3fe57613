from django.db import migrations


class Migration(migrations.Migration):
    """Who left before this was kept, as the log tells it: after the pilot was first approved."""

    dependencies = [("pilots", "0038_former_members")]

    operations = [
        migrations.RunSQL(
            """
            INSERT INTO pilots_formermember (pilot_id, person_id, role, left_at)
            SELECT p.id, u.id, CASE e.type WHEN 'pilot.member_left' THEN 'member' ELSE 'lead' END, e.at
            FROM innovation_event e
            JOIN pilots_pilot p ON e.subjects[1] = 'pilot:' || p.id
            JOIN innovation_user u ON 'person:' || u.id = CASE e.type
                WHEN 'pilot.member_left' THEN e.details #>> '{person,ref}'
                ELSE e.details #>> '{before,ref}' END
            WHERE e.type IN ('pilot.member_left', 'pilot.lead_handed_over') AND EXISTS (
                SELECT 1 FROM innovation_event a
                WHERE a.type = 'pilot.approved' AND a.subjects[1] = e.subjects[1]
                AND a.number < e.number
            )
            ORDER BY e.number
            """,
            migrations.RunSQL.noop,
        ),
    ]
