"""What administrators are told of the background."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.people.room import PeoplePermission
from innovation.web import panels
from innovation.workflow import presenters, signs_of_life


def silence_waiting(user: User) -> list[panels.WaitingItem]:
    if not user.may(PeoplePermission.MANAGE):
        return []
    at = timezone.now()
    sentence = presenters.silence(at=at)
    if not sentence:
        return []
    seen = [moment for moment in signs_of_life.missed(at=at).values() if moment]
    return [
        panels.WaitingItem(
            title=_("The background stands still"),
            sentence=sentence,
            url=reverse("readyz"),
            since=min(seen),
            kind=_("Operation"),
            action_label=_("See what answers"),
        )
    ]
