"""Offers and what they did; thanks; and who had which part, where the record alone does not say it."""

from pilots.incentives.models.credit import (
    CreditClaim,
    CreditClaimQuerySet,
    CreditLeftOut,
    CreditTold,
)
from pilots.incentives.models.plan import Incentive, IncentiveEvaluation, IncentiveQuerySet
from pilots.incentives.models.thanks import (
    TAKEN_BACK_WITHIN,
    Thanks,
    ThanksQuerySet,
    ThanksTo,
    ThanksToQuerySet,
)

__all__ = [
    "TAKEN_BACK_WITHIN",
    "CreditClaim",
    "CreditClaimQuerySet",
    "CreditLeftOut",
    "CreditTold",
    "Incentive",
    "IncentiveEvaluation",
    "IncentiveQuerySet",
    "Thanks",
    "ThanksQuerySet",
    "ThanksTo",
    "ThanksToQuerySet",
]
