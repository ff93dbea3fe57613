from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("pilots", "0062_delegations")]
    operations = [
        ValidateConstraint(model_name="gatereview", name="gate_decided_for_another"),
        ValidateConstraint(model_name="gatereview", name="gate_delegation_says_for_whom"),
    ]
