from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

HASH_OF_BYTES = models.Func(
    models.Func(models.F("archive"), function="sha256"), models.Value("hex"), function="encode"
)
# A pack is never changed but for words that named a patient. Its first hash stays beside what is held.
FUNCTION = """
CREATE FUNCTION pilots_redact_pack(redaction bigint, pack bigint, content bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    before text := coalesce(current_setting('pgtrigger.ignore', true), '');
BEGIN
    PERFORM innovation_check_redaction(redaction, 'pilots_evidencepack');
    PERFORM set_config('pgtrigger.ignore', innovation_triggers_of('pilots_evidencepack'), true);
    UPDATE pilots_evidencepack SET archive = content, size = length(content),
        held_sha256 = encode(sha256(content), 'hex') WHERE id = pack;
    PERFORM set_config('pgtrigger.ignore', before, true);
END $$;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION pilots_redact_pack(bigint, bigint, bytea) SET search_path = %I, pg_temp',
                   current_schema());
END $$;
"""


class Migration(migrations.Migration):
    survived = {"ban-drop-constraint": "The same constraint, with one more way to hold, comes back in the same transaction."}

    dependencies = [
        ("pilots", "0068_second_looks_all"),
        ("innovation", "0044_words_taken_out"),
    ]

    operations = [
        migrations.AddField(
            model_name="evidencepack",
            name="held_sha256",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
        migrations.RemoveConstraint(model_name="evidencepack", name="pack_hash_is_of_its_bytes"),
        AddConstraintNotValid(
            model_name="evidencepack",
            constraint=models.CheckConstraint(
                condition=models.Q(sha256=HASH_OF_BYTES, held_sha256="")
                | (~models.Q(held_sha256="") & models.Q(held_sha256=HASH_OF_BYTES)),
                name="pack_hash_is_of_its_bytes",
            ),
        ),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION pilots_redact_pack(bigint, bigint, bytea)"),
    ]
