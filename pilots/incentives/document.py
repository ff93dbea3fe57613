"""What somebody contributed, as a document for their appraisal: theirs to take, and to show to whom they like."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules import dates
from innovation.web import documents
from pilots.incentives.models import ThanksTo
from pilots.incentives.presenters import OwnPart

LAYOUT = Path(__file__).with_name("statement.typ")


def pdf(
    person: User,
    parts: Sequence[OwnPart],
    thanks: Sequence[ThanksTo],
    *,
    since: date | None,
    until: date | None,
    at: datetime,
) -> bytes:
    """The document as bytes, the same for the same record and moment."""
    return documents.typeset(
        LAYOUT, sheet(person, parts, thanks, since=since, until=until, at=at), at=at
    )


def sheet(
    person: User,
    parts: Sequence[OwnPart],
    thanks: Sequence[ThanksTo],
    *,
    since: date | None,
    until: date | None,
    at: datetime,
) -> dict[str, object]:
    """All that the layout sets, in words; and the hash of what it says."""
    language, _dash, region = settings.LANGUAGE_CODE.partition("-")
    day = dates.day_of(at)
    frozen = _("As of %(moment)s") % {"moment": dates.moment_in_words(at)}
    said = {
        "lede": [
            _(
                "What the record of %(organisation)s says that %(name)s did. It was written down as it was done, "
                "by the product, and not for this statement."
            )
            % {"organisation": settings.ORGANISATION, "name": person.name},
            *([] if parts else [_("The record knows of nothing in this time.")]),
        ],
        "places": [_place(one) for one in parts],
        "thanks": [_thanked(one) for one in thanks],
    }
    content = json.dumps([person.name, str(since), str(until), said], ensure_ascii=False)
    return {
        **said,
        "title": _("What %(name)s contributed") % {"name": person.name},
        "author": settings.ORGANISATION,
        "description": _span(since, until),
        "lang": language,
        "region": region or None,
        "date": [day.year, day.month, day.day],
        "frozen": frozen,
        "kicker": " · ".join(filter(None, (person.job_title, _span(since, until), frozen))),
        "thanks_heading": _("Thanks"),
        "trust": _("The SHA-256 of what stands here is %(digest)s: the same record gives the same.")
        % {"digest": hashlib.sha256(content.encode()).hexdigest()},
    }


def _span(since: date | None, until: date | None) -> str:
    if since and until:
        return _("%(start)s to %(end)s") % {
            "start": dates.day_in_words(since),
            "end": dates.day_in_words(until),
        }
    if since:
        return _("Since %(day)s") % {"day": dates.day_in_words(since)}
    if until:
        return _("Until %(day)s") % {"day": dates.day_in_words(until)}
    return _("All that is recorded")


def _place(one: OwnPart) -> dict[str, object]:
    return {
        "heading": one.thing.title,
        "outcome": one.outcome,
        "parts": [
            _("%(what)s (since %(day)s)") % {"what": part.words, "day": dates.day_in_words(part.on)}
            for part in one.parts
        ],
    }


def _thanked(one: ThanksTo) -> dict[str, object]:
    return {
        "text": f"“{one.thanks.text}”",
        "by": _("%(who)s, %(day)s")
        % {"who": one.thanks.by.name, "day": dates.day_in_words(dates.day_of(one.thanks.at))},
    }
