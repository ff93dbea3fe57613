"""An interface that answers in pages, counted on in any of the usual ways, and breaks where it is told to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

WAYS = ("body", "header", "cursor", "offset", "page")


@dataclass
class PagedRows:
    rows: list[dict[str, Any]]
    way: str
    size: int  # what it gives at most, whatever is asked for
    first_page: int = 1
    fails_at: int = 0  # its nth answer is an error
    loses_at: int = 0  # its nth answer has a row less
    grows_at: int = 0  # from its nth answer on it promises a row more
    promises: bool = True
    asked: list[str] = field(default_factory=list)

    def answer(self, url: str) -> Any:
        self.asked.append(url)
        n = len(self.asked)
        if n == self.fails_at:
            return 500, b""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        start = self._start(query)
        rows = self.rows[start : start + self.size]
        after = start + len(rows)
        body: dict[str, Any] = {"rows": rows[1:] if n == self.loses_at else rows}
        if self.promises:
            body["total"] = len(self.rows) + (1 if 0 < self.grows_at <= n else 0)
        headers = {}
        more = after < len(self.rows)
        if self.way == "body":
            body["next"] = f"?at={after}" if more else None
        elif self.way == "header":
            first = '<https://x/?at=0>; rel="first"'
            headers["Link"] = f'{first}, <?at={after}>; title="a, b"; rel="next"' if more else first
        elif self.way == "cursor":
            body["next"] = f"row/{after}+=&" if more else ""
        return 200, body, headers

    def _start(self, query: dict[str, str]) -> int:
        if self.way == "cursor":
            return int(query.get("cursor", "row/0+=&")[4:-3])
        if self.way == "page":
            return (int(query["page"]) - self.first_page) * self.size
        return int(query.get("at" if self.way in ("body", "header") else "offset", "0"))

    @property
    def settings(self) -> dict[str, Any]:
        found: dict[str, Any] = {"paging": "link" if self.way in ("body", "header") else self.way}
        if self.way in ("body", "cursor"):
            found["next"] = "next"
        if self.promises:
            found["total"] = "total"
        if self.way == "page":
            found["first_page"] = str(self.first_page)
        return found
