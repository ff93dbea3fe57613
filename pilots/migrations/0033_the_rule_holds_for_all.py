from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("pilots", "0032_the_rule_of_an_outcome")]

    operations = [
        ValidateConstraint(model_name="gatereview", name="gate_against_the_rule_says_why"),
        ValidateConstraint(model_name="gatereview", name="gate_against_what_was_recommended"),
        ValidateConstraint(model_name="pilot", name="pilot_least_weeks"),
    ]
