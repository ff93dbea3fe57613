from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("pilots", "0130_rates_and_counts")]
    operations = [
        ValidateConstraint(
            model_name="observation", name="observation_value_proportion_or_rate"
        ),
        ValidateConstraint(model_name="metric", name="metric_rate_says_per_what"),
    ]
