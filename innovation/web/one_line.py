"""A message of the log is one line, whoever chose its words: an address may hold `%0A`, and a line
break in a log is where somebody else's line begins."""

import logging

from .request_id import of_record


class OneLine(logging.Formatter):
    """Escapes line breaks and control characters in the message, and knows the request's id. A
    traceback keeps its lines."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.under = of_record(record) or "-"
        record.message = "".join(
            each if each.isprintable() else each.encode("unicode_escape").decode()
            for each in record.message
        )
        return super().formatMessage(record)
