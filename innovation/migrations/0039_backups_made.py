from django.db import migrations, models


class Migration(migrations.Migration):
    """When a backup was made, so that somebody is told when none is."""

    dependencies = [("innovation", "0038_request_ids")]

    operations = [
        migrations.CreateModel(
            name="BackupMade",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(db_index=True)),
                ("file", models.CharField(max_length=100)),
            ],
        ),
    ]
