"""What the site writes into its log, as its settings have lines made."""

from __future__ import annotations

import logging
import logging.config
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

from django.conf import settings

from innovation.web.shown_path import WithoutSecrets


class Lines(logging.Handler):
    def __init__(self, formatter: logging.Formatter) -> None:
        super().__init__()
        self.setFormatter(formatter)
        self.addFilter(WithoutSecrets())
        self.written: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.written.append(self.format(record))


def formatter(name: str) -> logging.Formatter:
    """As `settings.LOGGING` says, whichever of them is in use."""
    known: dict[str, Any] = deepcopy(settings.LOGGING)
    made = logging.config.DictConfigurator(known).configure_formatter(known["formatters"][name])
    assert isinstance(made, logging.Formatter)
    return made


@contextmanager
def log_lines(name: str) -> Iterator[list[str]]:
    """All that is written meanwhile, in this format."""
    lines = Lines(formatter(name))
    root = logging.getLogger()
    root.addHandler(lines)
    try:
        yield lines.written
    finally:
        root.removeHandler(lines)
