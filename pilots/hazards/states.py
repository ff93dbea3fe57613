"""Whether what is left of a hazard was judged; what watches it opens it again."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from innovation.workflow.lifecycle import Lifecycle, Reason, Transition


class HazardStatus(models.TextChoices):
    OPEN = "open", _("Open")
    CONTROLLED = "controlled", _("Controlled")


S = HazardStatus

HAZARD = Lifecycle(
    noun="hazard",
    initial=S.OPEN,
    transitions=(
        Transition(
            "judge",
            (S.OPEN,),
            S.CONTROLLED,
            "hazard.judged",
            _("Judge what is left"),
            Reason.REQUIRED,
        ),
        Transition(
            "reopen",
            (S.CONTROLLED,),
            S.OPEN,
            "hazard.reopened",
            _("Open it again"),
            Reason.REQUIRED,
        ),
    ),
)
