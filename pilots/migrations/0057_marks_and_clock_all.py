from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("pilots", "0056_marks_and_clock")]
    operations = [
        ValidateConstraint(model_name="gatereview", name="gate_early_says_why"),
        ValidateConstraint(model_name="gatereview", name="gate_stale_says_why"),
    ]
