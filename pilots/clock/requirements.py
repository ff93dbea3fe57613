"""What the first gate asks of the time that is planned."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pilots.lifecycle.checklist import Gate, Requirement, RequirementState, register
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.run_time import LONGEST


def fits_its_clock(pilot: Pilot) -> RequirementState | None:
    """What is planned fits the longest run of its pathway; not asked before both are known."""
    longest = LONGEST.get(pilot.pathway)
    if longest is None or pilot.starts_on is None or pilot.ends_on is None:
        return None
    planned = -(-(pilot.ends_on - pilot.starts_on).days // 7)
    if max(planned, pilot.least_weeks) > longest.weeks:
        return RequirementState(
            False,
            _(
                "On its pathway a pilot runs for %(most)s weeks at the most, and this one is planned for"
                " %(planned)s. Shorten it, or split it."
            )
            % {"most": longest.weeks, "planned": max(planned, pilot.least_weeks)},
            reverse("pilots:charter", args=[pilot.pk]),
        )
    return RequirementState(
        True,
        _("On its pathway a pilot runs for %(most)s weeks at the most.") % {"most": longest.weeks},
    )


register(
    Gate.RESOURCES,
    Requirement("clock", gettext_lazy("Its time"), fits_its_clock, order=35),
)
