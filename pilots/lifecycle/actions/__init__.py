"""The verbs of a pilot's life, and of the days on which its sites go live."""

from pilots.lifecycle.actions.advice import advise, answer_advice
from pilots.lifecycle.actions.blockers import clear_blocker
from pilots.lifecycle.actions.charter import (
    CHARTER_FIELDS,
    answer_pathway,
    edit_charter,
    open_pilot,
    raise_pathway,
)
from pilots.lifecycle.actions.handing_over import hand_over_lead, hand_over_sponsorship
from pilots.lifecycle.actions.leads import accept_lead, decline_lead, offer_lead, withdraw_lead
from pilots.lifecycle.actions.life import (
    approve,
    evaluate,
    extend,
    go_live,
    hand_on,
    lock_roots,
    pivot,
    prepare,
    propose,
    return_,
    scale,
    stop,
    take_out,
)
from pilots.lifecycle.actions.log import write_log
from pilots.lifecycle.actions.pausing import hold, pause, resume
from pilots.lifecycle.actions.silent_run import show_output
from pilots.lifecycle.actions.sites import drop_site, plan_site, site_goes_live, take_site_day_back
from pilots.lifecycle.actions.sponsors import answer_sponsor
from pilots.lifecycle.actions.team import (
    accompany,
    accompany_no_longer,
    check_part,
    join,
    leave,
)

__all__ = [
    "CHARTER_FIELDS",
    "accept_lead",
    "accompany",
    "accompany_no_longer",
    "answer_pathway",
    "approve",
    "check_part",
    "decline_lead",
    "advise",
    "answer_advice",
    "answer_sponsor",
    "clear_blocker",
    "drop_site",
    "edit_charter",
    "evaluate",
    "extend",
    "go_live",
    "hand_over_lead",
    "hand_over_sponsorship",
    "hand_on",
    "hold",
    "join",
    "leave",
    "lock_roots",
    "offer_lead",
    "open_pilot",
    "pause",
    "pivot",
    "plan_site",
    "prepare",
    "propose",
    "raise_pathway",
    "resume",
    "return_",
    "scale",
    "show_output",
    "site_goes_live",
    "stop",
    "take_out",
    "take_site_day_back",
    "withdraw_lead",
    "write_log",
]
