from django.db import migrations

# The site may only add to what is never changed (rules/site_role.py). So words are taken out by functions
# that run as the owner of the tables. They put a mark in the place of words and can put nothing else
# anywhere; and only in the transaction of a redaction, which says who, when and why, and stays.
FUNCTIONS = r"""
CREATE FUNCTION innovation_without(said text, words text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT regexp_replace(said, words, '[taken out]', 'gi') $$;

-- Of JSON every text, but hashes, references, names of staff, and what other redactions attest.
CREATE FUNCTION innovation_without(said jsonb, words text) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    CASE jsonb_typeof(said)
    WHEN 'string' THEN
        IF said #>> '{}' ~ '^[0-9a-f]{64}$' THEN
            RETURN said;
        END IF;
        RETURN to_jsonb(innovation_without(said #>> '{}', words));
    WHEN 'array' THEN
        RETURN coalesce((
            SELECT jsonb_agg(innovation_without(one, words) ORDER BY turn)
            FROM jsonb_array_elements(said) WITH ORDINALITY AS every(one, turn)
        ), '[]');
    WHEN 'object' THEN
        IF said->>'ref' LIKE 'person:%' THEN
            RETURN said;
        END IF;
        RETURN coalesce((
            SELECT jsonb_object_agg(innovation_without(key, words), CASE
                WHEN key IN ('ref', 'events', 'sealed') THEN value
                ELSE innovation_without(value, words) END)
            FROM jsonb_each(said)
        ), '{}');
    ELSE
        RETURN said;
    END CASE;
END $$;

CREATE FUNCTION innovation_check_redaction(redaction bigint, in_table text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM innovation_redaction
                   WHERE id = redaction AND made_in = pg_current_xact_id()::text::bigint) THEN
        RAISE EXCEPTION 'words are taken out in the transaction of their redaction only';
    END IF;
    IF in_table !~ '^(innovation|pilots|okrs)_[a-z_]+$' THEN
        RAISE EXCEPTION 'no words are taken out of %', in_table;
    END IF;
END $$;

CREATE FUNCTION innovation_triggers_of(in_table text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(tgname::text), '{}')::text FROM pg_trigger
    WHERE tgrelid = in_table::regclass AND NOT tgisinternal
$$;

CREATE FUNCTION innovation_take_out(
    redaction bigint, in_table text, key_column text, in_column text, words text, keys bigint[]
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    before text := coalesce(current_setting('pgtrigger.ignore', true), '');
    written text := format('innovation_without(%I, $1)', in_column);
    most integer;
    done bigint;
BEGIN
    PERFORM innovation_check_redaction(redaction, in_table);
    SELECT atttypmod - 4 INTO most FROM pg_attribute
    WHERE attrelid = in_table::regclass AND attname = in_column AND NOT attisdropped
        AND atttypid = 'varchar'::regtype AND atttypmod > 0;
    IF most IS NOT NULL THEN
        written := format('left(%s, %s)', written, most);
    END IF;
    PERFORM set_config('pgtrigger.ignore', innovation_triggers_of(in_table), true);
    EXECUTE format(
        'UPDATE %I SET %I = %s WHERE %I = ANY($2) AND %I IS DISTINCT FROM innovation_without(%I, $1)',
        in_table, in_column, written, key_column, in_column, in_column
    ) USING words, keys;
    GET DIAGNOSTICS done = ROW_COUNT;
    PERFORM set_config('pgtrigger.ignore', before, true);
    RETURN done;
END $$;

CREATE FUNCTION innovation_empty_file(
    redaction bigint, in_table text, key_column text, in_column text, key bigint
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    before text := coalesce(current_setting('pgtrigger.ignore', true), '');
BEGIN
    PERFORM innovation_check_redaction(redaction, in_table);
    PERFORM set_config('pgtrigger.ignore', innovation_triggers_of(in_table), true);
    EXECUTE format('UPDATE %I SET %I = ''''::bytea WHERE %I = $1', in_table, in_column, key_column)
    USING key;
    PERFORM set_config('pgtrigger.ignore', before, true);
END $$;

-- Nobody's table of the same name stands before ours, whatever whoever calls looks through.
DO $$
DECLARE one regprocedure;
BEGIN
    FOR one IN SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
        AND proname IN ('innovation_without', 'innovation_check_redaction', 'innovation_triggers_of',
                        'innovation_take_out', 'innovation_empty_file')
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', one, current_schema());
    END LOOP;
END $$;
"""
GONE = """
DROP FUNCTION innovation_empty_file(bigint, text, text, text, bigint);
DROP FUNCTION innovation_take_out(bigint, text, text, text, text, bigint[]);
DROP FUNCTION innovation_triggers_of(text);
DROP FUNCTION innovation_check_redaction(bigint, text);
DROP FUNCTION innovation_without(jsonb, text);
DROP FUNCTION innovation_without(text, text);
"""


class Migration(migrations.Migration):
    dependencies = [("innovation", "0043_named_patients")]

    operations = [migrations.RunSQL(FUNCTIONS, GONE)]
