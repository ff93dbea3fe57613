"""What is asked of alarms before a paused pilot goes on."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pilots.lifecycle.checklist import Gate, Requirement, RequirementState, register
from pilots.lifecycle.models import Pilot


def alarms_answered(pilot: Pilot) -> RequirementState:
    for alarm in pilot.alarms.all():
        if alarm.answered_at is None:
            return RequirementState(
                False,
                _("A guardrail alarm waits for an answer; it does not go on before."),
                reverse("pilots:alarm-answer", args=[alarm.pk]),
            )
    return RequirementState(True, _("No alarm waits for an answer."))


register(
    Gate.RESUME,
    Requirement(
        "alarms",
        gettext_lazy("Alarms answered"),
        alarms_answered,
        order=10,
        prefetch=("alarms",),
    ),
)
