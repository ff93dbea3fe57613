"""The door plate: funds and what pilots spend."""

from enum import StrEnum

from innovation.house import Room


class FundingPermission(StrEnum):
    READ = "funding.read"
    MANAGE = "funding.manage"


ROOM = Room(permissions=FundingPermission)
