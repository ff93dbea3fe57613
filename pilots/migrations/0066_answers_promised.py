import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('pilots', '0065_signed_decisions_hold_for_all'),
    ]

    operations = [
        migrations.AddField(
            model_name='gatereview',
            name='answer_by',
            field=models.DateField(blank=True, null=True),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='gatereview',
            trigger=pgtrigger.compiler.Trigger(name='gate_promise_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."answer_by" IS DISTINCT FROM (NEW."answer_by"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='499b4d36cfd8555d69d50103ccf14523e501ef2b', operation='UPDATE', pgid='pgtrigger_gate_promise_stays_f9b64', table='pilots_gatereview', when='BEFORE')),
        ),
    ]
