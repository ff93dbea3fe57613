import django.db.models.deletion


from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def give_to_the_whole(apps: Apps, _schema: BaseDatabaseSchemaEditor) -> None:
    """Until now a cycle was the whole organisation's."""
    root = apps.get_model('innovation', 'Unit').objects.filter(parent=None).order_by('pk').first()
    if root is not None:
        apps.get_model('okrs', 'Cycle').objects.update(unit=root)


class Migration(migrations.Migration):

    dependencies = [
        ('innovation', '0014_roles_by_two_persons'),
        ('okrs', '0002_claims_fixed_with_charters'),
    ]

    operations = [
        migrations.AddField(
            model_name='cycle',
            name='unit',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='innovation.unit', verbose_name='unit'),
        ),
        migrations.RunPython(give_to_the_whole, migrations.RunPython.noop),
    ]
