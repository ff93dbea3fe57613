from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("pilots", "0054_gates_ask_people")]
    operations = [
        ValidateConstraint(model_name="gatereview", name="gate_go_live_with_resources"),
    ]
