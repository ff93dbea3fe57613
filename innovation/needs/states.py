"""The life of a need."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from innovation.workflow.lifecycle import Lifecycle, Reason, Transition


class NeedStatus(models.TextChoices):
    SUBMITTED = "submitted", _("Waiting for a first answer")
    IN_TRIAGE = "in_triage", _("Being looked at")
    NEEDS_INFORMATION = "needs_information", _("A question is open")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    MERGED = "merged", _("Merged into another")
    IN_PILOT = "in_pilot", _("In a pilot")
    MET = "met", _("Met")
    NOT_SHOWN = "not_shown", _("Answered, not shown")
    NOT_MET = "not_met", _("Not met")


S = NeedStatus
OPEN_FOR_TRIAGE = (S.SUBMITTED, S.IN_TRIAGE, S.NEEDS_INFORMATION)
SETTLED = (S.DECLINED, S.MERGED, S.MET, S.NOT_SHOWN, S.NOT_MET)
BECAME_A_PILOT = (S.IN_PILOT, S.MET, S.NOT_SHOWN, S.NOT_MET)
# An idea may answer a need at any time but for these; one that a pilot failed, or did not show to
# have met, waits for the next.
CLOSED_TO_IDEAS = (S.DECLINED, S.MERGED, S.MET)
CLOSED_TO_MERGING = (S.MERGED, S.DECLINED, S.NOT_SHOWN, S.NOT_MET)

NEED = Lifecycle(
    noun="need",
    initial=S.SUBMITTED,
    transitions=(
        Transition(
            "take_up", (S.SUBMITTED,), S.IN_TRIAGE, "need.taken_up", _("Look at it"), Reason.NONE
        ),
        Transition(
            "accept",
            (S.SUBMITTED, S.IN_TRIAGE),
            S.ACCEPTED,
            "need.accepted",
            _("Accept"),
            Reason.REQUIRED,
        ),
        Transition(
            "ask",
            (S.SUBMITTED, S.IN_TRIAGE),
            S.NEEDS_INFORMATION,
            "need.asked",
            _("Ask"),
            Reason.REQUIRED,
        ),
        Transition(
            "answer",
            (S.NEEDS_INFORMATION,),
            S.IN_TRIAGE,
            "need.answered",
            _("Answer"),
            Reason.REQUIRED,
        ),
        Transition(
            "decline", OPEN_FOR_TRIAGE, S.DECLINED, "need.declined", _("Decline"), Reason.REQUIRED
        ),
        Transition("merge", OPEN_FOR_TRIAGE, S.MERGED, "need.merged", _("Merge"), Reason.REQUIRED),
        Transition(
            "reopen",
            (S.DECLINED, S.NOT_SHOWN, S.NOT_MET),
            S.IN_TRIAGE,
            "need.reopened",
            _("Reopen"),
            Reason.REQUIRED,
        ),
        Transition(
            "start_pilot",
            (S.ACCEPTED,),
            S.IN_PILOT,
            "need.in_pilot",
            _("Start a pilot"),
            Reason.OPTIONAL,
        ),
        Transition("meet", (S.IN_PILOT,), S.MET, "need.met", _("Met"), Reason.REQUIRED),
        Transition(
            "answer_unshown",
            (S.IN_PILOT,),
            S.NOT_SHOWN,
            "need.answered_not_shown",
            _("Answered, not shown"),
            Reason.REQUIRED,
        ),
        Transition("fail", (S.IN_PILOT,), S.NOT_MET, "need.not_met", _("Not met"), Reason.REQUIRED),
    ),
)
