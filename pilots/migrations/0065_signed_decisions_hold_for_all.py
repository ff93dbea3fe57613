from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("pilots", "0064_signed_decisions")]
    operations = [
        ValidateConstraint(model_name="fund", name="fund_signed_above_something"),
        ValidateConstraint(model_name="fund", name="fund_order_takes_two"),
    ]
