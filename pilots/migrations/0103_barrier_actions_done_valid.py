from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("pilots", "0102_barrier_actions_done")]

    operations = [
        ValidateConstraint(model_name="barrieraction", name="barrier_action_done_whole"),
    ]
