"""Service accounts: machines with tokens, and with no role, password, address or session."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


# The sign-in library's table takes no address of a machine (0009 has the rest of the function).
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
        NEW.verified := true;
        NEW."primary" := true;
        RETURN NEW;
    END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('innovation', '0024_deputies'),
    ]

    operations = [
        migrations.CreateModel(
            name='ServiceAccount',
            fields=[
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='service', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('purpose', models.CharField(max_length=300, verbose_name='what it is for')),
                ('created_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='ServiceUnit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ],
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='user',
            name='signs_in_by_one_address',
        ),
        migrations.AddField(
            model_name='user',
            name='kind',
            field=models.CharField(choices=[('person', 'Person'), ('service', 'Service account')], default='person', editable=False, max_length=7),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='apitoken',
            trigger=pgtrigger.compiler.Trigger(name='service_account_reads_and_brings_numbers', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NOT (NEW."scopes" <@ (ARRAY[\'read\', \'numbers\'])::varchar(20)[]))', func="\n        IF EXISTS (SELECT 1 FROM innovation_user WHERE id = NEW.user_id AND kind = 'service') THEN\n            RAISE EXCEPTION 'not for a service account'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'service_account_reads_and_brings_numbers';\n        END IF;\n        RETURN NEW;\n    ", hash='1b1289173ee63488a92bb6ba6378c156e8ff22ce', operation='INSERT OR UPDATE OF "user_id", "scopes"', pgid='pgtrigger_service_account_reads_and_brings_numbers_cd6b3', table='innovation_apitoken', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rolegrant',
            trigger=pgtrigger.compiler.Trigger(name='service_account_holds_no_role', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        IF EXISTS (SELECT 1 FROM innovation_user WHERE id = NEW.person_id AND kind = 'service') THEN\n            RAISE EXCEPTION 'not for a service account'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'service_account_holds_no_role';\n        END IF;\n        RETURN NEW;\n    ", hash='81d386cc10d8f48d5afaa888c910aebedb347bda', operation='INSERT OR UPDATE OF "person_id"', pgid='pgtrigger_service_account_holds_no_role_bbf7b', table='innovation_rolegrant', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='session',
            trigger=pgtrigger.compiler.Trigger(name='service_account_signs_in_nowhere', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        IF EXISTS (SELECT 1 FROM innovation_user WHERE id = NEW.person_id AND kind = 'service') THEN\n            RAISE EXCEPTION 'not for a service account'\n            USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'service_account_signs_in_nowhere';\n        END IF;\n        RETURN NEW;\n    ", hash='99c056d7068b6000d9d6b5f0aed0afe958831a87', operation='INSERT OR UPDATE OF "person_id"', pgid='pgtrigger_service_account_signs_in_nowhere_af3cb', table='innovation_session', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='stays_person_or_service', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."kind" IS DISTINCT FROM (NEW."kind"))', func='RAISE EXCEPTION \'pgtrigger: Cannot update of "kind" rows from % table\', TG_TABLE_NAME;', hash='4ca0f0809c48fb342633db2f0227fc21e942134c', operation='UPDATE OF "kind"', pgid='pgtrigger_stays_person_or_service_43c18', table='innovation_user', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='signs_in_by_one_address', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."kind" = \'person\')', func='\n                    DELETE FROM account_emailaddress\n                    WHERE user_id = NEW.id AND email <> lower(NEW.email);\n                    INSERT INTO account_emailaddress (user_id, email, verified, "primary")\n                    VALUES (NEW.id, lower(NEW.email), true, true)\n                    ON CONFLICT (user_id, email) DO UPDATE SET verified = true, "primary" = true;\n                    RETURN NEW;\n                ', hash='9e30181b8e8b3695bfba399247af0b4f637988f7', operation='INSERT OR UPDATE OF "email"', pgid='pgtrigger_signs_in_by_one_address_7ebdf', table='innovation_user', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'person'), models.Q(('email__endswith', '@service.invalid'), _negated=True)), models.Q(('email__endswith', '@service.invalid'), ('is_staff', False), ('is_superuser', False), ('kind', 'service'), ('password__startswith', '!'), ('unit__isnull', False)), _connector='OR'), name='user_is_a_person_or_a_service', violation_error_message='Addresses of this kind belong to service accounts.'),
        ),
        migrations.AddField(
            model_name='serviceaccount',
            name='closed_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='serviceaccount',
            name='created_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='serviceaccount',
            name='owner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who answers for it'),
        ),
        migrations.AddField(
            model_name='serviceunit',
            name='service',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='innovation.serviceaccount'),
        ),
        migrations.AddField(
            model_name='serviceunit',
            name='unit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='innovation.unit'),
        ),
        migrations.AddField(
            model_name='serviceaccount',
            name='units',
            field=models.ManyToManyField(related_name='+', through='innovation.ServiceUnit', to='innovation.unit', verbose_name='units it reaches'),
        ),
        migrations.AddConstraint(
            model_name='serviceunit',
            constraint=models.UniqueConstraint(fields=('service', 'unit'), name='service_reaches_unit_once'),
        ),
        migrations.AddConstraint(
            model_name='serviceaccount',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at', None), ('closed_by', None)), models.Q(('closed_at__isnull', False), ('closed_by__isnull', False)), _connector='OR'), name='service_closed_at_and_by_together'),
        ),
        migrations.AddConstraint(
            model_name='serviceaccount',
            constraint=models.CheckConstraint(condition=models.Q(('owner', models.F('account')), _negated=True), name='service_answers_to_somebody'),
        ),
        migrations.RunSQL(GUARD, migrations.RunSQL.noop),
    ]
