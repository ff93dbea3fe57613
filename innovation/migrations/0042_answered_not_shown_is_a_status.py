from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("innovation", "0041_answered_not_shown")]

    operations = [ValidateConstraint(model_name="need", name="need_status_known")]
