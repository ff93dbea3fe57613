"""The groups whose work a pilot changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pilots.adoption.models import AffectedGroup, NobodyAffected
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.queries import approved_at


def groups_of(pilot: Pilot) -> list[AffectedGroup]:
    """Those that stand, in the order in which they were named."""
    return list(AffectedGroup.objects.standing().filter(pilot=pilot).for_list())


def nobody_said(pilot: Pilot) -> NobodyAffected | None:
    """That nobody's work changes, where the team said so and named no group since."""
    return NobodyAffected.objects.filter(pilot=pilot).select_related("by").first()


@dataclass(frozen=True)
class ChangedGroups:
    """What became of a pilot's groups since it was last given its resources."""

    removed: tuple[AffectedGroup, ...] = ()
    smaller: tuple[AffectedGroup, ...] = ()  # standing, and fewer people than were agreed on


def changed_since(pilot: Pilot, groups: Iterable[AffectedGroup]) -> ChangedGroups:
    """Of all groups of the pilot, those that were taken out too."""
    touched = [one for one in groups if one.removed_at or one.people_changed_at]
    approved = approved_at(pilot) if touched else None
    if approved is None:
        return ChangedGroups()
    return ChangedGroups(
        removed=tuple(one for one in touched if one.removed_at and one.removed_at > approved),
        smaller=tuple(
            one
            for one in touched
            if one.removed_at is None
            and people_when_approved(one, one.people, approved) > one.people
        ),
    )


def people_when_approved(group: AffectedGroup, now: int, approved: datetime | None) -> int:
    """How many they were then: what was changed before was agreed on with the resources."""
    if group.people_before is None or group.people_changed_at is None:
        return now
    if approved is not None and group.people_changed_at <= approved:
        return now
    return group.people_before
