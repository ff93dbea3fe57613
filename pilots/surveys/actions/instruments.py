"""What is asked: entered by an administrator, or written down from the library the first time it is used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import User
from innovation.rules.refusal import Conflict, Malformed, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.surveys.library import BUILT_IN, BuiltIn
from pilots.surveys.models import Instrument, InstrumentItem, Scoring
from pilots.surveys.permissions import check_can_enter_instruments

MOST_ITEMS = 40  # of a page that somebody answers on a phone
WIDEST = 10


@dataclass(frozen=True)
class InstrumentWords:
    """All that is entered of an instrument."""

    name: str
    licence: str
    questions: Sequence[str]
    lowest: int
    highest: int
    low_label: str
    high_label: str
    about: str = ""
    reversed: frozenset[int] = frozenset()  # the numbers of the questions, the first is 1
    scoring: str = Scoring.MEAN
    missing_allowed: int = 0


@atomic
def add_instrument(*, key: str, words: InstrumentWords, by: User, at: datetime) -> Instrument:
    """Enter an instrument that somebody else holds the licence of."""
    check_can_enter_instruments(by)
    words = _checked(words)
    if key in BUILT_IN or Instrument.objects.filter(key=key).exists():
        raise Conflict(_("There is an instrument “%(key)s” already.") % {"key": key})
    made = Instrument(key=key, by=by, at=at)
    _write(made, words)
    audit.record("instrument.entered", made, by=by, at=at, licence=made.licence)
    return made


@atomic
def change_instrument(
    instrument: Instrument, *, words: InstrumentWords, by: User, at: datetime
) -> Instrument:
    """Correct it, as long as nobody was asked with it."""
    workflow.lock(instrument)
    check_can_enter_instruments(by)
    if instrument.built_in:
        raise Refused(_("This one comes with Pilotlight and stays as it is."))
    if instrument.rounds.exists():
        raise Refused(
            _(
                "People were asked with it, so its questions stay. Enter the new wording under another key."
            )
        )
    words = _checked(words)
    instrument.items.all().delete()
    _write(instrument, words)
    audit.record("instrument.changed", instrument, by=by, at=at, licence=instrument.licence)
    return instrument


def _checked(words: InstrumentWords) -> InstrumentWords:
    questions = [one for text in words.questions if (one := visible(text))]
    if not questions or len(questions) > MOST_ITEMS:
        raise Malformed(_("Enter one to %(n)s questions, one a line.") % {"n": MOST_ITEMS})
    if not 0 <= words.lowest < words.highest <= words.lowest + WIDEST:
        raise Malformed(
            _("The highest answer is above the lowest, by %(n)s at the most.") % {"n": WIDEST}
        )
    if not words.reversed <= set(range(1, len(questions) + 1)):
        raise Malformed(_("Name only questions that there are."))
    if not 0 <= words.missing_allowed < len(questions):
        raise Malformed(_("At least one question has to be answered."))
    if words.scoring not in Scoring.values:
        raise Malformed(_("Say how the score is made."))
    found = replace(
        words,
        questions=questions,
        name=visible(words.name),
        licence=visible(words.licence),
        low_label=visible(words.low_label),
        high_label=visible(words.high_label),
        about=visible(words.about),
    )
    if not found.name or not found.low_label or not found.high_label:
        raise Malformed(_("Say its name and what the ends of the scale say."))
    if not found.licence:
        raise Malformed(_("Say who holds the licence, and that you may use it."))
    return found


def _write(instrument: Instrument, words: InstrumentWords) -> None:
    for name in (
        "name", "licence", "lowest", "highest", "low_label", "high_label", "about", "scoring",
        "missing_allowed",
    ):  # fmt: skip
        setattr(instrument, name, getattr(words, name))
    instrument.save()
    InstrumentItem.objects.bulk_create(
        InstrumentItem(instrument=instrument, position=n, text=text, reversed=n in words.reversed)
        for n, text in enumerate(words.questions, start=1)
    )


@atomic
def keep_instrument_of(key: str, *, at: datetime) -> Instrument:
    """The instrument of this key, locked so that its items stay; a built-in one is written down the first time."""
    known = Instrument.objects.select_for_update(no_key=True).filter(key=key).first()
    if known is not None:
        if not known.items.exists():
            raise Refused(_("This instrument has no questions yet."))
        return known
    given = BUILT_IN.get(key)
    if given is None:
        raise Malformed(_("There is no instrument “%(key)s”.") % {"key": key})
    # The tables have the words of the sources; who reads them has their own from the library.
    with translation.override(settings.LANGUAGE_CODE):
        return _written_down(given, at=at)


def _written_down(given: BuiltIn, *, at: datetime) -> Instrument:
    instrument, is_new = Instrument.objects.get_or_create(
        key=given.key,
        defaults={
            "name": str(given.name),
            "about": str(given.about),
            "lowest": given.lowest,
            "highest": given.highest,
            "low_label": str(given.low_label),
            "high_label": str(given.high_label),
            "scoring": given.scoring,
            "missing_allowed": given.missing_allowed,
            "built_in": True,
            "at": at,
        },
    )
    if is_new:
        InstrumentItem.objects.bulk_create(
            InstrumentItem(
                instrument=instrument,
                position=position,
                text=str(item.text),
                short=str(item.short),
                reversed=item.reversed,
            )
            for position, item in enumerate(given.items, start=1)
        )
    return instrument
