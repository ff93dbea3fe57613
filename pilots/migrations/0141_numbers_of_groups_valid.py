from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('pilots', '0140_numbers_of_groups'),
    ]

    operations = [
        ValidateConstraint(model_name='metric', name='metric_split_in_three_ways'),
    ]
