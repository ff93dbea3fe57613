"""Decisions that are signed, concerns beside them, and approvals in order."""

import django.contrib.postgres.operations
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('innovation', '0042_answered_not_shown_is_a_status'),
        ('innovation', '__first__'),
        ('pilots', '0063_delegations_hold_for_all'),
    ]

    operations = [
        migrations.CreateModel(
            name='Dissent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(max_length=2000, verbose_name='your concern')),
                ('at', models.DateTimeField()),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='dissents', to='pilots.gatereview')),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('review', 'person'), name='dissent_once_a_person', violation_error_message='You have said your concern here; it stays as it is.'), models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='dissent_says_what')],
            },
        ),
        migrations.CreateModel(
            name='GateSignature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('decision', models.CharField(choices=[('approve', 'Approve'), ('return', 'Return'), ('scale', 'Scale'), ('extend', 'Extend'), ('pivot', 'Pivot'), ('stop', 'Stop'), ('withdraw', 'Withdrawn'), ('sustained', 'Sustained'), ('look_again', 'Look again'), ('take_out', 'Take out of use')], max_length=10)),
                ('signed_at', models.DateTimeField()),
                ('signed_with', models.CharField(choices=[('password', 'Password'), ('code', 'Code of the second step'), ('passkey', 'Passkey'), ('provider', 'Single sign-on')], max_length=10)),
                ('seen', models.CharField(max_length=64)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='pilots.gatereview')),
                ('signed_for', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('review', 'person'), name='gate_signature_once_a_person'), models.CheckConstraint(condition=models.Q(('seen__regex', '^[0-9a-f]{64}$')), name='gate_signature_says_what_was_seen'), models.CheckConstraint(condition=models.Q(('signed_with__in', ['password', 'code', 'passkey', 'provider'])), name='gate_signature_says_how'), models.CheckConstraint(condition=models.Q(('signed_for', None), models.Q(('signed_for', models.F('person')), _negated=True), _connector='OR'), name='gate_signature_for_another')],
            },
        ),
        migrations.AddField(
            model_name='fund',
            name='approvals_in_order',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='fund',
            name='sign_above',
            field=models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, verbose_name='signed above'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='gatereview',
            trigger=pgtrigger.compiler.Trigger(name='gate_signed_where_asked', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN ((NEW.gate = 'resources' AND NEW.decision = 'approve') OR (NEW.gate = 'outcome' AND NEW.decision = 'scale'))", func="\n                    IF EXISTS (\n                        SELECT 1 FROM pilots_request q JOIN pilots_fund f ON f.id = q.fund_id\n                        WHERE q.id = (SELECT max(last.id) FROM pilots_request last\n                                      WHERE last.pilot_id = NEW.pilot_id)\n                        AND f.sign_above IS NOT NULL\n                        AND (NEW.gate = 'outcome' OR f.sign_above < (\n                            SELECT coalesce(sum(l.amount), 0) FROM pilots_budgetline l\n                            WHERE l.request_id = q.id))\n                    ) AND NOT EXISTS (\n                        SELECT 1 FROM pilots_gatesignature s WHERE s.review_id = NEW.id\n                        AND s.person_id = NEW.decided_by_id AND s.decision = NEW.decision\n                    ) THEN\n                        RAISE EXCEPTION 'this decision is signed by who makes it'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'gate_signed_where_asked';\n                    END IF;\n                    RETURN NEW;\n                ", hash='48e1662738292fc997b3e1f5aafd237c887ea836', operation='UPDATE OF "decision"', pgid='pgtrigger_gate_signed_where_asked_02de4', table='pilots_gatereview', when='BEFORE')),
        ),
        django.contrib.postgres.operations.AddConstraintNotValid(
            model_name='fund',
            constraint=models.CheckConstraint(condition=models.Q(('sign_above', None), ('sign_above__gt', 0), _connector='OR'), name='fund_signed_above_something'),
        ),
        django.contrib.postgres.operations.AddConstraintNotValid(
            model_name='fund',
            constraint=models.CheckConstraint(condition=models.Q(('approvals_in_order', False), ('second_approval_above__isnull', False), _connector='OR'), name='fund_order_takes_two', violation_error_message='An order takes two approvals: say above which amount there are two.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='dissent',
            trigger=pgtrigger.compiler.Trigger(name='dissent_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='1eee96fa42ee1d84115e2a8fbb9ee5b9a09042aa', operation='UPDATE OR DELETE', pgid='pgtrigger_dissent_stays_b5bbe', table='pilots_dissent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='dissent',
            trigger=pgtrigger.compiler.Trigger(name='dissent_before_the_decision', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                IF EXISTS (SELECT 1 FROM pilots_gatereview r\n                           WHERE r.id = NEW.review_id AND r.decided_at IS NOT NULL) THEN\n                    RAISE EXCEPTION 'it is decided'\n                        USING ERRCODE = 'check_violation', CONSTRAINT = 'dissent_before_the_decision';\n                END IF;\n                RETURN NEW;\n            ", hash='2ffef6bbf483a24ac0d8c43165ddec52f243f4bc', operation='INSERT', pgid='pgtrigger_dissent_before_the_decision_f3c2e', table='pilots_dissent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='gatesignature',
            trigger=pgtrigger.compiler.Trigger(name='gate_signature_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='bf897ad8b8e06f5acaa5bb7f5ce7a0b742686de6', operation='UPDATE OR DELETE', pgid='pgtrigger_gate_signature_stays_03c63', table='pilots_gatesignature', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='gatesignature',
            trigger=pgtrigger.compiler.Trigger(name='gate_signature_before_the_decision', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                IF EXISTS (SELECT 1 FROM pilots_gatereview r\n                           WHERE r.id = NEW.review_id AND r.decided_at IS NOT NULL) THEN\n                    RAISE EXCEPTION 'it is decided'\n                        USING ERRCODE = 'check_violation', CONSTRAINT = 'gate_signature_before_the_decision';\n                END IF;\n                RETURN NEW;\n            ", hash='e766df6a445de9213f6574d787cafde382212cbf', operation='INSERT', pgid='pgtrigger_gate_signature_before_the_decision_29c27', table='pilots_gatesignature', when='BEFORE')),
        ),
    ]
