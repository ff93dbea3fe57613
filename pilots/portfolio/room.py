"""The door plate: all pilots on one page."""

from innovation.house import Room

ROOM = Room()
