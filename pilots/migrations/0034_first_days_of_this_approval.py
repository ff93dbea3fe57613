from django.db import migrations


class Migration(migrations.Migration):
    """A pilot that was given its resources anew after a pivot has not gone live yet. Its former first
    day stands in its history."""

    dependencies = [("pilots", "0033_the_rule_holds_for_all")]

    operations = [
        migrations.RunSQL(
            """
            UPDATE pilots_pilot SET went_live_on = NULL
            WHERE went_live_on IS NOT NULL AND (
                status IN ('approved', 'preparing') OR status = 'paused' AND paused_from = 'preparing'
            )
            """,
            migrations.RunSQL.noop,
        ),
    ]
