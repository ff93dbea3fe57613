from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("pilots", "0026_how_a_metric_is_compared")]

    operations = [
        ValidateConstraint(model_name="metric", name="metric_design_said_whole"),
        ValidateConstraint(model_name="metric", name="metric_settles_in_time"),
    ]
