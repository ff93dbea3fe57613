"""The door plate: people's time."""

from innovation.house import Room

ROOM = Room(
    domain=("capacity",),
)
