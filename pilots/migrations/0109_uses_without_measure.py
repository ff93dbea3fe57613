from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('pilots', '0108_evaluated_incentives'),
    ]

    operations = [
        migrations.AddField(
            model_name='declareduse',
            name='no_measure',
            field=models.CharField(blank=True, db_default='', default='', max_length=300, verbose_name='why no number can show it'),
        ),
        AddConstraintNotValid(
            model_name='declareduse',
            constraint=models.CheckConstraint(condition=models.Q(('measure', None), ('no_measure', ''), _connector='OR'), name='declared_use_measured_or_says_why'),
        ),
    ]
