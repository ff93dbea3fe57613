"""What the log says of planned change (innovation/audit/sentences.py)."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "group.named": _("{actor} named {subject} as a group whose work {pilot} changes."),
    "group.changed": _("{actor} changed what is known of {subject}, whose work {pilot} changes."),
    "group.removed": _("{actor} took {subject} out of the groups whose work {pilot} changes."),
}
