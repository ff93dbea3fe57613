"""What the log says of delegations (innovation/audit/sentences.py)."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "delegation.offered": _("{actor} asked {person} to decide at gates for them."),
    "delegation.accepted": _("{actor} took it on to decide at gates for {person}."),
    "delegation.declined": _("{actor} did not take it on to decide at gates for {person}."),
    "delegation.ended": _("{actor} ended that {to} decides at gates for {person}."),
}
