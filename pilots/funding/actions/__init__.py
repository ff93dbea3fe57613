"""Money moves here and nowhere else: every movement is one entry of the ledger.

Balances and their floor are kept by the database. What is checked here first only makes the
sentence kind; what the database refuses gets the same sentence. The fund's row is locked before
anything else of its money is touched, and before the first audit event.
"""

from pilots.funding.actions.awards import award, lock_money, release, release_all, set_request
from pilots.funding.actions.funds import create_fund, deposit, set_approvals
from pilots.funding.actions.overruns import answer_overrun, ask_overrun
from pilots.funding.actions.spending import add_receipt, reverse_entry, spend

__all__ = [
    "add_receipt",
    "answer_overrun",
    "ask_overrun",
    "award",
    "create_fund",
    "deposit",
    "lock_money",
    "release",
    "release_all",
    "reverse_entry",
    "set_approvals",
    "set_request",
    "spend",
]
