"""What the log says of guardrails (innovation/audit/sentences.py)."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "alarm.raised": _("An alarm was raised: {subject}"),
    "metric.looked_at": _("The lead was told to look at {subject}: its chart gave a signal."),
    "metric.verdict_changed": _("The verdict on {subject} changed from “{before}” to “{after}”."),
    "alarm.answered": _("{actor} answered the alarm “{subject}” with: {answer}."),
}
