"""The door plate: what waits for somebody, and telling them."""

from innovation.house import Room

ROOM = Room()
