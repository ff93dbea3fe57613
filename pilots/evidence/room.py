"""The door plate: what the numbers of a pilot show."""

from innovation.house import Room

ROOM = Room()
