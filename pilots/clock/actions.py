"""Telling those who answer for a pilot that its time ends, some weeks before and at its end."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.notices import actions as notices
from innovation.rules import dates
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.clock import queries
from pilots.clock.models import ClockNotice, ClockStage
from pilots.clock.queries import Ending
from pilots.lifecycle.models import Pilot

CLOCK = audit.System("Pilot clock")


def tell(*, at: datetime) -> int:
    """Each stage of each clock once; how many were told of now."""
    today = dates.day_of(at)
    endings = queries.ending(Pilot.objects.all(), today=today)
    known = set(
        ClockNotice.objects.filter(pilot__in=[one.pilot.pk for one in endings]).values_list(
            "pilot", "ends_on", "stage"
        )
    )
    told = 0
    for one in endings:
        stage = ClockStage.OVER if one.clock.is_over else ClockStage.SOON
        if (one.pilot.pk, one.clock.ends_on, stage) not in known:
            told += _tell(one, stage, at=at)
    return told


@atomic
def _tell(one: Ending, stage: ClockStage, *, at: datetime) -> bool:
    pilot, clock = one.pilot, one.clock
    workflow.lock(pilot)
    _notice, new = ClockNotice.objects.get_or_create(
        pilot=pilot, ends_on=clock.ends_on, stage=stage, defaults={"at": at}
    )
    if not new:
        return False  # another worker was first
    if stage == ClockStage.OVER:
        title = _("The time of “%(pilot)s” is over") % {"pilot": pilot.title}
        audit.record("pilot.clock_over", pilot, by=CLOCK, at=at, end=clock.ends_on)
    else:
        day = dates.day_in_words(clock.ends_on)
        title = _("The time of “%(pilot)s” ends on %(day)s") % {"pilot": pilot.title, "day": day}
        audit.record("pilot.clock_ends_soon", pilot, by=CLOCK, at=at, end=clock.ends_on)
    notices.notify(
        queries.to_tell(pilot),
        kind="pilots",
        title=title,
        text=clock.sentence,
        about=pilot,
        url=pilot.get_absolute_url(),
        at=at,
    )
    return True
