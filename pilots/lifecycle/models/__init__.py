"""The pilot and its charter, where it runs, and the log of its weeks."""

from pilots.lifecycle.models.advice import Advice, AdviceQuerySet
from pilots.lifecycle.models.holds import HoldCause, SafetyHold
from pilots.lifecycle.models.leads import LeadAnswer, LeadOffer, LeadOfferQuerySet
from pilots.lifecycle.models.log import Blocker, BlockerQuerySet, LogEntry, LogQuerySet, LogStatus
from pilots.lifecycle.models.pilots import (
    LEAST_WEEKS,
    LONGEST_WEEKS,
    ClockExtension,
    Pathway,
    PathwayRaise,
    Pilot,
    PilotQuerySet,
    SilentRunEnd,
)
from pilots.lifecycle.models.sites import SiteGoLive
from pilots.lifecycle.models.team import FormerMember, TeamMember, TeamRole

__all__ = [
    "Advice",
    "AdviceQuerySet",
    "Blocker",
    "BlockerQuerySet",
    "ClockExtension",
    "FormerMember",
    "HoldCause",
    "LeadAnswer",
    "LeadOffer",
    "LeadOfferQuerySet",
    "LEAST_WEEKS",
    "LogEntry",
    "LogQuerySet",
    "LogStatus",
    "LONGEST_WEEKS",
    "Pathway",
    "PathwayRaise",
    "Pilot",
    "PilotQuerySet",
    "SafetyHold",
    "SilentRunEnd",
    "SiteGoLive",
    "TeamMember",
    "TeamRole",
]
