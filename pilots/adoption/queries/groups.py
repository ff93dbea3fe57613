"""The groups whose work a pilot changes."""

from __future__ import annotations

from pilots.adoption.models import AffectedGroup, NobodyAffected
from pilots.lifecycle.models import Pilot


def groups_of(pilot: Pilot) -> list[AffectedGroup]:
    """Those that stand, in the order in which they were named."""
    return list(AffectedGroup.objects.standing().filter(pilot=pilot).for_list())


def nobody_said(pilot: Pilot) -> NobodyAffected | None:
    """That nobody's work changes, where the team said so and named no group since."""
    return NobodyAffected.objects.filter(pilot=pilot).select_related("by").first()
