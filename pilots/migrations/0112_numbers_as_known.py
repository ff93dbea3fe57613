"""Every number there is or was, with the time in which it was what was known: one place for "as known
on" a past day. A former number does not keep its version: it is that which was in force when it came.

Whoever changes the type of a column of `pilots_observation` or `pilots_revision` makes the view anew.
"""

import django.db.models.deletion
from django.db import migrations, models

VIEW = """
CREATE VIEW pilots_knownnumber AS
SELECT metric_id, period, revision, value, numerator, denominator, n, expected, version, pull_id,
    recorded_at, NULL::timestamptz AS replaced_at
FROM pilots_observation
UNION ALL
SELECT r.metric_id, r.period, r.revision, r.value, r.numerator, r.denominator, r.n, r.expected,
    coalesce((
        SELECT max(v.number) FROM pilots_metricversion v
        WHERE v.metric_id = r.metric_id AND v.at <= r.recorded_at
    ), 1), r.pull_id, r.recorded_at, r.replaced_at
FROM pilots_revision r
"""


class Migration(migrations.Migration):
    dependencies = [("pilots", "0111_groups_name_metrics_of_use")]

    operations = [
        migrations.RunSQL(VIEW, "DROP VIEW pilots_knownnumber"),
        migrations.CreateModel(
            name="KnownNumber",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "metric_id",
                        "period",
                        "revision",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "metric",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pilots.metric",
                    ),
                ),
                ("period", models.DateField()),
                ("value", models.DecimalField(decimal_places=12, max_digits=30, null=True)),
                ("numerator", models.DecimalField(decimal_places=12, max_digits=30, null=True)),
                ("denominator", models.DecimalField(decimal_places=12, max_digits=30, null=True)),
                ("n", models.BigIntegerField(null=True)),
                ("expected", models.DecimalField(decimal_places=12, max_digits=30, null=True)),
                ("version", models.PositiveIntegerField()),
                ("revision", models.PositiveIntegerField()),
                ("pull_id", models.BigIntegerField()),
                ("recorded_at", models.DateTimeField()),
                ("replaced_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["metric_id", "period"],
                "managed": False,
                "db_table": "pilots_knownnumber",
            },
        ),
    ]
