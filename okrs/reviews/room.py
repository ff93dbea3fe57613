"""The door plate: the leadership review."""

from enum import StrEnum

from innovation.house import Room


class ReviewsPermission(StrEnum):
    READ = "reviews.read"


ROOM = Room(permissions=ReviewsPermission)
