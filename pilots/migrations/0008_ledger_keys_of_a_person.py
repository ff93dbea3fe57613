
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """A key is of whoever enters the money, in one fund; what the product books needs none."""

    dependencies = [
        ('pilots', '0007_kinds_of_source_are_data'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='ledgerentry',
            name='key',
            field=models.CharField(blank=True, max_length=100),
        ),
        migrations.AddConstraint(
            model_name='ledgerentry',
            constraint=models.UniqueConstraint(condition=models.Q(('kind__in', ('deposit', 'spend'))), fields=('by', 'fund', 'key'), name='ledger_key_once_a_person_and_fund'),
        ),
        migrations.AddConstraint(
            model_name='ledgerentry',
            constraint=models.UniqueConstraint(condition=models.Q(('kind__in', ('award', 'release'))), fields=('award', 'kind'), name='ledger_booked_once_an_award'),
        ),
        migrations.AddConstraint(
            model_name='ledgerentry',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('award', 'release')), models.Q(('key', ''), _negated=True), _connector='OR'), name='ledger_entered_has_a_key'),
        ),
    ]
