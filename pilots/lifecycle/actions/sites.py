"""When each site of a pilot goes live, where they do so one after the other.

Until its own first day a site is what the others are compared with, so the day decides what counts
as before and what as after: it is never earlier than the pilot's, nor chosen by what the numbers show
without a mark.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innovation.audit import actions as audit
from innovation.notices import actions as notices
from innovation.people.models import Unit, User
from innovation.rules import constraints, dates, reasons
from innovation.rules.refusal import Conflict, Malformed, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.web import panels
from innovation.workflow import actions as workflow
from pilots.lifecycle import queries
from pilots.lifecycle.models import Pilot, SiteGoLive
from pilots.lifecycle.permissions import (
    check_can_lead,
    check_can_plan_sites,
    check_can_take_site_day_back,
    is_plan_open,
)
from pilots.lifecycle.states import PilotStatus

# The verdicts of a pilot rest on these days.
WORK_OUT = "pilots.evidence.tasks.refresh"


@atomic
def plan_site(
    pilot: Pilot, *, unit: Unit, planned_on: date, by: User, at: datetime, reason: str = ""
) -> SiteGoLive:
    """Say on which day a site is to go live, or move that day: with a reason once the plan was
    proposed, and never of a site that is live. Who keeps it to another day says so in the place
    "site-planned": `fn(pilot, unit, on) -> list[str]`."""
    workflow.lock(pilot)
    check_can_plan_sites(by, pilot)
    _check_is_a_site(pilot, unit)
    locked = not is_plan_open(pilot)
    known = SiteGoLive.objects.filter(pilot=pilot, unit=unit).first()
    if known is not None and known.went_live_on is not None:
        _leave_the_former_try(known, locked=locked)
    if known is not None and known.planned_on == planned_on:
        return known
    if pilot.went_live_on is not None and planned_on < pilot.went_live_on:
        raise Refused(_before_the_pilot(pilot))
    if kept := list(panels.gather(str, "site-planned", pilot, unit, planned_on)):
        raise Refused(" ".join(kept))
    reason = reasons.required(reason) if locked else ""
    before = None if known is None else known.planned_on
    if known is None:
        with constraints.explained():
            known = SiteGoLive.objects.create(pilot=pilot, unit=unit, planned_on=planned_on)
    else:
        known.planned_on = planned_on
        known.save(update_fields=["planned_on"])
    if before is None:
        audit.record(
            "pilot.site_planned",
            pilot,
            by=by,
            at=at,
            site=audit.named(unit),
            on=planned_on,
            **_why(reason),
        )
    else:
        audit.record(
            "pilot.site_moved",
            pilot,
            by=by,
            at=at,
            site=audit.named(unit),
            before=before,
            on=planned_on,
            **_why(reason),
        )
    if locked:
        _tell(
            known,
            _("%(site)s of “%(pilot)s” is to go live on %(day)s"),
            text=f"{_moved(before, planned_on)} {reason}".strip(),
            by=by,
            at=at,
        )
    _work_out(pilot)
    return known


@atomic
def drop_site(pilot: Pilot, *, unit: Unit, by: User, at: datetime, reason: str = "") -> None:
    """Take a site out of those that go live one by one, before it does. Who relies on it says so in the
    place "site-in-use": `fn(pilot, unit) -> list[str]`."""
    workflow.lock(pilot)
    check_can_plan_sites(by, pilot)
    known = _known(pilot, unit)
    locked = not is_plan_open(pilot)
    if known.went_live_on is not None:
        _leave_the_former_try(known, locked=locked)
    if in_use := list(panels.gather(str, "site-in-use", pilot, unit)):
        raise Refused(" ".join(in_use))
    reason = reasons.required(reason) if locked else ""
    if locked:
        _tell(
            known,
            _("%(site)s of “%(pilot)s” is not to go live by itself any more"),
            text=reason,
            by=by,
            at=at,
        )
    before = known.planned_on
    known.delete()
    audit.record(
        "pilot.site_dropped",
        pilot,
        by=by,
        at=at,
        site=audit.named(unit),
        before=before,
        **_why(reason),
    )
    _work_out(pilot)


@atomic
def site_goes_live(
    pilot: Pilot, *, unit: Unit, on: date, by: User, at: datetime, reason: str = ""
) -> SiteGoLive:
    """Record the first day of one site, on that day or afterwards; another day than the planned one
    takes a reason. What it waits for is said in the place "site-live": `fn(pilot, unit, on) -> list[str]`."""
    workflow.lock(pilot)
    check_can_lead(by, pilot)
    _check_is_a_site(pilot, unit)
    if pilot.status != PilotStatus.RUNNING or pilot.went_live_on is None:
        raise Refused(
            _("The pilot is “%(status)s”; its sites go live while it runs.")
            % {"status": pilot.get_status_display()}
        )
    if on > dates.day_of(at):
        raise Refused(_("Record the start on the day it happens, or afterwards."))
    approved = queries.approved_on(pilot)
    if approved is not None and on < approved:
        raise Refused(
            _("Resources were approved on %(day)s; the first day of a site is not before that.")
            % {"day": dates.day_in_words(approved)}
        )
    if on < pilot.went_live_on:
        raise Refused(_before_the_pilot(pilot))
    clock = queries.clock_of(pilot, today=on)
    if clock is not None and clock.is_over:
        raise Refused(clock.sentence)
    known = SiteGoLive.objects.filter(pilot=pilot, unit=unit).first()
    if known is not None and known.went_live_on is not None:
        raise Conflict(_live_already(known))
    if waits := list(panels.gather(str, "site-live", pilot, unit, on)):
        raise Refused(" ".join(waits))
    planned = None if known is None else known.planned_on
    if planned is None or planned != on:
        reason = _why_another_day(reason, planned)
    if known is None:
        known = SiteGoLive(pilot=pilot, unit=unit)
    known.went_live_on = on
    with constraints.explained():
        known.save()
    audit.record(
        "pilot.site_went_live",
        pilot,
        by=by,
        at=at,
        site=audit.named(unit),
        on=on,
        kept=queries.beside_the_plan(known)
        or (_("as planned") if planned else _("without a day planned before")),
        **_why(reason),
    )
    _tell(
        known,
        _("%(site)s of “%(pilot)s” is live since %(day)s"),
        text=f"{queries.beside_the_plan(known)} {reason}".strip(),
        by=by,
        at=at,
    )
    _work_out(pilot)
    return known


@atomic
def take_site_day_back(pilot: Pilot, *, unit: Unit, reason: str, by: User, at: datetime) -> None:
    """A first day was recorded wrongly: the site is not live again, and whoever answers for the pilot
    is told. Its planned day stays; where it had none, the wrong one stands there until it is moved."""
    workflow.lock(pilot)
    check_can_take_site_day_back(by, pilot)
    known = _known(pilot, unit)
    if known.went_live_on is None:
        raise Conflict(_("%(site)s is not live.") % {"site": unit.name})
    reason = reasons.required(reason)
    before = known.went_live_on
    known.planned_on = known.planned_on or before
    known.went_live_on = None
    known.save(update_fields=["planned_on", "went_live_on"])
    audit.record(
        "pilot.site_day_taken_back",
        pilot,
        by=by,
        at=at,
        site=audit.named(unit),
        before=before,
        reason=reason,
    )
    _tell(
        known,
        _("The first day of %(site)s of “%(pilot)s” was taken back"),
        text=_("It was %(day)s. %(reason)s")
        % {"day": dates.day_in_words(before), "reason": reason},
        by=by,
        at=at,
    )
    _work_out(pilot)


def _leave_the_former_try(known: SiteGoLive, *, locked: bool) -> None:
    """After a pivot the first day of before stands in the history, and a new one is planned."""
    if locked:
        raise Conflict(_live_already(known))
    known.planned_on, known.went_live_on = known.planned_on or known.went_live_on, None
    known.save(update_fields=["planned_on", "went_live_on"])


def _why(reason: str) -> dict[str, Any]:
    return {"reason": reason} if reason else {}


def _known(pilot: Pilot, unit: Unit) -> SiteGoLive:
    known = SiteGoLive.objects.filter(pilot=pilot, unit=unit).first()
    if known is None:
        raise Malformed(_("%(site)s has no day of its own.") % {"site": unit.name})
    return known


def _check_is_a_site(pilot: Pilot, unit: Unit) -> None:
    """Where the pilot runs, or below."""
    above = {one.pk for one in unit.ancestors(include_self=True)}
    if not above & set(pilot.sites.values_list("pk", flat=True)):
        raise Malformed(
            _("%(site)s is none of the places where “%(pilot)s” runs; its charter says where.")
            % {"site": unit.name, "pilot": pilot.title}
        )


def _before_the_pilot(pilot: Pilot) -> str:
    assert pilot.went_live_on is not None
    return _("The pilot went live on %(day)s; no site of it is live before that.") % {
        "day": dates.day_in_words(pilot.went_live_on)
    }


def _live_already(known: SiteGoLive) -> str:
    assert known.went_live_on is not None
    return _(
        "%(site)s is live since %(day)s. If that is wrong, take the day back first, and say why."
    ) % {"site": known.unit.name, "day": dates.day_in_words(known.went_live_on)}


def _why_another_day(reason: str, planned: date | None) -> str:
    reason = visible(reason)
    if reason:
        return reason
    if planned is None:
        raise Malformed(_("No day was planned for it: say why it goes live now."))
    raise Malformed(
        _("It was planned for %(day)s: say why it is another day.")
        % {"day": dates.day_in_words(planned)}
    )


def _moved(before: date | None, on: date) -> str:
    """How a planned day was moved; empty where there was none."""
    if before is None:
        return ""
    days = (on - before).days
    if days > 0:
        said = ngettext(
            "%(n)s day later than planned before.", "%(n)s days later than planned before.", days
        )
    else:
        said = ngettext(
            "%(n)s day earlier than planned before.",
            "%(n)s days earlier than planned before.",
            -days,
        )
    return said % {"n": abs(days)}


def _tell(known: SiteGoLive, title: str, *, text: str, by: User, at: datetime) -> None:
    """The lead, the sponsor and those who answer for safety."""
    pilot, day = known.pilot, known.went_live_on or known.planned_on
    notices.notify(
        queries.concerned(pilot),
        kind="pilots",
        title=title
        % {
            "site": known.unit.name,
            "pilot": pilot.title,
            "day": dates.day_in_words(day) if day else "",
        },
        text=text,
        about=pilot,
        url=reverse("pilots:pilot-detail", args=[pilot.pk]),
        at=at,
        but=by,
    )


def _work_out(pilot: Pilot) -> None:
    workflow.defer(WORK_OUT, pilot_id=pilot.pk)
