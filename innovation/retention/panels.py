"""What retention puts on the pages of people."""

from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.people.room import PeoplePermission
from innovation.retention import permissions
from innovation.retention.models import ErasureRequest
from innovation.rules import dates
from innovation.web import panels


def tabs_of_people(user: User) -> list[panels.PageTab]:
    if not permissions.can_see_terms(user):
        return []
    return [panels.PageTab(_("Retention"), reverse("innovation:retention"))]


def name_to_take_away(user: User, person: User) -> panels.Panel | None:
    """On the page of a closed account, for whoever may take its name away."""
    if person.is_active or not permissions.can_take_name(user, person):
        return None
    return panels.Panel(_("Their name"), "innovation/retention/_take_name.html", {"person": person})


def asked_to_go(user: User, person: User) -> panels.Panel | None:
    """On the page of somebody who asked to be erased, for whoever answers it."""
    asked = ErasureRequest.objects.open().filter(person=person).first()
    if asked is None or not permissions.can_answer_erasure(user, asked):
        return None
    context = {"asked": asked}
    return panels.Panel(_("Asked to be erased"), "innovation/retention/_asked.html", context)


def erasures_waiting(user: User) -> list[panels.WaitingItem]:
    """What people asked for whose accounts this administrator keeps."""
    if not user.may(PeoplePermission.MANAGE):
        return []
    found = ErasureRequest.objects.visible_to(user).open().select_related("person__unit")
    return [
        panels.WaitingItem(
            title=asked.person.name,
            sentence=_(
                "Asks that all that is held on them is erased; to be answered until %(day)s."
            )
            % {"day": dates.day_in_words(asked.answer_until)},
            url=reverse("innovation:erasure-request", args=[asked.pk]),
            since=asked.asked_at,
            kind=_("Erasure"),
            action_label=_("Answer"),
        )
        for asked in found
        if permissions.can_answer_erasure(user, asked)
    ]
