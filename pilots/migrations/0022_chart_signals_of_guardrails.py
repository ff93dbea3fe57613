import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """What the lead of a pilot was told to look at."""

    dependencies = [("pilots", "0021_amended_metrics")]

    operations = [
        migrations.CreateModel(
            name="GuardrailLook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("period", models.DateField()),
                ("told_at", models.DateTimeField()),
                ("sentence", models.CharField(max_length=400)),
                (
                    "metric",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="looks", to="pilots.metric"
                    ),
                ),
                (
                    "pilot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="looks", to="pilots.pilot"
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(fields=("metric", "period"), name="look_one_a_run_of_signals")
                ],
            },
        ),
    ]
