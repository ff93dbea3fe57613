"""How much of the promised time was kept. Pure: counts in, a share out.

    share = (got + part / 2) / (got + part + lost)

A week that nobody answered is in none of the three: it is no answer, and never a yes.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

# Below it, promised time is at risk.
ENOUGH = Decimal("0.70")
_PLACES = Decimal("0.0001")


@dataclass(frozen=True)
class Said:
    """So many weeks of promised time were had, had in part, and lost."""

    got: int = 0
    part: int = 0
    lost: int = 0

    def __add__(self, other: Said) -> Said:
        return Said(self.got + other.got, self.part + other.part, self.lost + other.lost)

    @property
    def answers(self) -> int:
        return self.got + self.part + self.lost

    @property
    def share(self) -> Decimal | None:
        """None where nobody answered.

        >>> Said(got=2, part=1, lost=1).share
        Decimal('0.6250')
        """
        if not self.answers:
            return None
        kept = self.got + Decimal(self.part) / 2
        return (kept / self.answers).quantize(_PLACES, ROUND_HALF_UP)


def is_too_little(share: Decimal) -> bool:
    return share < ENOUGH
