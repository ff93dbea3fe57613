from django.db import migrations


class Migration(migrations.Migration):
    """Teams so far, as agreed: nobody was asked, so nobody's yes is made up for them (`taken_over`)."""

    dependencies = [("pilots", "0080_time_requests")]

    operations = [
        migrations.RunSQL(
            """
            DO $$
            DECLARE
                share record;
                made bigint;
            BEGIN
                FOR share IN
                    SELECT a.id, a.pilot_id, a.person_id, a.percent, a.starts_on, a.ends_on,
                           m.role, m.joined_at, p.lead_id
                    FROM pilots_allocation a
                    JOIN pilots_teammember m ON m.id = a.member_id
                    JOIN pilots_pilot p ON p.id = a.pilot_id
                    WHERE a.request_id IS NULL ORDER BY a.id
                LOOP
                    INSERT INTO pilots_timerequest
                        (pilot_id, person_id, role, percent, starts_on, ends_on, why, cover,
                         asked_by_id, asked_at, answer, answered_at, words, taken_over)
                    VALUES
                        (share.pilot_id, share.person_id, share.role, share.percent,
                         share.starts_on, share.ends_on, '', '',
                         share.lead_id, share.joined_at, 'agreed', share.joined_at, '', true)
                    RETURNING id INTO made;
                    UPDATE pilots_allocation SET request_id = made WHERE id = share.id;
                END LOOP;
            END $$
            """,
            migrations.RunSQL.noop,
        ),
    ]
