"""Rates and counts: an observation that is told as a value keeps its events and their exposure beside it."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pilots", "0122_files_read_by_the_piece")]
    survived = {
        "ban-drop-constraint": "The new one refuses all that the former did but rates, which only the new"
        " code writes."
    }
    operations = [
        migrations.AlterField(
            model_name="metric",
            name="kind",
            field=models.CharField(
                choices=[
                    ("proportion", "Proportion: so many of so many"),
                    ("rate", "Rate: events per bed day, visit or the like"),
                    ("count", "Count: events a period"),
                    ("value", "One value a period"),
                ],
                max_length=10,
                verbose_name="kind",
            ),
        ),
        # What the former one allows this one allows, too.
        migrations.RemoveConstraint(
            model_name="observation", name="observation_value_or_proportion"
        ),
        AddConstraintNotValid(
            model_name="observation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("denominator", None), ("numerator", None), ("value__isnull", False)
                    ),
                    models.Q(
                        ("denominator__gt", 0),
                        ("numerator__gte", 0),
                        ("numerator__isnull", False),
                        ("numerator__lte", models.F("denominator")),
                        ("value", None),
                    ),
                    models.Q(
                        ("denominator__gt", 0),
                        ("denominator__isnull", False),
                        ("expected", None),
                        ("n", None),
                        ("numerator__gte", 0),
                        ("numerator__isnull", False),
                        ("value__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="observation_value_proportion_or_rate",
            ),
        ),
        AddConstraintNotValid(
            model_name="metric",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "rate"), _negated=True),
                    ("measure_unit__contains", "per "),
                    ("measure_unit__contains", "/"),
                    _connector="OR",
                ),
                name="metric_rate_says_per_what",
                violation_error_message="Say what the rate is measured in: per 1,000 bed days, per visit.",
            ),
        ),
    ]
