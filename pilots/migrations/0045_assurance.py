"""Products, evidence, and the reviews that a pilot passes before it starts."""

import django.db.models.deletion
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('pilots', '0044_lead_offers'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Assessment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pack', models.CharField(max_length=40)),
                ('pack_version', models.PositiveSmallIntegerField()),
                ('area', models.CharField(choices=[('privacy', 'Privacy'), ('security', 'Security'), ('safety', 'Clinical safety'), ('data_ai', 'Data and AI'), ('operations', 'Operations')], max_length=20)),
                ('questions', models.JSONField()),
                ('opened_at', models.DateTimeField()),
                ('taken_at', models.DateTimeField(blank=True, null=True)),
                ('reviewed_at', models.DateTimeField(blank=True, null=True)),
                ('conclusion', models.TextField(blank=True, max_length=2000, verbose_name='conclusion')),
                ('opened_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('pilot', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assessments', to='pilots.pilot')),
                ('reviewed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reviewer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='AssessmentCondition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(max_length=1000, verbose_name='what has to be done')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='by')),
                ('set_at', models.DateTimeField()),
                ('met_at', models.DateTimeField(blank=True, null=True)),
                ('met_note', models.TextField(blank=True)),
                ('assessment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='conditions', to='pilots.assessment')),
                ('met_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who does it')),
                ('set_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Attestation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pack', models.CharField(max_length=40)),
                ('pack_version', models.PositiveSmallIntegerField()),
                ('answers', models.JSONField()),
                ('all_hold', models.BooleanField()),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('pilot', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attestations', to='pilots.pilot')),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='DeclaredConflict',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.TextField()),
                ('at', models.DateTimeField()),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('pilot', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='declared_conflicts', to='pilots.pilot')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='EvidenceItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('topic', models.CharField(max_length=40)),
                ('kind', models.CharField(choices=[('text', 'In words'), ('link', 'A link'), ('file', 'A file')], max_length=4)),
                ('text', models.TextField(blank=True, max_length=6000, verbose_name='in words')),
                ('link', models.URLField(blank=True, max_length=600, verbose_name='link')),
                ('file_name', models.CharField(blank=True, max_length=200)),
                ('media_type', models.CharField(blank=True, max_length=100)),
                ('content', models.BinaryField(default=b'')),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('site', models.CharField(blank=True, max_length=120, verbose_name='holds at')),
                ('expires_on', models.DateField(blank=True, null=True, verbose_name='holds until')),
                ('given_at', models.DateTimeField()),
                ('given_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who keeps it up to date')),
                ('pilot', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='evidence_items', to='pilots.pilot')),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='AssessmentAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('question', models.CharField(max_length=40)),
                ('given_at', models.DateTimeField()),
                ('reopened_because', models.TextField(blank=True)),
                ('verdict', models.CharField(blank=True, choices=[('accepted', 'Accepted'), ('asked', 'Asked back'), ('refused', 'Refused')], max_length=8)),
                ('remark', models.TextField(blank=True, max_length=2000, verbose_name='remark')),
                ('judged_at', models.DateTimeField(blank=True, null=True)),
                ('superseded_at', models.DateTimeField(blank=True, null=True)),
                ('assessment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='pilots.assessment')),
                ('given_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('judged_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='pilots.evidenceitem')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Product',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('maker', models.CharField(max_length=120, verbose_name='maker')),
                ('intended_use', models.TextField(max_length=2000, verbose_name='intended use')),
                ('captured', models.TextField(max_length=1000, verbose_name='what is captured, where')),
                ('processed', models.TextField(max_length=1000, verbose_name='where it is processed, by whom')),
                ('kept', models.TextField(max_length=1000, verbose_name='what is kept, where and how long')),
                ('recorded', models.TextField(max_length=1000, verbose_name='what goes into the record')),
                ('readers', models.TextField(max_length=1000, verbose_name='who can read it')),
                ('again_because', models.TextField(blank=True)),
                ('registered_at', models.DateTimeField()),
                ('registered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['name', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='ProductUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('pilot', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='product_uses', to='pilots.pilot')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='uses', to='pilots.product')),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='ProductVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.CharField(max_length=60, verbose_name='version')),
                ('changed', models.TextField(blank=True, max_length=2000, verbose_name='what changed')),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='pilots.product')),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.AddField(
            model_name='evidenceitem',
            name='product_version',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='evidence', to='pilots.productversion'),
        ),
        migrations.AddConstraint(
            model_name='assessment',
            constraint=models.UniqueConstraint(fields=('pilot', 'pack'), name='assessment_once_a_pilot'),
        ),
        migrations.AddConstraint(
            model_name='assessment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reviewer', None), ('taken_at', None)), models.Q(('reviewer__isnull', False), ('taken_at__isnull', False)), _connector='OR'), name='assessment_reviewer_and_taken_at_together'),
        ),
        migrations.AddConstraint(
            model_name='assessment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('conclusion', ''), ('reviewed_at', None), ('reviewed_by', None)), models.Q(('reviewed_at__isnull', False), ('reviewed_by__isnull', False), models.Q(('conclusion', ''), _negated=True)), _connector='OR'), name='assessment_reviewed_whole'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='assessment',
            trigger=pgtrigger.compiler.Trigger(name='asked_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func='RAISE EXCEPTION \'pgtrigger: Cannot update of "pilot_id", "pack", "pack_version", "area", "questions", "opened_at", "opened_by_id" or delete rows from % table\', TG_TABLE_NAME;', hash='aa6dbdb26332009eb7e497d892ae2f6887df664e', operation='UPDATE OF "pilot_id", "pack", "pack_version", "area", "questions", "opened_at", "opened_by_id" OR DELETE', pgid='pgtrigger_asked_stays_82dc4', table='pilots_assessment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='assessment',
            trigger=pgtrigger.compiler.Trigger(name='reviewed_when_all_is_accepted', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW.reviewed_at IS NOT NULL)', func="\n                    IF EXISTS (\n                        SELECT 1 FROM jsonb_array_elements(NEW.questions) asked\n                        WHERE NOT EXISTS (\n                            SELECT 1 FROM pilots_assessmentanswer given\n                            WHERE given.assessment_id = NEW.id AND given.superseded_at IS NULL\n                                AND given.question = asked->>'key' AND given.verdict = 'accepted')\n                    ) THEN\n                        RAISE EXCEPTION 'a review is done when every answer was accepted'\n                            USING ERRCODE = 'check_violation',\n                                  CONSTRAINT = 'assessment_reviewed_when_all_is_accepted';\n                    END IF;\n                    RETURN NEW;\n                ", hash='1186566fc453be00d1a29d7f82b3496ca33bd563', operation='UPDATE OF "reviewed_at" OR INSERT', pgid='pgtrigger_reviewed_when_all_is_accepted_507d3', table='pilots_assessment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='assessment',
            trigger=pgtrigger.compiler.Trigger(name='reviewed_from_outside', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW.reviewed_at IS NOT NULL)', func="\n    IF EXISTS (\n        SELECT 1 FROM pilots_assessment a JOIN pilots_pilot p ON p.id = a.pilot_id\n        WHERE a.id = NEW.id AND (\n            NEW.reviewed_by_id IN (p.lead_id, p.opened_by_id)\n            OR NEW.reviewed_by_id IS NOT DISTINCT FROM p.sponsor_id\n            OR EXISTS (SELECT 1 FROM pilots_teammember t WHERE t.pilot_id = p.id\n                       AND t.person_id = NEW.reviewed_by_id)\n            OR EXISTS (SELECT 1 FROM pilots_formermember f WHERE f.pilot_id = p.id\n                       AND f.person_id = NEW.reviewed_by_id)\n            OR EXISTS (SELECT 1 FROM pilots_declaredconflict c WHERE c.pilot_id = p.id\n                       AND c.person_id = NEW.reviewed_by_id))\n    ) THEN\n        RAISE EXCEPTION 'an assurance review is judged from outside the pilot'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'assessment_judged_from_outside';\n    END IF;\n    RETURN NEW;\n", hash='bc120671384f927adc7f35c5f2e522a63000a57f', operation='UPDATE OF "reviewed_at" OR INSERT', pgid='pgtrigger_reviewed_from_outside_37bf0', table='pilots_assessment', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='assessmentcondition',
            constraint=models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='assessment_condition_says_what'),
        ),
        migrations.AddConstraint(
            model_name='assessmentcondition',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('met_at', None), ('met_by', None), ('met_note', '')), models.Q(('met_at__isnull', False), ('met_by__isnull', False), models.Q(('met_note', ''), _negated=True)), _connector='OR'), name='assessment_condition_met_whole'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='assessmentcondition',
            trigger=pgtrigger.compiler.Trigger(name='set_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func='RAISE EXCEPTION \'pgtrigger: Cannot update of "assessment_id", "text", "owner_id", "due_on", "set_at", "set_by_id" or delete rows from % table\', TG_TABLE_NAME;', hash='700bd110686b25d679f19ae608e4b6ff301e2b6d', operation='UPDATE OF "assessment_id", "text", "owner_id", "due_on", "set_at", "set_by_id" OR DELETE', pgid='pgtrigger_set_stays_070a5', table='pilots_assessmentcondition', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='assessmentcondition',
            trigger=pgtrigger.compiler.Trigger(name='met_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."met_at" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='7c7d0ddf39720d5fe3d534024b6276f322f74fef', operation='UPDATE', pgid='pgtrigger_met_stays_2d5e9', table='pilots_assessmentcondition', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='assessmentcondition',
            trigger=pgtrigger.compiler.Trigger(name='met_is_said_from_outside', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW.met_at IS NOT NULL)', func="\n    IF EXISTS (\n        SELECT 1 FROM pilots_assessment a JOIN pilots_pilot p ON p.id = a.pilot_id\n        WHERE a.id = NEW.assessment_id AND (\n            NEW.met_by_id IN (p.lead_id, p.opened_by_id)\n            OR NEW.met_by_id IS NOT DISTINCT FROM p.sponsor_id\n            OR EXISTS (SELECT 1 FROM pilots_teammember t WHERE t.pilot_id = p.id\n                       AND t.person_id = NEW.met_by_id)\n            OR EXISTS (SELECT 1 FROM pilots_formermember f WHERE f.pilot_id = p.id\n                       AND f.person_id = NEW.met_by_id)\n            OR EXISTS (SELECT 1 FROM pilots_declaredconflict c WHERE c.pilot_id = p.id\n                       AND c.person_id = NEW.met_by_id))\n    ) THEN\n        RAISE EXCEPTION 'an assurance review is judged from outside the pilot'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'assessment_judged_from_outside';\n    END IF;\n    RETURN NEW;\n", hash='d97463359ef0d4523722ff8f6e74cdf7dc349b56', operation='UPDATE OF "met_at"', pgid='pgtrigger_met_is_said_from_outside_48a4f', table='pilots_assessmentcondition', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='attestation',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='7607c4115414d78a2f7e33881ee42d0b0299f240', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_2460b', table='pilots_attestation', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='declaredconflict',
            constraint=models.UniqueConstraint(fields=('pilot', 'person'), name='declared_conflict_once', violation_error_message='This was declared already.'),
        ),
        migrations.AddConstraint(
            model_name='declaredconflict',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='declared_conflict_says_why'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='declaredconflict',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='57f78cb8e6f16d05b603377eff39aac140b449f3', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_73be3', table='pilots_declaredconflict', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='assessmentanswer',
            constraint=models.UniqueConstraint(condition=models.Q(('superseded_at', None)), fields=('assessment', 'question'), name='assessment_answer_one_counts'),
        ),
        migrations.AddConstraint(
            model_name='assessmentanswer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('judged_at', None), ('judged_by', None), ('verdict', '')), models.Q(models.Q(('verdict', ''), _negated=True), ('judged_at__isnull', False), ('judged_by__isnull', False)), _connector='OR'), name='assessment_answer_judged_whole'),
        ),
        migrations.AddConstraint(
            model_name='assessmentanswer',
            constraint=models.CheckConstraint(condition=models.Q(('verdict__in', ['', 'accepted']), models.Q(('remark', ''), _negated=True), _connector='OR'), name='assessment_answer_sent_back_says_why', violation_error_message='Say what is missing, or why it is refused.'),
        ),
        migrations.AddConstraint(
            model_name='assessmentanswer',
            constraint=models.CheckConstraint(condition=models.Q(('judged_by', None), models.Q(('judged_by', models.F('given_by')), _negated=True), _connector='OR'), name='assessment_answer_judged_by_another', violation_error_message='Nobody judges what they gave themselves.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='assessmentanswer',
            trigger=pgtrigger.compiler.Trigger(name='answered_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func='RAISE EXCEPTION \'pgtrigger: Cannot update of "assessment_id", "question", "item_id", "given_at", "given_by_id", "reopened_because" or delete rows from % table\', TG_TABLE_NAME;', hash='d420b6047259b2108c7a9af8efb87126e9f2c6da', operation='UPDATE OF "assessment_id", "question", "item_id", "given_at", "given_by_id", "reopened_because" OR DELETE', pgid='pgtrigger_answered_stays_5502e', table='pilots_assessmentanswer', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='assessmentanswer',
            trigger=pgtrigger.compiler.Trigger(name='judged_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (OLD.verdict <> '' OR OLD.superseded_at IS NOT NULL)", func='RAISE EXCEPTION \'pgtrigger: Cannot update of "verdict", "remark", "judged_at", "judged_by_id" rows from % table\', TG_TABLE_NAME;', hash='5a05ebef1e2aa3511a77d06802053d3cf7ee4d77', operation='UPDATE OF "verdict", "remark", "judged_at", "judged_by_id"', pgid='pgtrigger_judged_stays_97f37', table='pilots_assessmentanswer', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='assessmentanswer',
            trigger=pgtrigger.compiler.Trigger(name='judged_from_outside', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (NEW.verdict <> '')", func="\n    IF EXISTS (\n        SELECT 1 FROM pilots_assessment a JOIN pilots_pilot p ON p.id = a.pilot_id\n        WHERE a.id = NEW.assessment_id AND (\n            NEW.judged_by_id IN (p.lead_id, p.opened_by_id)\n            OR NEW.judged_by_id IS NOT DISTINCT FROM p.sponsor_id\n            OR EXISTS (SELECT 1 FROM pilots_teammember t WHERE t.pilot_id = p.id\n                       AND t.person_id = NEW.judged_by_id)\n            OR EXISTS (SELECT 1 FROM pilots_formermember f WHERE f.pilot_id = p.id\n                       AND f.person_id = NEW.judged_by_id)\n            OR EXISTS (SELECT 1 FROM pilots_declaredconflict c WHERE c.pilot_id = p.id\n                       AND c.person_id = NEW.judged_by_id))\n    ) THEN\n        RAISE EXCEPTION 'an assurance review is judged from outside the pilot'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'assessment_judged_from_outside';\n    END IF;\n    RETURN NEW;\n", hash='ee3de031702a02ce47db7c8b3a1f39385b13bf33', operation='UPDATE OF "verdict" OR INSERT', pgid='pgtrigger_judged_from_outside_a1b95', table='pilots_assessmentanswer', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('name'), django.db.models.functions.text.Lower('maker'), condition=models.Q(('again_because', '')), name='product_registered_once', violation_error_message='A product of this name and maker is registered already. Use that one, or say why this is another.'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), models.Q(('maker', ''), _negated=True), models.Q(('intended_use', ''), _negated=True)), name='product_says_what_it_is'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='product',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='beb20cd8b944f0e2507495b63e95980180dc03f4', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_95afe', table='pilots_product', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='productuse',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='c4035487aa55e30cd92474c3cd1ca3edd1673cf3', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_a93d8', table='pilots_productuse', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='productversion',
            constraint=models.UniqueConstraint(fields=('product', 'version'), name='product_version_once', violation_error_message='This version was in use already.'),
        ),
        migrations.AddConstraint(
            model_name='productversion',
            constraint=models.CheckConstraint(condition=models.Q(('version', ''), _negated=True), name='product_version_is_said'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='productversion',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='074821272ad4c022b18adfd163d96fc19d476f2c', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_4b32c', table='pilots_productversion', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='evidenceitem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('file_name', ''), ('kind', 'text'), ('link', ''), models.Q(('text', ''), _negated=True)), models.Q(('file_name', ''), ('kind', 'link'), models.Q(('link', ''), _negated=True)), models.Q(('kind', 'file'), ('link', ''), models.Q(('file_name', ''), _negated=True), models.Q(('sha256', ''), _negated=True), models.Q(('media_type', ''), _negated=True)), _connector='OR'), name='evidence_item_is_of_its_kind', violation_error_message='Give words, a link, or a file.'),
        ),
        migrations.AddConstraint(
            model_name='evidenceitem',
            constraint=models.CheckConstraint(condition=models.Q(('topic', ''), _negated=True), name='evidence_item_has_a_topic'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='evidenceitem',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='a23cb460c27d830fd85f36af9d9ff286d51561b3', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_5c3e4', table='pilots_evidenceitem', when='BEFORE')),
        ),
    ]
