from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("pilots", "0067_second_looks")]
    operations = [
        ValidateConstraint(model_name="evidenceitem", name="evidence_item_is_about_something"),
    ]
