"""Questions to a group: asked by Jonas on 4 West, answered, closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from innovation.people.models import User
from pilots.lifecycle.models import Pilot
from pilots.surveys import actions
from pilots.surveys.models import SurveyRound
from tests.factories.cast import NOW, Cast
from tests.factories.pilots import TODAY

LATER = NOW + timedelta(days=40)
_SLIPS = (f"factory-{n}" for n in count())


def ask(cast: Cast, pilot: Pilot, **fields: Any) -> SurveyRound:
    """A readiness pulse of the twenty of 4 West, by its link, for two weeks."""
    given: dict[str, Any] = {
        "instrument_key": "adkar",
        "label": "4 West",
        "asked": 20,
        "by": cast.jonas,
        "at": NOW,
        "closes_on": TODAY + timedelta(days=13),
    }
    return actions.open_round(pilot, **given | fields)


def ask_by_name(
    cast: Cast, pilot: Pilot, people: Sequence[User], *, days: int = 13, **fields: Any
) -> SurveyRound:
    return ask(
        cast, pilot, **{"people": people, "closes_on": TODAY + timedelta(days=days), **fields}
    )


def answer(
    survey: SurveyRound,
    values: Sequence[int] | Mapping[int, int],
    *,
    person: User | None = None,
    slip: str = "",
    at: datetime = NOW,
) -> None:
    """One person's answers, in the order of the questions."""
    answers = values if isinstance(values, Mapping) else dict(enumerate(values, start=1))
    actions.answer(survey, answers, at=at, person=person, slip=slip or next(_SLIPS))


def closed(cast: Cast, survey: SurveyRound, *, at: datetime | None = None) -> SurveyRound:
    """By name a day later; by a link once its time is over."""
    usual = NOW + timedelta(days=1) if survey.by_name else survey.closes_at
    return actions.close_round(survey, by=cast.jonas, at=at or usual)
