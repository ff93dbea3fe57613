"""Scale plans, looks at what was scaled, and pilots whose work is taken out of use again."""

from decimal import Decimal

import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    survived = {"ban-drop-constraint": "The same constraint with one more status comes back in the same transaction."}

    dependencies = [
        ('innovation', '0042_answered_not_shown_is_a_status'),
        ('pilots', '0059_register_of_risks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ScalePlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asked_at', models.DateTimeField(null=True)),
                ('running_cost', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='running cost a year')),
                ('training', models.TextField(blank=True, max_length=2000, verbose_name='training')),
                ('integration', models.TextField(blank=True, max_length=2000, verbose_name='integration')),
                ('taking_out', models.TextField(blank=True, max_length=2000, verbose_name='how to take it out again')),
                ('version', models.PositiveSmallIntegerField(default=1)),
                ('asked', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('owner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner after the pilot')),
                ('pilot', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='scale_plan', to='pilots.pilot')),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('running_cost', None), ('running_cost__gte', 0), _connector='OR'), name='scale_plan_cost_not_below_zero', violation_error_message='What it costs a year is not below zero.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('asked', None), ('asked_at', None), ('asked_by', None)), models.Q(('asked__isnull', False), ('asked_at__isnull', False), ('asked_by__isnull', False)), _connector='OR'), name='scale_plan_asked_whole'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ScalePlanAmendment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveSmallIntegerField()),
                ('before', models.JSONField()),
                ('after', models.JSONField()),
                ('reason', models.TextField(max_length=2000, verbose_name='why')),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='amendments', to='pilots.scaleplan')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('plan', 'version'), name='scale_plan_version_once', violation_error_message='Somebody amended it meanwhile; look again.'),
                    models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='scale_plan_amendment_says_why'),
                ],
                'ordering': ['-version'],
            },
        ),
        migrations.CreateModel(
            name='SustainedReview',
            fields=[
                ('review', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='sustained', serialize=False, to='pilots.gatereview')),
                ('months', models.PositiveSmallIntegerField()),
                ('due_on', models.DateField()),
                ('answered_at', models.DateTimeField(null=True)),
                ('seen', models.TextField(blank=True, max_length=2000, verbose_name='what you see')),
                ('people_using', models.PositiveIntegerField(null=True, verbose_name='how many people use it')),
                ('people_could', models.PositiveIntegerField(null=True, verbose_name='of how many who could')),
                ('cost', models.DecimalField(decimal_places=2, max_digits=14, null=True, verbose_name='what it cost since it was scaled')),
                ('unmet', models.BooleanField(null=True)),
                ('despite', models.TextField(blank=True)),
                ('again_on', models.DateField(null=True)),
                ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('months__in', (6, 12))), name='sustained_months_known'),
                    models.CheckConstraint(condition=models.Q(models.Q(('answered_at', None), ('answered_by', None), ('cost', None), ('people_could', None), ('people_using', None), ('seen', '')), models.Q(('answered_at__isnull', False), ('answered_by__isnull', False), ('cost__gte', 0), ('people_could__gt', 0), ('people_using__isnull', False), models.Q(('seen', ''), _negated=True)), _connector='OR'), name='sustained_answered_whole'),
                    models.CheckConstraint(condition=models.Q(('people_using', None), ('people_using__lte', models.F('people_could')), _connector='OR'), name='sustained_used_by_no_more_than_could', violation_error_message='No more people use it than could.'),
                    models.CheckConstraint(condition=models.Q(models.Q(models.Q(('unmet', None), ('unmet', False), _connector='OR'), ('despite', '')), models.Q(('unmet', True), models.Q(('despite', ''), _negated=True)), _connector='OR'), name='sustained_despite_says_why'),
                ],
                'ordering': ['-pk'],
            },
        ),
        migrations.AddField(
            model_name='pilot',
            name='owner',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner after the pilot'),
        ),
        migrations.AlterField(
            model_name='gatereview',
            name='decision',
            field=models.CharField(blank=True, choices=[('approve', 'Approve'), ('return', 'Return'), ('scale', 'Scale'), ('extend', 'Extend'), ('pivot', 'Pivot'), ('stop', 'Stop'), ('withdraw', 'Withdrawn'), ('sustained', 'Sustained'), ('look_again', 'Look again'), ('take_out', 'Take out of use')], max_length=10),
        ),
        migrations.AlterField(
            model_name='gatereview',
            name='gate',
            field=models.CharField(choices=[('resources', 'Resources'), ('go_live', 'Go-live'), ('outcome', 'Outcome'), ('sustained', 'Sustained'), ('output', 'End of the silent run'), ('resume', 'Going on after a pause')], max_length=10),
        ),
        migrations.AlterField(
            model_name='pilot',
            name='paused_from',
            field=models.CharField(blank=True, choices=[('shaping', 'Shaping'), ('proposed', 'Waiting for resources'), ('approved', 'Resources approved'), ('preparing', 'Preparing'), ('running', 'Running'), ('paused', 'Paused'), ('evaluating', 'Waiting for a decision'), ('scaled', 'Scaled'), ('stopped', 'Stopped'), ('withdrawn', 'Taken out of use')], max_length=12),
        ),
        migrations.AlterField(
            model_name='pilot',
            name='status',
            field=models.CharField(choices=[('shaping', 'Shaping'), ('proposed', 'Waiting for resources'), ('approved', 'Resources approved'), ('preparing', 'Preparing'), ('running', 'Running'), ('paused', 'Paused'), ('evaluating', 'Waiting for a decision'), ('scaled', 'Scaled'), ('stopped', 'Stopped'), ('withdrawn', 'Taken out of use')], default='shaping', max_length=12),
        ),
        migrations.RemoveConstraint(
            model_name='pilot',
            name='pilot_status_known',
        ),
        AddConstraintNotValid(
            model_name='pilot',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['shaping', 'proposed', 'approved', 'preparing', 'running', 'paused', 'evaluating', 'scaled', 'stopped', 'withdrawn'])), name='pilot_status_known'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='gatereview',
            trigger=pgtrigger.compiler.Trigger(name='gate_scaled_with_a_plan', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."decision" = \'scale\')', func="\n                    IF NOT EXISTS (\n                        SELECT 1 FROM pilots_scaleplan p\n                        WHERE p.pilot_id = NEW.pilot_id AND p.owner_id IS NOT NULL\n                            AND p.running_cost IS NOT NULL AND p.training <> ''\n                            AND p.integration <> '' AND p.taking_out <> ''\n                    ) THEN\n                        RAISE EXCEPTION 'a pilot is scaled once its scale plan is whole'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'gate_scaled_with_a_plan';\n                    END IF;\n                    RETURN NEW;\n                ", hash='2b653466d4c7f4ed567126a5e63dd08854da2a76', operation='UPDATE OF "decision"', pgid='pgtrigger_gate_scaled_with_a_plan_a5245', table='pilots_gatereview', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='gatereview',
            trigger=pgtrigger.compiler.Trigger(name='gate_sustained_not_by_its_owner', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."gate" = \'sustained\' AND NOT (NEW."decision" = \'\'))', func="\n                    IF NEW.decision NOT IN ('sustained', 'look_again', 'take_out') OR EXISTS (\n                        SELECT 1 FROM pilots_pilot p\n                        WHERE p.id = NEW.pilot_id AND p.owner_id = NEW.decided_by_id\n                    ) THEN\n                        RAISE EXCEPTION 'who owns what was scaled does not decide whether it stays'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'gate_sustained_not_by_its_owner';\n                    END IF;\n                    RETURN NEW;\n                ", hash='fcf655e59d9bb403331849487ee3a5226f6635f6', operation='UPDATE OF "decision"', pgid='pgtrigger_gate_sustained_not_by_its_owner_6c674', table='pilots_gatereview', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scaleplan',
            trigger=pgtrigger.compiler.Trigger(name='nobody_owns_it_unasked', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."owner_id" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;", hash='5a0c2063441e3a787b2c30c31dd9a989ec9ffc7c', operation='INSERT', pgid='pgtrigger_nobody_owns_it_unasked_17130', table='pilots_scaleplan', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scaleplan',
            trigger=pgtrigger.compiler.Trigger(name='owner_was_asked', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."owner_id" IS DISTINCT FROM (NEW."owner_id"))', func="\n                    IF NEW.owner_id IS NOT NULL AND NEW.owner_id IS DISTINCT FROM OLD.asked_id THEN\n                        RAISE EXCEPTION 'nobody owns what a pilot tries without having been asked'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'scale_plan_owner_was_asked';\n                    END IF;\n                    RETURN NEW;\n                ", hash='8c2893767601f3a26f346cd9642b5d637ec5590c', operation='UPDATE OF "owner_id"', pgid='pgtrigger_owner_was_asked_3097d', table='pilots_scaleplan', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scaleplan',
            trigger=pgtrigger.compiler.Trigger(name='scaled_on_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF (NEW.running_cost, NEW.training, NEW.integration, NEW.taking_out, NEW.version)\n                        IS NOT DISTINCT FROM\n                        (OLD.running_cost, OLD.training, OLD.integration, OLD.taking_out, OLD.version)\n                    THEN\n                        RETURN NEW;\n                    END IF;\n                    IF EXISTS (\n                        SELECT 1 FROM pilots_pilot WHERE id = NEW.pilot_id\n                            AND status IN ('scaled', 'stopped', 'withdrawn')\n                    ) <> (NEW.version = OLD.version + 1 AND EXISTS (\n                        SELECT 1 FROM pilots_scaleplanamendment\n                        WHERE plan_id = NEW.id AND version = NEW.version\n                    )) THEN\n                        RAISE EXCEPTION 'what a pilot was scaled on changes by an amendment alone'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'scale_plan_changes_by_amendment';\n                    END IF;\n                    RETURN NEW;\n                ", hash='87fd0f7a9c1a47a9a9bcb3a8fa28f24ec428130e', operation='UPDATE OF "running_cost", "training", "integration", "taking_out", "version"', pgid='pgtrigger_scaled_on_stays_33d49', table='pilots_scaleplan', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scaleplan',
            trigger=pgtrigger.compiler.Trigger(name='scale_plan_stays_of_its_pilot', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."pilot_id" IS DISTINCT FROM (NEW."pilot_id"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='edc9f6e37f3a9194050b75699b231e47c3cb31fe', operation='UPDATE', pgid='pgtrigger_scale_plan_stays_of_its_pilot_5a1ef', table='pilots_scaleplan', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scaleplanamendment',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='cf22e6cad9da6b675c5e6739a012ea046eb23eb1', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_57002', table='pilots_scaleplanamendment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='sustainedreview',
            trigger=pgtrigger.compiler.Trigger(name='sustained_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='4fee5f8404beaa7904e46127c3ed021b4a92ffe9', operation='DELETE', pgid='pgtrigger_sustained_stays_11784', table='pilots_sustainedreview', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='sustainedreview',
            trigger=pgtrigger.compiler.Trigger(name='sustained_as_opened', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."review_id" IS DISTINCT FROM (NEW."review_id") OR OLD."months" IS DISTINCT FROM (NEW."months") OR OLD."due_on" IS DISTINCT FROM (NEW."due_on"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='ec5dad4f54f9960d8fdd9d089f93b3eee3b20f51', operation='UPDATE', pgid='pgtrigger_sustained_as_opened_53a22', table='pilots_sustainedreview', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='sustainedreview',
            trigger=pgtrigger.compiler.Trigger(name='sustained_decided_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF EXISTS (\n                        SELECT 1 FROM pilots_gatereview\n                        WHERE id = NEW.review_id AND decided_at IS NOT NULL\n                    ) THEN\n                        RAISE EXCEPTION 'what was decided on stays as it was known';\n                    END IF;\n                    RETURN NEW;\n                ", hash='73a2eef502ee43ddc2732a298852b3014b9f9ff2', operation='UPDATE', pgid='pgtrigger_sustained_decided_stays_7b738', table='pilots_sustainedreview', when='BEFORE')),
        ),
    ]
