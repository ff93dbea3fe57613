"""What the log says of safety (innovation/audit/sentences.py)."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "pilot.stop_asked": _("{actor} asked to stop {subject}."),
    "pilot.stop_pressed": _("{actor} stopped {subject} where it runs."),
    "pilot.stop_overdue": _("Nobody answered in time whether {subject} stops: it was told again."),
    "pilot.stop_answered": _("{actor} answered whether {subject} stops: {answer}."),
    "incident.reported": _("{actor} reported what happened in {pilot}: {harm}."),
    "incident.looked_at": _("{actor} began to look at {subject}."),
    "incident.answered": _("{actor} answered {subject}: {accepted}, {harm}."),
}
