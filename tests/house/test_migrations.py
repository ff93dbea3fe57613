"""What a migration does to the code before it is found, and what is let pass does it no harm."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pgtrigger
import pytest
from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    ValidateConstraint,
)
from django.db import IntegrityError, connection, models, transaction
from django.db.migrations import (
    AddConstraint,
    AddField,
    AddIndex,
    AlterField,
    CreateModel,
    DeleteModel,
    Migration,
    RemoveField,
    RenameField,
    RenameModel,
    RunPython,
    RunSQL,
    SeparateDatabaseAndState,
)
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger, RemoveTrigger

from innovation.needs.models import Need
from pilots.metrics.models import Pull
from tests.factories.cast import Cast
from tests.factories.needs import make_need
from tests.house import migrations


@pytest.fixture(scope="module")
def everything() -> ProjectState:
    """What all migrations come to."""
    loader = MigrationExecutor(None).loader
    state = loader.project_state(loader.graph.leaf_nodes())
    state.apps  # noqa: B018 - drawn once, and copied with each clone
    return state


def planted(*operations: Operation, app: str = "innovation", **more: Any) -> Migration:
    kind = type("Migration", (Migration,), {"operations": list(operations), **more})
    migration: Migration = kind("9999_planted", app)
    return migration


def rules(migration: Migration, state: ProjectState) -> set[str]:
    return {problem.rule for problem in migrations.problems(migration, state.clone())}


def apply(migration: Migration, state: ProjectState) -> None:
    connection.check_constraints()  # what the rows before still owe keeps their table as it is
    with connection.schema_editor() as editor:
        migration.apply(state.clone(), editor)


def refuses(name: str = "planted_refusal") -> Any:
    trigger = pgtrigger.Trigger(
        name=name, operation=pgtrigger.Update, when=pgtrigger.Before, func="RETURN NEW;"
    )
    return trigger.compile(Need)  # type: ignore[arg-type]


def code(field: Any) -> AddField:
    return AddField("need", "ward_code", field)


AGE = models.CheckConstraint(condition=models.Q(title__gt=""), name="need_has_title")
BY_TITLE = models.Index(fields=["title"], name="need_by_title")
OLD_TRIGGER = next(iter(Need._meta.triggers)).name  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("found", "operations"),
    [
        ("ban-drop-column", [RemoveField("need", "title")]),
        ("renaming-column", [RenameField("need", "title", "name")]),
        ("ban-drop-table", [DeleteModel("Need")]),
        ("renaming-table", [RenameModel("Need", "Wish")]),
        ("adding-required-field", [RunSQL("ALTER TABLE innovation_need ADD code text NOT NULL")]),
        ("ban-drop-default", [code(models.TextField(default=""))]),
        ("adding-not-nullable-field", [AlterField("need", "merged_into", models.IntegerField())]),
        ("changing-column-type", [AlterField("need", "title", models.BinaryField())]),
        ("require-concurrent-index-creation", [AddIndex("need", BY_TITLE)]),
        (
            "require-concurrent-index-deletion",
            [RunSQL("DROP INDEX need_by_title")],
        ),
        ("constraint-missing-not-valid", [AddConstraint("need", AGE)]),
        (
            "disallowed-unique-constraint",
            [AddConstraint("need", models.UniqueConstraint(fields=["title"], name="one_title"))],
        ),
        ("trigger-goes", [RemoveTrigger("need", OLD_TRIGGER)]),
        ("rows-beside-tables", [code(models.TextField(null=True)), RunPython(RunPython.noop)]),
        (
            "rows-beside-tables",
            [code(models.TextField(null=True)), RunSQL("UPDATE innovation_need SET title = ''")],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_old_code_would_not_survive_is_found(
    everything: ProjectState, found: str, operations: list[Operation]
) -> None:
    assert found in rules(planted(*operations), everything)


@pytest.mark.parametrize(
    ("found", "operations"),
    [
        ("half-done", [code(models.TextField(null=True))]),
        (
            "trigger-replaced-without-transaction",
            [RemoveTrigger("need", OLD_TRIGGER), AddTrigger("need", refuses(OLD_TRIGGER))],
        ),
    ],
    ids=["half-done", "trigger"],
)
def test_what_needs_a_transaction_is_found_without_one(
    everything: ProjectState, found: str, operations: list[Operation]
) -> None:
    assert found in rules(planted(*operations, atomic=False), everything)


SURVIVED: list[Migration] = [
    planted(code(models.TextField(null=True))),
    planted(code(models.TextField(db_default="", default=""))),
    planted(code(models.ForeignKey("innovation.Unit", models.PROTECT, null=True, db_index=False))),
    planted(AddConstraintNotValid("need", AGE)),
    planted(
        CreateModel(
            "Ward",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("name", models.TextField(unique=True)),
            ],
            {"indexes": [models.Index(fields=["name"], name="ward_by_name")]},
        ),
        AddConstraint(
            "ward", models.CheckConstraint(condition=models.Q(name__gt=""), name="ward_ck")
        ),
        RunSQL("INSERT INTO innovation_ward (name) VALUES ('4 West')"),
    ),
    planted(RemoveTrigger("need", OLD_TRIGGER), AddTrigger("need", refuses(OLD_TRIGGER))),
    planted(AddTrigger("need", refuses())),
    planted(RunSQL("UPDATE innovation_need SET title = title WHERE false")),
    # A field that the code no longer has: its column stays for the code before, and takes nothing.
    planted(
        RunSQL("ALTER TABLE innovation_need ALTER COLUMN title SET DEFAULT ''"),
        SeparateDatabaseAndState(state_operations=[RemoveField("need", "title")]),
    ),
]


@pytest.mark.parametrize("migration", SURVIVED, ids=range(len(SURVIVED)))
def test_what_it_survives_is_let_pass(everything: ProjectState, migration: Migration) -> None:
    assert rules(migration, everything) == set()


@pytest.mark.django_db
@pytest.mark.parametrize("migration", SURVIVED, ids=range(len(SURVIVED)))
def test_code_before_it_goes_on_beside_what_is_let_pass(
    everything: ProjectState, migration: Migration, cast: Cast
) -> None:
    """The code of this checkout is the old one; the database has been migrated past it."""
    before = make_need(cast.maya, title="Falls at night")
    apply(migration, everything)
    after = make_need(cast.maya, title="Lost lenses")
    assert {need.title for need in Need.objects.filter(pk__in=[before.pk, after.pk])} == {
        "Falls at night",
        "Lost lenses",
    }
    Need.objects.filter(pk=after.pk).update(title="Lost glasses")
    assert Need.objects.get(pk=after.pk).title == "Lost glasses"


@pytest.mark.django_db
def test_code_before_it_falls_over_what_is_found(everything: ProjectState, cast: Cast) -> None:
    apply(planted(code(models.TextField(default=""))), everything)
    with pytest.raises(IntegrityError, match="ward_code"), transaction.atomic():
        make_need(cast.maya, title="Lost lenses")


def test_concurrent_steps_pass_without_a_transaction(everything: ProjectState) -> None:
    migration = planted(AddIndexConcurrently("need", BY_TITLE), atomic=False)
    assert rules(migration, everything) == set()
    state = everything.clone()
    AddConstraintNotValid("need", AGE).state_forwards("innovation", state)
    assert rules(planted(ValidateConstraint("need", "need_has_title")), state) == set()


def test_what_is_done_on_purpose_says_why(everything: ProjectState) -> None:
    drop = RemoveField("need", "title")
    because = {"ban-drop-column": "Nothing has read it since 0.2."}
    assert rules(planted(drop, survived=because), everything) == set()
    assert rules(planted(drop, survived={"ban-drop-column": " "}), everything) == {
        "ban-drop-column"
    }
    idle = planted(code(models.TextField(null=True)), survived=because)
    assert rules(idle, everything) == {"survived-by-nothing"}


def test_history_has_what_would_have_been_found() -> None:
    """0014 took a column of pulls away; it came before the first release."""
    former = [
        (app, "0013_files_fetched_once" if app == "pilots" else name)
        for app, name in migrations.named_before()
    ]
    its = [("pilots", "0014_leases_and_paces")]
    found = {problem.rule for problem in migrations.problems_since(former, until=its)}
    assert {"ban-drop-column", "ban-drop-default", "rows-beside-tables"} <= found
    assert "sent_at" not in {field.name for field in Pull._meta.get_fields()}


def test_migrations_since_then_are_survived_by_the_code_before() -> None:
    """As `dev.py check` asks, which has neither a database nor settings."""
    nothing = {"PATH": os.environ["PATH"], "PILOTLIGHT_ENV": "test"}
    command = [sys.executable, "-m", "tests.house.migrations"]
    done = subprocess.run(
        command, env=nothing, cwd=migrations.ROOT, check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
