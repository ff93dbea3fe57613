"""What a row of a file of people would do, by the rules of whoever imports it.

One reading of the rules for the preview, which asks for all rows at once, and for the import, which
asks row by row as things stand then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Prefetch
from django.utils.translation import gettext as _

from innovation.access.models import RowOutcome
from innovation.access.people_file import LONGEST_CELL, FileEntry
from innovation.people import permissions
from innovation.people.models import SERVICE_DOMAIN, RoleGrant, Unit, User
from innovation.people.roles import ROLES, needs_second_person
from innovation.people.room import PeoplePermission
from innovation.rules.refusal import Refused


@dataclass(frozen=True)
class Intent:
    """What one row would do."""

    outcome: RowOutcome
    sentence: str = ""
    unit: Unit | None = None  # of a new account, and where the role is given
    changes: dict[str, object] = field(default_factory=dict)
    role: str = ""  # to be given
    ends_on: date | None = None


def _refused(sentence: str) -> Intent:
    return Intent(RowOutcome.REFUSED, sentence)


class Planner:
    """The rules for one import, with what they look up read once."""

    def __init__(self, *, by: User, into: Unit, today: date) -> None:
        self.by, self.into, self.today = by, into, today
        self._codes: dict[str, Unit] = {}
        self._names: dict[str, list[Unit]] = defaultdict(list)
        for unit in into.descendants(include_self=True):
            if unit.closed_at is None:
                self._names[unit.name.casefold()].append(unit)
                if unit.code:
                    self._codes[unit.code.casefold()] = unit
        self._roles = {role.key.casefold(): role.key for role in ROLES.values()}
        self._roles |= {str(role.name).casefold(): role.key for role in ROLES.values()}

    def people(self, emails: Iterable[str]) -> dict[str, User]:
        """Accounts by e-mail, with the roles that they hold."""
        held = Prefetch("grants", RoleGrant.objects.current(), to_attr="held_now")
        found = User.objects.filter(email__in=set(emails)).select_related("unit")
        return {person.email.lower(): person for person in found.prefetch_related(held)}

    def seen(self, people: Iterable[User]) -> set[int]:
        """Those whose accounts the importer sees; of others a file finds nothing out."""
        keys = [person.pk for person in people]
        visible = User.objects.visible_to(self.by, PeoplePermission.MANAGE)
        return set(visible.filter(pk__in=keys).values_list("pk", flat=True))

    def intend(self, said: FileEntry, person: User | None, *, is_seen: bool) -> Intent:
        """What this row would do as things stand."""
        try:
            return self._intend(said, person, is_seen=is_seen)
        except Refused as refusal:
            return _refused(str(refusal))

    def _intend(self, said: FileEntry, person: User | None, *, is_seen: bool) -> Intent:
        _check_shape(said)
        unit = self._unit(said.unit)
        role, ends_on = self._role(said)
        if person is None:
            permissions.check_can_manage_people(self.by, unit)
            if not said.name:
                raise Refused(_("The name is missing."))
            return Intent(RowOutcome.CREATED, _gives(role, unit), unit, {}, role, ends_on)
        if not is_seen:
            raise Refused(
                _("Somebody whose account your role does not reach signs in with this e-mail.")
            )
        if not person.is_active:
            raise Refused(_("The account is closed. Open it again first."))
        changes = self._changes(said, person, unit)
        if changes:
            permissions.check_can_manage_person(self.by, person)
        held: list[RoleGrant] = getattr(person, "held_now")  # noqa: B009 - by prefetch
        if role and any(given.role == role and given.unit_id == unit.pk for given in held):
            role = ""
        if role:
            permissions.check_can_grant(self.by, unit=unit, person=person)
        if not changes and not role:
            return Intent(RowOutcome.UNCHANGED)
        words = [str(User._meta.get_field(name).verbose_name) for name in changes]  # type: ignore[union-attr]
        what = "; ".join(filter(None, [", ".join(words), _gives(role, unit)]))
        return Intent(RowOutcome.CHANGED, what, unit, changes, role, ends_on)

    def _changes(self, said: FileEntry, person: User, unit: Unit) -> dict[str, object]:
        """The details that the row says otherwise. What it does not say stays as it is."""
        wanted: dict[str, object] = {}
        if said.name:
            wanted["name"] = said.name
        if said.job_title:
            wanted["job_title"] = said.job_title
        if said.unit and not said.role:  # beside a role, the unit is where the role is held
            wanted["unit"] = unit
        return {name: value for name, value in wanted.items() if getattr(person, name) != value}

    def _unit(self, text: str) -> Unit:
        if not text:
            return self.into
        if text.casefold() in self._codes:
            return self._codes[text.casefold()]
        found = self._names.get(text.casefold(), [])
        if len(found) > 1:
            raise Refused(
                _("Several units are called %(name)s. Write the unit's code instead.")
                % {"name": text}
            )
        if not found:
            raise Refused(
                _("There is no open unit %(name)s in %(unit)s or below it.")
                % {"name": text, "unit": self.into}
            )
        return found[0]

    def _role(self, said: FileEntry) -> tuple[str, date | None]:
        if not said.role:
            return "", None
        role = self._roles.get(said.role.casefold())
        if role is None:
            raise Refused(_("There is no role %(name)s.") % {"name": said.role})
        if not said.ends_on:
            return role, None
        try:
            ends_on = date.fromisoformat(said.ends_on)
        except ValueError as error:
            raise Refused(
                _("Write the last day as 2027-03-31, not %(text)s.") % {"text": said.ends_on}
            ) from error
        if ends_on < self.today:
            raise Refused(_("The last day of the role is past."))
        return role, ends_on


def _gives(role: str, unit: Unit) -> str:
    if not role:
        return ""
    facts = {"role": ROLES[role].name, "unit": unit}
    if needs_second_person(role):
        return _("proposes the role %(role)s in %(unit)s to a second administrator") % facts
    return _("role %(role)s in %(unit)s") % facts


def _check_shape(said: FileEntry) -> None:
    try:
        validate_email(said.email)
    except ValidationError as error:
        raise Refused(_("The e-mail is missing or is none.")) from error
    if said.email.endswith(SERVICE_DOMAIN):
        raise Refused(_("Addresses of this kind belong to service accounts."))
    if len(said.email) > 254 or len(said.name) > 120 or len(said.job_title) > 120:
        raise Refused(_("The e-mail, the name or the job title is too long."))
    if any(len(text) > LONGEST_CELL for text in (said.unit, said.role, said.ends_on)):
        raise Refused(_("A cell is too long."))


@dataclass(frozen=True)
class PlannedRow:
    number: int
    said: FileEntry
    intent: Intent


def preview(entries: Iterable[tuple[int, FileEntry]], planner: Planner) -> list[PlannedRow]:
    """What each row would do, if all before it had been done."""
    rows = list(entries)
    people = planner.people(said.email for _number, said in rows)
    seen = planner.seen(people.values())
    first: dict[str, tuple[int, FileEntry]] = {}
    given: set[tuple[str, str, int]] = set()
    planned = []
    for number, said in rows:
        person = people.get(said.email)
        intent = planner.intend(said, person, is_seen=person is not None and person.pk in seen)
        earlier = first.get(said.email)
        if earlier is not None and intent.outcome != RowOutcome.REFUSED:
            intent = _again(said, intent, earlier, given)
        if intent.outcome != RowOutcome.REFUSED:
            first.setdefault(said.email, (number, said))
            if intent.role and intent.unit is not None:
                given.add((said.email, intent.role, intent.unit.pk))
        planned.append(PlannedRow(number, said, intent))
    return planned


def _again(
    said: FileEntry,
    intent: Intent,
    earlier: tuple[int, FileEntry],
    given: set[tuple[str, str, int]],
) -> Intent:
    """A person who stood in the file before: another row gives another role, nothing else."""
    number, before = earlier
    if (said.name, said.job_title) != (before.name, before.job_title):
        return _refused(
            _("The row says otherwise than row %(n)s, which has the same e-mail.") % {"n": number}
        )
    if not said.role and said.unit != before.unit:
        return _refused(
            _("The row says otherwise than row %(n)s, which has the same e-mail.") % {"n": number}
        )
    unit = intent.unit
    if not intent.role or unit is None or (said.email, intent.role, unit.pk) in given:
        return Intent(RowOutcome.UNCHANGED)
    return replace(
        intent, outcome=RowOutcome.CHANGED, sentence=_gives(intent.role, unit), changes={}
    )
