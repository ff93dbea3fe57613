import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The word last given on each metric of a pilot, and what it rests on."""

    dependencies = [("pilots", "0034_first_days_of_this_approval")]

    operations = [
        migrations.CreateModel(
            name="KeptVerdict",
            fields=[
                (
                    "metric",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name="kept_verdict",
                        serialize=False, to="pilots.metric",
                    ),
                ),
                ("verdict", models.CharField(blank=True, max_length=12)),
                ("guardrail", models.CharField(blank=True, max_length=8)),
                ("rests_on", models.CharField(blank=True, max_length=64)),
                ("since", models.DateTimeField()),
                ("worked_out_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("rests_on", ""), ("verdict", ""))
                        | (~models.Q(("verdict", "")) & ~models.Q(("rests_on", ""))),
                        name="kept_verdict_rests_on_something",
                    )
                ],
            },
        ),
    ]
