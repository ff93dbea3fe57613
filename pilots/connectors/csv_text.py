"""The text of a file in blocks, so that a large one takes no more memory than a small one.

It is read anew from the beginning for each purpose; nothing of it is kept but the block at hand.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from pilots.connectors.errors import BadAnswer

BLOCK = 1024 * 1024  # bytes
# Of a longer line the rest is thrown away: whoever reads it refuses it.
LONGEST_LINE = 200_000
_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
_MARKS = {
    "utf-32": (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE),  # first: its mark begins like that of UTF-16
    "utf-16": (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE),
}  # fmt: skip
Text = TypeVar("Text", str, bytes)


@dataclass(frozen=True, slots=True)
class CsvText:
    """A file and how its characters are written."""

    content: bytes | Path
    encoding: str = "utf-8"
    begins: int = 0  # bytes before the text
    first_line_left_out: bool = False

    @classmethod
    def of(cls, content: bytes | Path) -> tuple[CsvText, list[str]]:
        """The text, with what is to be said of its encoding; raises BadAnswer where it has none."""
        start = head(content, 4000)
        for encoding, marks in _MARKS.items():
            if start.startswith(marks):
                found = cls(content, encoding)
                if not found._is_readable():
                    raise _undecodable()
                return found, [f"The file is written in {encoding.upper()}."]
        if start.count(0) * 4 > len(start):
            raise _undecodable()
        found = cls(content, begins=3 if start.startswith(codecs.BOM_UTF8) else 0)
        if found._is_readable():
            return found, []
        found = cls(content, "cp1252")
        if found._is_readable():
            return found, [
                "The file is not UTF-8; it was read as Windows-1252. Check names with accents."
            ]
        raise _undecodable()

    def without_first_line(self) -> CsvText:
        return replace(self, first_line_left_out=True)

    def blocks(self) -> Iterator[str]:
        """The characters, some at a time."""
        blocks = self._decoded()
        return _after_first_line(blocks, "\n") if self.first_line_left_out else blocks

    def start(self, size: int) -> str:
        """The first characters, so many at most."""
        found = ""
        for block in self.blocks():
            found += block
            if len(found) >= size:
                break
        return found[:size]

    def utf8_blocks(self, size: int = BLOCK) -> Iterator[bytes]:
        """The same as the bytes of UTF-8; a character may begin in one block and end in the next."""
        if self.encoding != "utf-8":
            return (block.encode() for block in self.blocks())
        blocks = raw_blocks(self.content, self.begins, size)
        return _after_first_line(blocks, b"\n") if self.first_line_left_out else blocks

    def lines(self) -> Iterator[str]:
        """The lines with their ends, as the csv module wants them: at \\n, \\r\\n and \\r."""
        rest = ""
        for block in self.blocks():
            text = rest + block
            # A \r at the very end may be half of the end of a line.
            end = max(text.rfind("\n"), text.rfind("\r", 0, len(text) - 1)) + 1
            for match in _LINE.finditer(text, 0, end):
                yield match[0]
            rest = text[end:]
            if len(rest) > LONGEST_LINE + 2:
                rest = rest[: LONGEST_LINE + 1] + ("\r" if rest[-1] == "\r" else "")
        for match in _LINE.finditer(rest):
            yield match[0]

    def _decoded(self) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder(self.encoding)()
        for block in raw_blocks(self.content, self.begins):
            yield decoder.decode(block)
        yield decoder.decode(b"", True)

    def _is_readable(self) -> bool:
        try:
            for _block in self._decoded():
                pass
        except UnicodeDecodeError:
            return False
        return True


def head(content: bytes | Path, size: int) -> bytes:
    """The first bytes of a file."""
    if isinstance(content, bytes):
        return content[:size]
    with content.open("rb") as file:
        return file.read(size)


def tail(content: bytes | Path, size: int) -> bytes:
    """The last bytes of a file."""
    if isinstance(content, bytes):
        return content[-size:]
    with content.open("rb") as file:
        file.seek(max(size_of(content) - size, 0))
        return file.read()


def size_of(content: bytes | Path) -> int:
    return content.stat().st_size if isinstance(content, Path) else len(content)


def raw_blocks(content: bytes | Path, begin: int = 0, size: int = 0) -> Iterator[bytes]:
    """The bytes of a file from there on, so many at a time."""
    size = size or BLOCK
    if isinstance(content, bytes):
        for at in range(begin, len(content), size):
            yield content[at : at + size]
        return
    with content.open("rb") as file:
        file.seek(begin)
        while block := file.read(size):
            yield block


def _after_first_line(blocks: Iterable[Text], newline: Text) -> Iterator[Text]:
    is_first = True
    for block in blocks:
        if is_first:
            _line, found, block = block.partition(newline)
            is_first = not found
        yield block


def _undecodable() -> BadAnswer:
    return BadAnswer(
        "The file's characters cannot be read: it is neither UTF-8, UTF-16 nor Windows-1252. "
        "Export it again as CSV in UTF-8.",
        code="encoding",
    )
