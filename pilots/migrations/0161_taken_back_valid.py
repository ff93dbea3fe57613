from django.contrib.postgres.operations import AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("pilots", "0160_taken_back")]
    operations = [
        ValidateConstraint(model_name="metric", name="metric_taken_back_is_of_nothing"),
        AddIndexConcurrently(
            model_name="metric",
            index=models.Index(
                condition=models.Q(("bound_in__isnull", False)),
                fields=["bound_in"],
                name="metric_bound_in",
            ),
        ),
    ]
