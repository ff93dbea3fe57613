"""The groups whose work a pilot changes."""

from __future__ import annotations

from pilots.adoption.models import AffectedGroup
from pilots.lifecycle.models import Pilot


def groups_of(pilot: Pilot) -> list[AffectedGroup]:
    """Those that stand, in the order in which they were named."""
    return list(AffectedGroup.objects.standing().filter(pilot=pilot).for_list())
