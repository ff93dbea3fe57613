"""Each requirement of OWASP ASVS 5.0 at levels 1 and 2 is answered once, by something that is there.

The table stands in docs/SECURITY.md. "met" names tests, settings or documents; "not met" and "n/a"
say why.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
# The standard's numbers at levels 1 and 2, section by section; level 3 is left out.
LEVELS_1_AND_2 = """
1.1 1-2, 1.2 1-9, 1.3 1-11, 1.4 1-3, 1.5 1-2,
2.1 1-3, 2.2 1-3, 2.3 1-4, 2.4 1-1,
3.2 1-2, 3.3 1-4, 3.4 1-6, 3.5 1-5, 3.7 1-2,
4.1 1-3, 4.2 1-1, 4.3 1-2, 4.4 1-4,
5.1 1-1, 5.2 1-3, 5.3 1-2, 5.4 1-3,
6.1 1-3, 6.2 1-12, 6.3 1-4, 6.4 1-4, 6.5 1-5, 6.6 1-3, 6.8 1-4,
7.1 1-3, 7.2 1-4, 7.3 1-2, 7.4 1-5, 7.5 1-2, 7.6 1-2,
8.1 1-2, 8.2 1-3, 8.3 1-1, 8.4 1-1,
9.1 1-3, 9.2 1-4,
10.1 1-2, 10.2 1-2, 10.3 1-4, 10.4 1-11, 10.5 1-5, 10.6 1-2, 10.7 1-3,
11.1 1-2, 11.2 1-3, 11.3 1-3, 11.4 1-4, 11.5 1-1, 11.6 1-1,
12.1 1-3, 12.2 1-2, 12.3 1-4,
13.1 1-1, 13.2 1-5, 13.3 1-2, 13.4 1-5,
14.1 1-2, 14.2 1-4, 14.3 1-3,
15.1 1-3, 15.2 1-3, 15.3 1-7,
16.1 1-1, 16.2 1-5, 16.3 1-4, 16.4 1-3, 16.5 1-3,
17.1 1-1, 17.2 1-4, 17.3 1-2
"""
ANSWERS = ("met", "not met", "n/a")


@dataclass(frozen=True)
class Requirement:
    number: str  # 6.2.1
    answer: str
    because: str

    @property
    def chapter(self) -> int:
        return int(self.number.partition(".")[0])

    @property
    def named(self) -> list[str]:
        return re.findall(r"`([^`]+)`", self.because)


def numbers() -> set[str]:
    found = set()
    for section, first, last in re.findall(r"([\d.]+) (\d+)-(\d+)", LEVELS_1_AND_2):
        found |= {f"{section}.{number}" for number in range(int(first), int(last) + 1)}
    return found


@cache
def document() -> str:
    return (ROOT / "docs" / "SECURITY.md").read_text()


@cache
def requirements() -> list[Requirement]:
    rows = re.findall(r"^\| v5\.0\.0-([\d.]+) \| .+? \| (.+?): (.+) \|$", document(), re.MULTILINE)
    return [Requirement(*row) for row in rows]


@cache
def names_of_tests() -> set[str]:
    return {
        name
        for path in (ROOT / "tests").rglob("*.py")
        for name in re.findall(r"^def (test_\w+)\(", path.read_text(), re.MULTILINE)
    }


@cache
def variables() -> set[str]:
    """Of the environment, as operations.md lists them."""
    text = (ROOT / "docs" / "operations.md").read_text()
    return set(re.findall(r"^\| `([A-Z_]+)` \|", text, re.MULTILINE))


def test_each_requirement_is_answered_once() -> None:
    assert len(numbers()) == 253
    asked = Counter(one.number for one in requirements())
    assert sorted(numbers() - set(asked)) == []
    assert sorted(set(asked) - numbers()) == []
    assert [number for number, times in asked.items() if times > 1] == []
    assert {one.answer for one in requirements()} <= set(ANSWERS)


@pytest.mark.parametrize("answer", ANSWERS)
def test_what_an_answer_names_is_there(answer: str) -> None:
    lost = []
    for one in requirements():
        if one.answer != answer:
            continue
        for name in one.named:
            if name.startswith("test_"):
                there = name in names_of_tests()
            elif name.startswith(("docs/", "innovation/", "pilots/")):
                there = (ROOT / name).exists()
            else:
                there = not name.isupper() or hasattr(settings, name) or name in variables()
            if not there:
                lost.append(f"{one.number}: {name}")
    assert lost == []


def test_what_is_met_is_shown_and_what_is_not_says_why() -> None:
    for one in requirements():
        shown = [
            name
            for name in one.named
            if name.startswith(("test_", "docs/")) or (name.isupper() and hasattr(settings, name))
        ]
        assert one.answer != "met" or shown, f"{one.number} names nothing that shows it"
        assert shown or len(one.because) > 10, f"{one.number} says too little"


def test_totals_of_the_chapters_are_those_of_the_rows() -> None:
    told = {
        int(chapter): (int(met), int(unmet), int(without))
        for chapter, met, unmet, without in re.findall(
            r"^\| V(\d+) [^|]+\| (\d+) \| (\d+) \| (\d+) \|$", document(), re.MULTILINE
        )
    }
    counted = Counter((one.chapter, one.answer) for one in requirements())
    assert told == {
        chapter: (
            counted[chapter, "met"],
            counted[chapter, "not met"],
            counted[chapter, "n/a"],
        )
        for chapter in range(1, 18)
    }
