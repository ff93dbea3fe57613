"""Which numbers of groups may be kept, and which are too small to be. Pure.

A number of a group is made of counts: of a proportion those who count and those who do not, of a value
the cases behind it. Where one of them is below the least, zero included, it is held back; that is the rule
of CDC WONDER, whose counts of 0 to 9 are suppressed. CMS (no cell of 1 to 10) shows zeros, but none of
12 people tells of all twelve. A group with nobody in it is no cell.

What is held back must not be the difference of the whole and what is shown. So where anything is not
shown, what is left of the whole is at least the least in each count; otherwise the next smallest number is
held back as well (complementary suppression: Willenborg and de Waal, Elements of Statistical Disclosure
Control, 2001, 4.2). Nobody is told which of them were small.

Whoever knows this rule learns no more: it looks at counts and not at names, so whatever is possible for
one group that is held back is so for each of them; of two of one size both go. Only where all of them
would have to be alike, at the largest or the smallest that a small one can be, another is held back.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

Counts = tuple[int, ...]


def is_small(counts: Counts, least: int) -> bool:
    """Whether one of the counts of a number is below the least.

    >>> is_small((10, 30), 10), is_small((0, 30), 10)
    (False, True)
    """
    return any(count < least for count in counts)


def too_many(shown: Collection[Counts], whole: Counts | None) -> bool:
    """Whether these groups hold more than the whole does, so that one of both is wrong."""
    return (
        bool(shown)
        and whole is not None
        and any(
            sum(counts) > of_all
            for counts, of_all in zip(zip(*shown, strict=True), whole, strict=True)
        )
    )


def held_back(
    cells: Mapping[str, Counts],
    whole: Counts | None,
    *,
    least: int,
    already: Collection[str] = (),
) -> set[str]:
    """The groups whose numbers are not kept: the small ones, those that were held back `already`, and as
    many more as it takes. `whole`: the counts of all together; None where nobody knows them, and then
    the groups are all there is.

    >>> sorted(held_back({"a": (40,), "b": (12,), "c": (3,)}, (55,), least=10))
    ['b', 'c']
    >>> sorted(held_back({"a": (40,), "b": (12,), "c": (3,)}, (90,), least=10))
    ['c']
    """
    hidden = {name for name, counts in cells.items() if is_small(counts, least)} | set(already)
    shown = {name: counts for name, counts in cells.items() if name not in hidden}
    if whole is None:
        whole = tuple(map(sum, zip(*cells.values(), strict=True))) if cells else ()
    while shown:
        rest = tuple(
            of_all - sum(counts)
            for of_all, counts in zip(whole, zip(*shown.values(), strict=True), strict=True)
        )
        if (not hidden and not any(rest)) or not _tells(rest, len(hidden), least):
            break
        smallest = min(sum(counts) for counts in shown.values())
        hidden |= {name for name, counts in shown.items() if sum(counts) == smallest}
        shown = {name: counts for name, counts in shown.items() if name not in hidden}
    return hidden


def _tells(rest: Counts, hidden: int, least: int) -> bool:
    """Whether what is left of the whole says a small number: as it is, or divided among those held back."""
    alike = (hidden, hidden * (least - 1))
    return is_small(rest, least) or (hidden > 1 and any(count in alike for count in rest))
