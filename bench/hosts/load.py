"""People and programs who send and are answered: needs, approvals and pulls, as fast as `EVERY` says.

Whatever is not acknowledged is sent again under the same key, as the API's documentation advises,
until it is. What was acknowledged is written down and compared with the database by `checks.py`.
"""

from __future__ import annotations

import http.client
import json
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from bench.hosts.network import address

PATIENCE = 40.0  # seconds for one answer
PAUSE = 0.5  # before it is sent again
EVERY = {"need": 0.7, "approval": 1.0, "pull": 1.0}
Answer = tuple[int, Any]


@dataclass(frozen=True)
class Attempt:
    kind: str
    begun: float
    ended: float
    status: int  # 0: no answer
    is_well: bool


@dataclass
class Record:
    """All attempts, and what was acknowledged: by kind, the word by which the database knows it."""

    attempts: list[Attempt] = field(default_factory=list)
    acknowledged: list[tuple[str, str, float]] = field(default_factory=list)
    surprises: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, attempt: Attempt) -> None:
        with self.lock:
            self.attempts.append(attempt)

    def acknowledge(self, kind: str, word: str) -> None:
        with self.lock:
            self.acknowledged.append((kind, word, time.time()))

    def since(self, moment: float) -> list[Attempt]:
        with self.lock:
            return [one for one in self.attempts if one.ended >= moment]


class Client:
    """One line to the proxy, opened again when it broke."""

    def __init__(self, certificate: Path, token: str) -> None:
        self._context = ssl.create_default_context(cafile=str(certificate))
        self._headers = {"Authorization": f"Token {token}", "Content-Type": "application/json"}
        self._line: http.client.HTTPSConnection | None = None

    def ask(self, method: str, path: str, body: object = None, key: str = "") -> Answer:
        headers = {**self._headers, **({"Idempotency-Key": key} if key else {})}
        try:
            if self._line is None:
                self._line = http.client.HTTPSConnection(
                    address("proxy"), timeout=PATIENCE, context=self._context
                )
            sent = json.dumps(body) if body is not None else None
            self._line.request(method, path, sent, headers)
            answer = self._line.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException):
            if self._line is not None:
                self._line.close()
            self._line = None
            return 0, None
        try:
            return answer.status, json.loads(text or b"null")
        except ValueError:
            return answer.status, text[:300].decode(errors="replace")


class Load:
    def __init__(self, world: dict[str, Any], certificate: Path, name: str) -> None:
        self.record = Record()
        self._world, self._certificate, self._name = world, certificate, name
        self._ends = threading.Event()
        jobs: list[tuple[Callable[..., None], Any]] = [(self._needs, 0), (self._needs, 1)]
        jobs += [(self._approvals, pilot) for pilot in world["pilots"][:2]]
        jobs += [(self._pulls, part) for part in (world["metrics"][::2], world["metrics"][1::2])]
        self._threads = [
            threading.Thread(target=job, args=(about,), daemon=True) for job, about in jobs
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._ends.set()
        for thread in self._threads:
            thread.join(2 * PATIENCE)

    @property
    def lives(self) -> bool:
        return all(thread.is_alive() for thread in self._threads)

    def _client(self, person: str) -> Client:
        return Client(self._certificate, self._world["tokens"][person])

    def _until_taken(self, kind: str, client: Client, path: str, body: object) -> Answer:
        """Send it, and again under the same key, until somebody says that it was taken; and what
        was said."""
        key = uuid4().hex
        while True:
            began = time.time()
            status, said = client.ask("POST", path, body, key)
            # To a key that was used and whose first answer was not kept: it was done.
            is_well = 200 <= status < 300 or (status == 409 and said is None)
            self.record.add(Attempt(kind, began, time.time(), status, is_well))
            if is_well:
                return status, said
            if status not in (0, *range(500, 600)):
                self.record.surprises[f"{kind}: {status} {str(said)[:300]}"] += 1
                return 0, None
            time.sleep(PAUSE)
            if self._ends.is_set():
                return 0, None

    def _needs(self, place: int) -> None:
        client, number = self._client("ana"), 0
        while not self._ends.wait(2 * EVERY["need"]):
            number += 1
            title = f"Hosts {self._name} {place} {number}"
            body = {
                "title": title,
                "problem": "The phone of the ward rings through the round.",
                "population": "Nurses of the ward",
                "outcome": "It rings at the desk.",
                "setting": "ward",
                "frequency": "daily",
                "unit": self._world["unit"],
                "names_nobody": True,
            }
            status, _said = self._until_taken("need", client, "/api/v1/needs/", body)
            if status:
                self.record.acknowledge("need", title)

    def _approvals(self, pilot: int) -> None:
        """One asks, the other gives it back with a word of its own, and so on."""
        asks, decides, number = self._client("jonas"), self._client("amara"), 0
        while not self._ends.wait(2 * EVERY["approval"]):
            number += 1
            case = {"case": f"Asked {self._name} {pilot} {number}"}
            status, said = self._until_taken(
                "asked", asks, f"/api/v1/pilots/{pilot}/propose/", case
            )
            if not status:
                continue
            review = said["id"] if status == 201 else self._waiting(decides, case["case"])
            if review is None:
                continue
            word = f"Returned {self._name} {pilot} {number}"
            status, _said = self._until_taken(
                "approval",
                decides,
                f"/api/v1/gates/{review}/decide/",
                {"decision": "return", "reason": word},
            )
            if status:
                self.record.acknowledge("approval", word)

    def _waiting(self, client: Client, case: str) -> int | None:
        while not self._ends.is_set():
            status, said = client.ask("GET", "/api/v1/gates/?waiting=me")
            if status == 200:
                found = [row["id"] for row in said["results"] if row.get("case") == case]
                return int(found[0]) if found else None
            time.sleep(PAUSE)
        return None

    def _pulls(self, metrics: list[int]) -> None:
        client, number = self._client("jonas"), 0
        while not self._ends.wait(2 * EVERY["pull"]):
            number += 1
            metric = metrics[number % len(metrics)]
            status, said = self._until_taken(
                "pull", client, f"/api/v1/metrics/{metric}/pull/", None
            )
            if status == 202:
                self.record.acknowledge("pull", str(said["id"]))
