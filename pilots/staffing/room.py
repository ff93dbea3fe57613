"""The door plate: people's time."""

from innovation.house import Fills, Room

ROOM = Room(
    panels=(Fills("handover", by="to_hand_over", order=15),),
    domain=("capacity",),
)
