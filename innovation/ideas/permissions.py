"""Who may do what with an idea. Reading is `Idea.objects.visible_to(user)`."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from innovation.ideas.models import Idea
from innovation.ideas.room import IdeasPermission
from innovation.ideas.states import IdeaStatus
from innovation.needs.models import Need
from innovation.needs.room import NeedsPermission
from innovation.needs.states import CLOSED_TO_IDEAS
from innovation.people.models import User
from innovation.people.permissions import check_holds
from innovation.rules.checks import derive
from innovation.rules.refusal import Conflict, NotAllowed


def check_can_propose(user: User, unit_id: int | None = None) -> None:
    check_holds(
        user,
        IdeasPermission.PROPOSE,
        unit_id,
        _("You can propose an idea for the units that your roles reach. This is not one of them.")
        if unit_id is not None
        else _("Proposing ideas is for staff. None of your roles includes it."),
    )


def check_needs_take_ideas(user: User, needs: Iterable[Need]) -> None:
    for need in needs:
        if need.unit_id not in user.reach(NeedsPermission.READ) and (
            need.submitted_by_id != user.pk
        ):
            raise NotAllowed(_("One of the needs is not open to you."))
        if need.status in CLOSED_TO_IDEAS:
            raise Conflict(
                _("“%(title)s” is closed (%(status)s), so it takes no more ideas.")
                % {"title": need.title, "status": need.get_status_display().lower()}
            )


def check_can_edit(user: User, idea: Idea) -> None:
    if idea.proposed_by_id != user.pk:
        raise NotAllowed(_("An idea is changed by the person who proposed it."))
    if idea.status != IdeaStatus.PROPOSED:
        raise Conflict(_("This idea has moved on, so its words stay as others have read them."))


def check_can_sort(user: User, idea: Idea) -> None:
    check_holds(
        user,
        IdeasPermission.SORT,
        idea.unit_id,
        _("Ideas are set aside and taken up again by the innovation office of their unit."),
    )


def check_can_start_pilot(user: User, idea: Idea) -> None:
    if not (user.may("pilots.open", idea.unit_id) or user.may("pilots.lead", idea.unit_id)):
        raise NotAllowed(
            _("Pilots are opened by the innovation office and the pilot leads of the idea's unit.")
        )


can_propose = derive(check_can_propose)
can_edit = derive(check_can_edit)
can_sort = derive(check_can_sort)
can_start_pilot = derive(check_can_start_pilot)
