"""What names a total of other rows, and not one of them: by its label, or as the sum of all others."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Protocol

# Words for a total, and those that stand beside one, in the languages that hospitals write.
_TOTAL_WORDS = """
total totals subtotal sum overall average mean ytd gesamt summe insgesamt gesamtsumme zwischensumme
durchschnitt mittelwert somme ensemble moyenne totale somma media suma totaal som totalt totalsumma
summa sammanlagt yhteensä razem ogółem celkem spolu összesen toplam ukupno skupaj итого всего
σύνολο 合計 总计 總計 합계
"""
_BESIDE_WORDS = """
grand sub of the all year years annual month months week weeks quarter fy general général générale
jahr jahres monat année mois anno año jaar år in to date q h for period periods row
"""
_TOTAL, _BESIDE = frozenset(_TOTAL_WORDS.split()), frozenset(_BESIDE_WORDS.split())
_ALONE = frozenset(
    ("all", "alle", "alles", "tous", "toutes", "tutti", "todos", "i alt", "все", "σύνολο")
)
# Of organisations besides: everyone there is, or the whole country where it stands alone among them.
_EVERYONE = frozenset(
    f"all {many}"
    for many in (
        "organisations", "organizations", "providers", "trusts", "hospitals", "sites", "units", "wards",
        "clinics", "departments", "practices", "regions",
    )
)  # fmt: skip
_COUNTRIES = frozenset(
    ("england", "scotland", "wales", "northern ireland", "united kingdom", "uk", "great britain",
     "ireland", "usa", "us", "united states", "national", "nation", "nationwide", "country", "canada",
     "australia", "new zealand", "deutschland", "germany", "bund", "österreich", "austria", "schweiz",
     "switzerland", "france", "italia", "italy", "españa", "spain", "nederland", "netherlands", "belgium",
     "danmark", "denmark", "sverige", "sweden", "norge", "norway", "suomi", "finland", "eng", "nat")
)  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+")
_ANY = re.compile(r"\w")
# So many different numbers must be the sum of the others before that is no chance.
ENOUGH = 3
_Numbers = tuple[Decimal, ...]


def is_total(label: str) -> bool:
    """Whether a label is that of a total or an average: Total, Grand total, Summe 2024, All."""
    text = " ".join(_WORD.findall(label.casefold()))
    if text in _ALONE:
        return True
    words = text.split()
    return any(word in _TOTAL for word in words) and all(
        word in _TOTAL or word in _BESIDE for word in words
    )


def among(rows: Mapping[str, int]) -> dict[str, str]:
    """Those names of organisations that a total goes by, with the reason; `rows` says how many each has.

    Where half of the rows or more say so, the column says something else: a file about “all ages”.
    """
    countries = [name for name in rows if " ".join(_WORD.findall(name.casefold())) in _COUNTRIES]
    found: dict[str, str] = {}
    for name in rows:
        if not name:
            continue
        if not _ANY.search(name):
            found[name] = f"“{name}” names no organisation: this is probably a total of the others."
        elif is_total(name) or " ".join(name.casefold().split()) in _EVERYONE:
            found[name] = f"“{name}” is probably a total of other rows, not an organisation."
        elif countries == [name]:
            found[name] = f"“{name}” is probably the whole country, not one of its organisations."
    if sum(rows[name] for name in found) * 2 >= sum(rows.values()):
        return {}
    return found


class Numbered(Protocol):
    """The numbers of one series."""

    @property
    def periods(self) -> Collection[date]: ...

    def numbers_at(self, period: date) -> _Numbers | None: ...


def sums(*each: Mapping[str, Numbered], but: Collection[str] = ()) -> dict[str, str]:
    """Those of which every number is the sum of all others' in its period, with the reason. `but`: what is known
    to be none of them. Each series is got a few times, one after the other, and never all at once."""

    def every() -> Iterator[tuple[str, Numbered]]:
        for series in each:
            for name in series:
                if name and name not in but:
                    yield name, series[name]

    present: Counter[date] = Counter()
    count = 0
    for _name, one in every():
        present.update(one.periods)
        count += 1
    if count < 3:
        return {}
    # Whatever is a total is one in the first, the middle or the last period that most have: few are looked at.
    most = max(present.values(), default=0)
    usual = sorted(period for period, times in present.items() if times == most)
    looked_at = {usual[0], usual[len(usual) // 2], usual[-1]} if most > 2 else set()
    likely = {name for names in _halves(every(), looked_at).values() for name in names}
    everywhere = _halves(every(), present, likely) if likely else {}
    return {
        name: f"The numbers of “{name}” are the sums of all others: this is probably their total."
        for name, one in every()
        if name in likely and _is_sum(name, one, everywhere)
    }


def _halves(
    every: Iterable[tuple[str, Numbered]],
    periods: Collection[date],
    of: Collection[str] | None = None,
) -> dict[date, list[str]]:
    """For each of the periods those, of these names, of which each number is half of everybody's together."""
    own: dict[date, list[tuple[str, _Numbers]]] = {period: [] for period in periods}
    of_all: dict[date, _Numbers] = {}
    counts: Counter[date] = Counter()
    for name, one in every:
        for period in one.periods if of is not None else periods:
            numbers = one.numbers_at(period)
            if numbers is None:
                continue
            known = of_all.get(period)
            of_all[period] = (
                numbers
                if known is None
                else tuple(a + b for a, b in zip(known, numbers, strict=True))
            )
            counts[period] += 1
            if of is None or name in of:
                own[period].append((name, numbers))
    return {
        period: [
            name for name, numbers in those if tuple(2 * one for one in numbers) == of_all[period]
        ]
        for period, those in own.items()
        if counts[period] >= 3
    }


def _is_sum(name: str, series: Numbered, halves: Mapping[date, list[str]]) -> bool:
    different: set[Decimal] = set()
    for period in series.periods:
        if name not in halves.get(period, ()):
            return False
        different.update(one for one in series.numbers_at(period) or () if one)
    return len(different) >= ENOUGH
