"""How many of a numerator the risks of a period's patients let expect."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

# What it used to be is kept like every other number; a change of it alone is a change.
REVISIONS = """
CREATE OR REPLACE FUNCTION pilots_observation_keep_revision() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    place integer;
BEGIN
    SELECT greatest(OLD.revision, coalesce(max(revision) + 1, 0)) INTO place
        FROM pilots_revision WHERE metric_id = OLD.metric_id AND period = OLD.period;
    NEW.revision := place + 1;
    INSERT INTO pilots_revision (metric_id, period, revision, value, numerator, denominator, n,
        expected, pull_id, recorded_at, replaced_at, replaced_by_pull_id)
    VALUES (OLD.metric_id, OLD.period, place, OLD.value, OLD.numerator, OLD.denominator,
        OLD.n, OLD.expected, OLD.pull_id, OLD.recorded_at, NEW.recorded_at, NEW.pull_id);
    RETURN NEW;
END $$;
CREATE TRIGGER keep_revision_of_expected BEFORE UPDATE ON pilots_observation FOR EACH ROW
    WHEN ((OLD.value, OLD.numerator, OLD.denominator, OLD.n)
        IS NOT DISTINCT FROM (NEW.value, NEW.numerator, NEW.denominator, NEW.n)
        AND OLD.expected IS DISTINCT FROM NEW.expected)
    EXECUTE FUNCTION pilots_observation_keep_revision();
"""


class Migration(migrations.Migration):
    dependencies = [("pilots", "0041_what_else_happened")]
    operations = [
        migrations.AddField(
            model_name="observation",
            name="expected",
            field=models.DecimalField(decimal_places=12, max_digits=30, null=True),
        ),
        migrations.AddField(
            model_name="revision",
            name="expected",
            field=models.DecimalField(decimal_places=12, max_digits=30, null=True),
        ),
        AddConstraintNotValid(
            model_name="observation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("expected", None),
                    models.Q(("expected__gt", 0), ("expected__lte", models.F("denominator"))),
                    _connector="OR",
                ),
                name="observation_expected_of_denominator",
            ),
        ),
        migrations.RunSQL(REVISIONS, migrations.RunSQL.noop),
    ]
