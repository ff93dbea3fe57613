from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    """From what it is known that a number would have stayed as it was without the pilot."""

    dependencies = [("pilots", "0022_chart_signals_of_guardrails")]

    operations = [
        migrations.AddField(
            model_name="metric",
            name="steady_because",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=300, verbose_name="what is known of its steadiness"
            ),
        ),
        migrations.AddField(
            model_name="metric",
            name="steady_from",
            field=models.CharField(
                blank=True,
                choices=[
                    ("history", "Its own longer history"),
                    ("siblings", "The same number of other units"),
                    ("library", "What is published of this measure"),
                ],
                db_default="",
                default="",
                max_length=10,
                verbose_name="known to be steady from",
            ),
        ),
        AddConstraintNotValid(
            model_name="metric",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("steady_because", ""), ("steady_from", "")),
                    models.Q(
                        models.Q(("steady_from", ""), _negated=True),
                        models.Q(("steady_because", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="metric_steadiness_said_whole",
                violation_error_message="Say both from what it is known to be steady, and what is known.",
            ),
        ),
    ]
