"""The examples in the docstrings, run."""

import doctest
import importlib
import pkgutil

import pytest

from pilots.statistics import rules


@pytest.mark.parametrize("name", [one.name for one in pkgutil.iter_modules(rules.__path__)])
def test_examples_run(name: str) -> None:
    module = importlib.import_module(f"{rules.__name__}.{name}")
    assert doctest.testmod(module).failed == 0
