"""Groups whose work a pilot changes: named while it is shaped, changed with a reason from then on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import Unit, User
from innovation.rules import constraints, dates, reasons
from innovation.rules.refusal import Conflict, Malformed, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.adoption import queries
from pilots.adoption.models import AffectedGroup, NobodyAffected
from pilots.adoption.nasss import Complexity, Domain
from pilots.adoption.permissions import (
    check_can_move,
    check_can_plan_change,
    check_may_turn,
    check_not_decided_on,
)
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.permissions import is_plan_open
from pilots.lifecycle.queries import approved_at, units_of_sites

# More than anybody prepares a change for.
MOST = 40
MOST_PEOPLE = 100_000
# What is known of a group; a judgement of how hard it is may change without a reason.
FACTS = ("name", "people", "unit", "site", "changes")


@atomic
def name_group(
    pilot: Pilot,
    *,
    name: str,
    people: int,
    changes: str,
    by: User,
    at: datetime,
    unit: Unit | None = None,
    site: Unit | None = None,
    complexity: Mapping[str, str] | None = None,
) -> AffectedGroup:
    """Say whose work changes, how many they are, where, and what changes for them."""
    workflow.lock(pilot)
    check_can_plan_change(by, pilot)
    said = _checked(pilot, name, people, changes, unit, site, complexity or {})
    if AffectedGroup.objects.standing().filter(pilot=pilot).count() >= MOST:
        raise Refused(_("A pilot has %(n)s groups at the most.") % {"n": MOST})
    with constraints.explained():
        group = AffectedGroup.objects.create(pilot=pilot, by=by, at=at, **said)
    NobodyAffected.objects.filter(pilot=pilot).delete()
    audit.record(
        "group.named",
        group,
        by=by,
        at=at,
        also=[pilot],
        unit_id=pilot.unit_id,
        pilot=audit.named(pilot),
        people=people,
    )
    return group


@atomic
def say_nobody(pilot: Pilot, *, because: str, by: User, at: datetime) -> NobodyAffected:
    """Nobody has to work differently; why, in a sentence."""
    workflow.lock(pilot)
    check_can_plan_change(by, pilot)
    because = reasons.required(because)
    if AffectedGroup.objects.standing().filter(pilot=pilot).exists():
        raise Conflict(_("Groups are named. Take them out first, if nobody's work changes."))
    said, _made = NobodyAffected.objects.update_or_create(
        pilot=pilot, defaults={"because": because, "by": by, "at": at}
    )
    audit.record("pilot.nobody_affected", pilot, by=by, at=at, reason=because)
    return said


@atomic
def change_group(
    group: AffectedGroup,
    *,
    name: str,
    people: int,
    changes: str,
    by: User,
    at: datetime,
    unit: Unit | None = None,
    site: Unit | None = None,
    complexity: Mapping[str, str] | None = None,
    reason: str = "",
) -> AffectedGroup:
    """What is known of it now; with a reason once the plan was proposed. What was known stays in the log."""
    _lock(group, by=by)
    given = group.judged if complexity is None else complexity
    at_site = None if site == group.site else site  # one that closed meanwhile may stay
    said = _checked(group.pilot, name, people, changes, unit or site, at_site, given)
    said |= {"unit": unit, "site": site}
    before = {one: getattr(group, one) for one in said}
    changed = [one for one in said if before[one] != said[one]]
    if not changed:
        return group
    place = unit or site
    check_can_move(by, group, to=None if place is None else place.pk)
    if "people" in changed:
        check_not_decided_on(group.pilot)
        check_may_turn(by, [group], at=at)
    facts = any(one in FACTS for one in changed)
    needed = facts and not is_plan_open(group.pilot)
    reason = reasons.required(reason) if needed else visible(reason)
    for one in changed:
        setattr(group, one, said[one])
    kept = _keep_size(group, before["people"], reason, at=at) if "people" in changed else []
    with constraints.explained():
        group.save(update_fields=[*changed, *kept])
    audit.record(
        "group.changed",
        group,
        by=by,
        at=at,
        also=[group.pilot],
        unit_id=group.pilot.unit_id,
        pilot=audit.named(group.pilot),
        changed={
            one: [audit.as_text(before[one]), audit.as_text(getattr(group, one))] for one in changed
        },
        **({"reason": reason} if reason else {}),
    )
    return group


@atomic
def remove_group(
    group: AffectedGroup, *, by: User, at: datetime, reason: str = ""
) -> AffectedGroup:
    """Their work does not change after all; with a reason once the plan was proposed."""
    _lock(group, by=by)
    check_not_decided_on(group.pilot)
    group.removed_because = (
        visible(reason) if is_plan_open(group.pilot) else reasons.required(reason)
    )
    group.removed_at, group.removed_by = at, by
    group.save(update_fields=["removed_at", "removed_by", "removed_because"])
    audit.record(
        "group.removed",
        group,
        by=by,
        at=at,
        also=[group.pilot],
        unit_id=group.pilot.unit_id,
        pilot=audit.named(group.pilot),
        **({"reason": group.removed_because} if group.removed_because else {}),
    )
    return group


def lock_standing(group: AffectedGroup) -> Pilot:
    """The pilot, with its lock, and the group as it is now, unless it was taken out meanwhile."""
    workflow.lock(group.pilot)
    workflow.lock(group)
    if group.removed_at is not None:
        raise Conflict(
            _("%(who)s took this group out on %(when)s.")
            % {"who": group.removed_by, "when": dates.moment_in_words(group.removed_at)}
        )
    return group.pilot


def _lock(group: AffectedGroup, *, by: User) -> None:
    check_can_plan_change(by, lock_standing(group))


def _keep_size(group: AffectedGroup, was: int, reason: str, *, at: datetime) -> list[str]:
    """How many they were when resources were approved, for whoever decides later; the columns that hold it."""
    if is_plan_open(group.pilot):
        before = None
    else:
        before = queries.people_when_approved(group, was, approved_at(group.pilot))
    if before is None or before == group.people:
        group.people_before, group.people_changed_at, group.people_because = None, None, ""
    else:
        group.people_before, group.people_changed_at, group.people_because = before, at, reason
    return ["people_before", "people_changed_at", "people_because"]


def _checked(
    pilot: Pilot,
    name: str,
    people: int,
    changes: str,
    unit: Unit | None,
    site: Unit | None,
    complexity: Mapping[str, str],
) -> dict[str, Any]:
    """What was said of a group, column by column."""
    name, changes = visible(name), visible(changes)
    if not name or not changes:
        raise Malformed(_("Say who they are, and what changes for them."))
    if not 1 <= people <= MOST_PEOPLE:
        raise Malformed(_("Say how many people they are."))
    if unit is None and site is None:
        raise Malformed(_("Say where they work: a unit, a site of the pilot, or both."))
    if site is not None and not units_of_sites(pilot).filter(pk=site.pk).exists():
        raise Malformed(_("%(site)s is none of the pilot's sites.") % {"site": site.name})
    judged = {one: complexity.get(one, "") for one in Domain.values}
    if not set(judged.values()) <= {"", *Complexity.values}:
        raise Malformed(_("A domain is simple, complicated or complex."))
    facts = {"name": name, "people": people, "unit": unit, "site": site, "changes": changes}
    return {**facts, **judged}
