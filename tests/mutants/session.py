"""A run of pytest in which faults are planted: each in a process of its own that has all loaded.

A pytest plugin. It collects as usual, runs every test once without a fault and notes which of them
enter the functions that faults will stand in; then it forks for each fault, gives the function its
faulty code, and runs the tests that enter it until one fails. What cannot be given so (a table of
states, a setting, a decorator) is left to `run`, which plants it in a copy of the tree.
"""

from __future__ import annotations

import ast
import gc
import json
import os
import select
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType

import psycopg
import pytest
from _pytest.runner import runtestprotocol
from asgiref.sync import SyncToAsync
from django.db import connection, connections

from tests.mutants import Drop, Edit, Mutant
from tests.mutants.catalogue import MUTANTS
from tests.mutants.database_faults import ways

ROOT = Path(__file__).resolve().parents[2]
# Of a fault that makes something wait for ever.
PATIENCE = 300
ENTERED: set[str] = set()
_OPTIMIZED = 0x1  # the flag of a function's code; a class's body has it not


@dataclass(frozen=True)
class Place:
    """The live functions that a fault stands in, their faulty code, and code that notes a call."""

    functions: tuple[FunctionType, ...]
    faulty: CodeType
    noting: CodeType


def code_in(whole: CodeType) -> Iterator[CodeType]:
    """The code of each function in a module's, outermost first."""
    for constant in whole.co_consts:
        if isinstance(constant, CodeType):
            if constant.co_flags & _OPTIMIZED and not constant.co_name.startswith("<"):
                yield constant
            yield from code_in(constant)


def last_line(code: CodeType) -> int:
    return max(line for _start, _end, line in code.co_lines() if line is not None)


def does_the_same(one: CodeType, other: CodeType) -> bool:
    plain = [
        [constant for constant in code.co_consts if not isinstance(constant, CodeType)]
        for code in (one, other)
    ]
    inner = [
        [code for code in each.co_consts if isinstance(code, CodeType)] for each in (one, other)
    ]
    return (
        (one.co_code, one.co_names, plain[0]) == (other.co_code, other.co_names, plain[1])
        and len(inner[0]) == len(inner[1])
        and all(map(does_the_same, *inner))
    )


def noting(text: str, path: str, line: int, name: str) -> CodeType:
    """The module with a function, which begins at this line, that says when it is entered."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            begins = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            if begins == line:
                call = f"__import__({__name__!r}, fromlist=['ENTERED']).ENTERED.add({name!r})"
                node.body.insert(0, ast.parse(call).body[0])
    return compile(ast.fix_missing_locations(tree), path, "exec")


def alike(one: str, other: str) -> int:
    """How many characters both begin with."""
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def place_of(edit: Edit, live: Sequence[FunctionType]) -> Place | None:
    """Where the fault stands; None where it is in no function, or in one that is not loaded."""
    path = ROOT / edit.path
    text = path.read_text()
    at = text.index(edit.old) + alike(edit.old, edit.new)
    line = text[:at].count("\n") + 1
    inside = [
        code
        for code in code_in(compile(text, str(path), "exec"))
        if code.co_firstlineno <= line <= last_line(code)
    ]
    if not inside:
        return None
    sound = inside[-1]

    def same(whole: CodeType) -> CodeType | None:
        alike = [code for code in code_in(whole) if code.co_qualname == sound.co_qualname]
        return alike[0] if len(alike) == 1 else None

    faulty = same(compile(text.replace(edit.old, edit.new), str(path), "exec"))
    noted = same(noting(text, str(path), sound.co_firstlineno, edit.name))
    functions = tuple(
        function
        for function in live
        if function.__code__.co_filename == str(path)
        and function.__code__.co_qualname == sound.co_qualname
    )
    if faulty is None or noted is None or not functions or does_the_same(sound, faulty):
        return None
    if any(len(function.__code__.co_freevars) != len(faulty.co_freevars) for function in functions):
        return None
    return Place(functions, faulty, noted)


@contextmanager
def given(functions: Sequence[FunctionType], code: CodeType) -> Iterator[None]:
    sound = [function.__code__ for function in functions]
    for function in functions:
        function.__code__ = code
    try:
        yield
    finally:
        for function, own in zip(functions, sound, strict=True):
            function.__code__ = own


def passes(item: pytest.Item, following: pytest.Item) -> bool:
    """Run one test. Whoever follows it keeps the fixtures of the session alive."""
    reports = runtestprotocol(item, log=False, nextitem=following)
    return not any(report.failed for report in reports)


def end_thread() -> None:
    """Threads do not come along in a fork. The child would wait for ever for the one that asgiref
    keeps, and call the connection that it had lost: any test would fail, as if it had noticed."""
    executor = SyncToAsync.single_thread_executor
    executor.submit(connections.close_all).result()
    executor.shutdown()
    SyncToAsync.single_thread_executor = ThreadPoolExecutor(max_workers=1)


class Trial:
    """All faults, one after the other."""

    def __init__(self, session: pytest.Session) -> None:
        self._items = session.items
        words = json.loads(os.environ["MUTANTS"])
        self._mutants = [one for one in MUTANTS if one.name in words]
        gc.unfreeze()
        # A proxy of what is gone says so when it is asked for its class.
        live = [one for one in gc.get_objects() if type(one) is FunctionType]
        self._places = {
            one.name: place
            for one in self._mutants
            if isinstance(one, Edit) and (place := place_of(one, live)) is not None
        }
        del live
        gc.freeze()  # or the collector would look through all of it again and again
        self._entering: dict[str, list[pytest.Item]] = {name: [] for name in self._places}
        self._sound: list[pytest.Item] = []
        self._seconds: dict[str, float] = {}

    def note(self) -> None:
        """Run all tests, and note what each enters; one that fails so is asked no more."""
        places = list(self._places.values())
        sound = [[function.__code__ for function in place.functions] for place in places]
        for place in places:
            # Two faults in one function: the later code would hide the earlier one's.
            for function in place.functions:
                function.__code__ = place.noting
        together = self._of_one_function()
        for number, item in enumerate(self._items):
            ENTERED.clear()
            began = time.monotonic()
            following = self._items[(number + 1) % len(self._items)]
            if not passes(item, following):
                say(event="unsound", test=item.nodeid)
                continue
            self._seconds[item.nodeid] = time.monotonic() - began
            self._sound.append(item)
            for name in {other for entered in ENTERED for other in together[entered]}:
                self._entering[name].append(item)
        for place, codes in zip(places, sound, strict=True):
            for function, code in zip(place.functions, codes, strict=True):
                function.__code__ = code

    def _of_one_function(self) -> dict[str, list[str]]:
        by_function: dict[int, list[str]] = {}
        for name, place in self._places.items():
            by_function.setdefault(id(place.functions[0]), []).append(name)
        return {name: names for names in by_function.values() for name in names}

    def run(self) -> None:
        for mutant in self._mutants:
            place = self._places.get(mutant.name)
            if isinstance(mutant, Drop):
                with without(mutant):
                    self._try(mutant, self._near(mutant, self._sound), None)
            elif place is not None:
                self._try(mutant, self._near(mutant, self._entering[mutant.name]), place)

    def _near(self, mutant: Mutant, items: Sequence[pytest.Item]) -> list[pytest.Item]:
        """Those of them that live near it, the quickest first."""
        near = tuple(mutant.near)
        there = [item for item in items if item.nodeid.startswith(near)]
        return sorted(there, key=lambda item: self._seconds[item.nodeid])

    def _try(self, mutant: Mutant, items: Sequence[pytest.Item], place: Place | None) -> None:
        connections.close_all()
        end_thread()
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            self._in_the_child(items, place, writing)
        os.close(writing)
        noticed = ""
        ready, _writing, _odd = select.select([reading], [], [], PATIENCE)
        if ready:
            noticed = os.read(reading, 1000).decode()
        else:
            os.kill(child, signal.SIGKILL)
        os.close(reading)
        _pid, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        fate = {0: "lived", 1: "died"}.get(code, "slow" if not ready else "broken")
        say(event="tried", name=mutant.name, fate=fate, by=noticed, tests=len(items))

    def _in_the_child(
        self, items: Sequence[pytest.Item], place: Place | None, writing: int
    ) -> None:
        code = 2
        try:
            if place is not None:
                for function in place.functions:
                    function.__code__ = place.faulty
            code = 0
            for number, item in enumerate(items):
                if not passes(item, items[(number + 1) % len(items)]):
                    os.write(writing, item.nodeid.encode())
                    code = 1
                    break
        finally:
            os._exit(code)


@contextmanager
def without(drop: Drop) -> Iterator[None]:
    """The test's database without a rule."""
    connections.close_all()
    parameters = connection.get_connection_params()
    known = {
        key: parameters[key]
        for key in ("dbname", "user", "host", "port", "password")
        if key in parameters
    }
    with psycopg.connect(**known, autocommit=True) as database:
        away, back = ways(database, drop)
        database.execute(away)
    try:
        yield
    finally:
        with psycopg.connect(**known, autocommit=True) as database:
            database.execute(back)


def say(**what: object) -> None:
    """One line for whoever started the run."""
    os.write(int(os.environ["MUTANTS_TELL"]), (json.dumps(what) + "\n").encode())


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    trial = Trial(session)
    trial.note()
    say(event="noted", tests=len(session.items))
    trial.run()
    sys.stdout.flush()
    return True
