from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("innovation", "0045_alone_percent_of_units")]

    operations = [
        ValidateConstraint(model_name="unit", name="unit_alone_percent_of_full_time")
    ]
