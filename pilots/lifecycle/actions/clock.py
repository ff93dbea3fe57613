"""What the time of a pilot allows: nothing but a decision once it is over, and one extension."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import User
from innovation.rules import constraints, dates, reasons
from innovation.rules.dates import day_in_words
from innovation.rules.refusal import Refused
from pilots.lifecycle import queries
from pilots.lifecycle.models import ClockExtension, Pilot


def check_in_time(pilot: Pilot, *, at: datetime) -> None:
    clock = queries.clock_of(pilot, today=dates.day_of(at))
    if clock is not None and clock.is_over:
        raise Refused(clock.sentence)


def keep_in_time(pilot: Pilot, *, until: date, reason: str, by: User, at: datetime) -> None:
    """Before it runs on until this day: beyond its longest run that is the one extension."""
    clock = queries.clock_of(pilot, today=dates.day_of(at))
    if clock is None or until <= clock.ends_on:
        return
    if not clock.may_be_extended:
        raise Refused(
            _("It was extended until %(end)s, and is not extended again: scale it or stop it.")
            % {"end": day_in_words(clock.ends_on)}
        )
    if until > clock.latest:
        raise Refused(
            _(
                "Its longest run ends on %(end)s. It is extended once, until %(latest)s at the latest."
            )
            % {"end": day_in_words(clock.ends_on), "latest": day_in_words(clock.latest)}
        )
    with constraints.explained():
        ClockExtension.objects.create(
            pilot=pilot,
            live_on=clock.live_on,
            until=until,
            reason=reasons.required(reason),
            by=by,
            at=at,
        )
    queries.forget_clock(pilot)
    audit.record(
        "pilot.clock_extended", pilot, by=by, at=at, end=clock.ends_on, until=until, reason=reason
    )
