"""The door plate: which pilot serves which key result."""

from innovation.house import Fills, Room

ROOM = Room(
    panels=(
        Fills("pilot-aside", by="key_results_of", order=20),
        Fills("gate", by="key_results_of", order=20),
    ),
    domain=("lateness", "units"),
)
