"""What leavers still hold, as far as somebody keeps people there."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from innovation.people.models import ClosedAccount, User
from innovation.people.room import PeoplePermission
from innovation.web import panels


@dataclass(frozen=True)
class Leaver:
    person: User
    since: datetime
    items: list[panels.HandoverItem]


def held(person: User | None = None) -> list[panels.HandoverItem]:
    """Everything that this person, who has left, still answers for; that anybody who has left
    does where it is None."""
    return list(panels.gather(panels.HandoverItem, "handover", person))


def held_in_reach(user: User, person: User) -> list[panels.HandoverItem]:
    """Of that, what stands in units whose people the user keeps."""
    if person.is_active:
        return []
    reach = user.reach(PeoplePermission.MANAGE)
    return [item for item in held(person) if item.unit_id in reach]


def leavers(user: User) -> list[Leaver]:
    """Who has left and still holds something where the user keeps people; the longest first."""
    reach = user.reach(PeoplePermission.MANAGE)
    if not reach:
        return []
    items: dict[int, list[panels.HandoverItem]] = defaultdict(list)
    for item in held():
        if item.unit_id in reach:
            items[item.holder].append(item)
    closed = ClosedAccount.objects.filter(person__in=items).select_related("person__unit")
    return [
        Leaver(closing.person, closing.at, items[closing.person_id])
        for closing in closed.order_by("at")
    ]
