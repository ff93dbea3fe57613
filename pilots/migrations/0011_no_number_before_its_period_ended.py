"""No number for a period that has not ended by the database's clock, whoever writes and whatever
their own clock says."""

from django.db import migrations

# The clock in one place: a simulation of weeks, whose role owns the function, may put another there.
CLOCK = """
CREATE FUNCTION pilots_now() RETURNS timestamptz LANGUAGE sql VOLATILE AS 'SELECT clock_timestamp()';
"""
# The day of the zone in which days begin first: no installation's day is further on. Pulls keep to
# the installation's own day (metrics/clock.py); this is what nobody gets past. Only the newest
# periods can be running, so only of them is the cadence looked up.
ENDED = """
CREATE FUNCTION pilots_observation_has_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM pilots_metric m WHERE m.id = NEW.metric_id
            AND NEW.period + CASE m.cadence WHEN 'month' THEN interval '1 month'
                WHEN 'week' THEN interval '7 days' ELSE interval '1 day' END
                > (pilots_now() AT TIME ZONE 'Etc/GMT-14')::date
    ) THEN
        RAISE EXCEPTION 'The period of % has not ended.', NEW.period
            USING ERRCODE = 'check_violation', CONSTRAINT = 'observation_period_has_ended';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER has_ended BEFORE INSERT OR UPDATE ON pilots_observation FOR EACH ROW
    WHEN (NEW.period > (pilots_now() AT TIME ZONE 'UTC')::date - 40)
    EXECUTE FUNCTION pilots_observation_has_ended();
"""
# A number that was taken away keeps its place among the former ones, so the next one goes on
# counting from there.
REVISIONS = """
CREATE OR REPLACE FUNCTION pilots_observation_keep_revision() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    place integer;
BEGIN
    SELECT greatest(OLD.revision, coalesce(max(revision) + 1, 0)) INTO place
        FROM pilots_revision WHERE metric_id = OLD.metric_id AND period = OLD.period;
    NEW.revision := place + 1;
    INSERT INTO pilots_revision (metric_id, period, revision, value, numerator, denominator, n,
        pull_id, recorded_at, replaced_at, replaced_by_pull_id)
    VALUES (OLD.metric_id, OLD.period, place, OLD.value, OLD.numerator, OLD.denominator,
        OLD.n, OLD.pull_id, OLD.recorded_at, NEW.recorded_at, NEW.pull_id);
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("pilots", "0010_source_keeper")]
    operations = [migrations.RunSQL(CLOCK + ENDED + REVISIONS, migrations.RunSQL.noop)]
