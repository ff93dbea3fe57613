"""Telling people that their training has run out."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from innovation.notices import actions as notices
from innovation.rules import dates
from innovation.rules.transactions import atomic
from pilots.adoption.models import Attendance
from pilots.adoption.queries import is_trained, members
from pilots.lifecycle.states import ENDED

AT_ONCE = 200


@atomic
def tell_of_refreshers(*, at: datetime) -> int:
    """Each once, when the last session that counted has run out, as long as they are of the group."""
    today = dates.day_of(at)
    still = members().filter(
        ~is_trained(today), group=OuterRef("session__group"), person=OuterRef("person")
    )
    due = (
        Attendance.objects.filter(
            Exists(still),
            valid_until__lt=today,
            taken_back_at=None,
            told_at=None,
            session__cancelled_at=None,
            session__group__removed_at=None,
        )
        .exclude(session__group__pilot__status__in=ENDED)
        .select_related("person", "session__group__pilot")
        .select_for_update(of=("self",), skip_locked=True)
        .order_by("pk")[:AT_ONCE]
    )
    told = 0
    for one in due:
        group = one.session.group
        assert one.valid_until is not None
        notices.notify(
            [one.person],
            kind="pilots",
            title=_("Your training “%(title)s” has run out") % {"title": one.session.title},
            text=_("It counted until %(day)s. Ask who runs the training of %(group)s.")
            % {"day": dates.day_in_words(one.valid_until), "group": group.name},
            about=group.pilot,
            url=group.get_absolute_url(),
            at=at,
        )
        one.told_at = at
        one.save(update_fields=["told_at"])
        told += 1
    return told
