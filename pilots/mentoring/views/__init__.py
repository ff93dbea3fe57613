"""The pages of mentors: the register and one's own, asking one, and what a mentor and a team share."""

from pilots.mentoring.views.mentorships import answer, ask, end, mentorship, take_back
from pilots.mentoring.views.register import (
    detail,
    go_on,
    mine,
    offer,
    pause,
    register,
    withdraw,
)
from pilots.mentoring.views.sessions import step_done, write_session

__all__ = [
    "answer",
    "ask",
    "detail",
    "end",
    "go_on",
    "mentorship",
    "mine",
    "offer",
    "pause",
    "register",
    "step_done",
    "take_back",
    "withdraw",
    "write_session",
]
