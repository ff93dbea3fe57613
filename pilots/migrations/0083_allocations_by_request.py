from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("pilots", "0082_time_is_agreed")]

    operations = [
        AddIndexConcurrently(
            model_name="allocation",
            index=models.Index(fields=["request"], name="allocation_request"),
        ),
    ]
