from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    """How a metric is compared with what it would have been, and how long its pilot takes to settle."""

    dependencies = [("pilots", "0025_meaning_of_a_version")]

    operations = [
        migrations.AddField(
            model_name="metric",
            name="design",
            field=models.CharField(
                blank=True,
                choices=[
                    ("before_after", "Before and after: against its baseline"),
                    ("interrupted", "Interrupted time series: against its own history"),
                ],
                db_default="",
                default="",
                max_length=12,
                verbose_name="compared by",
            ),
        ),
        migrations.AddField(
            model_name="metric",
            name="design_because",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=300, verbose_name="why it is compared so"
            ),
        ),
        migrations.AddField(
            model_name="metric",
            name="settling_weeks",
            field=models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name="weeks to settle"),
        ),
        AddConstraintNotValid(
            model_name="metric",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("design", ""), ("design_because", "")),
                    models.Q(
                        models.Q(("design", ""), _negated=True),
                        models.Q(("design_because", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="metric_design_said_whole",
                violation_error_message="Say both how it is to be compared, and why so.",
            ),
        ),
        AddConstraintNotValid(
            model_name="metric",
            constraint=models.CheckConstraint(
                condition=models.Q(("settling_weeks__lte", 26)),
                name="metric_settles_in_time",
                violation_error_message="A pilot settles in 26 weeks at most.",
            ),
        ),
    ]
