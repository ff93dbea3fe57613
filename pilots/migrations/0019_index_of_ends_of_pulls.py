from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """How pulls ended of late is counted for Prometheus every few seconds."""

    atomic = False
    dependencies = [("pilots", "0018_index_of_failing_metrics")]

    operations = [
        AddIndexConcurrently(
            model_name="pull",
            index=models.Index(
                condition=models.Q(("finished_at__isnull", False)), fields=["finished_at"], name="pull_finished"
            ),
        ),
    ]
