"""Programs that ask over HTTP, go on until they are answered, and remember what they saw."""

from __future__ import annotations

import http.client
import json
import random
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# A server that is killed or away is tried again after so long.
PAUSE = 0.1


@dataclass(frozen=True)
class Said:
    """An answer; 0 where the line was cut before there was one."""

    status: int
    body: bytes = b""
    kind: str = ""
    seconds: float = 0.0

    def json(self) -> dict[str, Any]:
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


def ask(
    port: int,
    method: str,
    path: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    timeout: float = 90,
) -> Said:
    """One request on a line of its own."""
    began = time.monotonic()
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        line.request(method, path, body, {"Host": "localhost", **(headers or {})})
        with line.getresponse() as answer:
            read = answer.read()
            kind = answer.headers.get("Content-Type", "")
            return Said(answer.status, read, kind, time.monotonic() - began)
    except (OSError, http.client.HTTPException):
        return Said(0, seconds=time.monotonic() - began)
    finally:
        line.close()


@dataclass
class Program:
    """Somebody's program with a token: what it sends carries a key, so that it may send it again."""

    token: str
    ports: list[int]
    chance: random.Random
    seen: Counter[str] = field(default_factory=Counter)
    # From the first try that was not answered, or with 503, to the answer.
    back_after: list[float] = field(default_factory=list)

    def send(self, path: str, content: Mapping[str, Any], key: str, *, until: float) -> Said:
        """Post it until somebody answers it, at whichever server; the last answer at the end of
        the time."""
        headers = {
            "Authorization": f"Token {self.token}",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        }
        body, cut_at = json.dumps(content).encode(), 0.0
        while True:
            port = self.chance.choice(self.ports)
            said = ask(port, "POST", path, body=body, headers=headers)
            self.seen[str(said.status) if said.status else "line cut"] += 1
            if said.status not in (0, 503) or time.monotonic() > until:
                break
            cut_at = cut_at or time.monotonic()
            time.sleep(PAUSE)
        if cut_at:
            self.back_after.append(time.monotonic() - cut_at)
        return said
