"""The verbs of people's time: asked for, agreed, given back, handed on."""

from pilots.staffing.actions.asking import agree, ask, decline, withdraw
from pilots.staffing.actions.seats import hand_on_seat, leave_seat_empty
from pilots.staffing.actions.shares import free, give_back, remove
from pilots.staffing.actions.units import agree_for_unit, refuse_for_unit

__all__ = [
    "agree",
    "agree_for_unit",
    "ask",
    "decline",
    "free",
    "give_back",
    "hand_on_seat",
    "leave_seat_empty",
    "refuse_for_unit",
    "remove",
    "withdraw",
]
