"""What the log says of gates (innovation/audit/sentences.py)."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "gate.approved_by_one": _("{actor} gave the first of two approvals for {subject}."),
}
