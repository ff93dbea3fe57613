"""JSON as the API takes it: numbers that are numbers."""

import codecs
import json
import math
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from rest_framework.utils.json import strict_constant


def _finite(text: str) -> float:
    """1e400 is a number to JSON and infinity to Python, which no column of ours takes."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"out of range: {text[:40]}")
    return number


class FiniteJSONParser(JSONParser):
    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, object] | None = None,
    ) -> dict[str, object]:
        encoding = str((parser_context or {}).get("encoding", settings.DEFAULT_CHARSET))
        try:
            text = codecs.getreader(encoding)(stream)
            read: dict[str, object] = json.load(
                text, parse_constant=strict_constant, parse_float=_finite
            )
        except (ValueError, RecursionError) as error:
            raise ParseError(_("This is not JSON: %(why)s") % {"why": error}) from error
        return read
