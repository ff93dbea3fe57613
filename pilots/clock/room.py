"""The door plate: how much of its time a pilot has used, and what happens at its end."""

from innovation.house import Fills, Room, Scheduled

ROOM = Room(
    panels=(
        Fills("pilot", by="of_pilot", order=-30),
        Fills("gate", by="of_gate", order=-5),
        Fills("waiting", by="waiting", order=-4),
    ),
    # Days pass; whoever has to act hears of it once.
    scheduled=(Scheduled("tell", seconds=3600),),
)
