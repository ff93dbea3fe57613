"""Importing people: a file is looked at, its rows are done one by one, and all of it is taken back.

Each row is a transaction of its own, done by the actions that administrators use by hand: a file of
thousands holds no lock for long, and a worker that is killed goes on where it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.db import transaction
from django.utils.translation import gettext as _

from innovation.access import people_file, queries
from innovation.access.models import ImportRow, PeopleImport, RowOutcome
from innovation.access.people_file import FileEntry
from innovation.access.plan import Intent, Planner
from innovation.audit import actions as audit
from innovation.people import actions as people
from innovation.people import passwords, permissions
from innovation.people.models import RoleGrant, RoleProposal, Unit, User
from innovation.rules import dates
from innovation.rules.refusal import Conflict, Malformed, Refused
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow

DRAFTS_KEPT = timedelta(days=7)
FIRST_PAUSE = timedelta(minutes=2)
MOST_ATTEMPTS = 6


@atomic
def upload_people(
    *, by: User, at: datetime, unit: Unit, file_name: str, content: bytes
) -> PeopleImport:
    """Keep a file as a draft, its columns mapped as they were the last time or by a guess."""
    permissions.check_can_manage_people(by, unit)
    table = people_file.read(content)
    return PeopleImport.objects.create(
        unit=unit,
        file_name=file_name.replace("\x00", "")[:200] or _("People"),
        columns=table.columns,
        lines=table.rows,
        mapping=queries.remembered_mapping(table.columns, by=by),
        uploaded_at=at,
        uploaded_by=by,
    )


@atomic
def map_columns(
    found: PeopleImport, *, by: User, mapping: Mapping[str, str], mails_newcomers: bool
) -> None:
    """Say what the columns of a draft mean."""
    permissions.check_can_manage_people(by, found.unit)
    _lock_draft(found)
    found.mapping = {fact: column for fact, column in mapping.items() if column != ""}
    found.mails_newcomers = mails_newcomers
    found.save(update_fields=["mapping", "mails_newcomers"])


@atomic
def discard_import(found: PeopleImport, *, by: User) -> None:
    """Drop a draft. Nothing was done by it, so nothing is written down."""
    permissions.check_can_manage_people(by, found.unit)
    _lock_draft(found)
    found.delete()


@atomic
def start_import(found: PeopleImport, *, by: User, at: datetime) -> None:
    """Hand the rows of a draft to a worker; those that would be refused are refused now."""
    permissions.check_can_manage_people(by, found.unit)
    _lock_draft(found)
    if any(fact not in found.mapping for fact in people_file.NEEDED):
        raise Malformed(_("Say first which column holds the e-mail."))
    planned = queries.planned(found, by=by, today=dates.day_of(at))
    if not any(row.intent.outcome in (RowOutcome.CREATED, RowOutcome.CHANGED) for row in planned):
        raise Refused(_("No row would make or change anything."))
    ImportRow.objects.bulk_create(
        ImportRow(
            people_import=found,
            number=row.number,
            said=asdict(row.said),
            outcome=RowOutcome.REFUSED
            if row.intent.outcome == RowOutcome.REFUSED
            else RowOutcome.WAITS,
            sentence=row.intent.sentence if row.intent.outcome == RowOutcome.REFUSED else "",
        )
        for row in planned
    )
    found.started_at, found.started_by, found.lines = at, by, []
    found.save(update_fields=["started_at", "started_by", "lines"])
    audit.record("people_import.started", found, by=by, at=at, unit=audit.named(found.unit))
    workflow.defer("innovation.access.tasks.work_on_import", import_id=found.pk)


@atomic
def undo_import(found: PeopleImport, *, by: User, at: datetime) -> None:
    """Hand to a worker what the import did, to be taken back as far as nobody used it."""
    permissions.check_can_manage_people(by, found.unit)
    found.refresh_from_db(from_queryset=PeopleImport.objects.select_for_update(of=("self",)))
    if found.done_at is None:
        raise Conflict(_("The import is not done yet."))
    if found.undo_at is not None:
        raise Conflict(_("The import was taken back already."))
    found.undo_at, found.undo_by = at, by
    found.save(update_fields=["undo_at", "undo_by"])
    audit.record("people_import.undo_started", found, by=by, at=at)
    workflow.defer("innovation.access.tasks.work_on_import", import_id=found.pk)


def _lock_draft(found: PeopleImport) -> None:
    found.refresh_from_db(from_queryset=PeopleImport.objects.select_for_update(of=("self",)))
    if not found.is_draft:
        raise Conflict(_("This file has been imported already."))


# The worker's part


def work_on_imports(*, at: datetime) -> None:
    """Go on with what a worker left, and drop drafts that nobody came back to."""
    PeopleImport.objects.filter(started_at=None, uploaded_at__lt=at - DRAFTS_KEPT).delete()
    for key in PeopleImport.objects.working().order_by("pk").values_list("pk", flat=True):
        work_on_import(key, at=at)


def work_on_import(import_id: int, *, at: datetime) -> None:
    """Do, or take back, all rows that wait; then say so."""
    found = (
        PeopleImport.objects.working()
        .select_related("unit", "started_by", "undo_by")
        .filter(pk=import_id)
        .first()
    )
    if found is None:
        return
    if found.undo_by is None:
        assert found.started_by is not None
        planner = Planner(by=found.started_by, into=found.unit, today=dates.day_of(at))
        while _do_next(found, planner, at=at):
            pass
    else:
        while _undo_next(found, by=found.undo_by, at=at):
            pass


def _take_turn(found: PeopleImport) -> bool:
    """Lock the import for one row; no where another worker is at it, or it is at its end."""
    turn = PeopleImport.objects.working().select_for_update(of=("self",), skip_locked=True)
    return turn.filter(pk=found.pk).values_list("pk", flat=True).first() is not None


@atomic
def _do_next(found: PeopleImport, planner: Planner, *, at: datetime) -> bool:
    if not _take_turn(found):
        return False
    waiting = ImportRow.objects.filter(people_import=found, outcome=RowOutcome.WAITS)
    row = waiting.select_related("people_import").first()
    if row is None:
        _finish(found, at=at)
        return False
    said = FileEntry(**row.said)
    person = planner.people([said.email]).get(said.email)
    is_seen = person is not None and person.pk in planner.seen([person])
    intent = planner.intend(said, person, is_seen=is_seen)
    row.outcome, row.sentence = intent.outcome, intent.sentence
    try:
        with transaction.atomic():
            _do(row, intent, said, person, by=planner.by, at=at)
    except Refused as refusal:
        row.outcome, row.sentence = RowOutcome.REFUSED, str(refusal)
        row.person, row.grant, row.proposal, row.changes = None, None, None, {}
    if row.outcome == RowOutcome.CREATED and found.mails_newcomers:
        row.mail_due_at = at
    row.save()
    return True


def _do(
    row: ImportRow, intent: Intent, said: FileEntry, person: User | None, *, by: User, at: datetime
) -> None:
    if intent.outcome == RowOutcome.CREATED:
        assert intent.unit is not None
        person = people.create_person(
            by=by,
            at=at,
            email=said.email,
            name=said.name,
            job_title=said.job_title,
            unit=intent.unit,
            welcome=False,
        )
    elif intent.changes:
        assert person is not None
        row.changes = {
            name: [_plain(getattr(person, name)), _plain(value)]
            for name, value in intent.changes.items()
        }
        people.change_person(person, by=by, at=at, **intent.changes)
    row.person = person
    if intent.role:
        assert person is not None and intent.unit is not None
        given = people.give(
            person,
            by=by,
            at=at,
            unit=intent.unit,
            role=intent.role,
            ends_on=intent.ends_on,
            reason=_("Imported from %(file)s.") % {"file": row.people_import.file_name},
        )
        if isinstance(given, RoleProposal):
            row.proposal = given
        else:
            row.grant = given


def _plain(value: object) -> object:
    return value.pk if isinstance(value, Unit) else value


def _finish(found: PeopleImport, *, at: datetime) -> None:
    if PeopleImport.objects.filter(pk=found.pk, done_at=None).update(done_at=at):
        assert found.started_by is not None
        counts = queries.counts(found)
        audit.record(
            "people_import.done",
            found,
            by=found.started_by,
            at=at,
            created=counts[RowOutcome.CREATED],
            changed=counts[RowOutcome.CHANGED],
            refused=counts[RowOutcome.REFUSED],
        )
        workflow.defer("innovation.access.tasks.mail_newcomers")


@atomic
def _undo_next(found: PeopleImport, *, by: User, at: datetime) -> bool:
    """Take the last row back that was not looked at yet."""
    if not _take_turn(found):
        return False
    row = (
        ImportRow.objects.select_related(
            "person__unit", "grant__unit", "grant__person", "proposal__person"
        )
        .filter(
            people_import=found,
            outcome__in=[RowOutcome.CREATED, RowOutcome.CHANGED],
            undone_at=None,
            kept="",
        )
        .order_by("-number")
        .first()
    )
    if row is None:
        _finish_undo(found, at=at)
        return False
    kept = []
    for take_back in (_take_role_back, _take_changes_back, _take_account_back):
        try:
            with transaction.atomic():
                take_back(row, by=by, at=at)
        except Refused as refusal:
            kept.append(str(refusal))
    row.kept = " ".join(kept)
    row.undone_at = None if kept else at
    row.mail_due_at = None
    row.save(update_fields=["kept", "undone_at", "mail_due_at"])
    return True


def _take_role_back(row: ImportRow, *, by: User, at: datetime) -> None:
    given = row.grant
    if row.proposal is not None:
        if not row.proposal.outcome:
            people.withdraw_role(row.proposal, by=by, at=at)
        given = RoleGrant.objects.filter(proposal=row.proposal).first()
    if given is not None and given.ended_at is None:
        people.end_grant(given, by=by, at=at)


def _take_changes_back(row: ImportRow, *, by: User, at: datetime) -> None:
    """Each detail that is still as the import left it goes back to what it was."""
    person = row.person
    if person is None:
        return
    fields: dict[str, object] = {}
    later = []
    for name, (before, after) in row.changes.items():
        if _plain(getattr(person, name)) == after:
            is_unit = name == "unit" and before is not None
            fields[name] = Unit.objects.get(pk=before) if is_unit else before
        else:
            later.append(str(User._meta.get_field(name).verbose_name))  # type: ignore[union-attr]
    if fields:
        people.change_person(person, by=by, at=at, **fields)
    if later:
        raise Refused(_("Changed again since, so it stays: %(what)s.") % {"what": ", ".join(later)})


def _take_account_back(row: ImportRow, *, by: User, at: datetime) -> None:
    person = row.person
    if row.outcome != RowOutcome.CREATED or person is None or not person.is_active:
        return
    if person.last_login is not None:
        raise Refused(_("The account stays open: %(name)s has signed in.") % {"name": person.name})
    if person.grants.current().exists():
        raise Refused(
            _("The account stays open: %(name)s was given a role since.") % {"name": person.name}
        )
    people.deactivate(person, by=by, at=at, reason=_("The import was taken back."))


def _finish_undo(found: PeopleImport, *, at: datetime) -> None:
    if PeopleImport.objects.filter(pk=found.pk, undone_at=None).update(undone_at=at):
        assert found.undo_by is not None
        rows = ImportRow.objects.filter(people_import=found)
        audit.record(
            "people_import.undone",
            found,
            by=found.undo_by,
            at=at,
            undone=rows.filter(undone_at__isnull=False).count(),
            kept=rows.exclude(kept="").count(),
        )


# First mails


def mail_newcomers(*, at: datetime) -> int:
    """Mail whoever an import made an account for how to choose a password; how many were sent."""
    sent = 0
    while True:
        outcome = _mail_next(at=at)
        if outcome is None:
            return sent
        sent += outcome


@atomic
def _mail_next(*, at: datetime) -> int | None:
    row = (
        ImportRow.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("person")
        .filter(mail_due_at__lte=at)
        .order_by("mail_due_at", "pk")
        .first()
    )
    if row is None:
        return None
    sent = 0
    assert row.person is not None
    try:
        if row.person.is_active and row.person.last_login is None:
            passwords.send_welcome(row.person)
            sent = 1
        row.mail_due_at = None
    except (SMTPException, OSError):
        # A mail server that is away is asked again after 2 min, 8 min … a day and a half in all.
        row.mail_due_at = at + FIRST_PAUSE * 4**row.mail_attempts
        row.mail_attempts += 1
        if row.mail_attempts >= MOST_ATTEMPTS:
            row.mail_due_at = None
    row.save(update_fields=["mail_due_at", "mail_attempts"])
    return sent
