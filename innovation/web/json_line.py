"""A line of the log as one JSON object, for programs that collect logs."""

import logging
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from .request_id import of_record

# Of a line, in this order; the last ones are given by whoever writes it (`extra=`). Nothing else is
# written: libraries hang whole requests on a record, whose addresses hold secrets.
FIELDS = (
    *("time", "level", "logger", "process", "request_id", "message"),
    *("method", "path", "route", "status", "seconds", "unheard"),
    *("pull", "metric", "source", "result", "notice"),
    *("exc_info", "stack_info"),
)


class JsonLine(JsonFormatter):
    def __init__(self) -> None:
        super().__init__(
            ["levelname", "name", "process", "message"],
            timestamp="time",
            rename_fields={"levelname": "level", "name": "logger"},
        )

    def add_fields(
        self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]
    ) -> None:
        super().add_fields(log_data, record, message_dict)
        log_data["request_id"] = of_record(record)

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        there = {name: log_data.get(name) for name in FIELDS}
        return {name: value for name, value in there.items() if value not in (None, "")}
