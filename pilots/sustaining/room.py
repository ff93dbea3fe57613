"""The door plate: whether what was scaled holds, is used and costs what it was to cost."""

from innovation.house import Fills, Room, Scheduled

ROOM = Room(
    panels=(
        Fills("earned", by="skills_earned"),
        Fills("pilot", by="of_pilot", order=-4),
        Fills("waiting", by="waiting", order=22),
    ),
    # A day decides, so a look an hour is early enough.
    scheduled=(Scheduled("open_due", seconds=3600),),
    domain=("looks",),
)
