"""The door plate: how far key results have come."""

from innovation.house import Room

ROOM = Room()
