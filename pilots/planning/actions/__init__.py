"""The verbs of this room: working out what a plan can answer, and running a metric panel."""

from pilots.planning.actions.forecasts import ask, refresh, renew, work_out, work_out_asked
from pilots.planning.actions.panels import add_candidate, close, invite, open_panel, rate

__all__ = [
    "add_candidate",
    "ask",
    "close",
    "invite",
    "open_panel",
    "rate",
    "refresh",
    "renew",
    "work_out",
    "work_out_asked",
]
