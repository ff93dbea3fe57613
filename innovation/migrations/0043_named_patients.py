import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('innovation', '0042_answered_not_shown_is_a_status'),
    ]

    operations = [
        migrations.AddField(
            model_name='verification',
            name='redacted',
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.CreateModel(
            name='Redaction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('reason', models.TextField(max_length=1000)),
                ('places', models.JSONField()),
                ('count', models.PositiveIntegerField()),
                ('made_in', models.BigIntegerField(default=0, editable=False)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='innovation.unit')),
            ],
            options={
                'verbose_name': 'redaction',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='PatientReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('page', models.CharField(max_length=200)),
                ('where', models.CharField(blank=True, max_length=200)),
                ('reported_at', models.DateTimeField()),
                ('outcome', models.CharField(blank=True, choices=[('taken_out', 'Taken out'), ('nobody', 'No patient is named')], max_length=9)),
                ('answer', models.TextField(blank=True, max_length=600)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reported_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='innovation.unit')),
                ('redaction', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='innovation.redaction')),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.AddConstraint(
            model_name='redaction',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='redaction_says_why'),
        ),
        migrations.AddConstraint(
            model_name='redaction',
            constraint=models.CheckConstraint(condition=models.Q(('count__gte', 1)), name='redaction_took_something'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='redaction',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='0c57112cdd70780ab807d4749ff8435e4fc4369d', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_e5e27', table='innovation_redaction', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='redaction',
            trigger=pgtrigger.compiler.Trigger(name='made_in_this_transaction', sql=pgtrigger.compiler.UpsertTriggerSql(func='NEW.made_in := pg_current_xact_id()::text::bigint; RETURN NEW;', hash='70a9f54b3835e97b67c996ead1b3adcd51dc5fd2', operation='INSERT', pgid='pgtrigger_made_in_this_transaction_21133', table='innovation_redaction', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='patientreport',
            constraint=models.UniqueConstraint(condition=models.Q(('outcome', '')), fields=('page',), name='patient_report_once_while_open', violation_error_message='Somebody has told of this page already; the administrators know.'),
        ),
        migrations.AddConstraint(
            model_name='patientreport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at', None), ('answered_by', None), ('outcome', ''), ('redaction', None)), models.Q(('answered_at__isnull', False), ('answered_by__isnull', False), ('outcome', 'taken_out'), ('redaction__isnull', False)), models.Q(('answered_at__isnull', False), ('answered_by__isnull', False), ('outcome', 'nobody'), ('redaction', None), models.Q(('answer', ''), _negated=True)), _connector='OR'), name='patient_report_answer_is_whole'),
        ),
        migrations.AddConstraint(
            model_name='patientreport',
            constraint=models.CheckConstraint(condition=models.Q(('page__startswith', '/')), name='patient_report_is_of_a_page'),
        ),
    ]
