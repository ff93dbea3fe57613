"""An index page: the app's tables in the order of the flow. Django reads it; nobody imports it."""

from innovation.audit.models import ChainHead, Event
from innovation.ideas.models import Idea
from innovation.needs.models import Need, NeedDraft, Voice
from innovation.notices.models import Notice
from innovation.people.models import ApiToken, RoleGrant, Unit, User
from innovation.workflow.models import Approval, ApprovalRound, StateChange

__all__ = [
    "ApiToken",
    "Approval",
    "ApprovalRound",
    "ChainHead",
    "Event",
    "Idea",
    "Need",
    "NeedDraft",
    "Notice",
    "RoleGrant",
    "StateChange",
    "Unit",
    "User",
    "Voice",
]
