"""What the log says of accuracy in silent runs (innovation/audit/sentences.py)."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "accuracy.promised": _("{actor} said what accuracy {subject} promises: {promised}."),
    "accuracy.amended": _(
        "{actor} changed the accuracy that {subject} promised: {promised}, before {before}."
    ),
    "accuracy.recorded": _("{actor} recorded the accuracy of {pilot}, {what}: {counted}."),
    "accuracy.corrected": _(
        "{actor} corrected the accuracy of {pilot}, {what}: {counted}, before {before}."
    ),
    "accuracy.withdrawn": _("{actor} took back what was recorded of {pilot}, {what}: {counted}."),
}
