"""What this room puts in other places: its lists, beside those of people and units."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innovation.access import queries
from innovation.people.models import Deputyship, ServiceAccount, User
from innovation.people.room import PeoplePermission
from innovation.rules import dates
from innovation.web import panels


def tabs_of_people(user: User) -> list[panels.PageTab]:
    """For those who keep people somewhere; who reads about them sees the reviews."""
    if not user.may(PeoplePermission.READ):
        return []
    reviews = panels.PageTab(_("Access reviews"), reverse("innovation:access-reviews"))
    if not user.may(PeoplePermission.MANAGE):
        return [reviews]
    return [
        panels.PageTab(_("Invitations"), reverse("innovation:invitations")),
        panels.PageTab(_("Imports"), reverse("innovation:people-imports")),
        panels.PageTab(_("Service accounts"), reverse("innovation:services")),
        reviews,
    ]


def reviews_waiting(user: User) -> list[panels.WaitingItem]:
    """Reviews in which this administrator can still decide something."""
    if not user.may(PeoplePermission.MANAGE):
        return []
    return [
        panels.WaitingItem(
            title=str(review.unit),
            sentence=ngettext(
                "%(n)s role waits to be reviewed until %(day)s.",
                "%(n)s roles wait to be reviewed until %(day)s.",
                waiting,
            )
            % {"n": waiting, "day": dates.day_in_words(review.due_on)},
            url=reverse("innovation:access-review", args=[review.pk]),
            since=review.opened_at,
            kind=_("Access review"),
            action_label=_("Review"),
        )
        for review, waiting in queries.reviews_to_do(user)
    ]


def to_hand_over(person: User | None) -> list[panels.HandoverItem]:
    """Machines for which somebody answers who has left; another is named on their own page."""
    found = ServiceAccount.objects.filter(closed_at=None, owner__is_active=False)
    if person is not None:
        found = found.filter(owner=person)
    return [
        panels.HandoverItem(
            key=f"service-{service.pk}",
            holder=service.owner_id,
            title=service.account.name,
            sentence=_("Answers for this service account. Name somebody else, or close it."),
            url=service.get_absolute_url(),
            unit_id=service.account.unit_id,
        )
        for service in found.select_related("account").order_by("pk")
        if service.account.unit_id is not None
    ]


def deputies_of(user: User, person: User) -> panels.Panel | None:
    """On one's own account: who may act for oneself, and for whom one may act."""
    if user.pk != person.pk:
        return None
    standing = Deputyship.objects.visible_to(user).standing().select_related("person", "deputy")
    return panels.Panel(
        _("Deputies"), "innovation/access/_deputies.html", {"standing": standing, "user": user}
    )
