"""The question packs of `packs.toml`: what a review asks, and which pathway asks which pack before which gate."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("packs.toml")


@dataclass(frozen=True)
class PackQuestion:
    """One question, its topic, and where it comes from."""

    key: str
    topic: str
    text: str
    sources: tuple[str, ...] = ()

    @property
    def said_sources(self) -> str:
        return " · ".join(self.sources)

    def as_asked(self) -> dict[str, object]:
        """As a review keeps it: what was asked does not change with the file."""
        return {
            "key": self.key,
            "topic": self.topic,
            "text": self.text,
            "from": list(self.sources),
        }


@dataclass(frozen=True)
class QuestionPack:
    key: str
    version: int
    area: str
    title: str
    questions: tuple[PackQuestion, ...]
    self_attested: bool = False
    on_no: tuple[str, ...] = ()  # the packs that are asked as well where a line does not hold


@dataclass(frozen=True)
class Packs:
    topics: dict[str, str]
    newest: dict[str, QuestionPack]
    asks: dict[tuple[str, str], tuple[str, ...]]  # by pathway and gate

    def asked_of(self, pathway: str, gate: str) -> list[QuestionPack]:
        return [self.newest[key] for key in self.asks.get((pathway, gate), ())]

    def topic(self, key: str) -> str:
        return self.topics.get(key, key)


def question_of(kept: dict[str, object]) -> PackQuestion:
    """The question as a review kept it."""
    sources = kept["from"]
    assert isinstance(sources, list)
    return PackQuestion(
        str(kept["key"]), str(kept["topic"]), str(kept["text"]), tuple(map(str, sources))
    )


@cache
def packs() -> Packs:
    read = tomllib.loads(FILE.read_text(encoding="utf-8"))
    newest: dict[str, QuestionPack] = {}
    for one in read["packs"]:
        pack = QuestionPack(
            one["key"],
            one["version"],
            one["area"],
            one["title"],
            tuple(question_of(question) for question in one["questions"]),
            one.get("self_attested", False),
            tuple(one.get("on_no", ())),
        )
        if pack.key not in newest or newest[pack.key].version < pack.version:
            newest[pack.key] = pack
    return Packs(
        read["topics"],
        newest,
        {(one["pathway"], one["gate"]): tuple(one["packs"]) for one in read["asks"]},
    )
