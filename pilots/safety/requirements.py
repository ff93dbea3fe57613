"""What is asked of stops before a paused pilot goes on."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pilots.lifecycle.checklist import Gate, Requirement, RequirementState, register
from pilots.lifecycle.models import Pilot


def stops_answered(pilot: Pilot) -> RequirementState:
    if any(one.answered_at is None for one in pilot.stop_requests.all()):
        return RequirementState(
            False,
            _("Somebody asked to stop it, and waits for an answer; it does not go on before."),
            reverse("pilots:stop-answer", args=[pilot.pk]),
        )
    return RequirementState(True, _("No stop waits for an answer."))


register(
    Gate.RESUME,
    Requirement(
        "stops",
        gettext_lazy("Stops answered"),
        stops_answered,
        order=20,
        prefetch=("stop_requests",),
    ),
)
