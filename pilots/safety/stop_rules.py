"""What the stop button does, by pathway: what advises on care stops at once, the rest is asked for."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pilots.lifecycle.models import Pathway, Pilot
from pilots.lifecycle.states import PilotStatus


@dataclass(frozen=True)
class StopRule:
    at_once: bool
    answered_within: timedelta


RULES = {
    Pathway.EFFICIENCY: StopRule(at_once=False, answered_within=timedelta(hours=72)),
    Pathway.CLINICAL_WORKFLOW: StopRule(at_once=False, answered_within=timedelta(hours=24)),
    Pathway.DECISION_SUPPORT: StopRule(at_once=True, answered_within=timedelta(hours=24)),
    Pathway.DEVICE: StopRule(at_once=True, answered_within=timedelta(hours=24)),
}
# Where nobody has answered the questionnaire.
UNKNOWN = RULES[Pathway.CLINICAL_WORKFLOW]
# What touches people: there is something to stop.
STOPPABLE = (
    PilotStatus.PREPARING,
    PilotStatus.RUNNING,
    PilotStatus.EVALUATING,
    PilotStatus.SCALED,
)


def rule_of(pilot: Pilot) -> StopRule:
    return RULES[Pathway(pilot.pathway)] if pilot.pathway else UNKNOWN


def stops_at_once(pilot: Pilot) -> bool:
    """A scaled pilot has nobody who runs it any more, so its owner takes it out of use."""
    return rule_of(pilot).at_once and pilot.status != PilotStatus.SCALED


def answer_due(pilot: Pilot, at: datetime) -> datetime:
    return at + rule_of(pilot).answered_within
