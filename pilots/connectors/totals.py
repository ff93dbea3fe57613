"""What names a total of other rows, and not one of them: by its label, or as the sum of all others."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal

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


def sums(series: Mapping[str, Callable[[], Iterable[tuple[date, _Numbers]]]]) -> dict[str, str]:
    """Those of which every number is the sum of all others' in its period, with the reason."""
    if len(series) < 3:
        return {}
    of_all: dict[date, list[Decimal]] = {}
    present: Counter[date] = Counter()
    for numbers_of in series.values():
        for period, numbers in numbers_of():
            present[period] += 1
            before = of_all.setdefault(period, [Decimal(0)] * len(numbers))
            of_all[period] = [a + b for a, b in zip(before, numbers, strict=True)]
    return {
        name: f"The numbers of “{name}” are the sums of all others: this is probably their total."
        for name, numbers_of in series.items()
        if _is_sum(numbers_of(), of_all, present)
    }


def _is_sum(
    own: Iterable[tuple[date, _Numbers]],
    of_all: Mapping[date, list[Decimal]],
    present: Mapping[date, int],
) -> bool:
    different: set[Decimal] = set()
    for period, numbers in own:
        if present[period] < 3 or [2 * one for one in numbers] != of_all[period]:
            return False
        different.update(one for one in numbers if one)
    return len(different) >= ENOUGH
