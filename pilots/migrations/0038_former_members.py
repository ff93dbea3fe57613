import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Who left a team that has its resources stays known, and decides on no amendment of its plan."""

    dependencies = [
        ('pilots', '0037_accuracy_of_silent_runs'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='FormerMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(max_length=20, verbose_name='role')),
                ('left_at', models.DateTimeField()),
                (
                    'person',
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    'pilot',
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name='former_team', to='pilots.pilot'
                    ),
                ),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='amendment',
            trigger=pgtrigger.compiler.Trigger(name='decided_from_outside', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (NEW.status IN ('approved', 'declined'))", func="\n                    IF EXISTS (\n                        SELECT 1 FROM pilots_metric m JOIN pilots_pilot p ON p.id = m.pilot_id\n                        WHERE m.id = NEW.metric_id AND (\n                            NEW.decided_by_id IN (p.lead_id, p.opened_by_id)\n                            OR EXISTS (SELECT 1 FROM pilots_teammember t WHERE t.pilot_id = p.id\n                                       AND t.person_id = NEW.decided_by_id)\n                            OR EXISTS (SELECT 1 FROM pilots_formermember f WHERE f.pilot_id = p.id\n                                       AND f.person_id = NEW.decided_by_id))\n                    ) THEN\n                        RAISE EXCEPTION 'an amendment is decided from outside the team'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'amendment_decided_from_outside';\n                    END IF;\n                    RETURN NEW;\n                ", hash='65dc04ef62297b40e72386e9ba98a155082d3aed', operation='UPDATE OF "status"', pgid='pgtrigger_decided_from_outside_556c0', table='pilots_amendment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='pilot',
            trigger=pgtrigger.compiler.Trigger(name='former_lead_stays_known', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."lead_id" IS DISTINCT FROM (NEW."lead_id"))', func="\n                    IF NEW.status NOT IN ('shaping', 'proposed') THEN\n                        INSERT INTO pilots_formermember (pilot_id, person_id, role, left_at)\n                        VALUES (OLD.id, OLD.lead_id, 'lead', now());\n                    END IF;\n                    RETURN NULL;\n                ", hash='c259d6747dfe628f7c7ab070d8d75d61b51c1185', operation='UPDATE OF "lead_id"', pgid='pgtrigger_former_lead_stays_known_58b29', table='pilots_pilot', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='teammember',
            trigger=pgtrigger.compiler.Trigger(name='former_member_stays_known', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    INSERT INTO pilots_formermember (pilot_id, person_id, role, left_at)\n                    SELECT OLD.pilot_id, OLD.person_id, OLD.role, now()\n                    FROM pilots_pilot\n                    WHERE id = OLD.pilot_id AND status NOT IN ('shaping', 'proposed');\n                    RETURN NULL;\n                ", hash='1601c4520349b91393d3e9e8da4d4d16317ee02f', operation='DELETE', pgid='pgtrigger_former_member_stays_known_e7656', table='pilots_teammember', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='formermember',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='8946b31f1a30a9ddb7ef38843615e9bb98910271', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_e41c8', table='pilots_formermember', when='BEFORE')),
        ),
    ]
