from django.db import migrations, models


class Migration(migrations.Migration):
    """A source's kind is a key of the kind table, which may grow without a migration."""

    dependencies = [("pilots", "0006_team_members")]

    operations = [
        migrations.AlterField("source", "kind", models.CharField(max_length=20, verbose_name="kind")),
        migrations.AddConstraint(
            "source",
            models.CheckConstraint(condition=~models.Q(kind=""), name="source_kind_given"),
        ),
    ]
