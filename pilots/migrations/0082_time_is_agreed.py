import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    """From here on nobody is on a team who was not asked. Until it is replaced, the version before is refused
    what it may not do any more: putting somebody there by its own hand."""

    dependencies = [("pilots", "0081_teams_agreed")]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name='allocation',
            trigger=pgtrigger.compiler.Trigger(name='time_that_was_agreed', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF TG_OP = 'UPDATE' AND NEW.request_id IS NULL AND OLD.request_id IS NULL\n                        AND NEW.pilot_id = OLD.pilot_id AND NEW.person_id = OLD.person_id\n                        AND NEW.percent <= OLD.percent\n                        AND NEW.starts_on >= OLD.starts_on AND NEW.ends_on <= OLD.ends_on\n                    THEN RETURN NEW; END IF;\n                    IF NOT EXISTS (\n                        SELECT 1 FROM pilots_timerequest r\n                        WHERE r.id = NEW.request_id AND r.answer = 'agreed'\n                        AND r.pilot_id = NEW.pilot_id AND r.person_id = NEW.person_id\n                        AND r.percent >= NEW.percent\n                        AND r.starts_on <= NEW.starts_on AND r.ends_on >= NEW.ends_on\n                    ) OR EXISTS (\n                        SELECT 1 FROM pilots_allocation a\n                        WHERE a.request_id = NEW.request_id AND a.id <> NEW.id\n                    ) THEN\n                        RAISE EXCEPTION 'time is promised by who gives it, as it was agreed'\n                        USING ERRCODE = 'check_violation', CONSTRAINT = 'time_that_was_agreed';\n                    END IF;\n                    RETURN NEW;\n                ", hash='151fc27936de7e76b83b646a1cf821898d82751e', operation='INSERT OR UPDATE OF "pilot_id", "person_id", "percent", "starts_on", "ends_on", "request_id"', pgid='pgtrigger_time_that_was_agreed_278a3', table='pilots_allocation', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='teammember',
            trigger=pgtrigger.compiler.Trigger(name='member_said_yes', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF NOT EXISTS (SELECT 1 FROM pilots_timerequest r WHERE r.answer = 'agreed'\n                                   AND r.pilot_id = NEW.pilot_id AND r.person_id = NEW.person_id)\n                    THEN\n                        RAISE EXCEPTION 'nobody is on a team who was not asked and said yes'\n                        USING ERRCODE = 'check_violation', CONSTRAINT = 'member_said_yes';\n                    END IF;\n                    RETURN NEW;\n                ", hash='74c7a19c9125a0b4e1743aec2d78ce288a4f1f54', operation='INSERT OR UPDATE OF "pilot_id", "person_id"', pgid='pgtrigger_member_said_yes_537bf', table='pilots_teammember', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='timerequest',
            trigger=pgtrigger.compiler.Trigger(name='time_request_begins_open', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."answer" IS DISTINCT FROM \'\' OR NEW."taken_over" OR NEW."said_yes_at" IS NOT NULL)', func="RAISE EXCEPTION 'time is asked for first, and answered then';", hash='174f5c81572aa47f4140ddeac99f7cdc6de6ecf5', operation='INSERT', pgid='pgtrigger_time_request_begins_open_85baf', table='pilots_timerequest', when='BEFORE')),
        ),
    ]
