"""The door plate: decisions at gates."""

from enum import StrEnum

from innovation.house import Room


class GatesPermission(StrEnum):
    DECIDE_OUTCOMES = "outcomes.decide"


ROOM = Room(permissions=GatesPermission)
