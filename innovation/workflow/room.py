"""The door plate: transitions and approvals."""

from innovation.house import Room

ROOM = Room(
    domain=("comparisons", "lifecycle", "triggers"),
)
