"""What somebody may do, and how a rule answers.

Each room names its permissions in its `room.py`; roles (see `roles.py`) hold them, and a role is
granted in a unit and reaches everything below it. The rule for one object lives in its own room
as `check_can_<verb>(user, thing)`, which raises a sentence; `can_<verb>` is derived from it, so
button, refusal and API say the same.
"""

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from innovation.people.models import (
    DAYS_OF_A_KEY,
    DAYS_OF_A_PROPOSAL,
    AccountKey,
    RoleProposal,
    Unit,
    User,
)
from innovation.people.room import PeoplePermission
from innovation.rules.checks import derive
from innovation.rules.refusal import Conflict, NotAllowed, Refused


def check_holds(user: User, permission: str, unit_id: int | None, sentence: str) -> None:
    """Raise `sentence` unless the user holds it in `unit_id` (any unit where that is None)."""
    if not user.may(permission, unit_id):
        raise NotAllowed(sentence)


def check_can_manage_people(user: User, unit: Unit | None = None) -> None:
    check_holds(
        user,
        PeoplePermission.MANAGE,
        unit.pk if unit is not None else None,
        _("People and units are kept by the administrators of a unit."),
    )


can_manage_people = derive(check_can_manage_people)


def check_not_oneself(user: User, person: User) -> None:
    if person.pk == user.pk:
        raise NotAllowed(_("Nobody changes their own roles. Ask another administrator."))


def check_can_grant(user: User, *, unit: Unit, person: User) -> None:
    check_can_manage_people(user, unit)
    check_not_oneself(user, person)


can_grant = derive(check_can_grant)


def check_can_confirm_role(user: User, proposal: RoleProposal, *, at: datetime) -> None:
    """A second person: keeps people in that unit, too, and is neither who proposed it, nor who
    would hold it, nor an account that one of these could have entered lately."""
    check_can_manage_people(user, proposal.unit)
    if user.pk == proposal.proposed_by_id:
        raise NotAllowed(_("You proposed it. Another administrator confirms it."))
    if user.pk == proposal.person_id:
        raise NotAllowed(_("Nobody confirms a role of their own. Another administrator does."))
    if at > proposal.proposed_at + timedelta(days=DAYS_OF_A_PROPOSAL):
        raise Refused(
            _("This was proposed more than %(days)s days ago. Propose it anew.")
            % {"days": DAYS_OF_A_PROPOSAL}
        )
    held = AccountKey.objects.filter(
        Q(person=user, by__in=(proposal.proposed_by_id, proposal.person_id))
        | Q(person=proposal.proposed_by_id, by=user),
        at__gt=at - timedelta(days=DAYS_OF_A_KEY),
    )
    key = held.select_related("person", "by").order_by("-at").first()
    if key is not None:
        raise NotAllowed(
            _(
                "%(who)s %(did)s of %(whose)s less than %(days)s days ago, and could be behind "
                "both. Another administrator confirms this."
            )
            % {
                "who": key.by,
                "did": key.get_kind_display(),
                "whose": key.person,
                "days": DAYS_OF_A_KEY,
            }
        )


can_confirm_role = derive(check_can_confirm_role)


def check_can_decline_role(user: User, proposal: RoleProposal) -> None:
    check_can_manage_people(user, proposal.unit)
    if user.pk == proposal.proposed_by_id:
        raise NotAllowed(_("You proposed it; take it back instead."))


can_decline_role = derive(check_can_decline_role)


def check_can_withdraw_role(user: User, proposal: RoleProposal) -> None:
    if user.pk != proposal.proposed_by_id:
        raise NotAllowed(
            _("%(name)s proposed it. Decline it instead.") % {"name": proposal.proposed_by}
        )


can_withdraw_role = derive(check_can_withdraw_role)


def check_can_manage_person(user: User, person: User) -> None:
    """Whoever changes an account could enter by it, so they must reach all that it reaches."""
    check_can_manage_people(user)
    reach = user.reach(PeoplePermission.MANAGE)
    if person.is_superuser and not user.is_superuser:
        raise NotAllowed(_("This account opens the back room; only another such account keeps it."))
    if person.unit_id is not None and person.unit_id not in reach:
        raise NotAllowed(
            _("%(person)s belongs to %(unit)s, whose administrators keep this account.")
            % {"person": person, "unit": person.unit}
        )
    grants = list(person.grants.current().select_related("unit"))
    beyond = sorted({str(grant.unit) for grant in grants if grant.unit_id not in reach})
    if beyond:
        raise NotAllowed(
            _("%(person)s also holds a role in %(units)s, which your role does not reach.")
            % {"person": person, "units": ", ".join(beyond)}
        )
    if person.unit_id is None and not grants and not _reaches_a_root(user):
        raise NotAllowed(
            _("%(person)s belongs to no unit yet; the administrators of the whole take care of it.")
            % {"person": person}
        )


can_manage_person = derive(check_can_manage_person)


def check_can_reset_second_step(user: User, person: User) -> None:
    """Not one's own: whoever sits at an open session would take the second step away with it."""
    check_can_manage_person(user, person)
    if person.pk == user.pk:
        raise NotAllowed(_("Nobody resets their own second step. Ask another administrator."))


can_reset_second_step = derive(check_can_reset_second_step)


def check_can_close_account(user: User, person: User) -> None:
    """Who keeps the account of somebody of their unit closes it, whatever roles other units gave:
    nobody enters by a closed account, and a role given elsewhere must not keep a leaver in. Whom a
    unit above gave a role is closed from there: a ward does not shut out who oversees it."""
    if person.pk == user.pk and user.acts_in_person:
        raise NotAllowed(_("Nobody closes their own account. Ask another administrator."))
    if not _keeps_account_of(user, person) or _is_from_above(user, person):
        check_can_manage_person(user, person)


def _keeps_account_of(user: User, person: User) -> bool:
    if person.unit_id is None or (person.is_superuser and not user.is_superuser):
        return False
    return user.may(PeoplePermission.MANAGE, person.unit_id)


def _is_from_above(user: User, person: User) -> bool:
    """Whether a unit above their own, which the user does not reach, gave them a role."""
    assert person.unit is not None
    above = person.unit.ancestors().exclude(pk__within=user.reach(PeoplePermission.MANAGE))
    return person.grants.current().filter(unit__in=[unit.pk for unit in above]).exists()


can_close_account = derive(check_can_close_account)


def check_can_hand_over(user: User, unit_id: int, holder: User, permission: str) -> None:
    """What somebody who has left answered for is given to somebody else by the administrators of
    its unit, and by who holds `permission` there. Whoever is still here does so themselves."""
    if not (user.may(PeoplePermission.MANAGE, unit_id) or user.may(permission, unit_id)):
        raise NotAllowed(
            _("What somebody left behind is given on by the administrators of its unit.")
        )
    if holder.is_active:
        raise Conflict(
            _("%(person)s has not left, or somebody gave this on already.") % {"person": holder}
        )


can_hand_over = derive(check_can_hand_over)


def _reaches_a_root(user: User) -> bool:
    return bool(user.units(PeoplePermission.MANAGE).filter(parent=None).exists())


def check_can_move_unit(user: User, unit: Unit, *, below: Unit | None = None) -> None:
    """Moving changes who reaches a unit, so it takes the role above it: there and where it goes."""
    check_can_manage_people(user, unit)
    if unit.parent_id is not None and not user.may(PeoplePermission.MANAGE, unit.parent_id):
        raise NotAllowed(
            _("%(unit)s is moved by the administrators of %(parent)s, where it stands now.")
            % {"unit": unit, "parent": unit.parent}
        )
    if below is not None:
        check_can_manage_people(user, below)


can_move_unit = derive(check_can_move_unit)
