"""Whose yes is waited for, on their homes; what leavers had on teams, where it is handed over; what a team's
people come from, on the charter and the pilot's page."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import User
from innovation.rules import dates
from innovation.web import panels
from pilots.lifecycle.models import Pilot, TeamMember
from pilots.lifecycle.permissions import can_edit_pilot, is_under_decision
from pilots.lifecycle.states import ENDED
from pilots.staffing import actions, mix, presenters, queries
from pilots.staffing.models import TimeRequest
from pilots.staffing.permissions import can_staff


def time_waiting(user: User) -> list[panels.WaitingItem]:
    """Time that this person is asked for, and time of people of their unit."""
    return [_asked(request) for request in queries.waiting_for(user)]


def _asked(request: TimeRequest) -> panels.WaitingItem:
    said = {
        "by": request.asked_by.name,
        "person": request.person.name,
        "share": presenters.share_in_words(request),
        "why": request.why,
    }
    if request.waits_for_unit:
        sentence = _("%(person)s would give it %(share)s, and you lead their unit. %(why)s") % said
    else:
        sentence = _("%(by)s asks for your time: %(share)s. %(why)s") % said
    return panels.WaitingItem(
        title=request.pilot.title,
        sentence=sentence.strip(),
        url=request.get_absolute_url(),
        since=request.waits_since,
        kind=_("Time of your unit") if request.waits_for_unit else _("Your time"),
        action_label=_("Answer"),
    )


def to_hand_over(person: User | None) -> list[panels.HandoverItem]:
    """Seats on teams of pilots that are not over, with time that was still to come."""
    return [_item(seat) for seat in queries.seats_left_behind(person, today=dates.today())]


def _item(seat: TeamMember) -> panels.HandoverItem:
    pilot = seat.pilot
    waits = is_under_decision(pilot)
    facts = {"role": seat.role_label, "share": _share(seat)}
    sentence = _("Has a seat on its team (%(role)s): %(share)s.") % facts
    if waits:
        sentence += " " + _("It waits for a decision; the team stays as it is until then.")
    label = (
        _("Leave it empty, and tell %(lead)s, who leads it") % {"lead": pilot.lead}
        if pilot.lead.is_active
        else _("Leave it empty, and tell the innovation office")
    )
    return panels.HandoverItem(
        key=f"seat-{seat.pk}",
        holder=seat.person_id,
        title=pilot.title,
        sentence=sentence,
        url=reverse("pilots:team", args=[pilot.pk]),
        unit_id=pilot.unit_id,
        told=_("You are asked to take a seat on the team of “%(pilot)s”.") % {"pilot": pilot.title},
        may_take=None if waits else partial(queries.who_may_sit, seat),
        hand_over=partial(actions.hand_on_seat, seat),
        empty_label=label,
        leave_empty=partial(actions.leave_seat_empty, seat),
    )


def _share(seat: TeamMember) -> str:
    shares = [one for one in seat.shares if one.ends_on >= dates.today()]  # type: ignore[attr-defined]
    return ", ".join(
        _("%(percent)s %% of full time until %(day)s")
        % {"percent": one.percent, "day": dates.day_in_words(one.ends_on)}
        for one in shares
    )


def help_subjects(user: User, refs: Collection[str]) -> list[panels.HelpSubject]:
    """Pilots that help may be called for, by their teams and the office; and where whoever staffs one asks
    for the time of somebody who offered to help."""
    keys = panels.keys_of(refs, "pilot")
    if not keys:
        return []
    found = Pilot.objects.visible_to(user).filter(pk__in=keys).for_list().prefetch_related("team")
    return [_help_subject(user, pilot) for pilot in found]


def help_subject(user: User, thing: object) -> panels.HelpSubject | None:
    """The same of a pilot whose page this person has before them."""
    return _help_subject(user, thing) if isinstance(thing, Pilot) else None


def _help_subject(user: User, pilot: Pilot) -> panels.HelpSubject:
    return panels.HelpSubject(
        ref=audit.ref(pilot),
        thing=pilot,
        kind=_("Pilot"),
        title=pilot.title,
        url=pilot.get_absolute_url(),
        unit_id=pilot.unit_id,
        goes_on=pilot.status not in ENDED,
        why_not=can_edit_pilot(user, pilot).reason,
        team_url=reverse("pilots:team", args=[pilot.pk]) if can_staff(user, pilot) else "",
    )


def mix_of_charter(user: User, pilot: Pilot) -> panels.Panel | None:
    """What the team's people come from, what is missing, and whom whoever staffs it could ask."""
    if pilot.status in ENDED:
        return None
    found = mix.mix_of(user, pilot)
    staffs = bool(can_staff(user, pilot))
    if not staffs and not found.present:
        return None
    team_url = reverse("pilots:team", args=[pilot.pk])
    suggested = mix.suggested(user, pilot, found.missing) if staffs else []
    return panels.Panel(
        _("What the team comes from"),
        "pilots/staffing/_mix.html",
        {
            "mix": found,
            "pilot": pilot,
            "suggested": [
                (one, f"{team_url}?{urlencode({'person': one.person.pk, 'why': one.why})}")
                for one in suggested
            ],
            "staffs": staffs,
        },
    )


def mix_of_pilot(user: User, pilot: Pilot) -> panels.Panel | None:
    """The same on the pilot's page, until it is in use; then the team is what it is."""
    return mix_of_charter(user, pilot) if pilot.went_live_on is None else None
