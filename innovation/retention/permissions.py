"""Who sees the terms, and who takes a name away."""

from django.utils.translation import gettext as _

from innovation.people.models import AccountKind, User
from innovation.people.permissions import check_can_manage_person
from innovation.people.room import PeoplePermission
from innovation.retention.models import ErasureRequest
from innovation.rules.checks import derive
from innovation.rules.refusal import Conflict, NotAllowed, Refused
from innovation.web import panels


def check_can_see_terms(user: User) -> None:
    """The terms and counts are those of the whole installation."""
    if not user.units(PeoplePermission.MANAGE).filter(parent=None).exists():
        raise NotAllowed(_("Terms are kept by the administrators of the whole installation."))


can_see_terms = derive(check_can_see_terms)


def check_can_take_name(user: User, person: User) -> None:
    """By whoever keeps the whole account, once it is closed and nothing waits on it."""
    check_can_manage_person(user, person)
    check_name_can_go(person)


def check_name_can_go(person: User) -> None:
    if person.kind != AccountKind.PERSON:
        raise Refused(_("A machine has no name that could go."))
    if person.anonymised_at is not None:
        raise Conflict(_("The name was taken away already."))
    if person.is_active:
        raise Refused(_("The account is open. Close it first."))
    if any(True for _item in panels.gather(panels.HandoverItem, "handover", person)):
        raise Refused(
            _("They still answer for something. Give it to somebody else first, by “Hand over”.")
        )


can_take_name = derive(check_can_take_name)


def check_can_answer_erasure(user: User, asked: ErasureRequest) -> None:
    """Whoever keeps the whole account, and is somebody else."""
    check_can_manage_person(user, asked.person)
    if user.pk == asked.person_id:
        raise NotAllowed(_("Nobody answers what they asked for themselves."))


can_answer_erasure = derive(check_can_answer_erasure)
