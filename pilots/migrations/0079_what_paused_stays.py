"""Whether a hold did the pausing stays, as all of what placed it."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("pilots", "0078_which_holds_paused")]

    operations = [
        pgtrigger.migrations.RemoveTrigger(model_name="safetyhold", name="placed_stays"),
        pgtrigger.migrations.AddTrigger(
            model_name="safetyhold",
            trigger=pgtrigger.compiler.Trigger(name='placed_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func='RAISE EXCEPTION \'pgtrigger: Cannot update of "pilot_id", "cause", "paused", "reason", "placed_at", "placed_by_id" or delete rows from % table\', TG_TABLE_NAME;', hash='5e1e72cb791563bd3de20057197047b4b77addbf', operation='UPDATE OF "pilot_id", "cause", "paused", "reason", "placed_at", "placed_by_id" OR DELETE', pgid='pgtrigger_placed_stays_a9a78', table='pilots_safetyhold', when='BEFORE')),
        ),
    ]
