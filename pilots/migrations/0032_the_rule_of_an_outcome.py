import django.core.validators
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

Q = models.Q


class Migration(migrations.Migration):
    """The rule by which an outcome is judged, what it said, and why it was decided against it."""

    dependencies = [("pilots", "0031_amendments_wait_for_approval")]

    operations = [
        migrations.AddField(
            model_name="gatereview",
            name="against",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AddField(
            model_name="gatereview",
            name="recommended",
            field=models.CharField(
                blank=True,
                choices=[("scale", "Scale"), ("extend", "Extend"), ("stop", "Stop"), ("pause", "Pause")],
                db_default="",
                default="",
                max_length=6,
            ),
        ),
        migrations.AddField(
            model_name="pilot",
            name="least_weeks",
            field=models.PositiveSmallIntegerField(
                db_default=8,
                default=8,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(104),
                ],
                verbose_name="runs for at least, weeks",
            ),
        ),
        migrations.AddField(
            model_name="pilot",
            name="scale_at_target",
            field=models.BooleanField(db_default=False, default=False, verbose_name="scaling takes the target"),
        ),
        AddConstraintNotValid(
            model_name="gatereview",
            constraint=models.CheckConstraint(
                condition=Q(
                    ("recommended", ""),
                    Q(("decision", "scale"), ("recommended", "scale")),
                    Q(("decision", "extend"), ("recommended", "extend")),
                    Q(("decision__in", ["stop", "pivot"]), ("recommended__in", ["stop", "pause"])),
                    Q(("against", ""), _negated=True),
                    _connector="OR",
                ),
                name="gate_against_the_rule_says_why",
            ),
        ),
        AddConstraintNotValid(
            model_name="gatereview",
            constraint=models.CheckConstraint(
                condition=Q(("against", ""), Q(("recommended", ""), _negated=True), _connector="OR"),
                name="gate_against_what_was_recommended",
            ),
        ),
        AddConstraintNotValid(
            model_name="pilot",
            constraint=models.CheckConstraint(
                condition=Q(("least_weeks__gte", 1), ("least_weeks__lte", 104)),
                name="pilot_least_weeks",
                violation_error_message="A pilot runs for at least 1 to 104 weeks.",
            ),
        ),
    ]
