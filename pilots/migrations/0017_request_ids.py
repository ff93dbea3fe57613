from django.db import migrations, models


class Migration(migrations.Migration):
    """Under which id a pull was asked for."""

    dependencies = [("pilots", "0016_source_checks")]

    operations = [
        migrations.AddField(
            model_name="pull",
            name="request_id",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
    ]
