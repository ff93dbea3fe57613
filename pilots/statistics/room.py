"""The door plate: what numbers say."""

from innovation.house import Room

ROOM = Room(
    files_of_its_own=True,
)
