"""The door plate: signing in by the organisation's own identity providers."""

from innovation.house import Room

ROOM = Room(domain=("adapter", "letters", "openid", "providers"))
