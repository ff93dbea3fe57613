import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    """Nobody who has or had a part in a pilot shows its output, changes its promise or keeps it running
    against an alarm."""

    dependencies = [
        ('pilots', '0073_former_leads_and_sponsors_so_far'),
    ]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name='accuracypromise',
            trigger=pgtrigger.compiler.Trigger(name='amended_from_outside', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."amended")', func="\n                    IF EXISTS (\n    SELECT 1 FROM pilots_pilot p WHERE p.id = NEW.pilot_id AND (\n        NEW.by_id IN (p.lead_id, p.opened_by_id, p.sponsor_id, p.owner_id)\n        OR EXISTS (SELECT 1 FROM pilots_teammember t WHERE t.pilot_id = p.id AND t.person_id = NEW.by_id)\n        OR EXISTS (SELECT 1 FROM pilots_formermember f WHERE f.pilot_id = p.id AND f.person_id = NEW.by_id))\n) THEN\n                        RAISE EXCEPTION 'who has a part in a pilot does not change what it promised'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'accuracy_promise_amended_from_outside';\n                    END IF;\n                    RETURN NEW;\n                ", hash='c5d1d1c81c324c797c937119cd841bdc48a1c7c0', operation='INSERT', pgid='pgtrigger_amended_from_outside_cccff', table='pilots_accuracypromise', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='alarm',
            trigger=pgtrigger.compiler.Trigger(name='kept_running_from_outside', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."answer" = \'keep\')', func="\n                    IF EXISTS (\n    SELECT 1 FROM pilots_pilot p WHERE p.id = NEW.pilot_id AND (\n        NEW.answered_by_id IN (p.lead_id, p.opened_by_id, p.sponsor_id, p.owner_id)\n        OR EXISTS (SELECT 1 FROM pilots_teammember t WHERE t.pilot_id = p.id AND t.person_id = NEW.answered_by_id)\n        OR EXISTS (SELECT 1 FROM pilots_formermember f WHERE f.pilot_id = p.id AND f.person_id = NEW.answered_by_id))\n) THEN\n                        RAISE EXCEPTION 'who has a part in a pilot does not keep it running against an alarm'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'alarm_kept_running_from_outside';\n                    END IF;\n                    RETURN NEW;\n                ", hash='6a2e48dca91d08d2783dd48ad79ad80245771f4d', operation='INSERT OR UPDATE OF "answer", "answered_by_id"', pgid='pgtrigger_kept_running_from_outside_e4339', table='pilots_alarm', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='silentrunend',
            trigger=pgtrigger.compiler.Trigger(name='shown_from_outside', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF EXISTS (\n    SELECT 1 FROM pilots_pilot p WHERE p.id = NEW.pilot_id AND (\n        NEW.by_id IN (p.lead_id, p.opened_by_id, p.sponsor_id, p.owner_id)\n        OR EXISTS (SELECT 1 FROM pilots_teammember t WHERE t.pilot_id = p.id AND t.person_id = NEW.by_id)\n        OR EXISTS (SELECT 1 FROM pilots_formermember f WHERE f.pilot_id = p.id AND f.person_id = NEW.by_id))\n) THEN\n                        RAISE EXCEPTION 'who has a part in a pilot does not end its silent run'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'silent_run_end_from_outside';\n                    END IF;\n                    RETURN NEW;\n                ", hash='980e6df2c5b827b7e9b00c289a6f9d495e47df60', operation='INSERT', pgid='pgtrigger_shown_from_outside_78699', table='pilots_silentrunend', when='BEFORE')),
        ),
    ]
