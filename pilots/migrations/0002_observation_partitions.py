"""Observations by year: the table is rebuilt as a partitioned one, and keeps its revisions.

Django writes the plain table (0001), so its columns and checks have one home; here it becomes
`PARTITION BY RANGE (period)`. A default partition takes whatever lies outside the years below.
"""

from django.db import migrations

FIRST_YEAR, LAST_YEAR = 2010, 2040

PARTITIONED = """
ALTER TABLE pilots_observation RENAME TO pilots_observation_plain;
CREATE TABLE pilots_observation (
    LIKE pilots_observation_plain INCLUDING DEFAULTS INCLUDING CONSTRAINTS,
    PRIMARY KEY (metric_id, period)
) PARTITION BY RANGE (period);
DROP TABLE pilots_observation_plain;
ALTER TABLE pilots_observation ADD CONSTRAINT pilots_observation_metric_id_fk
    FOREIGN KEY (metric_id) REFERENCES pilots_metric (id) DEFERRABLE INITIALLY DEFERRED;
CREATE TABLE pilots_observation_other PARTITION OF pilots_observation DEFAULT;
"""
YEARS = "\n".join(
    f"CREATE TABLE pilots_observation_{year} PARTITION OF pilots_observation"
    f" FOR VALUES FROM ('{year}-01-01') TO ('{year + 1}-01-01');"
    for year in range(FIRST_YEAR, LAST_YEAR + 1)
)
# A former value is kept by the database itself, whoever writes.
REVISIONS = """
CREATE FUNCTION pilots_observation_keep_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.revision := OLD.revision + 1;
    INSERT INTO pilots_revision (metric_id, period, revision, value, numerator, denominator, n,
        pull_id, recorded_at, replaced_at, replaced_by_pull_id)
    VALUES (OLD.metric_id, OLD.period, OLD.revision, OLD.value, OLD.numerator, OLD.denominator,
        OLD.n, OLD.pull_id, OLD.recorded_at, NEW.recorded_at, NEW.pull_id);
    RETURN NEW;
END $$;
CREATE TRIGGER keep_revision BEFORE UPDATE ON pilots_observation FOR EACH ROW
    WHEN ((OLD.value, OLD.numerator, OLD.denominator, OLD.n)
        IS DISTINCT FROM (NEW.value, NEW.numerator, NEW.denominator, NEW.n))
    EXECUTE FUNCTION pilots_observation_keep_revision();
"""


class Migration(migrations.Migration):
    dependencies = [("pilots", "0001_initial")]
    operations = [migrations.RunSQL(PARTITIONED + YEARS + REVISIONS, migrations.RunSQL.noop)]
