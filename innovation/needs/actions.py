"""The verbs of a need. Whoever recorded it and whoever added a voice is told what becomes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, NotRequired, TypedDict, Unpack

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.audit.actions import Actor
from innovation.needs import permissions, queries
from innovation.needs.models import Need, NeedDraft, Voice
from innovation.needs.states import NEED
from innovation.needs.titles import title_from
from innovation.notices import actions as notices
from innovation.people.models import Unit, User, UserQuerySet
from innovation.rules import dates
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow

WORDS = (
    "title",
    "problem",
    "population",
    "outcome",
    "setting",
    "frequency",
    "people_affected",
    "minutes_lost",
    "safety",
    "equity",
    "workaround",
)
DRAFTED = (*WORDS, "unit", "anonymous")
LONGEST_DRAFT = 5_000


@atomic
def submit(
    *,
    by: User,
    at: datetime,
    unit: Unit,
    problem: str,
    population: str,
    outcome: str,
    setting: str,
    frequency: str,
    title: str = "",
    people_affected: int | None = None,
    minutes_lost: int | None = None,
    safety: str = "none",
    equity: str = "",
    workaround: str = "",
    anonymous: bool = False,
    warned: bool = False,
) -> Need:
    """Record a need. `warned` says that its author was told it may name a patient and denied it."""
    permissions.check_can_submit(by, unit.pk)
    need = Need.objects.create(
        title=visible(title) or title_from(problem),
        problem=problem,
        population=population,
        outcome=outcome,
        setting=setting,
        frequency=frequency,
        people_affected=people_affected,
        minutes_lost=minutes_lost,
        safety=safety or "none",
        equity=equity,
        workaround=workaround,
        unit=unit,
        submitted_by=by,
        anonymous=anonymous,
        submitted_at=_noted(at, anonymous=anonymous),
    )
    NeedDraft.objects.filter(person=by).delete()
    details: dict[str, Any] = {"warned_of_patient_data": True} if warned else {}
    audit.record("need.submitted", need, by=_author(need), at=need.submitted_at, **details)
    return need


@atomic
def edit(need: Need, *, by: User, at: datetime, unit: Unit, **words: Any) -> Need:
    """Change what a need says, while nobody has taken it up."""
    workflow.lock(need)
    permissions.check_can_edit(by, need)
    if unit.pk != need.unit_id:
        permissions.check_can_submit(by, unit.pk)
    given = {name: value for name, value in words.items() if name in WORDS}
    given["title"] = visible(given.get("title", need.title)) or title_from(
        given.get("problem", need.problem)
    )
    changed = [name for name in WORDS if name in given and getattr(need, name) != given[name]]
    if unit.pk != need.unit_id:
        given["unit"] = unit
        changed.append("unit")
    if not changed:
        return need
    for name in changed:
        setattr(need, name, given[name])
    need.save(update_fields=changed)
    what = [str(Need._meta.get_field(name).verbose_name) for name in changed]  # type: ignore[union-attr]
    noted = _noted(at, anonymous=need.anonymous)
    audit.record("need.edited", need, by=_author(need), at=noted, what=what)
    return need


@atomic
def take_up(need: Need, *, by: User, at: datetime) -> Need:
    """Say that somebody looks at it now."""
    workflow.move(NEED, need, "take_up", by=by, at=at, allow=_triage(by, need))
    _tell_author(need, _("Somebody is looking at “%(title)s”"), by=by, at=at)
    return need


@atomic
def accept(need: Need, *, by: User, at: datetime, reason: str) -> Need:
    _answer_first(need, "accept", by=by, at=at, reason=reason)
    _tell_author(need, _("“%(title)s” was accepted"), by=by, at=at, text=reason)
    _tell_voices(need, _("“%(title)s”, which you share, was accepted"), by=by, at=at, text=reason)
    return need


@atomic
def ask(need: Need, *, by: User, at: datetime, reason: str) -> Need:
    """Put a question, `reason`, to the need's author; the need waits for the answer."""
    _answer_first(need, "ask", by=by, at=at, reason=reason)
    _tell_author(need, _("A question about “%(title)s”"), by=by, at=at, text=reason)
    _tell_voices(
        need, _("The office asked about “%(title)s”, which you share"), by=by, at=at, text=reason
    )
    return need


@atomic
def answer(need: Need, *, by: User, at: datetime, reason: str) -> Need:
    """The author's answer, `reason`; the need goes back to whoever asked."""
    workflow.lock(need)
    question = queries.question_to(need)
    workflow.move(
        NEED,
        need,
        "answer",
        by=_author(need),
        at=_noted(at, anonymous=need.anonymous),
        reason=reason,
        allow=partial(permissions.check_can_answer, by, need),
    )
    if question is not None and question.by is not None:
        _tell(
            [question.by],
            need,
            _("Your question about “%(title)s” was answered"),
            by=by,
            at=at,
            text=reason,
        )
    return need


@atomic
def decline(need: Need, *, by: User, at: datetime, reason: str) -> Need:
    _answer_first(need, "decline", by=by, at=at, reason=reason)
    _tell_author(need, _("“%(title)s” was declined"), by=by, at=at, text=reason)
    _tell_voices(need, _("“%(title)s”, which you share, was declined"), by=by, at=at, text=reason)
    return need


@atomic
def merge(need: Need, *, into: Need, by: User, at: datetime, reason: str) -> Need:
    """Close `need` in favour of another that says the same. Its voices, and its author's, count
    there from now on, nobody's twice but for authors who asked not to be named; the people of both
    are told."""
    # In the order of the keys, so that two merges that cross cannot wait for each other.
    list(Need.objects.select_for_update().filter(pk__in=[need.pk, into.pk]).order_by("pk"))
    into.refresh_from_db()
    here = list(queries.people_behind(Voice.objects.filter(need=need)))
    there = list(queries.people_behind(Voice.objects.filter(need=into)))
    _answer_first(
        need,
        "merge",
        by=by,
        at=at,
        reason=reason,
        allow=partial(permissions.check_can_merge, by, need, into),
        fields={"merged_into": into},
        into=into,
    )
    _move_voices(need, into, at=at)
    title = {"title": need.title, "other": into.title}
    told = {by.pk}
    for people, about, sentence in (
        ([need.submitted_by], need, _("“%(title)s” was merged into “%(other)s”")),
        (here, need, _("“%(title)s”, which you share, was merged into “%(other)s”")),
        ([into.submitted_by], into, _("“%(title)s” was merged into yours, “%(other)s”")),
        (there, into, _("“%(title)s” was merged into “%(other)s”, which you share")),
    ):
        new = [person for person in people if person.is_active and person.pk not in told]
        told.update(person.pk for person in new)
        notices.notify(
            new,
            kind="needs",
            title=sentence % title,
            text=reason,
            about=about,
            url=about.get_absolute_url(),
            at=at,
        )
    return need


def _move_voices(need: Need, into: Need, *, at: datetime) -> None:
    heard = Voice.objects.filter(need=into, person__isnull=False).values("person")
    own = Voice.objects.filter(need=need)
    own.filter(person__in=heard).delete()
    # A voice that went because it is the author's would tell who an unnamed author is, and so would
    # an author's that were not added because they are counted already.
    if not into.anonymous:
        own.filter(person=into.submitted_by_id).delete()
    own.update(need=into)
    if need.anonymous:
        noted = _noted(at, anonymous=True)
        Voice.objects.create(need=into, author_of=need, unit_id=need.unit_id, at=noted)
    elif into.anonymous or need.submitted_by_id != into.submitted_by_id:
        Voice.objects.get_or_create(
            need=into,
            person_id=need.submitted_by_id,
            defaults={"unit_id": need.unit_id, "at": at},
        )


@atomic
def reopen(need: Need, *, by: User, at: datetime, reason: str) -> Need:
    workflow.move(NEED, need, "reopen", by=by, at=at, reason=reason, allow=_triage(by, need))
    _tell_everybody(need, _("“%(title)s” is being looked at again"), by=by, at=at, text=reason)
    return need


@atomic
def add_voice(
    need: Need, *, by: User, at: datetime, unit: Unit | None = None, note: str = ""
) -> Need:
    """ "This affects me too." Saying so again counts no more, but may add how it is."""
    workflow.lock(need)
    permissions.check_can_add_voice(by, need)
    note = visible(note)[:500]
    voice, added = Voice.objects.get_or_create(
        need=need, person=by, defaults={"unit": unit or by.unit, "note": note, "at": at}
    )
    if added:
        need.refresh_from_db(fields=["voice_count"])
        audit.record("need.voice_added", need, by=by, at=at)
    elif note and note != voice.note:
        voice.note = note
        voice.save(update_fields=["note"])
        audit.record("need.voice_noted", need, by=by, at=at)
    return need


@atomic
def withdraw_voice(need: Need, *, by: User, at: datetime) -> Need:
    """One's own, by name; else the one that came with a need that one filed without a name. Never
    both at once: two lines of the log side by side would tell whose the second is."""
    workflow.lock(need)
    gone, _by_model = Voice.objects.filter(need=need, person=by).delete()
    if gone:
        need.refresh_from_db(fields=["voice_count"])
        audit.record("need.voice_withdrawn", need, by=by, at=at)
        return need
    unnamed = Voice.objects.filter(need=need, author_of__submitted_by=by).order_by("pk").first()
    if unnamed is not None:
        unnamed.delete()
        need.refresh_from_db(fields=["voice_count"])
        noted = _noted(at, anonymous=True)
        audit.record("need.voice_withdrawn", need, by=audit.Anonymous(), at=noted)
    return need


@atomic
def start_pilot(need: Need, *, by: User, at: datetime, pilot_title: str = "") -> Need:
    """Called when a pilot is opened for an accepted need."""
    workflow.move(
        NEED,
        need,
        "start_pilot",
        by=by,
        at=at,
        allow=partial(permissions.check_can_start_pilot, by, need),
    )
    text = _("The pilot is “%(pilot)s”.") % {"pilot": pilot_title} if pilot_title else ""
    _tell_everybody(need, _("A pilot sets out to meet “%(title)s”"), by=by, at=at, text=text)
    return need


@atomic
def meet(need: Need, *, by: Actor, at: datetime, reason: str, locked: bool = False) -> Need:
    """A pilot was scaled whose primary metric says that it worked: called by the gate that decided, which checked who may and may
    hold the row's lock already (`locked`)."""
    workflow.move(NEED, need, "meet", by=by, at=at, reason=reason, locked=locked)
    _tell_everybody(need, _("“%(title)s” has been met"), by=by, at=at, text=reason)
    return need


@atomic
def answer_unshown(
    need: Need, *, by: Actor, at: datetime, reason: str, locked: bool = False
) -> Need:
    """A pilot was scaled though its primary metric does not say that it worked: called by the gate
    that decided, which checked who may and may hold the row's lock already (`locked`)."""
    workflow.move(NEED, need, "answer_unshown", by=by, at=at, reason=reason, locked=locked)
    _tell_everybody(
        need, _("“%(title)s” was answered; that it is met was not shown"), by=by, at=at, text=reason
    )
    return need


@atomic
def fail(need: Need, *, by: Actor, at: datetime, reason: str, locked: bool = False) -> Need:
    """Its pilot was stopped: called by the gate that decided, which checked who may and may
    hold the row's lock already (`locked`)."""
    workflow.move(NEED, need, "fail", by=by, at=at, reason=reason, locked=locked)
    _tell_everybody(need, _("“%(title)s” was not met"), by=by, at=at, text=reason)
    return need


@atomic
def save_draft(*, by: User, at: datetime, fields: Mapping[str, object]) -> NeedDraft:
    """Keep what somebody has typed and not sent; one draft a person, the last save counts."""
    kept = {
        name: str(fields[name])[:LONGEST_DRAFT].replace("\x00", "")
        for name in DRAFTED
        if fields.get(name) not in (None, "")
    }
    draft, _new = NeedDraft.objects.update_or_create(
        person=by, defaults={"fields": kept, "saved_at": at}
    )
    return draft


@atomic
def discard_draft(*, by: User) -> None:
    NeedDraft.objects.filter(person=by).delete()


# ---- who is told


def _author(need: Need) -> Actor:
    """The author as the log may name them."""
    return audit.Anonymous() if need.anonymous else need.submitted_by


def _noted(at: datetime, *, anonymous: bool) -> datetime:
    """When somebody did something, as it is kept: of who asked not to be named the day alone, for
    the minute beside a rota or a list of who signed in would name them."""
    return dates.begins(dates.day_of(at)) if anonymous else at


def _triage(by: User, need: Need) -> Callable[[], None]:
    return partial(permissions.check_can_triage, by, need)


def _answer_first(
    need: Need,
    verb: str,
    *,
    by: User,
    at: datetime,
    reason: str,
    allow: Callable[[], None] | None = None,
    fields: dict[str, object] | None = None,
    into: Need | None = None,
) -> None:
    """Move the need, and note when its author first had an answer from a person."""
    workflow.lock(need)
    workflow.move(
        NEED,
        need,
        verb,
        by=by,
        at=at,
        reason=reason,
        allow=allow or _triage(by, need),
        fields={"first_answered_at": need.first_answered_at or at, **(fields or {})},
        also=() if into is None else (into,),
        into=None if into is None else audit.named(into),
    )


class News(TypedDict):
    by: Actor
    at: datetime
    text: NotRequired[str]


def _tell_author(need: Need, title: str, **news: Unpack[News]) -> None:
    if need.submitted_by.is_active:
        _tell([need.submitted_by], need, title, **news)


def _tell_voices(need: Need, title: str, **news: Unpack[News]) -> None:
    _tell(_voices(need), need, title, **news)


def _voices(need: Need) -> UserQuerySet:
    heard = queries.people_behind(Voice.objects.filter(need=need))
    return heard.exclude(pk=need.submitted_by_id)


def _tell_everybody(need: Need, title: str, **news: Unpack[News]) -> None:
    author = [need.submitted_by] if need.submitted_by.is_active else []
    _tell([*author, *_voices(need)], need, title, **news)


def _tell(
    people: Iterable[User], need: Need, title: str, *, by: Actor, at: datetime, text: str = ""
) -> None:
    notices.notify(
        people,
        kind="needs",
        title=title % {"title": need.title},
        text=text,
        about=need,
        url=need.get_absolute_url(),
        at=at,
        but=by if isinstance(by, User) else None,
    )
