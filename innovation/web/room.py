"""The door plate: pages, their parts and the way between them; no domain."""

from innovation.house import Room

ROOM = Room(
    files_of_its_own=True,
)
