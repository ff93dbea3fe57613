"""What the log says of looks at what was scaled (innovation/audit/sentences.py)."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "gate.owner_answered": _("{actor} said what they see of what {pilot} tried."),
}
