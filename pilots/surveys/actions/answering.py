"""One person's answers are counted, and nothing else of them is kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules.refusal import Conflict, Malformed, NotAllowed, Refused
from innovation.rules.transactions import at_the_door, atomic
from pilots.surveys import scoring
from pilots.surveys.models import AskedPerson, SurveyRound

_COUNT = """
INSERT INTO pilots_answertally AS t (round_id, item_id, value, n)
SELECT %s, one.item, one.value, 1 FROM unnest(%s::bigint[], %s::smallint[]) AS one (item, value)
ORDER BY one.item
ON CONFLICT (round_id, item_id, value) DO UPDATE SET n = t.n + 1
"""
_SCORE = """
INSERT INTO pilots_scoretally AS t (round_id, points, n) VALUES (%s, %s, 1)
ON CONFLICT (round_id, points) DO UPDATE SET n = t.n + 1
"""


def answer(
    survey: SurveyRound,
    answers: Mapping[int, int],
    *,
    at: datetime,
    person: User | None = None,
    slip: str = "",
) -> None:
    """Count one person's answers, by the positions of the questions.

    Of a round by name `person` has answered from now on; by the link `slip`, a random text that the
    form carried, makes that the same sent twice counts once. Nothing of the sending itself is kept:
    its digest would tell the answers to whoever tries them all (workflow/sendings.py).
    """
    token = at_the_door.set(None)
    try:
        _answer(survey, answers, at=at, person=person, slip=slip)
    finally:
        at_the_door.reset(token)


@atomic
def _answer(
    survey: SurveyRound,
    answers: Mapping[int, int],
    *,
    at: datetime,
    person: User | None,
    slip: str,
) -> None:
    # Shared: answers wait for nobody but for whoever closes the round.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT closed_at FROM pilots_surveyround WHERE id = %s FOR SHARE", [survey.pk]
        )
        (closed_at,) = cursor.fetchone()
    if closed_at is not None or not survey.opened_at <= at < survey.closes_at:
        raise Refused(_("These questions are closed. Nothing was counted."))
    instrument = survey.instrument
    items = {item.position: item for item in instrument.items.all()}
    scale = instrument.scale
    if answers.keys() - items.keys() or any(
        value not in items[position].values for position, value in answers.items()
    ):
        raise Malformed(_("Answer the questions as they are shown."))
    if not answers or len(items) - len(answers) > instrument.missing_allowed:
        raise Malformed(
            _("Please answer at least %(n)s of the questions.")
            % {"n": max(1, len(items) - instrument.missing_allowed)}
        )
    _count_once(survey, person=person, slip=slip)
    turned = [
        scale.turned(value) if items[position].reversed else value
        for position, value in answers.items()
        if not items[position].counts_kinds
    ]
    if not turned:
        raise Malformed(_("Answer the questions as they are shown."))
    points = scoring.points(turned, items=len(items))
    with connection.cursor() as cursor:
        rows = [(items[position].pk, value) for position, value in answers.items()]
        cursor.execute(_COUNT, [survey.pk, [pk for pk, _v in rows], [value for _pk, value in rows]])
        cursor.execute(_SCORE, [survey.pk, points])


def _count_once(survey: SurveyRound, *, person: User | None, slip: str) -> None:
    if survey.by_name:
        mine = AskedPerson.objects.filter(round=survey, person=person)
        if not mine.filter(answered=False).update(answered=True):
            if mine.exists():
                raise Conflict(_("You have answered these questions already."))
            raise NotAllowed(_("These questions are for people who were asked by name."))
        return
    if not slip:
        raise Malformed(_("Answer the questions as they are shown."))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO pilots_surveyslip (slip, round_id) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            [slip, survey.pk],
        )
        if not cursor.rowcount:
            raise Conflict(_("This was counted already, once."))
