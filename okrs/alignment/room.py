"""The door plate: which pilot serves which key result."""

from innovation.house import Room

ROOM = Room()
