"""What becomes of a report: read by safety, and answered to whoever wrote it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from innovation.workflow.lifecycle import Lifecycle, Reason, Transition


class IncidentStatus(models.TextChoices):
    REPORTED = "reported", _("Reported")
    LOOKED_AT = "looked_at", _("Being looked at")
    ANSWERED = "answered", _("Answered")


S = IncidentStatus

INCIDENT = Lifecycle(
    noun="incident",
    initial=S.REPORTED,
    transitions=(
        Transition(
            "look", (S.REPORTED,), S.LOOKED_AT, "incident.looked_at", _("Look at it"), Reason.NONE
        ),
        Transition(
            "answer",
            (S.REPORTED, S.LOOKED_AT),
            S.ANSWERED,
            "incident.answered",
            _("Answer"),
            Reason.REQUIRED,
        ),
    ),
)
