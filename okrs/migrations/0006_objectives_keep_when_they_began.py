import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    """Moves within a cycle stay seen when the objective is moved to a later one."""

    dependencies = [
        ("okrs", "0005_measure_exchanges"),
    ]

    operations = [
        migrations.AddField(
            model_name="objective",
            name="begun_on",
            field=models.DateField(blank=True, editable=False, null=True),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="objective",
            trigger=pgtrigger.compiler.Trigger(
                name="keeps_when_it_began",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n                    NEW.begun_on := OLD.begun_on;\n                    IF NEW.cycle_id <> OLD.cycle_id THEN\n                        SELECT LEAST(OLD.begun_on, max(cycle.starts_on)) INTO NEW.begun_on\n                        FROM okrs_cycle cycle\n                        WHERE cycle.id = OLD.cycle_id AND cycle.starts_on <= now()::date;\n                    END IF;\n                    RETURN NEW;\n                ",
                    hash="70d8cfd8f2b41dcae69a9ebf7b3f41c30e743e2e",
                    operation='UPDATE OF "cycle_id", "begun_on"',
                    pgid="pgtrigger_keeps_when_it_began_16b0d",
                    table="okrs_objective",
                    when="BEFORE",
                ),
            ),
        ),
    ]
