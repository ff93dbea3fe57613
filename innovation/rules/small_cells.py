"""What may be shown of answers that nobody is to be told by: no group below the minimum, and none that
follows from others that are shown.

The minimum is five people. Taking the shown parts from a shown whole must leave nobody below it, either:
then the smallest shown part is hidden, too (secondary suppression; Hundepool et al., Statistical
Disclosure Control, 2012).
"""

from collections.abc import Hashable, Mapping
from typing import TypeVar

MINIMUM = 5

Key = TypeVar("Key", bound=Hashable)


def is_shown(n: int) -> bool:
    """Whether a reading of `n` people's answers may be shown by itself."""
    return n >= MINIMUM


def shown_parts(sizes: Mapping[Key, int]) -> frozenset[Key]:
    """Of the parts of a whole that is shown, each with how many answered: those that may be shown, too.

    What is hidden is together nobody, or at least the minimum. Parts that nobody answered are not shown.

    >>> sorted(shown_parts({"day": 40, "night": 3, "weekend": 6}))
    ['day']
    >>> sorted(shown_parts({"day": 40, "night": 3, "weekend": 2}))
    ['day']
    """
    shown = {key: n for key, n in sizes.items() if n >= MINIMUM}
    hidden = sum(sizes.values()) - sum(shown.values())
    while shown and 0 < hidden < MINIMUM:
        smallest = min(shown, key=lambda key: shown[key])
        hidden += shown.pop(smallest)
    return frozenset(shown)


def may_say(n: int, of: int) -> bool:
    """Whether “n of so many” may be said: those, and the others, are nobody or at least the minimum.

    >>> may_say(12, 20), may_say(20, 20), may_say(18, 20), may_say(2, 20), may_say(4, 4)
    (True, True, False, False, False)
    """
    return of >= MINIMUM and all(not part or part >= MINIMUM for part in (n, of - n))
