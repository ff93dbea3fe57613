"""A pathway that a reviewer raised is not lowered again."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('pilots', '0045_assurance'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PathwayRaise',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pathway', models.CharField(choices=[('efficiency', 'Efficiency'), ('clinical_workflow', 'Clinical workflow'), ('decision_support', 'Decision support'), ('device', 'Device')], max_length=20)),
                ('reason', models.TextField()),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('pilot', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pathway_raises', to='pilots.pilot')),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='pilot',
            trigger=pgtrigger.compiler.Trigger(name='pathway_not_below_what_it_was_raised_to', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW.pathway IS DISTINCT FROM OLD.pathway)', declare='DECLARE known text[];', func="\n                    known := ARRAY[\n                        'efficiency', 'clinical_workflow', 'decision_support', 'device'];\n                    IF EXISTS (\n                        SELECT 1 FROM pilots_pathwayraise raised WHERE raised.pilot_id = NEW.id\n                            AND array_position(known, raised.pathway::text)\n                                > coalesce(array_position(known, NEW.pathway::text), 0)\n                    ) THEN\n                        RAISE EXCEPTION 'a pathway that was raised is not lowered'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'pilot_pathway_stays_raised';\n                    END IF;\n                    RETURN NEW;\n                ", hash='0c741414db2f18fbec6303833fd93fc0fdfbb991', operation='UPDATE OF "pathway"', pgid='pgtrigger_pathway_not_below_what_it_was_raised_to_bf446', table='pilots_pilot', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='pathwayraise',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='pathway_raise_says_why'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='pathwayraise',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='eb2342e1f5c7b44ee632f8eaf764d6a6e5592849', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_ba47a', table='pilots_pathwayraise', when='BEFORE')),
        ),
    ]
