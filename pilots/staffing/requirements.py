"""What the gates ask of people's time."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pilots.lifecycle.checklist import Gate, Requirement, RequirementState, register
from pilots.lifecycle.models import Pilot, TeamRole
from pilots.staffing.queries import WITH_PEOPLE


def lead_has_time(pilot: Pilot) -> RequirementState:
    url = reverse("pilots:team", args=[pilot.pk])
    shares = [
        allocation
        for allocation in pilot.allocations.all()
        if allocation.person_id == pilot.lead_id and allocation.role == TeamRole.LEAD
    ]
    if not shares:
        return RequirementState(
            False,
            _("Give %(lead)s, who leads it, a share of time.") % {"lead": pilot.lead.name},
            url,
        )
    people = len({allocation.person_id for allocation in pilot.allocations.all()})
    return RequirementState(
        True,
        ngettext(
            "%(lead)s leads it with %(percent)s %% of full time.",
            "%(lead)s leads it with %(percent)s %% of full time; %(people)s people in all.",
            people,
        )
        % {
            "lead": pilot.lead.name,
            "percent": max(share.percent for share in shares),
            "people": people,
        },
        url,
    )


register(
    Gate.RESOURCES,
    Requirement(
        "team",
        gettext_lazy("A lead with time"),
        lead_has_time,
        order=50,
        prefetch=(WITH_PEOPLE,),
    ),
)
