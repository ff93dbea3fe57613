"""What the log says of gates (innovation/audit/sentences.py)."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "gate.decided_against_rule": _(
        "{actor} decided the outcome of {pilot} against its rule: it says “{recommended}”, decided was "
        "“{decision}”."
    ),
    "gate.approved_by_one": _("{actor} gave the first of two approvals for {subject}."),
}
