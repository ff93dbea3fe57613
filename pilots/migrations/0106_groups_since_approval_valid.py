from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("pilots", "0105_groups_since_approval")]

    operations = [
        ValidateConstraint(model_name="affectedgroup", name="group_size_changed_whole"),
    ]
