"""What the API takes: JSON whose numbers are numbers, within bounds of size, depth and count; and
a CSV file as it lies on a disk."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from typing import IO, Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile, UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser, DataAndFiles, JSONParser
from rest_framework.utils.json import strict_constant


def _finite(text: str) -> float:
    """1e400 is a number to JSON and infinity to Python, which no column of ours takes."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"out of range: {text[:40]}")
    return number


# A body is read before anything of it is checked. Far above what any address of the API takes.
DEEPEST = 32
MOST_VALUES = 50_000


class BodyTooLarge(APIException):
    status_code = 413
    default_code = "too_large"


def _read(stream: IO[bytes], most: int) -> bytes:
    """The whole body, unless it holds more than it said."""
    body = stream.read(most + 1)
    if len(body) > most:
        raise BodyTooLarge(_most_is(most))
    return body


def _most_is(most: int) -> str:
    return _("At most %(most)s MB can be sent here at once.") % {"most": most // 2**20}


class FiniteJSONParser(JSONParser):
    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, object]:
        encoding = (parser_context or {}).get("encoding", settings.DEFAULT_CHARSET)
        body = _read(stream, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        try:
            read: dict[str, object] = json.loads(
                body.decode(encoding), parse_constant=strict_constant, parse_float=_finite
            )
        except (ValueError, RecursionError) as error:
            raise ParseError(_("This is not JSON: %(why)s") % {"why": error}) from error
        _check_shape(read)
        return read


def _check_shape(read: object) -> None:
    count, level = 0, [read]
    for _depth in range(DEEPEST):
        count += len(level)
        if count > MOST_VALUES:
            raise ParseError(
                _("This JSON holds more than %(most)s values.") % {"most": MOST_VALUES}
            )
        level = [inner for outer in level for inner in _within(outer)]
        if not level:
            return
    raise ParseError(_("This JSON is nested more than %(most)s deep.") % {"most": DEEPEST})


def _within(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _file_of(stream: IO[bytes], media_type: str) -> UploadedFile[bytes]:
    """A small body in memory, a large one on the disk, as with a form."""
    first = stream.read(settings.FILE_UPLOAD_MAX_MEMORY_SIZE)
    most, size = settings.LARGEST_UPLOAD, len(first)
    if size > most:
        raise BodyTooLarge(_most_is(most))
    if size < settings.FILE_UPLOAD_MAX_MEMORY_SIZE:
        return SimpleUploadedFile("file.csv", first, media_type)
    file = TemporaryUploadedFile("file.csv", media_type, size, None)
    file.write(first)
    while piece := stream.read(64 * 1024):
        size += len(piece)
        if size > most:
            file.close()
            raise BodyTooLarge(_most_is(most))
        file.write(piece)
    file.size = size
    file.seek(0)
    return file


class CsvParser(BaseParser):
    """A body that is the file itself: read as the field “file” of a form would be."""

    media_type = "text/csv"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> DataAndFiles[QueryDict, MultiValueDict[str, UploadedFile[bytes]]]:
        file = _file_of(stream, self.media_type)
        return DataAndFiles(QueryDict(), MultiValueDict({"file": [file]}))
