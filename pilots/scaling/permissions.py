"""Who writes a scale plan, who amends it, and who says yes to owning what it is about."""

from __future__ import annotations

from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules.checks import derive
from innovation.rules.refusal import NotAllowed, Refused
from pilots.funding.permissions import can_see_money
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.permissions import can_edit_pilot, check_can_edit_pilot
from pilots.lifecycle.states import ENDED, PilotStatus
from pilots.scaling.models import ScalePlan


def check_can_write_plan(user: User, pilot: Pilot) -> None:
    """The team and the office, until it is decided on."""
    check_can_edit_pilot(user, pilot)
    if pilot.status in ENDED:
        raise Refused(
            _("The pilot is “%(status)s”. What it was scaled on changes by an amendment alone.")
            % {"status": pilot.get_status_display()}
        )


can_write_plan = derive(check_can_write_plan)


def check_can_amend_plan(user: User, plan: ScalePlan) -> None:
    """The owner, the team and the office, while it is in use."""
    if plan.owner_id != user.pk and not can_edit_pilot(user, plan.pilot):
        raise NotAllowed(_("This is for its owner, the pilot's team and the innovation office."))
    if plan.pilot.status != PilotStatus.SCALED:
        raise Refused(_("A plan is amended once its pilot was scaled, and while it is in use."))


can_amend_plan = derive(check_can_amend_plan)


def check_can_answer_asked(user: User, plan: ScalePlan) -> None:
    """Only who is asked, and nobody who acts for them: a yes is one's own."""
    if plan.asked_id is None or plan.asked is None:
        raise Refused(_("Nobody is asked at the moment."))
    if user.pk != plan.asked_id:
        raise NotAllowed(_("This is asked of %(person)s.") % {"person": plan.asked.name})


can_answer_asked = derive(check_can_answer_asked)


def sees_cost(user: User, pilot: Pilot, plan: ScalePlan | None) -> bool:
    """Whoever sees the pilot's money, and whoever owns the cost or is asked to."""
    concerned = plan is not None and user.pk in (plan.owner_id, plan.asked_id)
    return concerned or bool(can_see_money(user, pilot))
