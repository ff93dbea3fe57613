"""Who works here, the tree of units, and which role somebody holds in which unit."""

from innovation.people.models.guesses import PasswordGuesses
from innovation.people.models.sessions import Session
from innovation.people.models.units import KINDS_DOWNWARDS, Unit, UnitKind, UnitQuerySet
from innovation.people.models.users import (
    ApiToken,
    RoleGrant,
    RoleGrantQuerySet,
    User,
    UserManager,
    UserQuerySet,
)

__all__ = [
    "KINDS_DOWNWARDS",
    "ApiToken",
    "PasswordGuesses",
    "RoleGrant",
    "RoleGrantQuerySet",
    "Session",
    "Unit",
    "UnitKind",
    "UnitQuerySet",
    "User",
    "UserManager",
    "UserQuerySet",
]
