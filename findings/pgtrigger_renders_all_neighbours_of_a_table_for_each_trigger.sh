#!/usr/bin/env bash
# A trigger in a migration makes Django build the classes of all tables around its table anew, though it changes no column.
#
# django-pgtrigger 4.17.0, django 5.2.19, CPython 3.11.
#
# AddTrigger puts the trigger into the options of the table's state and calls ProjectState.reload_model, which renders
# the table and everything that refers to it or that it refers to, and again what those refer to. The statement that it
# then runs reads nothing of that but the table's name. So a trigger on a table in the middle (people, say) costs as
# much as adding a foreign key there, and triggers cost the square of a schema: of 52 seconds of a core for a product's
# 117 migrations, 180 triggers took 17 (12,464 classes of 35,131), 141 tables 12, and the database itself below one.
#
# Seen: 60 tables that refer to one of people. Ten triggers on that one: 610 classes are rendered, none with other columns.
# Ten triggers on a table that refers to it: 610 as well. The same ten in a state that nobody rendered yet: none.
set -euo pipefail
here=$(mktemp -d); trap 'rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install -q --disable-pip-version-check django==5.2.19 django-pgtrigger==4.17.0 'psycopg[binary]==3.3.4'
cd "$here"
cat > look.py <<'PY'
import django
from django.conf import settings
settings.configure(SECRET_KEY="x", INSTALLED_APPS=["pgtrigger"], DATABASES={"default": {"ENGINE": "django.db.backends.postgresql"}})
django.setup()
import pgtrigger
from django.db import models
from django.db.migrations.operations import CreateModel
from django.db.migrations.state import ModelState, ProjectState
from pgtrigger.migrations import AddTrigger

TABLES, TRIGGERS = 60, 10
rendered = []
render = ModelState.render
ModelState.render = lambda state, apps: rendered.append(state.name) or render(state, apps)

def key():
    return ("id", models.BigAutoField(primary_key=True))

def schema():
    state = ProjectState()
    CreateModel("Person", [key()]).state_forwards("shop", state)
    for number in range(TABLES):
        to_person = ("person", models.ForeignKey("shop.Person", models.CASCADE))
        CreateModel(f"Thing{number}", [key(), to_person]).state_forwards("shop", state)
    return state

def triggers_on(table, *, rendered_before):
    state = schema()
    if rendered_before:
        state.apps
    columns = {name: list(one.fields) for name, one in state.models.items()}
    rendered.clear()
    for number in range(TRIGGERS):
        trigger = pgtrigger.Trigger(
            name=f"t{number}", when=pgtrigger.Before, operation=pgtrigger.Update, func="RETURN NEW;"
        )
        AddTrigger(table, trigger).state_forwards("shop", state)
    assert columns == {name: list(one.fields) for name, one in state.models.items()}
    return len(rendered)

found = {
    "in the middle": triggers_on("person", rendered_before=True),
    "at the edge": triggers_on("thing7", rendered_before=True),
    "not rendered": triggers_on("person", rendered_before=False),
}
print(found)
assert found == {"in the middle": 610, "at the edge": 610, "not rendered": 0}, found
PY
"$here/venv/bin/python" look.py
