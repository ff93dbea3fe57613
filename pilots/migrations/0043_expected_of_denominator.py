from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("pilots", "0042_expected_by_risk")]
    operations = [
        ValidateConstraint(model_name="observation", name="observation_expected_of_denominator"),
    ]
