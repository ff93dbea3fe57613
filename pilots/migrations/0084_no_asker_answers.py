"""Who asks for somebody's time does not answer for the unit that it comes from."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("pilots", "0083_allocations_by_request")]
    operations = [
        AddConstraintNotValid(
            model_name="timerequest",
            constraint=models.CheckConstraint(
                condition=Q(unit=None)
                | Q(answered_by=None)
                | Q(answer__in=["declined", "withdrawn"])
                | ~Q(answered_by=F("asked_by")),
                name="time_request_answered_by_no_asker",
            ),
        ),
    ]
