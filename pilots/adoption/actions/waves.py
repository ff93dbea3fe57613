"""Waves: planned with their sites' first days, and live once their groups are trained."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import Unit, User
from innovation.rules import constraints, dates, reasons
from innovation.rules.deadlines import check_near
from innovation.rules.refusal import Conflict, Malformed, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.adoption import queries
from pilots.adoption.models import AffectedGroup, Wave, WaveGroup, WaveSite
from pilots.adoption.permissions import check_may_turn, check_not_decided_on
from pilots.adoption.queries.training import USUAL_SHARE
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import Pilot, SiteGoLive
from pilots.lifecycle.permissions import check_can_lead, check_can_plan_sites, is_plan_open
from pilots.lifecycle.queries import units_of_sites
from pilots.lifecycle.states import PilotStatus

MOST_WAVES = 20


@atomic
def plan_wave(
    pilot: Pilot,
    *,
    name: str,
    first_day: date,
    share: int,
    groups: Collection[AffectedGroup],
    sites: Collection[Unit] = (),
    by: User,
    at: datetime,
    reason: str = "",
) -> Wave:
    """Say which groups and sites begin on a day, and which share of each group is trained before. The day
    is that of the sites, too."""
    workflow.lock(pilot)
    check_can_plan_sites(by, pilot)
    check_not_decided_on(pilot)
    reason = _why(pilot, reason)
    name = _check(pilot, None, name, first_day, share, groups, sites, at=at)
    if Wave.objects.standing().filter(pilot=pilot).count() >= MOST_WAVES:
        raise Refused(_("A pilot has %(n)s waves at the most.") % {"n": MOST_WAVES})
    with constraints.explained():
        wave = Wave.objects.create(
            pilot=pilot, name=name, first_day=first_day, share=share, by=by, at=at
        )
    _check_shares({}, dict.fromkeys(groups, share), by=by, at=at)
    _place(wave, groups, sites)
    _plan_sites(wave, sites, reason, by=by, at=at)
    audit.record("wave.planned", wave, **_facts(wave, reason, by=by, at=at), on=first_day)
    return wave


@atomic
def change_wave(
    wave: Wave,
    *,
    name: str,
    first_day: date,
    share: int,
    groups: Collection[AffectedGroup],
    sites: Collection[Unit] = (),
    by: User,
    at: datetime,
    reason: str = "",
) -> Wave:
    """Another day, share, group or site, before it is live; with a reason once the plan was proposed."""
    pilot = _lock(wave)
    check_can_plan_sites(by, pilot)
    check_not_decided_on(pilot)
    _check_waits(wave)
    reason = _why(pilot, reason)
    before, share_before = wave.first_day, wave.share
    groups_before, sites_before = list(wave.groups.all()), list(wave.sites.all())
    left = [one.name for one in groups_before if one not in groups]
    left += [one.name for one in sites_before if one not in sites]
    name = _check(pilot, wave, name, first_day, share, groups, sites, at=at)
    _check_shares(
        dict.fromkeys(groups_before, share_before), dict.fromkeys(groups, share), by=by, at=at
    )
    wave.name, wave.first_day, wave.share = name, first_day, share
    with constraints.explained():
        wave.save(update_fields=["name", "first_day", "share"])
    wave.group_places.all().delete()
    wave.site_places.all().delete()
    _place(wave, groups, sites)
    _plan_sites(wave, sites, reason, by=by, at=at)
    audit.record(
        "wave.changed",
        wave,
        **_facts(wave, reason, by=by, at=at),
        before=before,
        on=first_day,
        shares=[share_before, share],
        left=left,
    )
    return wave


@atomic
def drop_wave(wave: Wave, *, reason: str, by: User, at: datetime) -> Wave:
    """It does not begin. Its groups and sites are free for another; the days of its sites stay planned."""
    pilot = _lock(wave)
    check_can_plan_sites(by, pilot)
    check_not_decided_on(pilot)
    _check_waits(wave)
    reason = reasons.required(reason)
    _check_shares(dict.fromkeys(wave.groups.all(), wave.share), {}, by=by, at=at)
    wave.group_places.all().delete()
    wave.site_places.all().delete()
    wave.dropped_at, wave.dropped_by, wave.dropped_because = at, by, reason
    wave.save(update_fields=["dropped_at", "dropped_by", "dropped_because"])
    audit.record("wave.dropped", wave, **_facts(wave, reason, by=by, at=at))
    return wave


@atomic
def wave_goes_live(wave: Wave, *, on: date, by: User, at: datetime, reason: str = "") -> Wave:
    """It has begun, on that day or before today; refused until each of its groups is trained to its share.
    Its sites go live with it, and from that day on they are compared with no more."""
    pilot = _lock(wave)
    check_can_lead(by, pilot)
    _check_waits(wave)
    if pilot.status != PilotStatus.RUNNING or pilot.went_live_on is None:
        raise Refused(
            _("The pilot is “%(status)s”; its waves go live while it runs.")
            % {"status": pilot.get_status_display()}
        )
    if on > dates.day_of(at):
        raise Refused(_("Record the start on the day it happens, or afterwards."))
    if on < pilot.went_live_on:
        raise Refused(_before_the_pilot(pilot))
    begins = queries.trained_in_wave(wave, day=on)
    if not begins:
        raise Refused(_("Its groups were taken out. Say first which groups begin."))
    if missing := [one for one in begins if not one.enough]:
        raise Refused(" ".join(queries.not_trained(one) for one in missing))
    reason = visible(reason)
    if on != wave.first_day and not reason:
        raise Malformed(
            _("It was planned for %(day)s: say why it is another day.")
            % {"day": dates.day_in_words(wave.first_day)}
        )
    sites = list(wave.sites.all())
    live = set(
        SiteGoLive.objects.filter(
            pilot=pilot, unit__in=sites, went_live_on__isnull=False
        ).values_list("unit_id", flat=True)
    )
    wave.went_live_on, wave.live_at, wave.live_by = on, at, by
    wave.save(update_fields=["went_live_on", "live_at", "live_by"])
    why = reason or _("With the wave “%(wave)s”.") % {"wave": wave.name}
    for site in sites:
        if site.pk not in live:
            lifecycle.site_goes_live(pilot, unit=site, on=on, by=by, at=at, reason=why)
    audit.record("wave.went_live", wave, **_facts(wave, reason, by=by, at=at), on=on)
    return wave


def _lock(wave: Wave) -> Pilot:
    workflow.lock(wave.pilot)
    workflow.lock(wave)
    return wave.pilot


def _check_waits(wave: Wave) -> None:
    if wave.went_live_on is not None:
        raise Conflict(
            _("It is live since %(day)s.") % {"day": dates.day_in_words(wave.went_live_on)}
        )
    if wave.dropped_at is not None:
        raise Conflict(
            _("%(who)s dropped it on %(when)s.")
            % {"who": wave.dropped_by, "when": dates.moment_in_words(wave.dropped_at)}
        )


def _why(pilot: Pilot, reason: str) -> str:
    return visible(reason) if is_plan_open(pilot) else reasons.required(reason)


def _check(
    pilot: Pilot,
    wave: Wave | None,
    name: str,
    first_day: date,
    share: int,
    groups: Collection[AffectedGroup],
    sites: Collection[Unit],
    *,
    at: datetime,
) -> str:
    """The name as it is kept."""
    name = visible(name)
    if not name:
        raise Malformed(_("Give the wave a name."))
    if not 1 <= share <= 100:
        raise Malformed(_("A share is between 1 and 100 percent."))
    if not groups:
        raise Malformed(_("Say which groups begin."))
    check_near(first_day, at=at)
    if pilot.went_live_on is not None and first_day < pilot.went_live_on:
        raise Refused(_before_the_pilot(pilot))
    for group in groups:
        if group.pilot_id != pilot.pk or group.removed_at is not None:
            raise Malformed(_("%(group)s is no group of this pilot.") % {"group": group.name})
    offered = set(units_of_sites(pilot).values_list("pk", flat=True)) if sites else set()
    for site in sites:
        if site.pk not in offered:
            raise Malformed(_("%(site)s is none of the pilot's sites.") % {"site": site.name})
    places = WaveGroup.objects.filter(group__in=list(groups)).select_related("group", "wave")
    other = places.exclude(wave=wave).first() if wave else places.first()
    if other is not None:
        raise Conflict(
            _("%(group)s begins with “%(wave)s”.")
            % {"group": other.group.name, "wave": other.wave.name}
        )
    at_sites = WaveSite.objects.filter(pilot=pilot, site__in=list(sites))
    taken = (at_sites.exclude(wave=wave) if wave else at_sites).select_related("site", "wave")
    if (place := taken.first()) is not None:
        raise Conflict(
            _("%(site)s begins with “%(wave)s”.")
            % {"site": place.site.name, "wave": place.wave.name}
        )
    return name


def _check_shares(
    before: Mapping[AffectedGroup, int],
    after: Mapping[AffectedGroup, int],
    *,
    by: User,
    at: datetime,
) -> None:
    """Of groups that come, stay or leave another share is asked than was: the usual one where they are in no
    wave."""
    turned = [
        one
        for one in {**before, **after}
        if before.get(one, USUAL_SHARE) != after.get(one, USUAL_SHARE)
    ]
    check_may_turn(by, turned, at=at)


def _place(wave: Wave, groups: Collection[AffectedGroup], sites: Collection[Unit]) -> None:
    WaveGroup.objects.bulk_create(WaveGroup(wave=wave, group=one) for one in groups)
    WaveSite.objects.bulk_create(WaveSite(wave=wave, pilot=wave.pilot, site=one) for one in sites)


def _plan_sites(
    wave: Wave, sites: Collection[Unit], reason: str, *, by: User, at: datetime
) -> None:
    """The wave's day is its sites' own: what is before and after it follows from that."""
    for site in sites:
        lifecycle.plan_site(
            wave.pilot, unit=site, planned_on=wave.first_day, by=by, at=at, reason=reason
        )


def _before_the_pilot(pilot: Pilot) -> str:
    assert pilot.went_live_on is not None
    return _("The pilot went live on %(day)s; no wave of it begins before that.") % {
        "day": dates.day_in_words(pilot.went_live_on)
    }


def _facts(wave: Wave, reason: str, *, by: User, at: datetime) -> dict[str, Any]:
    return {
        "by": by,
        "at": at,
        "also": [wave.pilot],
        "unit_id": wave.pilot.unit_id,
        "pilot": audit.named(wave.pilot),
        "share": wave.share,
        **({"reason": reason} if reason else {}),
    }
