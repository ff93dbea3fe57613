"""No text makes a regular expression of the product slow: each reads 100 kB about once."""

import ast
import importlib
import pkgutil
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import innovation
import okrs
import pilots

# What patterns look for, to get them started.
BEGINNINGS = (
    "",
    "mrn",
    "chi no",
    "patient id",
    "medical record",
    "Patient",
    "Patient name",
    "Patient named",
    "Patient Aa",
    "Patient Aa de",
    "Mr Aa",
    "Name: Aa",
    "daughter Aa",
    "family of Aa",
    "admitted Aa",
    "1 Aa",
    "bed 1",
    "patient who is",
    "born",
    "born on",
    "dob is",
    "date of",
    "birth",
    "born 1 of",
    "born 1 may",
    "tel",
    "ssn",
    "social",
    "1 per",
    "per cent",
    "1.",
    "a.",
    "{",
    "A?",
    "2026-01-01T00:00",
    'viewBox="',
    "var(--",
    "--a:",
    "light-dark(",
)
RUNS = ("a", "A", "Aa", "1", " ", "-", ".", "\n", "1 ", "1-", "1.", " 1", "Aa ", "A-", "a.a ", "{")
REPEATED = ("mrn-", "mrn/1", "mrn ", "patient id ", "Patient Aa ", "Patient: ", "Mr ", "born ",
            "born 1 may ", "dob 1-", "tel.", "tel no ", "+1", "ssn no", "per ", "1/", "! ", "no. ",
            "Aa Aa ", "1 Aa ", "bed 1 ", "is ", "name: Aa ", "(--", "--a:", "1,111", " de")  # fmt: skip
ENDINGS = ("", "é_")
SIZES = (300, 1_500, 12_000, 100_000)
CALLED = re.compile(r"\bre\s*\.\s*(?!compile\b|escape\b)\w")


def _patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    for house in (innovation, pilots, okrs):
        for found in pkgutil.walk_packages(house.__path__, f"{house.__name__}."):
            if ".migrations." in found.name or found.name.endswith(("wsgi", "asgi")):
                continue
            module = importlib.import_module(found.name)
            for name, value in vars(module).items():
                many = value.values() if isinstance(value, dict) else [value]
                for each in many:
                    if isinstance(each, re.Pattern) and isinstance(each.pattern, str):
                        yield f"{found.name}.{name}", each
            assert module.__file__ is not None
            yield from _written_in_place(found.name, Path(module.__file__))


def _written_in_place(module: str, path: Path) -> Iterator[tuple[str, re.Pattern[str]]]:
    text = path.read_text()
    if not CALLED.search(text):
        return  # most have none, and every test process would parse them all
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="re"), attr=how),
                args=[ast.Constant(value=str(pattern)), *_],
            ) if how not in ("compile", "escape"):
                anchor = r"\A" if how in ("match", "fullmatch") else ""
                end = r"\Z" if how == "fullmatch" else ""
                yield f"{module}:{node.lineno}", re.compile(f"{anchor}(?:{pattern}){end}")


def _shapes() -> Iterator[tuple[str, str, str]]:
    """How a text begins, what it repeats, how it ends."""
    for ending in ENDINGS:
        for beginning in BEGINNINGS:
            for run in RUNS:
                yield beginning, run, ending
                yield f"{beginning} ", run, ending
        for unit in REPEATED:
            yield "", unit, ending


def _text(shape: tuple[str, str, str], size: int) -> str:
    beginning, run, ending = shape
    return beginning + run * (size // len(run)) + ending


def _cost(pattern: re.Pattern[str], text: str) -> float:
    begun = time.process_time()
    if pattern.pattern.endswith(r"\Z"):  # of one whole value, and read from its beginning
        pattern.match(text)
    else:
        for _found in pattern.finditer(text):
            pass
    return time.process_time() - begun


def _floor(size: int) -> float:
    """What this machine takes at this moment to look for a letter in so many."""
    return _cost(re.compile("b"), "ab" * (size // 2))


@pytest.mark.parametrize(
    "pattern", [pytest.param(each, id=name) for name, each in dict(_patterns()).items()]
)
def test_a_long_text_takes_a_pattern_no_longer_than_its_length(pattern: re.Pattern[str]) -> None:
    shapes = list(_shapes())
    for before, size in zip((0, *SIZES), SIZES, strict=False):
        # What is slow already at one size is not tried at the next; the worst shapes go on.
        costs = []
        for shape in shapes:
            cost = _cost(pattern, _text(shape, size))
            for _again in range(8):  # a processor that is shared is slow for moments
                if cost < 0.05 + 20 * _floor(size):
                    break
                cost = min(cost, _cost(pattern, _text(shape, size)))
            else:
                # Much to do for each letter is no fault; more for each, the more there are, is.
                assert before and cost < 3 * size / before * _cost(pattern, _text(shape, before)), (
                    f"{cost:.2f} s for {size} characters: {shape!r}"
                )
            costs.append((cost, shape))
        shapes = [shape for _cost_of, shape in sorted(costs, reverse=True)[:12]]


def test_a_pattern_that_goes_back_over_its_letters_is_found() -> None:
    quadratic = re.compile(r"\d+x")
    shape = ("", "1", "")
    cost = _cost(quadratic, _text(shape, 12_000))
    assert cost > 0.05 + 20 * _floor(12_000)
    assert cost > 3 * 8 * _cost(quadratic, _text(shape, 1_500))
