from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("pilots", "0023_what_is_known_to_be_steady")]

    operations = [ValidateConstraint(model_name="metric", name="metric_steadiness_said_whole")]
