"""What the ledger's movements add up to. Pure: the slow, obvious account of every balance.

The database keeps balances by trigger as entries come in; this says what they must be, from the
entries alone. `kind` decides which balance an amount moves, and which way.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

DEPOSIT, AWARD, SPEND, RELEASE = "deposit", "award", "spend", "release"
# What puts a wrong one right: a deposit, an expense, and an expense whose award was given back.
UNDEPOSIT, UNSPEND, REFUND = "undeposit", "unspend", "refund"

# kind -> (sign on the fund, sign on the award)
MOVES = {
    DEPOSIT: (1, 0),
    AWARD: (-1, 1),
    SPEND: (0, -1),
    RELEASE: (1, -1),
    UNDEPOSIT: (-1, 0),
    UNSPEND: (0, 1),
    REFUND: (1, 0),
}


@dataclass(frozen=True)
class Account:
    """What went in and out: of one award, or of a fund and all its awards."""

    deposited: Decimal = Decimal(0)
    awarded: Decimal = Decimal(0)
    spent: Decimal = Decimal(0)
    returned: Decimal = Decimal(0)

    @property
    def fund_balance(self) -> Decimal:
        """What can still be awarded."""
        return self.deposited - self.awarded + self.returned

    @property
    def award_balance(self) -> Decimal:
        """What was awarded and is neither spent nor returned."""
        return self.awarded - self.spent - self.returned

    @property
    def kept(self) -> Decimal:
        """Awarded and not returned: what the work costs, spent or not."""
        return self.awarded - self.returned


def account(entries: Iterable[tuple[str, Decimal]]) -> Account:
    """Add up (kind, amount) pairs."""
    sums = dict.fromkeys(MOVES, Decimal(0))
    for kind, amount in entries:
        sums[kind] += amount
    return Account(
        deposited=sums[DEPOSIT] - sums[UNDEPOSIT],
        awarded=sums[AWARD],
        spent=sums[SPEND] - sums[UNSPEND] - sums[REFUND],
        returned=sums[RELEASE] + sums[REFUND],
    )
