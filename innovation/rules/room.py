"""The door plate: how a rule answers, and how amounts and days are written."""

from innovation.house import Room

ROOM = Room(
    files_of_its_own=True,
)
