"""The verbs of gates: asking and deciding, conditions, and the search for who could decide."""

from pilots.gates.actions.conditions import NewCondition, verify
from pilots.gates.actions.deciders import look_for_deciders
from pilots.gates.actions.dissenting import dissent
from pilots.gates.actions.going_live import ask_to_go_live, decide_go_live, go_live
from pilots.gates.actions.outcome import ask_for_decision, decide_outcome, stop
from pilots.gates.actions.resources import decide_resources, propose, withdraw
from pilots.gates.actions.signing import Signature, SignatureAsked
from pilots.gates.actions.sustained import decide_sustained, open_sustained

__all__ = [
    "NewCondition",
    "Signature",
    "SignatureAsked",
    "ask_for_decision",
    "ask_to_go_live",
    "decide_go_live",
    "decide_outcome",
    "decide_resources",
    "decide_sustained",
    "dissent",
    "go_live",
    "look_for_deciders",
    "open_sustained",
    "propose",
    "stop",
    "verify",
    "withdraw",
]
