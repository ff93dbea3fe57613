"""The door plate: mentors, who they are and which pilots they accompany."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from innovation.house import Entry, Fills, Noun, Room, Scheduled


class MentoringPermission(StrEnum):
    READ = "mentors.read"
    OFFER = "mentors.offer"


ROOM = Room(
    permissions=MentoringPermission,
    navigation=(
        Entry(
            _("Mentors"),
            "pilots:mentor-list",
            "people",
            order=52,
            permissions=(MentoringPermission.READ,),
        ),
    ),
    nouns=(
        Noun("mentor", _("Mentors"), page="pilots:mentor"),
        Noun("mentorship", _("Mentoring"), page="pilots:mentorship"),
    ),
    panels=(
        Fills("pilot", by="of_pilot", order=42),
        Fills("person", by="of_person", order=25),
        Fills("profile", by="of_profile", order=20),
        Fills("waiting", by="waiting", order=14),
    ),
    # Whoever has left mentors nobody any more.
    scheduled=(Scheduled("end_of_leavers", seconds=3600),),
    domain=("matching", "skills"),
)
