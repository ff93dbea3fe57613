"""The door plate: pilots, from shaping to a decision."""

from enum import StrEnum

from innovation.house import Room


class PilotsPermission(StrEnum):
    READ = "pilots.read"
    OPEN = "pilots.open"
    LEAD = "pilots.lead"
    DECIDE_RESOURCES = "resources.decide"
    ANSWER_ALARMS = "alarms.answer"


ROOM = Room(permissions=PilotsPermission)
