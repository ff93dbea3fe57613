"""The door plate: people's time."""

from enum import StrEnum

from innovation.house import Fills, Room


class StaffingPermission(StrEnum):
    AGREE = "time.agree"


ROOM = Room(
    permissions=StaffingPermission,
    panels=(
        Fills("waiting", by="time_waiting", order=12),
        Fills("handover", by="to_hand_over", order=15),
        Fills("help-subjects", by="help_subjects"),
        Fills("help-subject", by="help_subject"),
        Fills("charter", by="mix_of_charter", order=30),
        Fills("pilot", by="mix_of_pilot", order=42),
    ),
    domain=("capacity", "mix", "wanted"),
)
