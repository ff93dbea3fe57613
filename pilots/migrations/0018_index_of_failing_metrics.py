from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Which metrics fail is counted for Prometheus every few seconds."""

    atomic = False
    dependencies = [("pilots", "0017_request_ids")]

    operations = [
        AddIndexConcurrently(
            model_name="metric",
            index=models.Index(
                condition=models.Q(("failures__gt", 0)), fields=["id"], name="metric_failing"
            ),
        ),
    ]
