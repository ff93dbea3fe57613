"""What a number used to be is neither changed nor deleted: the database refuses it."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("pilots", "0003_money_by_request"),
    ]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name="revision",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="a8fa8dee50e5cf225177471c6b96af9deca5d927",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_fa514",
                    table="pilots_revision",
                    when="BEFORE",
                ),
            ),
        ),
    ]
