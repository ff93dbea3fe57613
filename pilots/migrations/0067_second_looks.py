import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    survived = {
        "ban-drop-not-null": "Code of before reads evidence by its pilot or its answers, and such of neither it"
        " meets nowhere.",
    }

    dependencies = [
        ('pilots', '0066_answers_promised'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ConditionReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('note', models.TextField(max_length=1000, verbose_name='what was done')),
                ('at', models.DateTimeField()),
                ('missing', models.TextField(blank=True, max_length=1000, verbose_name='what is missing')),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('condition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='pilots.assessmentcondition')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='SecondOpinion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('question', models.TextField(max_length=1000, verbose_name='your question')),
                ('asked_at', models.DateTimeField()),
                ('view', models.CharField(blank=True, choices=[('agrees', 'Agrees'), ('otherwise', 'Sees it otherwise')], max_length=9)),
                ('text', models.TextField(blank=True, max_length=2000, verbose_name='what you see')),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('asked_of', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('assessment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='opinions', to='pilots.assessment')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        # What came with a model card is of no pilot. The foreign key stays as it is.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE pilots_evidenceitem ALTER COLUMN pilot_id DROP NOT NULL",
                    migrations.RunSQL.noop,
                ),
            ],
            state_operations=[
                migrations.AlterField(
                    model_name='evidenceitem',
                    name='pilot',
                    field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='evidence_items', to='pilots.pilot'),
                ),
            ],
        ),
        AddConstraintNotValid(
            model_name='evidenceitem',
            constraint=models.CheckConstraint(condition=models.Q(('pilot__isnull', False), ('product_version__isnull', False), _connector='OR'), name='evidence_item_is_about_something'),
        ),
        migrations.AddConstraint(
            model_name='conditionreport',
            constraint=models.UniqueConstraint(condition=models.Q(('answered_at', None)), fields=('condition',), name='condition_report_one_open', violation_error_message='It was said already that this is done.'),
        ),
        migrations.AddConstraint(
            model_name='conditionreport',
            constraint=models.CheckConstraint(condition=models.Q(('note', ''), _negated=True), name='condition_report_says_what'),
        ),
        migrations.AddConstraint(
            model_name='conditionreport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answered_at', None), ('answered_by', None), ('missing', '')), models.Q(('answered_at__isnull', False), ('answered_by__isnull', False)), _connector='OR'), name='condition_report_answered_whole'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='conditionreport',
            trigger=pgtrigger.compiler.Trigger(name='report_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func='RAISE EXCEPTION \'pgtrigger: Cannot update of "condition_id", "note", "at", "by_id" or delete rows from % table\', TG_TABLE_NAME;', hash='e9516f4494be464b6b00da9730a7aa927b547151', operation='UPDATE OF "condition_id", "note", "at", "by_id" OR DELETE', pgid='pgtrigger_report_stays_13857', table='pilots_conditionreport', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='conditionreport',
            trigger=pgtrigger.compiler.Trigger(name='answered_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."answered_at" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='29b8480de9581bc2ab3f5154ac8e10afd88a37ab', operation='UPDATE', pgid='pgtrigger_answered_once_9a300', table='pilots_conditionreport', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='conditionreport',
            trigger=pgtrigger.compiler.Trigger(name='answered_from_outside', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW.answered_at IS NOT NULL)', func="\n    IF EXISTS (\n        SELECT 1 FROM pilots_assessment a JOIN pilots_pilot p ON p.id = a.pilot_id\n        WHERE a.id = (SELECT c.assessment_id FROM pilots_assessmentcondition c WHERE c.id = NEW.condition_id) AND (\n            NEW.answered_by_id IN (p.lead_id, p.opened_by_id)\n            OR NEW.answered_by_id IS NOT DISTINCT FROM p.sponsor_id\n            OR EXISTS (SELECT 1 FROM pilots_teammember t WHERE t.pilot_id = p.id\n                       AND t.person_id = NEW.answered_by_id)\n            OR EXISTS (SELECT 1 FROM pilots_formermember f WHERE f.pilot_id = p.id\n                       AND f.person_id = NEW.answered_by_id)\n            OR EXISTS (SELECT 1 FROM pilots_declaredconflict c WHERE c.pilot_id = p.id\n                       AND c.person_id = NEW.answered_by_id))\n    ) THEN\n        RAISE EXCEPTION 'an assurance review is judged from outside the pilot'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'assessment_judged_from_outside';\n    END IF;\n    RETURN NEW;\n", hash='e69988034487926064e7e5631e1dc0fe4e8275be', operation='UPDATE OF "answered_at" OR INSERT', pgid='pgtrigger_answered_from_outside_c5f60', table='pilots_conditionreport', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='secondopinion',
            constraint=models.UniqueConstraint(condition=models.Q(('answered_at', None)), fields=('assessment', 'asked_of'), name='second_opinion_one_open_a_person', violation_error_message='They were asked already and have not answered yet.'),
        ),
        migrations.AddConstraint(
            model_name='secondopinion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('question', ''), _negated=True), models.Q(('asked_of', models.F('asked_by')), _negated=True)), name='second_opinion_asked_of_another'),
        ),
        migrations.AddConstraint(
            model_name='secondopinion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answered_at', None), ('answered_by', None), ('text', ''), ('view', '')), models.Q(('answered_at__isnull', False), ('answered_by__isnull', False), models.Q(('view', ''), _negated=True), models.Q(('text', ''), _negated=True)), _connector='OR'), name='second_opinion_answered_whole'),
        ),
        migrations.AddConstraint(
            model_name='secondopinion',
            constraint=models.CheckConstraint(condition=models.Q(('answered_by', None), models.Q(('answered_by', models.F('asked_by')), _negated=True), _connector='OR'), name='second_opinion_of_another', violation_error_message="A second opinion is another person's."),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='secondopinion',
            trigger=pgtrigger.compiler.Trigger(name='question_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func='RAISE EXCEPTION \'pgtrigger: Cannot update of "assessment_id", "question", "asked_of_id", "asked_at", "asked_by_id" or delete rows from % table\', TG_TABLE_NAME;', hash='d53d8e296884633aefb796dd79edacd8ce4be9b0', operation='UPDATE OF "assessment_id", "question", "asked_of_id", "asked_at", "asked_by_id" OR DELETE', pgid='pgtrigger_question_stays_ff5f3', table='pilots_secondopinion', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='secondopinion',
            trigger=pgtrigger.compiler.Trigger(name='opinion_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."answered_at" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='9c249048453c62d77aba0a58d768b35dbaf8bd27', operation='UPDATE', pgid='pgtrigger_opinion_stays_7aab4', table='pilots_secondopinion', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='secondopinion',
            trigger=pgtrigger.compiler.Trigger(name='opinion_from_outside', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW.answered_at IS NOT NULL)', func="\n    IF EXISTS (\n        SELECT 1 FROM pilots_assessment a JOIN pilots_pilot p ON p.id = a.pilot_id\n        WHERE a.id = NEW.assessment_id AND (\n            NEW.answered_by_id IN (p.lead_id, p.opened_by_id)\n            OR NEW.answered_by_id IS NOT DISTINCT FROM p.sponsor_id\n            OR EXISTS (SELECT 1 FROM pilots_teammember t WHERE t.pilot_id = p.id\n                       AND t.person_id = NEW.answered_by_id)\n            OR EXISTS (SELECT 1 FROM pilots_formermember f WHERE f.pilot_id = p.id\n                       AND f.person_id = NEW.answered_by_id)\n            OR EXISTS (SELECT 1 FROM pilots_declaredconflict c WHERE c.pilot_id = p.id\n                       AND c.person_id = NEW.answered_by_id))\n    ) THEN\n        RAISE EXCEPTION 'an assurance review is judged from outside the pilot'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'assessment_judged_from_outside';\n    END IF;\n    RETURN NEW;\n", hash='faea25cd6baa7df5420d86223b62c7d8e49ac8ea', operation='UPDATE OF "answered_at" OR INSERT', pgid='pgtrigger_opinion_from_outside_1a25c', table='pilots_secondopinion', when='BEFORE')),
        ),
    ]
