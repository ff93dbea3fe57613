"""What the log says of alarms (innovation/audit/sentences.py)."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "alarm.raised": _("An alarm was raised: {subject}"),
    "alarm.answered": _("{actor} answered the alarm “{subject}” with: {answer}."),
}
