from django.db import migrations, models


class Migration(migrations.Migration):
    """The fingerprint of what a version of a metric counts."""

    dependencies = [("pilots", "0024_steadiness_is_said_whole")]

    operations = [
        migrations.AddField(
            model_name="metricversion",
            name="meaning",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
    ]
