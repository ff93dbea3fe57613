"""The door plate: ideas that answer needs."""

from enum import StrEnum

from innovation.house import Room


class IdeasPermission(StrEnum):
    READ = "ideas.read"
    PROPOSE = "ideas.propose"
    SORT = "ideas.sort"


ROOM = Room(permissions=IdeasPermission)
