"""The door plate: transitions and approvals."""

from innovation.house import Room

ROOM = Room(
    domain=("lifecycle", "triggers"),
)
