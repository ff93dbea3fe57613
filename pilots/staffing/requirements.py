"""What the gates ask of people's time."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from innovation.rules import dates
from pilots.lifecycle.checklist import Gate, Requirement, RequirementState, register
from pilots.lifecycle.models import Pilot, TeamRole
from pilots.staffing.queries import WITH_PEOPLE, WITH_REQUESTS, requests_of, still_asked_of


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
    return RequirementState(True, sentence, url)


def people_agreed(pilot: Pilot) -> RequirementState | None:
    """Whether everybody who is asked has answered: until then nobody knows who is on the team. Asked of those who
    asked somebody."""
    requests = requests_of(pilot)
    if not requests:
        return None
    url = reverse("pilots:team", args=[pilot.pk])
    waits = still_asked_of(pilot)
    if not waits:
        return RequirementState(True, _("Everybody who was asked has answered."), url)
    asked = " ".join(
        _("%(person)s: it waits for %(whom)s since %(day)s.")
        % {
            "person": one.person.name,
            "whom": one.waits_for,
            "day": dates.day_in_words(dates.day_of(one.waits_since)),
        }
        for one in waits
    )
    sentence = ngettext(
        "One person is asked for time, and it is not agreed. %(asked)s Wait for the answer, or take the"
        " request back.",
        "%(n)s people are asked for time, and it is not agreed. %(asked)s Wait for their answer, or take the"
        " request back.",
        len(waits),
    ) % {"n": len(waits), "asked": asked}
    return RequirementState(False, sentence, url)


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
register(
    Gate.RESOURCES,
    Requirement(
        "people_agreed",
        gettext_lazy("People agreed"),
        people_agreed,
        order=52,
        prefetch=(WITH_REQUESTS,),
    ),
)
