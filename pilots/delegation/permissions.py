"""Who may let another decide at gates, and who takes it on or ends it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules.checks import derive
from innovation.rules.refusal import NotAllowed
from pilots.delegation.models import Delegation
from pilots.delegation.rights import RIGHT_AT


def check_can_delegate(user: User) -> None:
    """Whoever decides at some gate by a role of their own. What was delegated to somebody, and what they
    do for whom they stand in for, they pass on to nobody."""
    if user.acting_for is not None:
        raise NotAllowed(
            _("You act for %(name)s. Stop that first: only they let others decide for them.")
            % {"name": user.acting_for.name}
        )
    if not any(user.may(right) for right in RIGHT_AT.values()):
        raise NotAllowed(
            _("Decisions are delegated by who makes them: none of your roles decides at a gate.")
        )


can_delegate = derive(check_can_delegate)


def check_can_answer_delegation(user: User, delegation: Delegation) -> None:
    """Only who is asked, and nobody who acts for them: a yes is one's own."""
    if user.pk != delegation.to_id or user.acting_for is not None:
        raise NotAllowed(_("This is asked of %(person)s.") % {"person": delegation.to.name})


can_answer_delegation = derive(check_can_answer_delegation)


def check_can_end_delegation(user: User, delegation: Delegation) -> None:
    if user.pk not in (delegation.given_by_id, delegation.to_id) or user.acting_for is not None:
        raise NotAllowed(
            _("%(by)s or %(to)s ends it.")
            % {"by": delegation.given_by.name, "to": delegation.to.name}
        )


can_end_delegation = derive(check_can_end_delegation)
