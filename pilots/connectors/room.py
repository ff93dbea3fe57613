"""The door plate: reading numbers from where they are kept."""

from innovation.house import Room

ROOM = Room(
    files_of_its_own=True,
)
