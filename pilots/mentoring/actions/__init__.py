"""The verbs of mentoring: offered, asked, answered, spoken, ended."""

from pilots.mentoring.actions.asking import accept, ask, decline, take_back
from pilots.mentoring.actions.ending import end, end_of_leavers
from pilots.mentoring.actions.register import go_on, offer, pause, withdraw
from pilots.mentoring.actions.sessions import GivenStep, finish, write_session

__all__ = [
    "GivenStep",
    "accept",
    "ask",
    "decline",
    "end",
    "end_of_leavers",
    "finish",
    "go_on",
    "offer",
    "pause",
    "take_back",
    "withdraw",
    "write_session",
]
