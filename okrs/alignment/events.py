"""What the log says of what measures and serves key results (innovation/audit/sentences.py)."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "key_result.measured": _("{actor} let {metric} measure {subject}."),
    "pilot.contributes": _("{actor} said that {subject} serves {key_result}."),
    "pilot.contributes_no_more": _("{actor} took back that {subject} serves {key_result}."),
}
