"""The door plate: the log of what was done."""

from enum import StrEnum

from innovation.house import Room


class AuditPermission(StrEnum):
    READ = "audit.read"


ROOM = Room(permissions=AuditPermission)
