from django.contrib.postgres.operations import AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("pilots", "0060_scale_plans")]
    operations = [
        ValidateConstraint(model_name="pilot", name="pilot_status_known"),
        AddIndexConcurrently(
            model_name="pilot",
            index=models.Index(
                condition=models.Q(("owner__isnull", False)), fields=["owner"], name="pilot_owner"
            ),
        ),
    ]
