"""Ask groups how ready they are, count who uses it, and take on what keeps them back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.notices import actions as notices
from innovation.people.models import User
from innovation.rules import dates
from innovation.rules.deadlines import check_near
from innovation.rules.refusal import Conflict, Malformed, Refused
from innovation.rules.small_cells import MINIMUM, is_shown
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.adoption.actions.groups import lock_standing
from pilots.adoption.models import AffectedGroup, BarrierAction, GroupPulse, UseCount
from pilots.adoption.permissions import (
    check_can_plan_change,
    check_can_say_help_done,
    check_not_decided_on,
)
from pilots.adoption.queries import members
from pilots.adoption.queries.readiness import readiness_of
from pilots.adoption.queries.use import is_share
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.queries import may_own_blockers
from pilots.metrics.models import Metric
from pilots.surveys import actions as surveys
from pilots.surveys.library import ADKAR
from pilots.surveys.permissions import check_can_ask
from pilots.surveys.queries import asked_lately


@atomic
def open_pulses(
    pilot: Pilot,
    *,
    groups: Sequence[AffectedGroup],
    by: User,
    at: datetime,
    closes_on: date,
) -> list[GroupPulse]:
    """Ask each of these groups the five questions, as one wave: by name where five or more of it are named,
    else by a link. Of several, those that cannot be
    asked now are left out; nobody to ask is a refusal."""
    workflow.lock(pilot)
    check_can_ask(by, pilot)
    wanted = [one for one in groups if one.pilot_id == pilot.pk and one.removed_at is None]
    if len(wanted) == 1 and not is_shown(wanted[0].people) and _named(wanted[0], at=at) is None:
        raise Refused(
            _("“%(group)s” has fewer than %(n)s people; of so few, nothing is ever shown.")
            % {"group": wanted[0].name, "n": MINIMUM}
        )
    lately = set(
        GroupPulse.objects.filter(group__in=wanted, round__again_from__gt=at).values_list(
            "group", flat=True
        )
    )
    made = []
    for one in wanted:
        people = _named(one, at=at)
        if one.pk in lately or not is_shown(one.people if people is None else len(people)):
            continue
        opened = surveys.open_round(
            pilot,
            instrument_key=ADKAR.key,
            label=one.name,
            asked=one.people,
            people=people or (),
            by=by,
            at=at,
            closes_on=closes_on,
            wave=dates.day_of(at),
        )
        made.append(GroupPulse.objects.create(group=one, round=opened))
    if not made:
        raise Refused(
            _("No group can be asked now: they were asked lately, or have fewer than %(n)s people.")
            % {"n": MINIMUM}
        )
    return made


def _named(group: AffectedGroup, *, at: datetime) -> list[User] | None:
    """Who of a group is asked by name: where enough are named, those who were not asked lately in another
    group. None where too few are named: then a link asks."""
    people = [one.person for one in members().filter(group=group).select_related("person")]
    if not is_shown(len(people)):
        return None
    instrument = surveys.keep_instrument_of(ADKAR.key, at=at)
    lately = set(asked_lately(group.pilot, instrument, at=at).values_list("person", flat=True))
    return [one for one in people if one.pk not in lately]


@atomic
def count_use(
    group: AffectedGroup,
    *,
    on: date,
    eligible: int,
    active: int,
    source: str,
    by: User,
    at: datetime,
    trained: int | None = None,
    still_active: int | None = None,
) -> UseCount:
    """Write down how many could use it and do, and where the counts come from."""
    workflow.lock(group.pilot)
    check_can_ask(by, group.pilot)
    if on > dates.day_of(at):
        raise Malformed(_("Count on a day that has come."))
    live = group.pilot.went_live_on
    if live is not None and on < live:
        raise Malformed(
            _(
                "The pilot went live on %(day)s; nobody could use it before. Count on that day or later."
            )
            % {"day": dates.day_in_words(live)}
        )
    if eligible < 1 or any(
        one is not None and not 0 <= one <= eligible for one in (active, trained, still_active)
    ):
        raise Malformed(_("No count is above how many could use it."))
    source = visible(source)
    if not source:
        raise Malformed(_("Say where the counts come from."))
    made = UseCount.objects.create(
        group=group,
        on=on,
        eligible=eligible,
        trained=trained,
        active=active,
        still_active=still_active,
        source=source,
        by=by,
        at=at,
    )
    audit.record(
        "group.use_counted",
        group,
        by=by,
        at=at,
        also=[group.pilot],
        unit_id=group.pilot.unit_id,
        pilot=audit.named(group.pilot),
        on=on,
    )
    return made


@atomic
def read_use_from(
    group: AffectedGroup,
    *,
    active: Metric | None,
    still_active: Metric | None,
    by: User,
    at: datetime,
) -> AffectedGroup:
    """By which metrics of its pilot it is known who of the group uses it, and still does after four weeks;
    where none is named, the team counts."""
    pilot = lock_standing(group)
    check_can_plan_change(by, pilot)
    check_not_decided_on(pilot)
    for one in (active, still_active):
        if one is not None and (one.pilot_id != pilot.pk or not is_share(one)):
            raise Malformed(_("Choose a share that is measured for this pilot."))
    if (active, still_active) == (group.active_metric, group.still_active_metric):
        return group
    group.active_metric, group.still_active_metric = active, still_active
    group.save(update_fields=["active_metric", "still_active_metric"])
    named = [one for one in (active, still_active) if one is not None]
    audit.record(
        "group.use_measured" if named else "group.use_counted_again",
        group,
        by=by,
        at=at,
        also=[pilot, *named],
        unit_id=pilot.unit_id,
        pilot=audit.named(pilot),
        **({"metric": audit.named(named[0])} if named else {}),
        **({"later": audit.named(still_active)} if still_active is not None else {}),
    )
    return group


@atomic
def take_on(
    group: AffectedGroup, *, what: str, owner: User, until: date, by: User, at: datetime
) -> BarrierAction:
    """Somebody does something against what the last pulse of the group shows."""
    workflow.lock(group.pilot)
    check_can_ask(by, group.pilot)
    what = visible(what)
    if not what:
        raise Malformed(_("Say what is done."))
    if until < dates.day_of(at):
        raise Malformed(_("Give a day that is still to come."))
    check_near(until, at=at)
    if not may_own_blockers(group.pilot).filter(pk=owner.pk).exists():
        raise Malformed(
            _("%(who)s is not on the team, nor its sponsor, nor in the innovation office.")
            % {"who": owner.name}
        )
    found = next((one for one in readiness_of(group.pilot) if one.group == group), None)
    if found is None or found.pulse is None or found.barrier is None:
        raise Refused(_("No pulse of this group shows a low score."))
    made = BarrierAction.objects.create(
        group=group,
        pulse=found.pulse,
        barrier=found.barrier,
        what=what,
        owner=owner,
        until=until,
        by=by,
        at=at,
    )
    notices.notify(
        [owner],
        kind="pilots",
        title=_("You are to help %(group)s by %(day)s: %(what)s")
        % {"group": group.name, "day": dates.day_in_words(until), "what": what},
        text=_("It waits on your home page until it is marked done."),
        about=group.pilot,
        url=reverse("pilots:readiness", args=[group.pilot_id]),
        at=at,
        but=by,
    )
    audit.record(
        "group.helped",
        group,
        by=by,
        at=at,
        also=[group.pilot, owner],
        unit_id=group.pilot.unit_id,
        pilot=audit.named(group.pilot),
        owner=audit.named(owner),
        until=until,
    )
    return made


@atomic
def say_help_done(helped: BarrierAction, *, by: User, at: datetime) -> BarrierAction:
    """It was done, says its owner or somebody of the team; whether it moved anything, the next pulse says."""
    pilot = helped.group.pilot
    workflow.lock(pilot)
    workflow.lock(helped)
    check_can_say_help_done(by, helped)
    if helped.done_at is not None:
        raise Conflict(
            _("It was marked done on %(when)s.") % {"when": dates.moment_in_words(helped.done_at)}
        )
    helped.done_at, helped.done_by = at, by
    helped.save(update_fields=["done_at", "done_by"])
    audit.record(
        "group.help_done",
        helped.group,
        by=by,
        at=at,
        also=[pilot],
        unit_id=pilot.unit_id,
        pilot=audit.named(pilot),
    )
    return helped
