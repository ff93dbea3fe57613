"""The door plate: the log of what was done."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from innovation.house import Entry, Noun, Room, Scheduled


class AuditPermission(StrEnum):
    READ = "audit.read"


ROOM = Room(
    permissions=AuditPermission,
    navigation=(
        Entry(
            _("Log"), "innovation:audit-log", "log", order=120, permissions=(AuditPermission.READ,)
        ),
    ),
    nouns=(
        Noun(
            "log",
            _("The log itself"),
            page="innovation:audit-verification",
            reference="verification",
        ),
    ),
    # Long verifications go on piece by piece; the row says how far they came.
    scheduled=(Scheduled("verify_due", seconds=15),),
    domain=("agreement", "chain", "formatting", "sentences", "shown"),
)
