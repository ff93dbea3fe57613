from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('pilots', '0109_uses_without_measure'),
    ]

    operations = [
        ValidateConstraint(
            model_name='declareduse', name='declared_use_measured_or_says_why'
        ),
    ]
