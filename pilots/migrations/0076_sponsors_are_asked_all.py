from django.contrib.postgres.operations import AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("pilots", "0075_sponsors_are_asked")]
    operations = [
        ValidateConstraint(model_name="pilot", name="pilot_sponsor_asked_whole"),
        AddIndexConcurrently(
            model_name="pilot",
            index=models.Index(
                condition=models.Q(("sponsor_asked__isnull", False)),
                fields=["sponsor_asked"],
                name="pilot_sponsor_asked",
            ),
        ),
    ]
