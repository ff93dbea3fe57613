"""The door plate: transitions and approvals, what is sent once, who works in the background."""

from innovation.house import Fills, Room, Scheduled

ROOM = Room(
    panels=(Fills("waiting", by="silence_waiting"),),
    scheduled=(Scheduled("forget_used_keys", seconds=3600),),
    domain=(
        "broker",
        "comparisons",
        "gauges",
        "leading",
        "lifecycle",
        "outstanding",
        "scheduler",
        "sendings",
        "signs_of_life",
        "triggers",
    ),
)
