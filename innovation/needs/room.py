"""The door plate: unmet clinical needs."""

from enum import StrEnum

from innovation.house import Room


class NeedsPermission(StrEnum):
    READ = "needs.read"
    SUBMIT = "needs.submit"
    TRIAGE = "needs.triage"


ROOM = Room(permissions=NeedsPermission)
