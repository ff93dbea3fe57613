"""Values of further headers, and of queries in addresses, leave the settings and are sealed."""

from django.db import migrations, models

import pilots.metrics.models
from pilots.connectors import hidden, kinds
from pilots.metrics import credentials


def hide(apps, schema_editor):
    Source = apps.get_model("pilots", "Source")
    for source in Source.objects.all():
        fields = kinds.of_source(source.kind).fields
        config, behind = hidden.veil(fields, source.config)
        if behind:
            source.config, source.hidden = config, credentials.seal(behind)
            source.save(update_fields=["config", "hidden"])


class Migration(migrations.Migration):

    dependencies = [
        ("innovation", "0012_secrets_at_rest"),
        ("pilots", "0008_ledger_keys_of_a_person"),
    ]

    operations = [
        migrations.AddField(
            model_name="source",
            name="hidden",
            field=models.BinaryField(default=b""),
        ),
        migrations.RunPython(hide),
        migrations.AddConstraint(
            model_name="source",
            constraint=models.CheckConstraint(condition=models.Q(pilots.metrics.models.JsonPathFinds(models.F("config"), models.Value('$.headers.* ? (@ != "•••")')), _negated=True), name="source_headers_hidden"),
        ),
    ]
