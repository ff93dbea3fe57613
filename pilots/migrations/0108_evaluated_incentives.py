import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('pilots', '0107_promises_of_a_line'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='incentiveevaluation',
            name='evaluation_stays',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='incentive',
            trigger=pgtrigger.compiler.Trigger(name='incentive_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='a7a6a22fb2713a9c0cb06189fc91b608ee4c112f', operation='DELETE', pgid='pgtrigger_incentive_stays_b16c6', table='pilots_incentive', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='incentive',
            trigger=pgtrigger.compiler.Trigger(name='evaluated_incentive_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (ROW(OLD."kind", OLD."career", OLD."what", OLD."for_whom", OLD."group_id", OLD."starts_on", OLD."ends_on", OLD."why_fits", OLD."must_not") IS DISTINCT FROM ROW(NEW."kind", NEW."career", NEW."what", NEW."for_whom", NEW."group_id", NEW."starts_on", NEW."ends_on", NEW."why_fits", NEW."must_not") OR (NEW."metric_id" IS NOT NULL AND NEW."metric_id" IS DISTINCT FROM OLD."metric_id"))', func="\n                    IF EXISTS (\n                        SELECT 1 FROM pilots_incentiveevaluation e WHERE e.incentive_id = NEW.id\n                    ) THEN\n                        RAISE EXCEPTION 'what was evaluated stays as it was' USING\n                            ERRCODE = 'check_violation', CONSTRAINT = 'evaluated_incentive_stays';\n                    END IF;\n                    RETURN NEW;\n                ", hash='5379317155919e628584b2096e230161a6e90def', operation='UPDATE OF "kind", "career", "what", "for_whom", "group_id", "starts_on", "ends_on", "why_fits", "must_not", "metric_id"', pgid='pgtrigger_evaluated_incentive_stays_a53f2', table='pilots_incentive', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='incentiveevaluation',
            trigger=pgtrigger.compiler.Trigger(name='evaluation_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='94cddc0f9704a8ce3101d6640307978643361e8c', operation='UPDATE OR DELETE', pgid='pgtrigger_evaluation_stays_fbb2b', table='pilots_incentiveevaluation', when='BEFORE')),
        ),
    ]
