"""Which gates may be delegated, and the permission that each takes."""

from __future__ import annotations

from pilots.lifecycle.checklist import Gate
from pilots.lifecycle.room import PilotsPermission

# Two of the words are the room's that decides at gates, which stands above this one; a test holds that
# both say the same.
RIGHT_AT: dict[str, str] = {
    Gate.RESOURCES: PilotsPermission.DECIDE_RESOURCES,
    Gate.GO_LIVE: "go_live.decide",
    Gate.OUTCOME: "outcomes.decide",
}
GATES = [(gate, Gate(gate).label) for gate in RIGHT_AT]
