"""Telling that a patient is named; taking the words out of everything, for good."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import IntegrityError, connection
from django.db.models import Model
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.audit import queries as log
from innovation.audit.chain import digest_of
from innovation.audit.models import Event
from innovation.notices import actions as notices
from innovation.people.models import Unit, User
from innovation.redaction import places, queries, words
from innovation.redaction.models import PatientReport, Redaction, ReportOutcome
from innovation.redaction.permissions import check_can_answer_report, check_can_redact
from innovation.redaction.room import RedactionPermission
from innovation.rules import constraints, reasons
from innovation.rules.refusal import Conflict, Malformed, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic

# More places than a name can have: then the words are too common.
MOST_PLACES = 2000
MOST_PAGES = 100


@atomic
def look_for(said: str, *, by: User, at: datetime) -> queries.Found:
    """Where the words stand. The log says that somebody looked, and not for what."""
    check_can_redact(by)
    said = _checked(said)
    found = queries.found(said, by=by)
    audit.record("text.looked_for", by, by=by, at=at, unit_id=_unit_of(by).pk, count=found.count)
    return found


@atomic
def take_out(
    said: str,
    *,
    by: User,
    at: datetime,
    reason: str,
    expected: int,
    report: PatientReport | None = None,
) -> Redaction:
    """Put a mark in the place of the words, wherever they stand and the person reaches.

    What is hashed keeps its first hash; the event of this says what it hashes to since, so whoever
    verifies the log, a decision or a pack reads that words were taken out, and by whom.
    """
    check_can_redact(by)
    if report is not None:
        _lock(report)
        check_can_answer_report(by, report)
    said, reason = _checked(said), reasons.required(reason)
    if words.compiled(said).search(reason):
        raise Malformed(_("The reason stays for ever: do not write the words in it."))
    found = queries.found(said, by=by)
    _check_found(found, expected)
    made = Redaction.objects.create(
        at=at,
        by=by,
        unit=report.unit if report else _unit_of(by),
        reason=reason,
        places=found.by_place,
        count=found.count,
    )
    about = _pages(found)
    sealed = _take_out_of_files(found, said, made)
    try:
        _take_out_of_texts(found, said, made)
    except IntegrityError as error:
        raise Refused(
            _("Without the words two things would be called the same. Rename one of them first.")
        ) from error
    sealed |= _sealed_anew(found)
    events = [key for one in found.texts if one.table.label == places.LAST for key in one.rows]
    audit.record(
        "text.redacted",
        made,
        by=by,
        at=at,
        also=about,
        reason=reason,
        count=found.count,
        places=[f"{what} ({n})" for what, n in found.by_place],
        events=_digests(events),
        sealed=sealed,
    )
    if report is not None:
        _answer(report, ReportOutcome.TAKEN_OUT, by=by, at=at, redaction=made)
    return made


def _checked(said: str) -> str:
    said = " ".join(said.split())
    if not words.LEAST <= len(said) <= words.MOST:
        raise Malformed(
            _("Give between %(least)s and %(most)s letters or digits.")
            % {"least": words.LEAST, "most": words.MOST}
        )
    if said.lower() in words.MARK:
        raise Malformed(_("These words are the mark itself."))
    return said


def _check_found(found: queries.Found, expected: int) -> None:
    if not found.count:
        raise Refused(_("These words stand nowhere that you reach. Nothing was changed."))
    if found.count > MOST_PLACES:
        raise Refused(
            _("They stand in %(n)s places: too many for a name. Give more of the words.")
            % {"n": found.count}
        )
    if found.count != expected:
        raise Conflict(
            _("They stand in %(n)s places by now. Look at them again, and then take them out.")
            % {"n": found.count}
        )


def _unit_of(by: User) -> Unit:
    """The highest unit in which the person takes words out."""
    own = by.reach(RedactionPermission.TAKE_OUT)
    units: list[Unit] = list(Unit.objects.filter(pk__within=own).order_by("pk"))
    return next(unit for unit in units if unit.parent_id not in own)


def _pages(found: queries.Found) -> list[Model]:
    """What the event is about besides, so that it stands in the history of each."""
    refs: dict[str, None] = {}
    for text in found.texts:
        refs |= dict.fromkeys(queries.refs_of(text.table.label, text.rows))
    for file in found.files:
        refs |= dict.fromkeys(queries.refs_of(file.place.label, file.keys))
    models = {str(model._meta.model_name): model for model in apps.get_models()}
    things = []
    for ref in list(refs)[:MOST_PAGES]:
        noun, _colon, key = ref.partition(":")
        if noun in models and models[noun] is not User and key.isdecimal():
            things.append(models[noun](pk=int(key)))
    return things


def _take_out_of_texts(found: queries.Found, said: str, made: Redaction) -> None:
    """By a function of the database that only ever takes words out: the site may not write to what is
    never changed."""
    pattern = words.pattern_of(said)
    with connection.cursor() as cursor:
        for one in found.texts:
            meta = one.table.model._meta
            for name, keys in one.keys.items():
                column = one.table.column(name)
                cursor.execute(
                    "SELECT innovation_take_out(%s, %s, %s, %s, %s, %s::bigint[])",
                    [made.pk, meta.db_table, meta.pk.column, column, pattern, keys],
                )
                if cursor.fetchone() != (len(keys),):
                    raise Conflict(_("Somebody changed one of these texts just now. Look again."))


def _take_out_of_files(found: queries.Found, said: str, made: Redaction) -> dict[str, str]:
    sealed = {}
    pattern = words.compiled(said)
    for one in found.files:
        model = apps.get_model(one.place.label)
        for row in model._base_manager.filter(pk__in=one.keys).order_by("pk"):
            if seal := one.place.take_out(row, pattern, made.pk):
                sealed[audit.ref(row)] = seal
    return sealed


def _sealed_anew(found: queries.Found) -> dict[str, str]:
    touched = {one.table.label: one.keys for one in found.texts}
    sealed = {}
    for seal in places.seals():
        keys = touched.get(seal.label, {}).get(seal.column, [])
        for row in apps.get_model(seal.label)._base_manager.filter(pk__in=keys).order_by("pk"):
            sealed[audit.ref(row)] = seal.hashed(row)
    return sealed


def _digests(numbers: list[int]) -> dict[str, str]:
    events = Event.objects.filter(number__in=numbers).defer("search").order_by("number")
    return {str(event.number): digest_of(log.hashed(event)) for event in events}


def empty_file(row: Model, column: str, made: int) -> None:
    """Take the whole of a file away; its name and hash stay."""
    meta: Any = row._meta
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT innovation_empty_file(%s, %s, %s, %s, %s)",
            [made, meta.db_table, meta.pk.column, meta.get_field(column).column, row.pk],
        )


# ---- telling of it


@atomic
def report_patient(page: str, *, where: str = "", by: User, at: datetime) -> PatientReport:
    """Tell the administrators of the unit that the page is of that it names a patient."""
    path = queries.path_of(page)
    if not path:
        raise Malformed(_("There is no such page here."))
    thing, unit_id = queries.thing_on(path, user=by)
    unit = _unit_to_tell(unit_id, by)
    with constraints.explained():
        report = PatientReport.objects.create(
            page=path, where=visible(where), unit=unit, reported_at=at, reported_by=by
        )
    also = [thing] if thing is not None else []
    audit.record("patient_report.made", report, by=by, at=at, also=also, page=path)
    notices.notify(
        queries.told_of(unit),
        kind="patients",
        title=_("A page names a patient"),
        text=_("%(who)s saw it on %(page)s. Look, and take the words out.")
        % {"who": by.name, "page": path},
        about=report,
        url=report.get_absolute_url(),
        at=at,
        but=by,
    )
    return report


def _unit_to_tell(unit_id: int | None, by: User) -> Unit:
    """The page's own, else that of whoever tells; where nobody looks after it, the whole."""
    unit = Unit.objects.filter(pk__in=[unit_id or by.unit_id or 0]).first()
    if unit is not None and (unit_id is not None or queries.told_of(unit)):
        return unit
    root = Unit.objects.filter(parent=None).order_by("pk").first()
    assert root is not None  # whoever tells holds a role in some unit
    return root


@atomic
def answer_nobody(report: PatientReport, *, answer: str, by: User, at: datetime) -> None:
    """Say that no patient is named there, and why."""
    _lock(report)
    check_can_answer_report(by, report)
    _answer(report, ReportOutcome.NOBODY, by=by, at=at, answer=reasons.required(answer))


def _lock(report: PatientReport) -> None:
    locked = PatientReport.objects.select_for_update(of=("self",)).select_related(
        "unit", "reported_by"
    )
    report.refresh_from_db(from_queryset=locked)


def _answer(
    report: PatientReport,
    outcome: ReportOutcome,
    *,
    by: User,
    at: datetime,
    answer: str = "",
    redaction: Redaction | None = None,
) -> None:
    report.outcome, report.answer, report.redaction = outcome, answer, redaction
    report.answered_at, report.answered_by = at, by
    report.save()
    audit.record(
        "patient_report.answered",
        report,
        by=by,
        at=at,
        reporter=audit.named(report.reported_by),
        outcome=str(outcome.label),
        reason=answer,
    )
    notices.notify(
        [report.reported_by],
        kind="patients",
        title=_("What you told of a named patient was looked at"),
        text=answer or _("The words were taken out, everywhere that they stood."),
        about=report,
        url=report.page,
        at=at,
        but=by,
    )
