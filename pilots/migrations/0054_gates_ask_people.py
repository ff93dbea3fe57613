"""Who decides at a gate is held by the database; going live takes an approval; approvals have conditions."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('pilots', '0053_advice'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='GateCondition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(max_length=600, verbose_name='condition')),
                ('due_on', models.DateField(verbose_name='by when')),
                ('at', models.DateTimeField()),
                ('verified_at', models.DateTimeField(blank=True, null=True)),
                ('note', models.TextField(blank=True, max_length=2000, verbose_name='what you saw')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who sees to it')),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='conditions', to='pilots.gatereview')),
                ('verified_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('verifier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who verifies it')),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='gate_condition_says_what'),
                    models.CheckConstraint(condition=models.Q(('owner', models.F('verifier')), _negated=True), name='gate_condition_verified_by_another', violation_error_message='Nobody verifies what they see to themselves.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('note', ''), ('verified_at', None), ('verified_by', None)), models.Q(('verified_at__isnull', False), ('verified_by__isnull', False), models.Q(('note', ''), _negated=True)), _connector='OR'), name='gate_condition_verified_whole'),
                    models.CheckConstraint(condition=models.Q(('verified_by', None), models.Q(('verified_by', models.F('owner')), _negated=True), _connector='OR'), name='gate_condition_not_verified_by_its_owner'),
                ],
                'ordering': ['due_on', 'pk'],
            },
        ),
        migrations.AddField(
            model_name='gatereview',
            name='nobody_left_since',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='gatereview',
            name='with_go_live',
            field=models.BooleanField(db_default=False, default=False),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='amendment',
            trigger=pgtrigger.compiler.Trigger(name='decided_by_no_sponsor', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (NEW.status IN ('approved', 'declined'))", func="\n                    IF EXISTS (\n                        SELECT 1 FROM pilots_metric m JOIN pilots_pilot p ON p.id = m.pilot_id\n                        WHERE m.id = NEW.metric_id AND p.sponsor_id = NEW.decided_by_id\n                    ) THEN\n                        RAISE EXCEPTION 'an amendment is not decided by who sponsors the pilot'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'amendment_decided_by_no_sponsor';\n                    END IF;\n                    RETURN NEW;\n                ", hash='cadf6b501b1b0f1c7da6d56900a07bef91b5393e', operation='UPDATE OF "status"', pgid='pgtrigger_decided_by_no_sponsor_df1aa', table='pilots_amendment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='gatereview',
            trigger=pgtrigger.compiler.Trigger(name='gate_decided_from_outside', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (NEW.decision NOT IN ('', 'withdraw'))", func="\n                    IF NEW.decided_by_id = NEW.opened_by_id OR EXISTS (\n                        SELECT 1 FROM pilots_pilot p\n                        WHERE p.id = NEW.pilot_id AND (\n                            NEW.decided_by_id IN (p.lead_id, p.opened_by_id, p.sponsor_id)\n                            OR EXISTS (SELECT 1 FROM pilots_teammember t WHERE t.pilot_id = p.id\n                                       AND t.person_id = NEW.decided_by_id)\n                            OR EXISTS (SELECT 1 FROM pilots_formermember f WHERE f.pilot_id = p.id\n                                       AND f.person_id = NEW.decided_by_id))\n                    ) THEN\n                        RAISE EXCEPTION 'a gate is decided by somebody who has no part in the pilot'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'gate_decided_from_outside';\n                    END IF;\n                    RETURN NEW;\n                ", hash='7c3b9d06bcf019b72bdf942c31b0c75e445042af', operation='UPDATE OF "decision"', pgid='pgtrigger_gate_decided_from_outside_64bba', table='pilots_gatereview', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='pilot',
            trigger=pgtrigger.compiler.Trigger(name='go_live_is_decided', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."status" = \'running\' AND OLD."status" = \'preparing\')', func="\n                    IF NOT EXISTS (\n                        SELECT 1 FROM pilots_gatereview r\n                        WHERE r.pilot_id = NEW.id AND r.decision = 'approve'\n                        AND (r.gate = 'go_live' OR r.with_go_live)\n                        AND r.id >= coalesce((\n                            SELECT max(a.id) FROM pilots_gatereview a\n                            WHERE a.pilot_id = NEW.id AND a.gate = 'resources'\n                            AND a.decision = 'approve'), 0)\n                    ) THEN\n                        RAISE EXCEPTION 'a pilot goes live once somebody has approved it'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'pilot_go_live_is_decided';\n                    END IF;\n                    RETURN NEW;\n                ", hash='495e132c453e61ea6a9f3b86ab710448a7c94c80', operation='UPDATE OF "status"', pgid='pgtrigger_go_live_is_decided_0fb0e', table='pilots_pilot', when='BEFORE')),
        ),
        AddConstraintNotValid(
            model_name='gatereview',
            constraint=models.CheckConstraint(condition=models.Q(('with_go_live', False), ('gate', 'resources'), _connector='OR'), name='gate_go_live_with_resources'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='gatecondition',
            trigger=pgtrigger.compiler.Trigger(name='gate_condition_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='acdefe814a833a5671fc30817b9e8ae62e2623c9', operation='DELETE', pgid='pgtrigger_gate_condition_stays_8c0bd', table='pilots_gatecondition', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='gatecondition',
            trigger=pgtrigger.compiler.Trigger(name='gate_condition_as_agreed', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."review_id" IS DISTINCT FROM (NEW."review_id") OR OLD."text" IS DISTINCT FROM (NEW."text") OR OLD."owner_id" IS DISTINCT FROM (NEW."owner_id") OR OLD."due_on" IS DISTINCT FROM (NEW."due_on") OR OLD."verifier_id" IS DISTINCT FROM (NEW."verifier_id") OR OLD."by_id" IS DISTINCT FROM (NEW."by_id") OR OLD."at" IS DISTINCT FROM (NEW."at"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='a85fa69c571ed17552b46954e0c6939e3f78b21a', operation='UPDATE', pgid='pgtrigger_gate_condition_as_agreed_af5da', table='pilots_gatecondition', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='gatecondition',
            trigger=pgtrigger.compiler.Trigger(name='gate_condition_verified_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."verified_at" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='b822dffa42ff7e045a31bcf1d7ab9e64e6fe23b3', operation='UPDATE', pgid='pgtrigger_gate_condition_verified_once_6e9ca', table='pilots_gatecondition', when='BEFORE')),
        ),
    ]
