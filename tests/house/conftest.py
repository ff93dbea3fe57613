"""What tests of every page share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator

from tests.probes import WHOLE
from tests.probes.totals import TOTALS

describe: Callable[..., Any] = SchemaGenerator.get_schema


@cache
def described(public: bool) -> Any:
    return describe(SchemaGenerator(), request=None, public=public)


@pytest.fixture(scope="module", autouse=True)
def _api_described_once() -> Iterator[None]:
    """The description of the API is the same for everybody, and these tests ask for it as
    everybody: each of its makings takes as long as a dozen other pages."""

    def get_schema(_self: SchemaGenerator, request: Any = None, public: bool = False) -> Any:
        return described(public)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SchemaGenerator, "get_schema", get_schema)
        yield


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if WHOLE:
        for total in TOTALS:
            terminalreporter.write_line(total)
