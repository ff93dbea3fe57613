"""Who may do what with a need. Reading is `Need.objects.visible_to(user)`."""

from django.utils.translation import gettext as _

from innovation.needs.models import Need
from innovation.needs.room import NeedsPermission
from innovation.needs.states import CLOSED_TO_MERGING, SETTLED, NeedStatus
from innovation.people.models import User
from innovation.people.permissions import check_holds
from innovation.rules.checks import derive
from innovation.rules.refusal import Conflict, NotAllowed, Refused


def check_can_submit(user: User, unit_id: int | None = None) -> None:
    check_holds(
        user,
        NeedsPermission.SUBMIT,
        unit_id,
        _("You can record a need for the units that your roles reach. This one is not among them.")
        if unit_id is not None
        else _("Recording needs is for staff. None of your roles includes it."),
    )


def check_can_edit(user: User, need: Need) -> None:
    if need.submitted_by_id != user.pk:
        raise NotAllowed(_("A need is changed by the person who recorded it."))
    if need.status not in (NeedStatus.SUBMITTED, NeedStatus.NEEDS_INFORMATION):
        raise Conflict(
            _("This need has been taken up, so its words stay as others have read them.")
        )


def check_can_answer(user: User, need: Need) -> None:
    if need.submitted_by_id != user.pk:
        raise NotAllowed(_("The question goes to the person who recorded the need."))


def check_can_triage(user: User, need: Need) -> None:
    check_holds(
        user,
        NeedsPermission.TRIAGE,
        need.unit_id,
        _("Needs are answered by the innovation office of their unit."),
    )


def check_can_merge(user: User, need: Need, into: Need) -> None:
    check_can_triage(user, need)
    if into.pk == need.pk:
        raise Refused(_("A need cannot be merged into itself. Choose another one."))
    if into.unit_id not in user.reach(NeedsPermission.READ):
        raise NotAllowed(_("The other need is not open to you."))
    if into.status in CLOSED_TO_MERGING:
        raise Conflict(
            _("“%(title)s” is closed (%(status)s). Choose a need that is still going somewhere.")
            % {"title": into.title, "status": into.get_status_display().lower()}
        )


def check_can_add_voice(user: User, need: Need) -> None:
    if need.submitted_by_id == user.pk:
        raise Refused(_("You recorded this need, so you are counted already."))
    if need.unit_id not in user.reach(NeedsPermission.READ):
        raise NotAllowed(_("This need is not open to you."))
    check_holds(
        user,
        NeedsPermission.SUBMIT,
        need.unit_id,
        _("Adding a voice is for staff. None of your roles here includes it."),
    )
    if need.status in SETTLED:
        raise Conflict(
            _("This need is closed (%(status)s), so it takes no more voices.")
            % {"status": need.get_status_display().lower()}
        )


def check_can_start_pilot(user: User, need: Need) -> None:
    if not (user.may("pilots.open", need.unit_id) or user.may("pilots.lead", need.unit_id)):
        raise NotAllowed(
            _("Pilots are opened by the innovation office and the pilot leads of the need's unit.")
        )


can_submit = derive(check_can_submit)
can_edit = derive(check_can_edit)
can_answer = derive(check_can_answer)
can_triage = derive(check_can_triage)
can_merge = derive(check_can_merge)
can_add_voice = derive(check_can_add_voice)
can_start_pilot = derive(check_can_start_pilot)
