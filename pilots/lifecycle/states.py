"""The life of a pilot."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from innovation.workflow.lifecycle import Lifecycle, Reason, Transition


class PilotStatus(models.TextChoices):
    SHAPING = "shaping", _("Shaping")
    PROPOSED = "proposed", _("Waiting for resources")
    APPROVED = "approved", _("Resources approved")
    PREPARING = "preparing", _("Preparing")
    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Paused")
    EVALUATING = "evaluating", _("Waiting for a decision")
    SCALED = "scaled", _("Scaled")
    STOPPED = "stopped", _("Stopped")
    WITHDRAWN = "withdrawn", _("Taken out of use")


S = PilotStatus
ACTIVE = (S.APPROVED, S.PREPARING, S.RUNNING, S.PAUSED, S.EVALUATING)
# Nobody works with it any more.
OUT_OF_USE = (S.STOPPED, S.WITHDRAWN)
ENDED = (S.SCALED, *OUT_OF_USE)
# Somebody decides on it: what they decide on stays as it is meanwhile (`Pilot.stands_at`).
UNDER_DECISION = (S.PROPOSED, S.EVALUATING)

PILOT = Lifecycle(
    noun="pilot",
    initial=S.SHAPING,
    transitions=(
        Transition(
            "propose", (S.SHAPING,), S.PROPOSED, "pilot.proposed", _("Propose"), Reason.OPTIONAL
        ),
        Transition(
            "approve", (S.PROPOSED,), S.APPROVED, "pilot.approved", _("Approve"), Reason.OPTIONAL
        ),
        Transition(
            "return", (S.PROPOSED,), S.SHAPING, "pilot.returned", _("Return"), Reason.REQUIRED
        ),
        Transition(
            "prepare",
            (S.APPROVED,),
            S.PREPARING,
            "pilot.preparing",
            _("Start preparing"),
            Reason.OPTIONAL,
        ),
        Transition(
            "go_live", (S.PREPARING,), S.RUNNING, "pilot.went_live", _("Go live"), Reason.OPTIONAL
        ),
        Transition(
            "pause",
            (S.PREPARING, S.RUNNING, S.EVALUATING),
            S.PAUSED,
            "pilot.paused",
            _("Pause"),
            Reason.REQUIRED,
        ),
        Transition("resume", (S.PAUSED,), None, "pilot.resumed", _("Resume"), Reason.REQUIRED),
        Transition(
            "evaluate",
            (S.RUNNING,),
            S.EVALUATING,
            "pilot.evaluating",
            _("Ask for a decision"),
            Reason.OPTIONAL,
        ),
        Transition("scale", (S.EVALUATING,), S.SCALED, "pilot.scaled", _("Scale"), Reason.REQUIRED),
        Transition(
            "extend", (S.EVALUATING,), S.RUNNING, "pilot.extended", _("Extend"), Reason.REQUIRED
        ),
        Transition(
            "pivot", (S.EVALUATING,), S.SHAPING, "pilot.pivoted", _("Pivot"), Reason.REQUIRED
        ),
        Transition(
            "stop",
            (S.SHAPING, S.PROPOSED, S.APPROVED, S.PREPARING, S.RUNNING, S.PAUSED, S.EVALUATING),
            S.STOPPED,
            "pilot.stopped",
            _("Stop"),
            Reason.REQUIRED,
        ),
        Transition(
            "take_out",
            (S.SCALED,),
            S.WITHDRAWN,
            "pilot.taken_out",
            _("Take out of use"),
            Reason.REQUIRED,
        ),
    ),
)
