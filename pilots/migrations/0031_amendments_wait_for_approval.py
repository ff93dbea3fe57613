import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """What touches what a pilot is judged by waits for approval from outside its team."""

    dependencies = [
        ("pilots", "0030_settings_of_sources_are_amended"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Amendment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("values", models.JSONField()),
                ("reason", models.CharField(max_length=600, verbose_name="why")),
                ("proposed_at", models.DateTimeField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting for approval"),
                            ("approved", "Approved"),
                            ("declined", "Declined"),
                            ("withdrawn", "Withdrawn"),
                            ("lapsed", "Lapsed"),
                        ],
                        default="waiting",
                        max_length=9,
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("answer", models.TextField(blank=True, default="")),
                ("version", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "metric",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="amendments", to="pilots.metric"
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "waiting")),
                        fields=("metric",),
                        name="amendment_one_waiting_a_metric",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["waiting", "approved", "declined", "withdrawn", "lapsed"])),
                        name="amendment_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", ""), ("decided_at", None), ("decided_by", None), ("status", "waiting")),
                            models.Q(
                                models.Q(("status", "waiting"), _negated=True),
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="amendment_decided_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["approved", "declined"]), _negated=True),
                            models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="amendment_decided_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "approved"), ("version__isnull", False)),
                            models.Q(models.Q(("status", "approved"), _negated=True), ("version", None)),
                            _connector="OR",
                        ),
                        name="amendment_made_a_version",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reason", ""), _negated=True),
                            models.Q(
                                models.Q(("status", "declined"), _negated=True),
                                models.Q(("answer", ""), _negated=True),
                                _connector="OR",
                            ),
                        ),
                        name="amendment_says_why",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="amendment",
            trigger=pgtrigger.compiler.Trigger(
                name="status_begins_at_initial",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (NEW.\"status\" IS DISTINCT FROM 'waiting')",
                    func="RAISE EXCEPTION 'a amendment begins as waiting, not as %', NEW.status;",
                    hash="d3dfe5c70ada1512f2a1316716a09e60e6b7a6e2",
                    operation="INSERT",
                    pgid="pgtrigger_status_begins_at_initial_af6e4",
                    table="pilots_amendment",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="amendment",
            trigger=pgtrigger.compiler.Trigger(
                name="status_through_engine",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."status" IS DISTINCT FROM (NEW."status"))',
                    func="\n                IF current_setting('pilotlight.transition', true) IS DISTINCT FROM\n                    'amendment:' || NEW.id || ':' || OLD.status || '>' || NEW.status\n                THEN\n                    RAISE EXCEPTION 'the status of a amendment changes through the engine only';\n                END IF;\n                PERFORM set_config('pilotlight.transition', '', true);\n                RETURN NEW;\n            ",
                    hash="63d70167626a6772ba822db6b1078a1d2f68362d",
                    operation='UPDATE OF "status"',
                    pgid="pgtrigger_status_through_engine_fb8b3",
                    table="pilots_amendment",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="amendment",
            trigger=pgtrigger.compiler.Trigger(
                name="proposed_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='RAISE EXCEPTION \'pgtrigger: Cannot update of "metric_id", "values", "reason", "proposed_by_id", "proposed_at" or delete rows from % table\', TG_TABLE_NAME;',
                    hash="61804e5cf3a5841415cad39cbbb37602d9dd0ba5",
                    operation='UPDATE OF "metric_id", "values", "reason", "proposed_by_id", "proposed_at" OR DELETE',
                    pgid="pgtrigger_proposed_stays_709db",
                    table="pilots_amendment",
                    when="BEFORE",
                ),
            ),
        ),
    ]
