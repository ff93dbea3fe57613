"""The life of an idea."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from innovation.workflow.lifecycle import Lifecycle, Reason, Transition


class IdeaStatus(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")
    SET_ASIDE = "set_aside", _("Set aside")
    IN_PILOT = "in_pilot", _("In a pilot")
    PROVEN = "proven", _("Proven")
    NOT_PROVEN = "not_proven", _("Tried, not proven")


S = IdeaStatus
IDEA = Lifecycle(
    noun="idea",
    initial=S.PROPOSED,
    transitions=(
        Transition(
            "set_aside",
            (S.PROPOSED,),
            S.SET_ASIDE,
            "idea.set_aside",
            _("Set aside"),
            Reason.REQUIRED,
        ),
        Transition(
            "take_back",
            (S.SET_ASIDE,),
            S.PROPOSED,
            "idea.taken_back",
            _("Take back up"),
            Reason.OPTIONAL,
        ),
        Transition(
            "start_pilot",
            (S.PROPOSED,),
            S.IN_PILOT,
            "idea.in_pilot",
            _("Start a pilot"),
            Reason.OPTIONAL,
        ),
        Transition("prove", (S.IN_PILOT,), S.PROVEN, "idea.proven", _("Proven"), Reason.REQUIRED),
        Transition(
            "disprove",
            (S.IN_PILOT,),
            S.NOT_PROVEN,
            "idea.not_proven",
            _("Tried, not proven"),
            Reason.REQUIRED,
        ),
    ),
)
