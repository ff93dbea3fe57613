"""Who works here, the tree of units, and which role somebody holds in which unit."""

from innovation.people.models.account_kinds import SERVICE_DOMAIN, AccountKind
from innovation.people.models.closed_accounts import ClosedAccount
from innovation.people.models.deputies import LONGEST, Deputyship, DeputyshipQuerySet
from innovation.people.models.grants import RoleGrant, RoleGrantQuerySet
from innovation.people.models.guesses import PasswordGuesses
from innovation.people.models.proposals import (
    DAYS_OF_A_KEY,
    DAYS_OF_A_PROPOSAL,
    AccountKey,
    KeyKind,
    ProposalOutcome,
    RoleProposal,
    RoleProposalQuerySet,
)
from innovation.people.models.services import (
    ServiceAccount,
    ServiceAccountQuerySet,
    ServiceUnit,
)
from innovation.people.models.sessions import Session
from innovation.people.models.tokens import SERVICE_SCOPES, ApiToken
from innovation.people.models.units import KINDS_DOWNWARDS, Unit, UnitKind, UnitQuerySet
from innovation.people.models.users import User, UserManager, UserQuerySet

__all__ = [
    "DAYS_OF_A_KEY",
    "DAYS_OF_A_PROPOSAL",
    "KINDS_DOWNWARDS",
    "LONGEST",
    "SERVICE_DOMAIN",
    "SERVICE_SCOPES",
    "AccountKey",
    "AccountKind",
    "ApiToken",
    "ClosedAccount",
    "KeyKind",
    "ProposalOutcome",
    "Deputyship",
    "DeputyshipQuerySet",
    "PasswordGuesses",
    "RoleGrant",
    "RoleGrantQuerySet",
    "RoleProposal",
    "RoleProposalQuerySet",
    "ServiceAccount",
    "ServiceAccountQuerySet",
    "ServiceUnit",
    "Session",
    "Unit",
    "UnitKind",
    "UnitQuerySet",
    "User",
    "UserManager",
    "UserQuerySet",
]
