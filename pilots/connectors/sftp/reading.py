"""The newest finished file of a directory that fits a pattern, as a series."""

from __future__ import annotations

import asyncio
import posixpath
import stat
from dataclasses import dataclass

import asyncssh

from pilots.connectors import csv_table
from pilots.connectors.answer import shortened
from pilots.connectors.errors import NotFound, SourceError, TooLarge, Who
from pilots.connectors.kind import ConnectionTest, Visit
from pilots.connectors.rows import SeriesBuilder
from pilots.connectors.sftp import names, session
from pilots.connectors.sftp.names import Pattern
from pilots.connectors.timeouts import Limits, too_large

MOST_FILES = 20_000
# Between two looks at a file that nothing else says is finished.
LOOK_AGAIN_SECONDS = 5.0
_PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Seen:
    """A file as it was at one look."""

    size: int
    changed: int  # seconds since 1970

    @classmethod
    def of(cls, found: asyncssh.SFTPAttrs) -> _Seen:
        return cls(found.size or 0, int(found.mtime or 0))


def fetch(visit: Visit) -> bytes:
    """The whole file; a SourceError where there is none, or none that is finished."""
    config = visit.config
    directory, host = str(config.get("directory") or "."), str(config["host"])
    pattern = Pattern.of(str(config["pattern"]))
    marker = str(config.get("marker") or "") if config.get("finished") == "marker" else ""

    async def work(files: asyncssh.SFTPClient, limits: Limits) -> bytes:
        try:
            path, seen = await _newest(files, directory, pattern, marker)
            if seen.size > limits.max_bytes:
                raise too_large(host, limits.max_bytes)
            if not marker:
                await asyncio.sleep(LOOK_AGAIN_SECONDS)
                if _Seen.of(await files.stat(path)) != seen:
                    raise _being_written(path)
            content = await _read(files, path, limits)
            if _Seen.of(await files.stat(path)) != seen or len(content) != seen.size:
                raise _being_written(path)
        except asyncssh.SFTPNoSuchFile as error:
            raise _gone(directory, host) from error
        except asyncssh.SFTPNoSuchPath as error:
            raise _gone(directory, host) from error
        return content

    content = session.held(visit, work)
    visit.client.bytes += len(content)
    return content


def read(visit: Visit, series: SeriesBuilder) -> None:
    csv_table.read(visit.config, fetch(visit), series)


def test_connection(visit: Visit) -> ConnectionTest:
    """The first rows of the file; of a server that nobody has confirmed, or that changed, the key it shows."""
    try:
        return csv_table.first_rows(fetch(visit))
    except session.KeyUnknown as error:
        # For who stands before the page on which it is shown.
        differs = (
            "another key than the one that was confirmed"
            if visit.config.get("host_key")
            else "this key"
        )
        return ConnectionTest(
            f"{visit.config['host']} answered and showed {differs}. Nothing was sent to it: no name, no password.",
            offered=error.offered,
        )


def directory_problem(directory: str) -> str:
    """What is wrong with the name of a directory, or nothing."""
    if "\\" in directory:
        return "Write it with forward slashes: /outgoing/reports."
    return ""


async def _newest(
    files: asyncssh.SFTPClient, directory: str, pattern: Pattern, marker: str
) -> tuple[str, _Seen]:
    """The newest file that fits: by the date in its name, else by when it was changed."""
    fits: dict[str, tuple[int, ...]] = {}
    every: list[str] = []
    async for entry in files.scandir(directory):
        name = str(entry.filename)
        every.append(name[: names.LONGEST + 1])
        if len(every) > MOST_FILES:
            raise TooLarge(
                f"There are more than {MOST_FILES:,} files in the directory. Have those that are needed put into one"
                " of their own.",
                who=Who.INTEGRATION,
            )
        dated = pattern.dated(name)
        if dated is not None:
            fits[name] = dated
    finished = names.marked(every, marker) if marker else frozenset(fits)
    waiting = [name for name in fits if name not in finished]
    # Those with the same date in their names are told apart by when they were changed. What a listing says of a
    # link is of the link itself, so each is looked at.
    found = sorted((name for name in fits if name in finished), key=fits.__getitem__, reverse=True)
    best: tuple[tuple[int, ...], int, str, _Seen] | None = None
    for name in found:
        if best is not None and fits[name] < best[0]:
            break
        attrs = await files.stat(posixpath.join(directory, name))
        if not _is_file(attrs):
            continue
        seen = _Seen.of(attrs)
        best = max(best or ((), -1, "", seen), (fits[name], seen.changed, name, seen), key=_order)
    if best is None:
        raise _none_fits(every, waiting)
    return posixpath.join(directory, best[2]), best[3]


def _order(one: tuple[tuple[int, ...], int, str, _Seen]) -> tuple[object, ...]:
    return one[:3]


def _is_file(attrs: asyncssh.SFTPAttrs) -> bool:
    if attrs.permissions is not None:
        return stat.S_ISREG(attrs.permissions)
    return attrs.type == asyncssh.FILEXFER_TYPE_REGULAR


async def _read(files: asyncssh.SFTPClient, path: str, limits: Limits) -> bytes:
    content = bytearray()
    async with files.open(path, "rb") as file:
        while True:
            piece = await file.read(_PIECE, len(content))
            if not piece:
                return bytes(content)
            content += piece if isinstance(piece, bytes) else piece.encode()
            if len(content) > limits.max_bytes:
                raise too_large(limits.host, limits.max_bytes)


def _none_fits(every: list[str], waiting: list[str]) -> SourceError:
    if waiting:
        return SourceError(
            f"{shortened(max(waiting), 80)} has no file beside it that says that it is finished. It is looked for"
            " again soon.",
            code="held",
            who=Who.NOBODY,
            retry=True,
        )
    some = ", ".join(
        f"“{shortened(one, 60)}”" for one in sorted(every)[-3:] if one not in (".", "..")
    )
    return NotFound(
        "No file in the directory fits the name that is looked for."
        + (f" There are, for example, {some}." if some else " It is empty.")
        + " Correct the name on the source's page, or ask whoever puts the file there.",
    )


def _gone(directory: str, host: str) -> NotFound:
    return NotFound(
        f"There is no directory “{shortened(directory, 80)}” on {host}, or the file in it was taken away just now."
        " Check the directory; a login often begins in one of its own, so that /outgoing may be outgoing."
    )


def _being_written(path: str) -> SourceError:
    return SourceError(
        f"{shortened(posixpath.basename(path), 80)} is still being written, so nothing was taken over. It is looked"
        " at again soon.",
        code="held",
        who=Who.NOBODY,
        retry=True,
    )
