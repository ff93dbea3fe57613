"""API tokens name what they are for, and all of them end."""

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

EVERY = ["read", "numbers", "needs", "pilots", "decisions", "money", "notices"]
# A token without an end gets one in ninety days; its person is told a week before.
GIVE_AN_END = """
    UPDATE innovation_apitoken SET expiry = now() + interval '90 days' WHERE expiry IS NULL
"""


class Migration(migrations.Migration):

    dependencies = [
        ("innovation", "0017_directory_sync"),
    ]

    operations = [
        migrations.AddField(
            model_name="apitoken",
            name="end_told_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="apitoken",
            name="last_used_on",
            field=models.DateField(null=True),
        ),
        # Those that there are go on doing all that their person may, until they end.
        migrations.AddField(
            model_name="apitoken",
            name="scopes",
            field=ArrayField(base_field=models.CharField(max_length=20), default=EVERY, size=None),
            preserve_default=False,
        ),
        migrations.RunSQL(GIVE_AN_END, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="apitoken",
            name="expiry",
            field=models.DateTimeField(),
        ),
        migrations.AddConstraint(
            model_name="apitoken",
            constraint=models.CheckConstraint(condition=models.Q(("scopes__contained_by", EVERY), ("scopes__len__gt", 0)), name="token_scopes_known"),
        ),
    ]
