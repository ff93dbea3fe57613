import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('okrs', '0001_squashed_0003_cycle_has_a_unit'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='TargetMove',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('start_before', models.DecimalField(decimal_places=6, max_digits=20)),
                ('target_before', models.DecimalField(decimal_places=6, max_digits=20)),
                ('start', models.DecimalField(decimal_places=6, max_digits=20)),
                ('target', models.DecimalField(decimal_places=6, max_digits=20)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('key_result', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='moves', to='okrs.keyresult')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='keyresult',
            trigger=pgtrigger.compiler.Trigger(name='moves_leave_a_mark', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."start" IS DISTINCT FROM (NEW."start") OR OLD."target" IS DISTINCT FROM (NEW."target"))', func='\n                    IF (NEW.start, NEW.target, OLD.start, OLD.target) IS DISTINCT FROM (\n                        SELECT (start, target, start_before, target_before)\n                        FROM okrs_targetmove WHERE key_result_id = NEW.id ORDER BY id DESC LIMIT 1\n                    ) THEN\n                        INSERT INTO okrs_targetmove\n                            (key_result_id, start_before, target_before, start, target, at)\n                        VALUES (NEW.id, OLD.start, OLD.target, NEW.start, NEW.target, now());\n                    END IF;\n                    RETURN NEW;\n                ', hash='ace8c74c8bb05caec27ab5dc3c7d37077259024d', operation='UPDATE OF "start", "target"', pgid='pgtrigger_moves_leave_a_mark_fe221', table='okrs_keyresult', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='targetmove',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='63d2b22eb2abaf9e49b4e8a345b6d976b90c8bf1', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_051bd', table='okrs_targetmove', when='BEFORE')),
        ),
    ]
