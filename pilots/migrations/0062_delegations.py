"""Who decides at gates lets another decide there for a while, and each decision says for whom."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.operations
import django.db.models.deletion
import django.db.models.expressions
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('innovation', '0042_answered_not_shown_is_a_status'),
        ('innovation', '__first__'),
        ('pilots', '0061_scale_plans_hold_for_all'),
    ]

    operations = [
        migrations.CreateModel(
            name='Delegation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('gates', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('resources', 'Resources'), ('go_live', 'Go-live'), ('outcome', 'Outcome')], max_length=10), size=None)),
                ('up_to', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True)),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField()),
                ('reason', models.TextField(max_length=600)),
                ('offered_at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('accepted', models.BooleanField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('given_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='delegations', to=settings.AUTH_USER_MODEL)),
                ('to', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='delegations_to', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='innovation.unit')),
            ],
            options={
                'ordering': ['-ends_on', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('given_by', models.F('to')), _negated=True), name='delegation_is_to_somebody_else', violation_error_message='Choose somebody else than yourself.'), models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='delegation_ends_after_it_starts', violation_error_message='The last day comes before the first.'), models.CheckConstraint(condition=models.Q(('ends_on__lte', models.ExpressionWrapper(django.db.models.expressions.CombinedExpression(models.F('starts_on'), '+', models.Value(92)), output_field=models.DateField()))), name='delegation_is_for_a_while', violation_error_message='Decisions are delegated for three months at most. For longer, ask an administrator to give somebody the role.'), models.CheckConstraint(condition=models.Q(('up_to', None), ('up_to__gt', 0), _connector='OR'), name='delegation_up_to_something'), models.CheckConstraint(condition=models.Q(('gates__len__gte', 1), ('gates__contained_by', ['resources', 'go_live', 'outcome'])), name='delegation_names_gates'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='delegation_says_why'), models.CheckConstraint(condition=models.Q(models.Q(('accepted', None), ('answered_at', None)), models.Q(('accepted__isnull', False), ('answered_at__isnull', False)), _connector='OR'), name='delegation_answered_whole'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_by', None)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False)), _connector='OR'), name='delegation_ended_at_and_by_together'), django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('ended_at', None), models.Q(('accepted', None), ('accepted', True), _connector='OR')), expressions=[('given_by', '='), ('to', '='), ('unit', '='), (models.Func(models.F('starts_on'), models.F('ends_on'), models.Value('[]'), function='daterange', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&')], name='delegation_once_at_a_time', violation_error_message='They have or are asked for a delegation of yours there in these days already. End that one first.')],
            },
        ),
        migrations.AddField(
            model_name='gatereview',
            name='decided_for',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='gatereview',
            name='delegation',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pilots.delegation'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='gatereview',
            trigger=pgtrigger.compiler.Trigger(name='gate_decided_for_from_outside', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (NEW.decision NOT IN ('', 'withdraw') AND NEW.decided_for_id IS NOT NULL)", func="\n                    IF NEW.decided_for_id = NEW.opened_by_id OR EXISTS (\n                        SELECT 1 FROM pilots_pilot p\n                        WHERE p.id = NEW.pilot_id AND (\n                            NEW.decided_for_id IN (p.lead_id, p.opened_by_id, p.sponsor_id)\n                            OR EXISTS (SELECT 1 FROM pilots_teammember t WHERE t.pilot_id = p.id\n                                       AND t.person_id = NEW.decided_for_id)\n                            OR EXISTS (SELECT 1 FROM pilots_formermember f WHERE f.pilot_id = p.id\n                                       AND f.person_id = NEW.decided_for_id))\n                    ) THEN\n                        RAISE EXCEPTION 'nobody with a part in the pilot lets another decide on it'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'gate_decided_for_from_outside';\n                    END IF;\n                    RETURN NEW;\n                ", hash='78db773aea8230014b7503dd3f5a9abaff681559', operation='UPDATE OF "decision"', pgid='pgtrigger_gate_decided_for_from_outside_35848', table='pilots_gatereview', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='gatereview',
            trigger=pgtrigger.compiler.Trigger(name='gate_decided_as_delegated', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW.delegation_id IS NOT NULL)', func="\n                    IF NOT EXISTS (\n                        SELECT 1 FROM pilots_delegation d\n                        WHERE d.id = NEW.delegation_id AND d.to_id = NEW.decided_by_id\n                        AND d.given_by_id = NEW.decided_for_id AND d.accepted AND d.ended_at IS NULL\n                        AND NEW.gate = ANY(d.gates)\n                        AND NEW.decided_at::date BETWEEN d.starts_on - 1 AND d.ends_on + 1\n                        AND d.unit_id IN (\n                            WITH RECURSIVE above(id, parent_id) AS (\n                                SELECT u.id, u.parent_id FROM innovation_unit u\n                                JOIN pilots_pilot p ON p.unit_id = u.id WHERE p.id = NEW.pilot_id\n                                UNION\n                                SELECT u.id, u.parent_id FROM innovation_unit u\n                                JOIN above a ON u.id = a.parent_id\n                            ) SELECT id FROM above)\n                        AND (d.up_to IS NULL OR d.up_to >= coalesce((\n                            SELECT sum(l.amount) FROM pilots_budgetline l WHERE l.request_id = (\n                                SELECT max(q.id) FROM pilots_request q\n                                WHERE q.pilot_id = NEW.pilot_id)), 0))\n                    ) THEN\n                        RAISE EXCEPTION 'a decision stays within what was delegated'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'gate_decided_as_delegated';\n                    END IF;\n                    RETURN NEW;\n                ", hash='8e660ebdcf1dbee6960170cb4adafa1e7c0a522f', operation='UPDATE OF "decision", "delegation_id"', pgid='pgtrigger_gate_decided_as_delegated_bd2d4', table='pilots_gatereview', when='BEFORE')),
        ),
        django.contrib.postgres.operations.AddConstraintNotValid(
            model_name='gatereview',
            constraint=models.CheckConstraint(condition=models.Q(('decided_for', None), models.Q(('decided_by__isnull', False), models.Q(('decided_for', models.F('decided_by')), _negated=True)), _connector='OR'), name='gate_decided_for_another'),
        ),
        django.contrib.postgres.operations.AddConstraintNotValid(
            model_name='gatereview',
            constraint=models.CheckConstraint(condition=models.Q(('delegation', None), ('decided_for__isnull', False), _connector='OR'), name='gate_delegation_says_for_whom'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='delegation',
            trigger=pgtrigger.compiler.Trigger(name='delegation_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='1b469d7af23e095229299a844e8f47afbc426775', operation='DELETE', pgid='pgtrigger_delegation_stays_fa87c', table='pilots_delegation', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='delegation',
            trigger=pgtrigger.compiler.Trigger(name='delegation_is_what_was_agreed', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."given_by_id" IS DISTINCT FROM (NEW."given_by_id") OR OLD."to_id" IS DISTINCT FROM (NEW."to_id") OR OLD."unit_id" IS DISTINCT FROM (NEW."unit_id") OR OLD."gates" IS DISTINCT FROM (NEW."gates") OR OLD."up_to" IS DISTINCT FROM (NEW."up_to") OR OLD."starts_on" IS DISTINCT FROM (NEW."starts_on") OR OLD."ends_on" IS DISTINCT FROM (NEW."ends_on") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."offered_at" IS DISTINCT FROM (NEW."offered_at"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='ff59dfe0c470141824ad133f42f75229d21dff79', operation='UPDATE', pgid='pgtrigger_delegation_is_what_was_agreed_6bc43', table='pilots_delegation', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='delegation',
            trigger=pgtrigger.compiler.Trigger(name='delegation_answered_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."answered_at" IS NOT NULL)', func='RAISE EXCEPTION \'pgtrigger: Cannot update of "answered_at", "accepted" rows from % table\', TG_TABLE_NAME;', hash='4f0874621424409fafc602e33e14b945850fb5b8', operation='UPDATE OF "answered_at", "accepted"', pgid='pgtrigger_delegation_answered_once_7deaf', table='pilots_delegation', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='delegation',
            trigger=pgtrigger.compiler.Trigger(name='ended_delegation_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."ended_at" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='513a54a09504bd599d88e92b13b453143350bbb6', operation='UPDATE', pgid='pgtrigger_ended_delegation_stays_ebc04', table='pilots_delegation', when='BEFORE')),
        ),
    ]
