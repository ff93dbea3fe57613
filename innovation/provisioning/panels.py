"""What directories put in other places: their page beside people's, and tokens that stopped."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.people.room import PeoplePermission
from innovation.provisioning.models import ScimToken
from innovation.web import panels


def tabs_of_people(user: User) -> list[panels.PageTab]:
    """For those who keep people somewhere."""
    if not user.may(PeoplePermission.MANAGE):
        return []
    return [panels.PageTab(_("Directory sync"), reverse("innovation:directory"))]


def to_hand_over(person: User | None) -> list[panels.HandoverItem]:
    """Tokens whose owner has left: nobody comes or leaves by them any more. They are given to
    nobody, for whoever made one may have kept its text."""
    stopped = ScimToken.objects.current(timezone.now()).filter(owner__is_active=False)
    if person is not None:
        stopped = stopped.filter(owner=person)
    return [
        panels.HandoverItem(
            key=f"scim-token-{token.pk}",
            holder=token.owner_id,
            title=token.name,
            sentence=_("This directory has stopped. Make a new token, and revoke the old one."),
            url=reverse("innovation:directory"),
            unit_id=token.unit_id,
        )
        for token in stopped
    ]
