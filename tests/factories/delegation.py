"""Delegations of a test, made the way people make them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from innovation.people.models import User
from innovation.rules import dates
from pilots.delegation import actions
from pilots.delegation.models import Delegation
from tests.factories.cast import Cast


def fresh(user: User) -> User:
    """As the next request reads them."""
    return User.objects.get(pk=user.pk)


def ask(cast: Cast, **fields: Any) -> Delegation:
    """Amara, who goes on leave today, asks Priya to decide on the money of St Brigid for a fortnight."""
    given: dict[str, Any] = {
        "to": cast.priya,
        "unit": cast.brigid,
        "gates": ["resources", "go_live"],
        "starts_on": dates.today(),
        "ends_on": dates.today() + timedelta(days=13),
        "reason": "I am on leave.",
        "by": cast.amara,
        "at": timezone.now(),
    }
    return actions.offer(**given | fields)


def delegate(cast: Cast, **fields: Any) -> Delegation:
    """… who says yes."""
    asked = ask(cast, **fields)
    return actions.answer(asked, accept=True, by=asked.to, at=timezone.now())
