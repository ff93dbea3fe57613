import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    """Neither a pivot nor a step off before the award makes somebody's own pilot theirs to decide on: former
    leads and sponsors are kept from the first proposal on, and whoever was on a team that was proposed or
    had its resources."""

    dependencies = [
        ('pilots', '0071_conflicts_bar_at_gates'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='gatereview',
            name='gate_decided_for_from_outside',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='gatereview',
            name='gate_decided_from_outside',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='pilot',
            name='former_lead_stays_known',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='teammember',
            name='former_member_stays_known',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='gatereview',
            trigger=pgtrigger.compiler.Trigger(name='gate_decided_from_outside', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (NEW.decision NOT IN ('', 'withdraw'))", func="\n                    IF \n    NEW.decided_by_id = NEW.opened_by_id\n    OR EXISTS (SELECT 1 FROM pilots_gatereview r WHERE r.pilot_id = NEW.pilot_id\n               AND r.id <> NEW.id AND r.opened_by_id = NEW.decided_by_id)\n    OR NEW.gate <> 'sustained' AND EXISTS (\n        SELECT 1 FROM pilots_scaleplan s WHERE s.pilot_id = NEW.pilot_id AND s.owner_id = NEW.decided_by_id)\n    OR EXISTS (SELECT 1 FROM pilots_declaredconflict c WHERE c.pilot_id = NEW.pilot_id\n               AND c.person_id = NEW.decided_by_id)\n    OR EXISTS (\n    SELECT 1 FROM pilots_pilot p WHERE p.id = NEW.pilot_id AND (\n        NEW.decided_by_id IN (p.lead_id, p.opened_by_id, p.sponsor_id)\n        OR EXISTS (SELECT 1 FROM pilots_teammember t WHERE t.pilot_id = p.id AND t.person_id = NEW.decided_by_id)\n        OR EXISTS (SELECT 1 FROM pilots_formermember f WHERE f.pilot_id = p.id AND f.person_id = NEW.decided_by_id))\n) THEN\n                        RAISE EXCEPTION 'a gate is decided by somebody who has no part in the pilot'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'gate_decided_from_outside';\n                    END IF;\n                    RETURN NEW;\n                ", hash='d37b7342382b25a5866ffafd933774bf8228b23d', operation='UPDATE OF "decision"', pgid='pgtrigger_gate_decided_from_outside_64bba', table='pilots_gatereview', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='gatereview',
            trigger=pgtrigger.compiler.Trigger(name='gate_decided_for_from_outside', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (NEW.decision NOT IN ('', 'withdraw') AND NEW.decided_for_id IS NOT NULL)", func="\n                    IF \n    NEW.decided_for_id = NEW.opened_by_id\n    OR EXISTS (SELECT 1 FROM pilots_gatereview r WHERE r.pilot_id = NEW.pilot_id\n               AND r.id <> NEW.id AND r.opened_by_id = NEW.decided_for_id)\n    OR NEW.gate <> 'sustained' AND EXISTS (\n        SELECT 1 FROM pilots_scaleplan s WHERE s.pilot_id = NEW.pilot_id AND s.owner_id = NEW.decided_for_id)\n    OR EXISTS (SELECT 1 FROM pilots_declaredconflict c WHERE c.pilot_id = NEW.pilot_id\n               AND c.person_id = NEW.decided_for_id)\n    OR EXISTS (\n    SELECT 1 FROM pilots_pilot p WHERE p.id = NEW.pilot_id AND (\n        NEW.decided_for_id IN (p.lead_id, p.opened_by_id, p.sponsor_id)\n        OR EXISTS (SELECT 1 FROM pilots_teammember t WHERE t.pilot_id = p.id AND t.person_id = NEW.decided_for_id)\n        OR EXISTS (SELECT 1 FROM pilots_formermember f WHERE f.pilot_id = p.id AND f.person_id = NEW.decided_for_id))\n) THEN\n                        RAISE EXCEPTION 'nobody with a part in the pilot lets another decide on it'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'gate_decided_for_from_outside';\n                    END IF;\n                    RETURN NEW;\n                ", hash='61d0af6fbc47f4f3969a6642628e5ce795809d05', operation='UPDATE OF "decision"', pgid='pgtrigger_gate_decided_for_from_outside_35848', table='pilots_gatereview', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='pilot',
            trigger=pgtrigger.compiler.Trigger(name='former_lead_stays_known', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."lead_id" IS DISTINCT FROM (NEW."lead_id"))', func="\n                    IF NEW.status NOT IN ('shaping', 'proposed')\n                        OR EXISTS (SELECT 1 FROM pilots_gatereview r WHERE r.pilot_id = OLD.id)\n                    THEN\n                        INSERT INTO pilots_formermember (pilot_id, person_id, role, left_at)\n                        VALUES (OLD.id, OLD.lead_id, 'lead', now());\n                    END IF;\n                    RETURN NULL;\n                ", hash='bbcaebaf3ead41fa3564cd0e57cec89e54215127', operation='UPDATE OF "lead_id"', pgid='pgtrigger_former_lead_stays_known_58b29', table='pilots_pilot', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='pilot',
            trigger=pgtrigger.compiler.Trigger(name='former_sponsor_stays_known', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."sponsor_id" IS NOT NULL AND OLD."sponsor_id" IS DISTINCT FROM (NEW."sponsor_id"))', func="\n                    IF NEW.status NOT IN ('shaping', 'proposed')\n                        OR EXISTS (SELECT 1 FROM pilots_gatereview r WHERE r.pilot_id = OLD.id)\n                    THEN\n                        INSERT INTO pilots_formermember (pilot_id, person_id, role, left_at)\n                        VALUES (OLD.id, OLD.sponsor_id, 'sponsor', now());\n                    END IF;\n                    RETURN NULL;\n                ", hash='24bc38a2ac50902be759a732ef83e5b85e4658ce', operation='UPDATE OF "sponsor_id"', pgid='pgtrigger_former_sponsor_stays_known_2ccb6', table='pilots_pilot', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='teammember',
            trigger=pgtrigger.compiler.Trigger(name='former_member_stays_known', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    INSERT INTO pilots_formermember (pilot_id, person_id, role, left_at)\n                    SELECT OLD.pilot_id, OLD.person_id, OLD.role, now()\n                    FROM pilots_pilot p\n                    WHERE p.id = OLD.pilot_id AND (\n                        p.status NOT IN ('shaping', 'proposed')\n                        OR EXISTS (SELECT 1 FROM pilots_award a WHERE a.pilot_id = p.id)\n                        OR EXISTS (SELECT 1 FROM pilots_gatereview r WHERE r.pilot_id = p.id\n                                   AND r.opened_at >= OLD.joined_at));\n                    RETURN NULL;\n                ", hash='c10c22725023ce4fe7f7ca16e4f494f4602b8864', operation='DELETE', pgid='pgtrigger_former_member_stays_known_e7656', table='pilots_teammember', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='teammember',
            trigger=pgtrigger.compiler.Trigger(name='team_member_stays_who', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."pilot_id" IS DISTINCT FROM (NEW."pilot_id") OR OLD."person_id" IS DISTINCT FROM (NEW."person_id"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='f901135200526f6b9ecfa06ae7a61a8ce625279e', operation='UPDATE', pgid='pgtrigger_team_member_stays_who_85496', table='pilots_teammember', when='BEFORE')),
        ),
    ]
