import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """A server that fails is left alone for all of its sources."""

    dependencies = [("pilots", "0132_kind_stays")]

    operations = [
        migrations.AddField(
            model_name="source",
            name="server",
            field=models.CharField(
                blank=True, db_default="", default="", editable=False, max_length=300
            ),
        ),
        migrations.CreateModel(
            name="ServerPace",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("server", models.CharField(max_length=300, unique=True)),
                ("failures", models.PositiveIntegerField()),
                ("problem", models.TextField()),
                ("several", models.BooleanField(default=False)),
                ("asked_again_at", models.DateTimeField(blank=True, null=True)),
                (
                    "began_with",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="pilots.source",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("server", ""), _negated=True),
                            models.Q(("problem", ""), _negated=True),
                            ("failures__gt", 0),
                        ),
                        name="server_pace_failure_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("asked_again_at", None), ("several", True), _connector="OR"
                        ),
                        name="server_pace_paused_for_several",
                    ),
                ],
            },
        ),
    ]
