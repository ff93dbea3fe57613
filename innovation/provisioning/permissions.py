"""Who may let a directory keep people."""

from innovation.people.models import User
from innovation.people.permissions import check_can_manage_people
from innovation.provisioning.models import ScimToken
from innovation.rules.checks import derive


def check_can_revoke(user: User, token: ScimToken) -> None:
    """Any administrator of the unit, not its owner alone: the owner may be away."""
    check_can_manage_people(user, token.unit)


can_revoke = derive(check_can_revoke)
