"""The life of an amendment that touches what a pilot is judged by."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from innovation.workflow.lifecycle import Lifecycle, Reason, Transition


class AmendmentStatus(models.TextChoices):
    WAITING = "waiting", _("Waiting for approval")
    APPROVED = "approved", _("Approved")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    LAPSED = "lapsed", _("Lapsed")


S = AmendmentStatus

AMENDMENT = Lifecycle(
    noun="amendment",
    initial=S.WAITING,
    transitions=(
        Transition(
            "approve",
            (S.WAITING,),
            S.APPROVED,
            "amendment.approved",
            _("Approve"),
            Reason.OPTIONAL,
        ),
        Transition(
            "decline",
            (S.WAITING,),
            S.DECLINED,
            "amendment.declined",
            _("Decline"),
            Reason.REQUIRED,
        ),
        Transition(
            "withdraw",
            (S.WAITING,),
            S.WITHDRAWN,
            "amendment.withdrawn",
            _("Take it back"),
            Reason.OPTIONAL,
        ),
        Transition(
            "lapse", (S.WAITING,), S.LAPSED, "amendment.lapsed", _("Let it lapse"), Reason.REQUIRED
        ),
    ),
)
