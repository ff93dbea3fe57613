"""What the log says of guardrails and of what else happened (innovation/audit/sentences.py)."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "alarm.raised": _("An alarm was raised: {subject}"),
    "metric.looked_at": _("The lead was told to look at {subject}: its chart gave a signal."),
    "metric.verdict_changed": _("The verdict on {subject} changed from “{before}” to “{after}”."),
    "pilot.happening_noted": _("{actor} noted what happened in {subject} on {on:day}: {kind}."),
    "pilot.happening_taken_back": _(
        "{actor} took back what was noted of {subject} on {on:day}: {kind}."
    ),
    "alarm.answered": _("{actor} answered the alarm “{subject}” with: {answer}."),
}
