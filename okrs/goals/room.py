"""The door plate: objectives and key results."""

from enum import StrEnum

from innovation.house import Room


class GoalsPermission(StrEnum):
    READ = "goals.read"
    MANAGE = "goals.manage"


ROOM = Room(permissions=GoalsPermission)
