"""What the gates ask of a pilot that offers something: that it does no harm, is paid for, and is looked at after."""

from __future__ import annotations

from django.db.models import Prefetch
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innovation.rules import dates
from pilots.incentives import queries
from pilots.incentives.models import Incentive
from pilots.lifecycle.checklist import Gate, Requirement, RequirementState, register
from pilots.lifecycle.models import Pilot
from pilots.metrics.requirements import METRICS

OFFERED = Prefetch("incentives", Incentive.objects.prefetch_related("evaluations"))


def offers_stand(pilot: Pilot) -> RequirementState | None:
    """Asked of those who offer something; nobody has to."""
    found = [one for one in pilot.incentives.all() if one.dropped_at is None]
    if not found:
        return None
    offers = queries.offers(found, queries.planned(pilot.metrics.all()))
    for one in offers:
        url = reverse("pilots:incentive", args=[one.incentive.pk])
        if one.warning is not None:
            said = _("“%(what)s” may reward doing more at the cost of doing well: answer that.")
            return RequirementState(False, said % {"what": one.incentive.what}, url)
        if one.uncosted:
            said = _("Say what “%(what)s” costs and which line pays.")
            return RequirementState(False, said % {"what": one.incentive.what}, url)
        if one.unpaid:
            said = _("Say which budget line pays for “%(what)s”.")
            return RequirementState(False, said % {"what": one.incentive.what}, url)
    return RequirementState(True, _("What people are offered is thought through and paid for."))


def offers_evaluated(pilot: Pilot) -> RequirementState | None:
    """Asked of what has begun, also where it was taken back since; what is still to come has done nothing yet."""
    today = dates.today()
    begun = [one for one in pilot.incentives.all() if one.has_begun(today=today)]
    if not begun:
        return None
    for one in begun:
        if not one.evaluations.all():
            return RequirementState(
                False,
                _("Say what “%(what)s” did, and whether it stays.") % {"what": one.what},
                reverse("pilots:incentive-evaluate", args=[one.pk]),
            )
    return RequirementState(True, _("It is said what each offer to the people did."))


register(
    Gate.RESOURCES,
    Requirement(
        "incentives",
        gettext_lazy("What people are offered"),
        offers_stand,
        order=87,
        prefetch=(OFFERED, METRICS),
    ),
)
register(
    Gate.OUTCOME,
    Requirement(
        "incentives_evaluated",
        gettext_lazy("What the offers did"),
        offers_evaluated,
        order=35,
        prefetch=(OFFERED,),
    ),
)
