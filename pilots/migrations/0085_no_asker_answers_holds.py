from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("pilots", "0084_no_asker_answers")]
    operations = [
        ValidateConstraint(
            model_name="timerequest", name="time_request_answered_by_no_asker"
        ),
    ]
