"""The door plate: people, units and roles."""

from enum import StrEnum

from innovation.house import Room


class PeoplePermission(StrEnum):
    READ = "people.read"
    MANAGE = "people.manage"


ROOM = Room(permissions=PeoplePermission)
