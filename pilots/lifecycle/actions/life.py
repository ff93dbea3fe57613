"""The verbs of a pilot's life. Gates (above) decide; here the decision takes effect.

Rows are locked in one order everywhere (pilot, needs, idea, then money), and before the first
audit event, whose lock orders all events: so two people acting at once wait, and never deadlock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from innovation.ideas import actions as ideas
from innovation.ideas.states import IdeaStatus
from innovation.needs import actions as needs_actions
from innovation.needs.models import Need
from innovation.needs.states import NeedStatus
from innovation.people.models import User
from innovation.rules import dates
from innovation.rules.refusal import Refused
from innovation.rules.transactions import atomic
from innovation.web import panels
from innovation.workflow import actions as workflow
from innovation.workflow.models import StateChange
from pilots.lifecycle.actions.clock import check_in_time, keep_in_time
from pilots.lifecycle.models import Pilot, SiteGoLive
from pilots.lifecycle.permissions import check_can_lead, check_can_stop
from pilots.lifecycle.states import ENDED, PILOT

# What a gate adds to the event: which of its decisions the step is.
Told = Mapping[str, Any] | None


# The steps of the team.


def propose(pilot: Pilot, *, by: User, at: datetime, locked: bool = False) -> StateChange:
    """Ask for resources. Called by the gate, which has checked its requirements."""
    return move(pilot, "propose", locked=locked, by=by, at=at, allow=check_can_lead)


def prepare(pilot: Pilot, *, by: User, at: datetime) -> StateChange:
    return move(pilot, "prepare", by=by, at=at, allow=check_can_lead)


@atomic
def go_live(pilot: Pilot, *, on: date, by: User, at: datetime, locked: bool = False) -> StateChange:
    """Record the first day of use; effects are judged against what was before it."""
    if on > dates.day_of(at):
        raise Refused(_("Record the start on the day it happens, or afterwards."))
    change = move(
        pilot,
        "go_live",
        locked=locked,
        by=by,
        at=at,
        allow=check_can_lead,
        fields={"went_live_on": on},
        on=on,
    )
    workflow.defer("pilots.evidence.tasks.refresh", pilot_id=pilot.pk)
    return change


def evaluate(pilot: Pilot, *, by: User, at: datetime, locked: bool = False) -> StateChange:
    """Ask for the decision on its outcome. Called by the gate, which opens the review."""
    return move(pilot, "evaluate", locked=locked, by=by, at=at, allow=check_can_lead)


# What gates decide. Authority is checked there; nothing else calls these.


def approve(
    pilot: Pilot,
    *,
    by: User,
    at: datetime,
    reason: str = "",
    locked: bool = False,
    told: Told = None,
) -> StateChange:
    """Its first day is still to come: of a try before a pivot, it stands in the history, and so do
    those of its sites."""
    if pilot.went_live_on is not None:
        live = SiteGoLive.objects.filter(pilot=pilot, went_live_on__isnull=False)
        live.update(planned_on=Coalesce("planned_on", "went_live_on"), went_live_on=None)
    return move(
        pilot,
        "approve",
        locked=locked,
        by=by,
        at=at,
        reason=reason,
        fields={"went_live_on": None},
        **(told or {}),
    )


def return_(
    pilot: Pilot, *, reason: str, by: User, at: datetime, locked: bool = False, told: Told = None
) -> StateChange:
    """Back to shaping, with what is missing as the reason; the charter opens again."""
    return move(pilot, "return", locked=locked, by=by, at=at, reason=reason, **(told or {}))


def extend(
    pilot: Pilot,
    *,
    until: date,
    reason: str,
    by: User,
    at: datetime,
    locked: bool = False,
    told: Told = None,
) -> StateChange:
    if until <= dates.day_of(at):
        raise Refused(_("Extend it until a day that is still to come."))
    keep_in_time(pilot, until=until, reason=reason, by=by, at=at)
    return move(
        pilot,
        "extend",
        locked=locked,
        by=by,
        at=at,
        reason=reason,
        fields={"ends_on": until},
        until=until,
        **(told or {}),
    )


def pivot(
    pilot: Pilot, *, reason: str, by: User, at: datetime, locked: bool = False, told: Told = None
) -> StateChange:
    """Back to shaping: the need stands, the answer to it is thought through again. Once its time is over
    it is scaled, stopped or extended: another way begins as another pilot."""
    check_in_time(pilot, at=at)
    change = move(pilot, "pivot", locked=locked, by=by, at=at, reason=reason, **(told or {}))
    _tell_ended(pilot, change, told)
    return change


@atomic
def scale(
    pilot: Pilot,
    *,
    reason: str,
    by: User,
    at: datetime,
    shown: bool = True,
    owner: User | None = None,
    locked: bool = False,
    told: Told = None,
) -> StateChange:
    """The pilot ends and what it tried goes on, in the hands of its `owner`. Its needs are met and its idea is proven where that is
    `shown` by the primary metric; else they are answered, and it was tried."""
    if not locked:
        lock_roots(pilot)
    change = move(
        pilot,
        "scale",
        locked=True,
        by=by,
        at=at,
        reason=reason,
        **(told or {}),
        fields={"ended_on": dates.day_of(at), "owner": owner},
    )
    _tell_ended(pilot, change, told)
    for need in pilot.needs.all():
        if need.status == NeedStatus.IN_PILOT:
            answered = needs_actions.meet if shown else needs_actions.answer_unshown
            answered(need, by=by, at=at, reason=reason, locked=True)
    if pilot.idea is not None and pilot.idea.status == IdeaStatus.IN_PILOT:
        tried = ideas.prove if shown else ideas.disprove
        tried(pilot.idea, by=by, at=at, reason=reason, locked=True)
    return change


@atomic
def stop(
    pilot: Pilot,
    *,
    reason: str,
    by: User,
    at: datetime,
    early: bool = True,
    locked: bool = False,
    told: Told = None,
) -> StateChange:
    """It ends here. Needs that no other pilot still answers are not met; the idea was tried.

    `early`: by the team or the sponsor; otherwise the outcome gate has decided it.
    """
    if not locked:
        lock_roots(pilot)
    change = move(
        pilot,
        "stop",
        locked=True,
        by=by,
        at=at,
        reason=reason,
        **(told or {}),
        allow=check_can_stop if early else None,
        fields={"ended_on": dates.day_of(at), "paused_from": ""},
    )
    _tell_ended(pilot, change, told)
    others = Pilot._base_manager.exclude(pk=pilot.pk).exclude(status__in=ENDED)
    answered = set(others.filter(needs__in=pilot.needs.all()).values_list("needs", flat=True))
    for need in pilot.needs.all():
        if need.status == NeedStatus.IN_PILOT and need.pk not in answered:
            needs_actions.fail(need, by=by, at=at, reason=reason, locked=True)
    idea = pilot.idea
    if (
        idea is not None
        and idea.status == IdeaStatus.IN_PILOT
        and not others.filter(idea=idea).exists()
    ):
        ideas.disprove(idea, by=by, at=at, reason=reason, locked=True)
    return change


@atomic
def take_out(
    pilot: Pilot, *, reason: str, by: User, at: datetime, locked: bool = False, told: Told = None
) -> StateChange:
    """What was scaled is taken out of use again. Its needs keep what was shown of them; whoever has
    them may file them anew."""
    if not locked:
        lock_roots(pilot)
    change = move(pilot, "take_out", locked=True, by=by, at=at, reason=reason, **(told or {}))
    _tell_ended(pilot, change, told)
    return change


def _tell_ended(pilot: Pilot, change: StateChange, told: Told) -> None:
    """Rooms above keep of an ending what is gone once its money and its people's time went back."""
    for keep in panels.panels("pilot-ended"):
        keep(pilot, change, told or {})


@atomic
def hand_on(pilot: Pilot, *, owner: User) -> None:
    """Another person answers for what was scaled, having said yes."""
    workflow.lock(pilot)
    pilot.owner = owner
    pilot.save(update_fields=["owner"])


def lock_roots(pilot: Pilot) -> None:
    """Lock the pilot, then what it grew from, in the one order that everybody keeps. From now on
    `pilot.needs.all()` are the locked ones, oldest first."""
    workflow.lock(pilot)
    needs = Need.objects.select_related("submitted_by").select_for_update(of=("self",), no_key=True)
    prefetch_related_objects([pilot], Prefetch("needs", needs.order_by("pk")))
    if pilot.idea is not None:
        workflow.lock(pilot.idea)


def move(
    pilot: Pilot,
    verb: str,
    *,
    by: User,
    at: datetime,
    reason: str = "",
    allow: Callable[[User, Pilot], None] | None = None,
    locked: bool = False,
    **options: Any,
) -> StateChange:
    return workflow.move(
        PILOT,
        pilot,
        verb,
        by=by,
        at=at,
        reason=reason,
        allow=None if allow is None else lambda: allow(by, pilot),
        locked=locked,
        also=tuple(pilot.needs.all()),  # so that a need's own history tells what became of it
        **options,
    )
