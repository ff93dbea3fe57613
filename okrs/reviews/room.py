"""The door plate: the leadership review."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from innovation.house import Entry, Room


class ReviewsPermission(StrEnum):
    READ = "reviews.read"


ROOM = Room(
    permissions=ReviewsPermission,
    navigation=(
        Entry(
            _("Leadership review"),
            "okrs:review",
            "review",
            order=100,
            permissions=(ReviewsPermission.READ,),
        ),
    ),
)
