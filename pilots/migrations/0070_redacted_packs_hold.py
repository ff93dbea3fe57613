from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("pilots", "0069_redacted_packs")]

    operations = [
        ValidateConstraint(model_name="evidencepack", name="pack_hash_is_of_its_bytes")
    ]
