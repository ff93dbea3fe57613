"""Of the holds that are open: who pauses for safety does both in one moment."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("pilots", "0077_held_on_a_pause")]

    operations = [
        migrations.RunSQL(
            """
            UPDATE pilots_safetyhold h SET paused = false
            WHERE lifted_at IS NULL AND NOT EXISTS (
                SELECT 1 FROM innovation_statechange c
                WHERE c.subject = 'pilot:' || h.pilot_id AND c.verb = 'pause' AND c.at = h.placed_at
            )
            """,
            migrations.RunSQL.noop,
        ),
    ]
