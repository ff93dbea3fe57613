import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Which metric measured a key result before another one was put in its place."""

    dependencies = [
        ('okrs', '0004_target_moves'),
        ('pilots', '0024_steadiness_is_said_whole'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='MeasureExchange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('key_result', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='exchanges', to='okrs.keyresult')),
                ('metric', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pilots.metric')),
                ('metric_before', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pilots.metric')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='measure',
            trigger=pgtrigger.compiler.Trigger(name='exchange_leaves_a_mark', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."metric_id" IS DISTINCT FROM (NEW."metric_id"))', func='\n                    IF (NEW.metric_id, OLD.metric_id) IS DISTINCT FROM (\n                        SELECT (metric_id, metric_before_id)\n                        FROM okrs_measureexchange WHERE key_result_id = NEW.key_result_id\n                        ORDER BY id DESC LIMIT 1\n                    ) THEN\n                        INSERT INTO okrs_measureexchange\n                            (key_result_id, metric_before_id, metric_id, at)\n                        VALUES (NEW.key_result_id, OLD.metric_id, NEW.metric_id, now());\n                    END IF;\n                    RETURN NEW;\n                ', hash='e0b68e526e7b3392d841347851d7d1279edd509a', operation='UPDATE OF "metric_id"', pgid='pgtrigger_exchange_leaves_a_mark_3cda0', table='okrs_measure', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='measureexchange',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='138ad08c5825a8a7b39e8071771a41db7efcea23', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_2ad63', table='okrs_measureexchange', when='BEFORE')),
        ),
    ]
