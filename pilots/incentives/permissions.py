"""Who plans what people are offered, who says what it did, who thanks whom, and who corrects who had which part."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules import dates
from innovation.rules.checks import derive
from innovation.rules.refusal import NotAllowed, Refused
from pilots.incentives.models import TAKEN_BACK_WITHIN, CreditClaim, Incentive, Thanks
from pilots.lifecycle.models import Pilot, PilotQuerySet
from pilots.lifecycle.permissions import (
    check_can_edit_charter,
    check_can_edit_pilot,
    check_can_lead,
)
from pilots.lifecycle.states import ENDED


def check_goes_on(pilot: Pilot) -> None:
    if pilot.status in ENDED:
        raise Refused(_("The pilot has ended; what it offered stays as it was."))


def check_can_plan(user: User, pilot: Pilot) -> None:
    """The team and the office, until the pilot has ended."""
    check_can_edit_pilot(user, pilot)
    check_goes_on(pilot)


can_plan = derive(check_can_plan)


def check_can_change(user: User, incentive: Incentive, *, at: datetime) -> None:
    """While the charter is open and before it began: what was promised to people is not changed under them, nor
    is what was evaluated."""
    check_can_edit_charter(user, incentive.pilot)
    if incentive.dropped_at is not None:
        raise Refused(_("It was taken back."))
    if incentive.has_begun(today=dates.day_of(at)) or incentive.last_evaluation is not None:
        raise Refused(
            _("It began on %(day)s, and stays as it was. Take it back, and plan another one.")
            % {"day": dates.day_in_words(incentive.starts_on)}
        )


can_change = derive(check_can_change)


def check_can_keep_offer(user: User, incentive: Incentive) -> None:
    """Answer its warning, put it on another line, take it back: the team and the office."""
    check_can_plan(user, incentive.pilot)


can_keep_offer = derive(check_can_keep_offer)


def check_can_evaluate(user: User, incentive: Incentive) -> None:
    """The lead, or the office, says what it did; also of what began and was taken back."""
    check_can_lead(user, incentive.pilot)
    check_goes_on(incentive.pilot)


can_evaluate = derive(check_can_evaluate)


def check_can_take_back_thanks(user: User, thanks: Thanks, *, at: datetime) -> None:
    if thanks.by_id != user.pk:
        raise NotAllowed(_("Thanks are taken back by who gave them."))
    if at > thanks.at + TAKEN_BACK_WITHIN:
        raise Refused(
            _("They were given more than %(days)s days ago, and have been read.")
            % {"days": TAKEN_BACK_WITHIN.days}
        )


can_take_back_thanks = derive(check_can_take_back_thanks)


def check_can_answer_claim(user: User, claim: CreditClaim) -> None:
    """Who leads the pilot; nobody of their own part: then the office answers."""
    if claim.person_id in user.interests:
        raise NotAllowed(_("Somebody else says whether it was so."))
    check_can_lead(user, claim.pilot)


can_answer_claim = derive(check_can_answer_claim)


def pilots_of(user: User) -> PilotQuerySet:
    """Pilots that the user sees: of others there is nothing to answer."""
    return Pilot.objects.visible_to(user)
