from django.db import migrations

# The table is the sign-in library's, so its trigger stands here and not on a model; and after its
# own migrations, which follow our first one.
GUARD = """
    CREATE OR REPLACE FUNCTION innovation_address_is_ones_own() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NOT EXISTS (
            SELECT 1 FROM innovation_user
            WHERE id = NEW.user_id AND lower(email) = NEW.email AND kind = 'person'
        ) THEN
            RAISE EXCEPTION 'an account signs in by its own address alone'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'address_is_ones_own';
        END IF;
        -- Administrators answer for the address, and its owner chose the password by a link sent to it.
        NEW.verified := true;
        NEW."primary" := true;
        RETURN NEW;
    END $$;
    CREATE OR REPLACE TRIGGER address_is_ones_own BEFORE INSERT OR UPDATE ON account_emailaddress
    FOR EACH ROW EXECUTE FUNCTION innovation_address_is_ones_own();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("innovation", "0031_erasure_requests"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [migrations.RunSQL(GUARD, migrations.RunSQL.noop)]
