"""The database's half of the engine: a status that anything else assigns is refused."""

import pgtrigger


def status_through_engine(noun: str, initial: str) -> list[pgtrigger.Trigger]:
    """Triggers for a model with a `status`: rows begin at `initial`, and an update of the status
    needs the engine's mark for exactly this row and this change in the same transaction; the
    mark is good for one change."""
    return [
        pgtrigger.Trigger(
            name="status_begins_at_initial",
            when=pgtrigger.Before,
            operation=pgtrigger.Insert,
            condition=pgtrigger.Q(new__status__df=initial),
            func=f"RAISE EXCEPTION 'a {noun} begins as {initial}, not as %', NEW.status;",
        ),
        pgtrigger.Trigger(
            name="status_through_engine",
            when=pgtrigger.Before,
            operation=pgtrigger.UpdateOf("status"),
            condition=pgtrigger.Q(old__status__df=pgtrigger.F("new__status")),
            func=f"""
                IF current_setting('pilotlight.transition', true) IS DISTINCT FROM
                    '{noun}:' || NEW.id || ':' || OLD.status || '>' || NEW.status
                THEN
                    RAISE EXCEPTION 'the status of a {noun} changes through the engine only';
                END IF;
                PERFORM set_config('pilotlight.transition', '', true);
                RETURN NEW;
            """,
        ),
    ]
