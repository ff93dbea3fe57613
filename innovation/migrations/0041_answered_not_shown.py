from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

STATUSES = [
    ("submitted", "Waiting for a first answer"),
    ("in_triage", "Being looked at"),
    ("needs_information", "A question is open"),
    ("accepted", "Accepted"),
    ("declined", "Declined"),
    ("merged", "Merged into another"),
    ("in_pilot", "In a pilot"),
    ("met", "Met"),
    ("not_shown", "Answered, not shown"),
    ("not_met", "Not met"),
]


class Migration(migrations.Migration):
    """A need whose pilot was scaled without that its primary metric shows that it worked."""

    survived = {"ban-drop-constraint": "The same constraint with one more status comes back in the same transaction."}

    dependencies = [("innovation", "0040_outstanding_tasks")]

    operations = [
        migrations.AlterField(
            model_name="need",
            name="status",
            field=models.CharField(choices=STATUSES, default="submitted", max_length=20),
        ),
        migrations.RemoveConstraint(model_name="need", name="need_status_known"),
        AddConstraintNotValid(
            model_name="need",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", [value for value, _label in STATUSES])), name="need_status_known"
            ),
        ),
    ]
