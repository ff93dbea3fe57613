"""The examples in the docstrings of the time series family run and say what they say."""

import doctest
import importlib
import pkgutil

import pytest

from pilots.statistics import time_series

MODULES = [
    f"{time_series.__name__}.{one.name}" for one in pkgutil.iter_modules(time_series.__path__)
]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_no_import_of_statsmodels() -> None:
    import subprocess
    import sys

    code = "import sys; " + "; ".join(f"import {name}" for name in MODULES)
    code += "; sys.exit('statsmodels' in sys.modules or 'scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
