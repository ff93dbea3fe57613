"""The door plate: the log of what was done."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from innovation.house import Entry, Room


class AuditPermission(StrEnum):
    READ = "audit.read"


ROOM = Room(
    permissions=AuditPermission,
    navigation=(
        Entry(
            _("Log"), "innovation:audit-log", "log", order=120, permissions=(AuditPermission.READ,)
        ),
    ),
    domain=("chain", "formatting", "sentences"),
)
