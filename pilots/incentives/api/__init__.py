"""Offers, thanks and parts over the API."""

from pilots.incentives.api.plan import (
    IncentiveList,
    answer,
    evaluate,
    incentive,
    pay,
    take_back,
)
from pilots.incentives.api.thanks import (
    ThanksOfNeed,
    ThanksOfPilot,
    ThanksToMe,
    answer_claim,
    claim,
    credit_of_pilot,
    hide,
    my_contributions,
    take_back_thanks,
)

__all__ = [
    "IncentiveList",
    "ThanksOfNeed",
    "ThanksOfPilot",
    "ThanksToMe",
    "answer",
    "answer_claim",
    "claim",
    "credit_of_pilot",
    "evaluate",
    "hide",
    "incentive",
    "my_contributions",
    "pay",
    "take_back",
    "take_back_thanks",
]
