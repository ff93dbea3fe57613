"""Giving on what leavers held, and telling those who can."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innovation.handover import queries
from innovation.notices import actions as notices
from innovation.people.models import ClosedAccount, Unit, User
from innovation.people.room import PeoplePermission
from innovation.rules.transactions import atomic
from innovation.web.panels import HandoverItem

AT_ONCE = 100


@atomic
def hand_over(
    chosen: Iterable[tuple[HandoverItem, User]],
    *,
    by: User,
    at: datetime,
    holder: User,
    left_empty: Iterable[HandoverItem] = (),
) -> int:
    """Give each thing to whom was chosen for it, or leave it empty, by the action of its own room;
    all or none. Who takes something over is told. How many they were."""
    count = 0
    for item in left_empty:
        assert item.leave_empty is not None
        item.leave_empty(by=by, at=at)
        count += 1
    for item, to in chosen:
        assert item.hand_over is not None
        item.hand_over(by=by, at=at, to=to)
        notices.notify(
            [to],
            kind="access",
            title=item.told,
            text=_("%(holder)s, who answered for it, has left. %(by)s gave it to you.")
            % {"holder": holder.name, "by": by.name},
            about=holder,
            url=item.url,
            at=at,
            but=by,
        )
        count += 1
    return count


@atomic
def tell_of_leavers(*, at: datetime) -> int:
    """Tell the administrators of each unit in which somebody who left holds something; how many
    closed were looked at. Any number of schedulers may call it."""
    due = (
        ClosedAccount.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(told_at=None)
        .select_related("person")
        .order_by("at")[:AT_ONCE]
    )
    told = list(due)
    for closing in told:
        _tell(closing.person, at=at)
    ClosedAccount.objects.filter(pk__in=[one.pk for one in told]).update(told_at=at)
    return len(told)


def _tell(person: User, *, at: datetime) -> None:
    """Each administrator once, with the number of things that are theirs to give on."""
    counts: dict[int, int] = defaultdict(int)
    whom: dict[int, User] = {}
    by_unit: dict[int, int] = defaultdict(int)
    for item in queries.held(person):
        by_unit[item.unit_id] += 1
    for unit in Unit.objects.filter(pk__in=by_unit):
        for one in User.objects.holding(PeoplePermission.MANAGE, unit):
            whom[one.pk] = one
            counts[one.pk] += by_unit[unit.pk]
    for key, one in whom.items():
        notices.notify(
            [one],
            kind="access",
            title=_("%(name)s has left") % {"name": person.name},
            text=ngettext(
                "%(n)s thing that they answered for needs somebody else.",
                "%(n)s things that they answered for need somebody else.",
                counts[key],
            )
            % {"n": counts[key]},
            about=person,
            url=reverse("innovation:person-hand-over", args=[person.pk]),
            at=at,
        )
