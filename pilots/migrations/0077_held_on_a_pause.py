"""Whether a hold did the pausing: one that was laid on a pause of the team's own leaves that one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pilots", "0076_sponsors_are_asked_all")]

    operations = [
        migrations.AddField(
            model_name="safetyhold",
            name="paused",
            field=models.BooleanField(db_default=True, default=True),
        ),
    ]
