"""Sessions of training, who must be there, and who was."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.notices import actions as notices
from innovation.people.models import User
from innovation.rules import dates, reasons
from innovation.rules.deadlines import check_near
from innovation.rules.refusal import Conflict, Malformed, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.adoption.actions.groups import lock_standing
from pilots.adoption.models import AffectedGroup, Attendance, GroupMember, TrainingSession
from pilots.adoption.models.training import MOST_MINUTES, MOST_MONTHS
from pilots.adoption.permissions import (
    can_keep_names,
    check_can_keep_names,
    check_can_mark_attended,
    check_can_plan_change,
    check_goes_on,
)
from pilots.adoption.queries import may_train
from pilots.staffing.queries import by_address

MOST_SESSIONS = 200  # of a group
MOST_PASTED = 500


@dataclass(frozen=True)
class PastedRow:
    """What became of one address of a list."""

    number: int
    address: str
    done: bool
    said: str


@atomic
def plan_training(
    group: AffectedGroup,
    *,
    title: str,
    minutes: int,
    held_on: date,
    place: str,
    trainer: User,
    by: User,
    at: datetime,
    held_at: time | None = None,
    material_url: str = "",
    material: str = "",
    valid_months: int | None = None,
) -> TrainingSession:
    """Say what a group learns when, where and with whom. It stays as it is planned; another day is another
    session."""
    pilot = lock_standing(group)
    check_can_plan_change(by, pilot)
    title, place, material = visible(title), visible(place), visible(material)
    if not title or not place:
        raise Malformed(_("Say what is learned, and where."))
    if not material and not material_url:
        raise Malformed(_("Give a link to the material, or say it in words."))
    if not 1 <= minutes <= MOST_MINUTES:
        raise Malformed(_("Say how many minutes it takes."))
    if valid_months is not None and not 1 <= valid_months <= MOST_MONTHS:
        raise Malformed(_("It is valid for 1 to %(n)s months, or for good.") % {"n": MOST_MONTHS})
    check_near(held_on, at=at)
    if not may_train(pilot).filter(pk=trainer.pk).exists():
        raise Refused(
            _("%(person)s does not see this pilot, and could not say who was there.")
            % {"person": trainer.name}
        )
    if TrainingSession.objects.filter(group=group).count() >= MOST_SESSIONS:
        raise Refused(_("A group has %(n)s sessions at the most.") % {"n": MOST_SESSIONS})
    made = TrainingSession.objects.create(
        group=group,
        title=title,
        minutes=minutes,
        held_on=held_on,
        held_at=held_at,
        place=place,
        trainer=trainer,
        material_url=material_url,
        material=material,
        valid_months=valid_months,
        by=by,
        at=at,
    )
    notices.notify(
        [trainer],
        kind="pilots",
        title=_("You run “%(title)s” for %(group)s") % {"title": title, "group": group.name},
        text=_("On %(day)s, %(place)s.") % {"day": dates.day_in_words(held_on), "place": place},
        about=pilot,
        url=made.get_absolute_url(),
        at=at,
        but=by,
    )
    _record("training.planned", made, by=by, at=at, on=held_on)
    return made


@atomic
def cancel_training(
    session: TrainingSession, *, reason: str, by: User, at: datetime
) -> TrainingSession:
    """It is not held, or it was not: nobody is trained by it."""
    pilot = lock_standing(session.group)
    workflow.lock(session)
    check_can_plan_change(by, pilot)
    _check_standing(session)
    session.cancelled_because = reasons.required(reason)
    session.cancelled_at, session.cancelled_by = at, by
    session.save(update_fields=["cancelled_at", "cancelled_by", "cancelled_because"])
    notices.notify(
        [session.trainer] if session.trainer.is_active else [],
        kind="pilots",
        title=_("“%(title)s” is cancelled") % {"title": session.title},
        text=session.cancelled_because,
        about=pilot,
        url=session.get_absolute_url(),
        at=at,
        but=by,
    )
    _record("training.cancelled", session, by=by, at=at, reason=session.cancelled_because)
    return session


@atomic
def add_people(
    group: AffectedGroup, *, addresses: Iterable[str], by: User, at: datetime
) -> list[PastedRow]:
    """Who must be trained, by their addresses; each is told what became of it."""
    pilot = lock_standing(group)
    check_can_keep_names(by, group)
    check_goes_on(pilot)
    there = set(_members(group))
    rows, added = [], []
    for number, address, person in _people(addresses, group=group, by=by):
        if person is None:
            rows.append(PastedRow(number, address, False, _nobody()))
        elif person.pk in there:
            rows.append(PastedRow(number, address, False, _("Is of the group already.")))
        else:
            there.add(person.pk)
            added.append(GroupMember(group=group, person=person, added_by=by, added_at=at))
            rows.append(
                PastedRow(number, address, True, _("%(who)s is added.") % {"who": person.name})
            )
    GroupMember.objects.bulk_create(added)
    if added:
        audit.record(
            "group.people_added",
            group,
            by=by,
            at=at,
            also=[pilot],
            unit_id=pilot.unit_id,
            pilot=audit.named(pilot),
            n=len(added),
        )
    return rows


@atomic
def remove_member(member: GroupMember, *, by: User, at: datetime) -> None:
    """Somebody is not of the group any more, and need not be trained for it."""
    pilot = lock_standing(member.group)
    workflow.lock(member)
    check_can_keep_names(by, member.group)
    check_goes_on(pilot)
    if member.left_at is not None:
        raise Conflict(_("They are not of the group any more."))
    member.left_at, member.left_by = at, by
    member.save(update_fields=["left_at", "left_by"])
    audit.record(
        "group.person_left",
        member.group,
        by=by,
        at=at,
        also=[pilot],
        unit_id=pilot.unit_id,
        pilot=audit.named(pilot),
    )


@atomic
def mark_attended(
    session: TrainingSession,
    *,
    by: User,
    at: datetime,
    people: Collection[User] = (),
    addresses: Iterable[str] = (),
) -> list[PastedRow]:
    """Who was there: chosen from the group, or by addresses, each of which is told what became of it. Who
    sees no names gives addresses, and is not told who of them is of the group or was marked before."""
    pilot = lock_standing(session.group)
    workflow.lock(session)
    check_can_mark_attended(by, session)
    sees_names = bool(can_keep_names(by, session.group))
    if people and not sees_names:
        check_can_keep_names(by, session.group)
    check_goes_on(pilot)
    _check_standing(session)
    if session.held_on > dates.day_of(at):
        raise Refused(_("Say who was there on the day it is held, or afterwards."))
    of_group = _members(session.group)
    marked = set(session.attendances.filter(taken_back_at=None).values_list("person_id", flat=True))
    rows: list[PastedRow] = []
    made: list[User] = []
    chosen = ((0, one.email, one) for one in people)
    for number, address, person in (*chosen, *_people(addresses, group=session.group, by=by)):
        if person is None:
            said, done = _nobody(), False
        elif not sees_names:
            if person.pk in of_group - marked:
                marked.add(person.pk)
                made.append(person)
            said, done = _("%(who)s counts, if they are of the group.") % {"who": person.name}, True
        elif person.pk not in of_group:
            said, done = _("Is not of the group. Add them there first."), False
        elif person.pk in marked:
            said, done = _("Was marked already."), False
        else:
            marked.add(person.pk)
            made.append(person)
            said, done = _("%(who)s was there.") % {"who": person.name}, True
        rows.append(PastedRow(number, address, done, said))
    months = session.valid_months
    until = None if months is None else dates.months_after(session.held_on, months)
    Attendance.objects.bulk_create(
        Attendance(session=session, person=one, valid_until=until, marked_by=by, marked_at=at)
        for one in made
    )
    if made:
        _record_who("training.attended", session, by=by, at=at)
    return rows


@atomic
def take_attendance_back(attendance: Attendance, *, by: User, at: datetime) -> None:
    """They were not there."""
    session = attendance.session
    pilot = lock_standing(session.group)
    workflow.lock(attendance)
    check_can_keep_names(by, session.group)
    check_goes_on(pilot)
    if attendance.taken_back_at is not None:
        raise Conflict(_("That was taken back already."))
    attendance.taken_back_at, attendance.taken_back_by = at, by
    attendance.save(update_fields=["taken_back_at", "taken_back_by"])
    _record_who("training.attendance_taken_back", session, by=by, at=at)


def _members(group: AffectedGroup) -> set[int]:
    return set(
        GroupMember.objects.filter(group=group, left_at=None).values_list("person_id", flat=True)
    )


def _people(
    addresses: Iterable[str], *, group: AffectedGroup, by: User
) -> Iterator[tuple[int, str, User | None]]:
    """Each address with its line and who has it, among those whom this person may know."""
    lines = [
        (number, visible(line)) for number, line in enumerate(addresses, start=1) if visible(line)
    ]
    if len(lines) > MOST_PASTED:
        raise Malformed(_("Paste %(n)s addresses at the most at once.") % {"n": MOST_PASTED})
    known = by_address(by, group.pilot, (line for _number, line in lines))
    for number, line in lines:
        yield number, line, known.get(line.lower())


def _nobody() -> str:
    return _("Nobody whom you may see has this address.")


def _check_standing(session: TrainingSession) -> None:
    if session.cancelled_at is not None:
        raise Conflict(
            _("%(who)s cancelled it on %(when)s.")
            % {"who": session.cancelled_by, "when": dates.moment_in_words(session.cancelled_at)}
        )


def _record(
    event: str, session: TrainingSession, /, *, by: User, at: datetime, **said: object
) -> None:
    """Of the session itself."""
    pilot = session.group.pilot
    audit.record(
        event,
        session,
        by=by,
        at=at,
        also=[session.group, pilot],
        unit_id=pilot.unit_id,
        pilot=audit.named(pilot),
        group=audit.named(session.group),
        **said,
    )


def _record_who(event: str, session: TrainingSession, /, *, by: User, at: datetime) -> None:
    """That somebody said who was there: no names, no number, and nothing in the pilot's history or the
    group's, where each line would tell of few."""
    pilot = session.group.pilot
    audit.record(
        event,
        session,
        by=by,
        at=at,
        unit_id=pilot.unit_id,
        pilot=audit.named(pilot),
        group=audit.named(session.group),
    )
