"""What the gates ask of people's time."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pilots.lifecycle.checklist import Gate, Requirement, RequirementState, register
from pilots.lifecycle.models import Pilot, TeamRole
from pilots.staffing.queries import WITH_PEOPLE, WITH_REQUESTS, still_asked_of


def lead_has_time(pilot: Pilot) -> RequirementState:
    url = reverse("pilots:team", args=[pilot.pk])
    shares = [
        allocation
        for allocation in pilot.allocations.all()
        if allocation.person_id == pilot.lead_id and allocation.role == TeamRole.LEAD
    ]
    if not shares:
        asked = [one for one in still_asked_of(pilot) if one.person_id == pilot.lead_id]
        if asked:
            return RequirementState(
                False,
                _(
                    "%(lead)s, who leads it, is asked for time, and it is not agreed: it waits for %(whom)s."
                )
                % {"lead": pilot.lead.name, "whom": asked[0].waits_for},
                url,
            )
        return RequirementState(
            False,
            _("Give %(lead)s, who leads it, a share of time.") % {"lead": pilot.lead.name},
            url,
        )
    people = len({allocation.person_id for allocation in pilot.allocations.all()})
    sentence = ngettext(
        "%(lead)s leads it with %(percent)s %% of full time.",
        "%(lead)s leads it with %(percent)s %% of full time; %(people)s people in all.",
        people,
    ) % {
        "lead": pilot.lead.name,
        "percent": max(share.percent for share in shares),
        "people": people,
    }
    if silent := _silent(pilot):
        sentence += " " + silent
    return RequirementState(True, sentence, url)


def _silent(pilot: Pilot) -> str:
    """Who is asked and has not said yes: they hold nothing up, and whoever decides knows of them."""
    names = sorted({one.person.name for one in still_asked_of(pilot)})
    if not names:
        return ""
    return ngettext(
        "%(names)s is asked, too, and has not agreed.",
        "%(names)s are asked, too, and have not agreed.",
        len(names),
    ) % {"names": ", ".join(names)}


register(
    Gate.RESOURCES,
    Requirement(
        "team",
        gettext_lazy("A lead with time"),
        lead_has_time,
        order=50,
        prefetch=(WITH_PEOPLE, WITH_REQUESTS),
    ),
)
