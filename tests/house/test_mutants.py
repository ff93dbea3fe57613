"""Every planted fault still fits: the place is there, once, and so are the tests that are to notice.

Whether they do is tried by `python3 dev.py mutants`, which takes as long as a second suite.
"""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import psycopg
from django.db import connection, transaction

from tests.mutants import Drop, Edit
from tests.mutants.catalogue import MUTANTS
from tests.mutants.database_faults import ways
from tests.patience import PATIENCE

ROOT = Path(__file__).resolve().parents[2]
EDITS = [mutant for mutant in MUTANTS if isinstance(mutant, Edit)]
DROPS = [mutant for mutant in MUTANTS if isinstance(mutant, Drop)]


def test_there_are_enough_of_them_and_each_has_a_name_of_its_own() -> None:
    assert len(MUTANTS) >= 100
    assert [name for name, n in Counter(one.name for one in MUTANTS).items() if n > 1] == []


def test_fault_in_the_code_has_its_place() -> None:
    """Mend what is named here in tests/mutants, or plant another fault there."""
    moved = []
    for mutant in EDITS:
        text = (ROOT / mutant.path).read_text()
        if text.count(mutant.old) != 1 or mutant.old == mutant.new:
            moved.append(mutant.name)
        else:
            compile(text.replace(mutant.old, mutant.new), mutant.path, "exec")
    assert moved == []


def test_fault_in_the_database_has_its_rule(db: None) -> None:
    connection.ensure_connection()
    database = connection.connection
    assert isinstance(database, psycopg.Connection)
    for mutant in DROPS:
        away, back = ways(database, mutant)
        with transaction.atomic():
            database.execute(away)
            database.execute(back)
            transaction.set_rollback(True)


def test_fault_names_tests_that_are_there() -> None:
    lost = [
        (mutant.name, test)
        for mutant in MUTANTS
        for test in mutant.near or ("none",)
        if not (ROOT / test).exists()
    ]
    assert lost == []


ASKING_A_THREAD = """
import asyncio, os
from asgiref.sync import sync_to_async
from tests.mutants.session import end_thread

def ask():
    asyncio.run(sync_to_async(int)())

ask()
end_thread()
child = os.fork()
if child == 0:
    ask()
    os._exit(0)
print(os.waitpid(child, 0)[1])
"""


def test_child_of_the_run_has_threads_of_its_own() -> None:
    """It waited for ever for the one that its parent had started, and the fault was called slow."""
    done = subprocess.run(
        [sys.executable, "-c", ASKING_A_THREAD],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "innovation.settings"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.stdout.strip() == "0", done.stderr
