"""The verbs of offers to people, of thanks, and of who had which part."""

from pilots.incentives.actions.credit import answer_claim, claim, leave_out, tell_who_leads
from pilots.incentives.actions.plan import (
    answer_warning,
    change,
    evaluate,
    pay_from,
    plan,
    take_back,
)
from pilots.incentives.actions.thanks import keep_to_oneself, thank
from pilots.incentives.actions.thanks import take_back as take_back_thanks

__all__ = [
    "answer_claim",
    "answer_warning",
    "change",
    "claim",
    "evaluate",
    "keep_to_oneself",
    "leave_out",
    "pay_from",
    "plan",
    "take_back",
    "take_back_thanks",
    "tell_who_leads",
    "thank",
]
