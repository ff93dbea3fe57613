"""A group is asked, and nobody can be told by its answers.

Jonas asks 4 West; some answer by the link, some by name. Whatever two looks are compared, nothing
tells what fewer than five said.
"""

from __future__ import annotations

import doctest
from collections.abc import Iterable
from datetime import timedelta
from itertools import count

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from innovation.audit.models import Event
from innovation.rules.refusal import Conflict, Malformed, NotAllowed, Refused
from pilots.lifecycle.models import Pilot
from pilots.surveys import actions, queries, scoring
from pilots.surveys.models import (
    AnswerTally,
    AskedPerson,
    Instrument,
    InstrumentItem,
    ScoreTally,
    SurveyRound,
    SurveySlip,
)
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast, somebody
from tests.factories.surveys import LATER, answer, ask, ask_by_name, closed

pytestmark = pytest.mark.django_db


def test_examples_run() -> None:
    assert doctest.testmod(scoring).failed == 0


def test_a_group_is_asked_answers_and_is_told_the_means(cast: Cast, pilot: Pilot) -> None:
    pulse = ask(cast, pilot)
    assert [item.short for item in pulse.instrument.items.all()] == [
        "Awareness", "Desire", "Knowledge", "Ability", "Reinforcement",
    ]  # fmt: skip
    for values in ([5, 4, 2, 2, 3],) * 3 + ([3, 4, 1, 2, 3],) * 2:
        answer(pulse, values)
    assert queries.reading(pulse) is None
    closed(cast, pulse)
    found = queries.reading(pulse)
    assert found is not None
    assert (found.n, found.asked, found.share) == (5, 20, 0.25)
    assert [one.mean for one in found.items] == [4.2, 4.0, 1.6, 2.0, 3.0]
    # To one place at every door: (16 * 3 + 13 * 2) / 25 is 2.96, and 2.96 with its n is the sum.
    assert (found.score, found.sd) == (3.0, 0.3)
    assert [one for one, _reading in queries.readings_of(pilot, "adkar")] == [pulse]
    told = list(Event.objects.filter(type__startswith="survey.").values_list("type", flat=True))
    assert sorted(told) == ["survey.closed", "survey.opened"]
    with pytest.raises(Refused, match="closed"):
        answer(pulse, [1, 1, 1, 1, 1])


def test_it_is_opened_for_enough_people_and_not_twice_in_a_row(cast: Cast, pilot: Pilot) -> None:
    with pytest.raises(NotAllowed):
        ask(cast, pilot, by=cast.ana)
    for wrong in (
        {"label": " "}, {"asked": 4}, {"closes_on": make.TODAY - timedelta(days=1)},
        {"closes_on": make.TODAY + timedelta(days=200)}, {"instrument_key": "none"},
    ):  # fmt: skip
        with pytest.raises(Malformed):
            ask(cast, pilot, **wrong)
    ask(cast, pilot)
    with pytest.raises(Conflict, match="asked the same lately"):
        ask(cast, pilot, label="4 WEST")
    ask(cast, pilot, label="Night shift")
    ask(cast, pilot, at=NOW + timedelta(days=15), closes_on=make.TODAY + timedelta(days=20))


def test_who_is_asked_by_name_answers_once_and_no_row_says_when(cast: Cast, pilot: Pilot) -> None:
    people = [cast.ana, cast.ben, cast.priya, cast.ingrid, cast.helen, cast.sam]
    pulse = ask_by_name(cast, pilot, people)
    assert (pulse.asked, pulse.by_name) == (6, True)
    assert queries.open_for(cast.ana, at=NOW) == [pulse]
    answer(pulse, [5, 5, 5, 5, 5], person=cast.ana)
    with pytest.raises(Conflict, match="already"):
        answer(pulse, [1, 1, 1, 1, 1], person=cast.ana)
    for other in (cast.victor, None):
        with pytest.raises(NotAllowed, match="by name"):
            answer(pulse, [1, 1, 1, 1, 1], person=other)
    assert queries.open_for(cast.ana, at=NOW) == []
    assert {field.name for field in AskedPerson._meta.fields} == {
        "id", "round", "person", "answered",
    }  # fmt: skip
    for one in people[1:]:
        answer(pulse, [3, 3, 3, 3, 3], person=one)
    # Their rows stand in the order of their numbers, whoever answered first.
    rows = AskedPerson.objects.order_by("pk").values_list("person", flat=True)
    assert list(rows) == sorted(one.pk for one in people)
    closed(cast, pulse)
    assert not AskedPerson.objects.filter(answered=True).exists()
    actions.close_due(at=pulse.again_from)
    assert not AskedPerson.objects.exists()


def test_an_answer_that_is_sent_twice_counts_once(cast: Cast, pilot: Pilot) -> None:
    pulse = ask(cast, pilot)
    answer(pulse, [4, 4, 4, 4, 4], slip="one")
    with pytest.raises(Conflict, match="once"):
        answer(pulse, [4, 4, 4, 4, 4], slip="one")
    assert queries.answered(pulse) == 1
    assert [one.n for one in AnswerTally.objects.all()] == [1] * 5
    for wrong in ([4, 4, 4, 4], [4, 4, 4, 4, 6], [0, 1, 1, 1, 1], [1] * 6, []):
        with pytest.raises(Malformed):
            answer(pulse, wrong)
    with pytest.raises(Malformed):
        actions.answer(pulse, dict.fromkeys(range(1, 6), 3), at=NOW)
    assert queries.answered(pulse) == 1


def test_reversed_items_and_missing_ones(cast: Cast, pilot: Pilot) -> None:
    stress = entered(cast)
    pulse = ask(cast, pilot, instrument_key=stress.key)
    for values in ({1: 4, 2: 0, 3: 2}, {1: 4, 2: 0}, {1: 4, 2: 1}, {1: 3, 2: 0}, {1: 4, 2: 0}):
        actions.answer(pulse, values, at=NOW, slip=next(SLIPS))
    with pytest.raises(Malformed, match="at least 2"):
        actions.answer(pulse, {1: 2}, at=NOW, slip="few")
    closed(cast, pulse)
    found = queries.reading(pulse)
    assert found is not None
    # Four left the third one out: what one said of it is told by nothing, the score neither.
    assert [one.mean for one in found.items] == [3.8, 3.8, None]
    assert (found.score, found.sd) == (None, None)
    assert list(ScoreTally.objects.order_by("points").values_list("points", "n")) == [
        (10, 3),
        (12, 2),
    ]


SLIPS = (f"slip-{n}" for n in count())


def entered(cast: Cast) -> Instrument:
    made = Instrument.objects.create(
        key="stress", name="Stress", lowest=0, highest=4, low_label="Never", high_label="Always",
        scoring="sum", missing_allowed=1, licence="Public domain", by=cast.ada, at=NOW,
    )  # fmt: skip
    InstrumentItem.objects.bulk_create(
        InstrumentItem(instrument=made, position=n, text=f"Question {n}", reversed=n == 2)
        for n in (1, 2, 3)
    )
    return made


# ---- nobody below five


def everything_told(pilot: Pilot) -> list[object]:
    """All that anybody is told of the pilot's rounds."""
    rounds = queries.rounds_of(pilot)
    return [
        queries.readings(rounds),
        queries.readings_of(pilot, "adkar"),
        queries.waves_of(pilot, "adkar"),
    ]


def test_an_open_round_looks_the_same_before_and_after_an_answer(cast: Cast, pilot: Pilot) -> None:
    pulse = ask(cast, pilot)
    for _n in range(7):
        before = everything_told(pilot)
        answer(pulse, [2, 2, 2, 2, 2])
        assert everything_told(pilot) == before == [{}, [], []]


def test_closing_and_opening_again_tells_nothing_below_five(cast: Cast, pilot: Pilot) -> None:
    people = [somebody("staff", at=cast.brigid) for _n in range(6)]
    pulse = ask_by_name(cast, pilot, people)
    for one in people[:4]:
        answer(pulse, [2, 2, 2, 2, 2], person=one)
        with pytest.raises(Refused, match="Fewer than 5"):
            actions.close_round(pulse, by=cast.jonas, at=NOW)
    (over,) = actions.close_due(at=pulse.closes_at)
    assert over.pk == pulse.pk
    assert everything_told(pilot) == [{}, [], []]
    pulse.refresh_from_db()
    with pytest.raises(Conflict, match="closed on"):
        actions.close_round(pulse, by=cast.jonas, at=LATER)
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        SurveyRound.objects.filter(pk=pulse.pk).update(closed_at=None)


def test_nobody_chooses_when_a_round_by_a_link_ends(cast: Cast, pilot: Pilot) -> None:
    pulse = ask(cast, pilot, asked=5)
    for _n in range(7):
        answer(pulse, [2, 2, 2, 2, 2])
        with pytest.raises(Refused, match="stays open until"):
            actions.close_round(pulse, by=cast.jonas, at=NOW)
    assert closed(cast, pulse).closed_at == pulse.closes_at


def test_a_question_that_few_skipped_tells_nothing_of_them(cast: Cast, pilot: Pilot) -> None:
    stress = entered(cast)
    for skipped, shown in ((1, False), (4, False), (5, True), (0, True)):
        pulse = ask(cast, pilot, instrument_key=stress.key, label=f"{skipped} skipped")
        for n in range(12):
            said = {1: 4, 2: 0} if n < skipped else {1: 4, 2: 0, 3: 2}
            actions.answer(pulse, said, at=NOW, slip=next(SLIPS))
        closed(cast, pulse)
        found = queries.reading(pulse)
        assert found is not None
        assert [one.mean is not None for one in found.items] == [True, True, shown]
        assert (found.score is not None) is shown


def test_the_same_people_are_not_asked_alike_by_two_pilots(cast: Cast, pilot: Pilot) -> None:
    stress, other = entered(cast), make.open_pilot(cast, title="Another")
    people = [somebody("staff", at=cast.brigid) for _n in range(6)]
    ask_by_name(cast, pilot, people, instrument_key=stress.key)
    with pytest.raises(Conflict, match="asked the same lately"):
        ask_by_name(cast, other, people[1:], instrument_key=stress.key)
    # A pulse is about the pilot itself: two pilots ask two things.
    for asking in (pilot, other):
        ask_by_name(cast, asking, people)


def test_two_rounds_that_differ_by_one_person_are_not_asked(cast: Cast, pilot: Pilot) -> None:
    people = [somebody("staff", at=cast.brigid) for _n in range(7)]
    first = ask_by_name(cast, pilot, people[:6])
    for one in people[:6]:
        answer(first, [4, 4, 4, 4, 4], person=one)
    closed(cast, first)
    for others in (people[:5], people[1:], [*people[:1], *people[2:7]]):
        with pytest.raises(Conflict, match="asked the same lately"):
            ask_by_name(cast, pilot, others, label="Without one")
    ask_by_name(cast, pilot, people, label="Weeks later", at=first.again_from, days=30)


def test_the_whole_minus_its_parts_tells_nothing_below_five(cast: Cast, pilot: Pilot) -> None:
    day, night, weekend = (ask(cast, pilot, label=name) for name in ("Day", "Night", "Weekend"))
    for pulse, n in ((day, 9), (night, 6), (weekend, 3)):
        for _n in range(n):
            answer(pulse, [n % 5 + 1] * 5)
    closed(cast, day)
    assert [one.n for one in queries.waves_of(pilot, "adkar")] == [9]
    closed(cast, night)
    actions.close_due(at=weekend.closes_at)
    (whole,) = queries.waves_of(pilot, "adkar")
    parts = queries.readings(queries.rounds_of(pilot))
    assert {one.label for one in queries.rounds_of(pilot) if one.pk in parts} == {"Day", "Night"}
    # What is left of the whole without its shown parts is nobody, not the three of the weekend.
    assert whole.n == sum(one.n for one in parts.values()) == 15
    assert whole.asked == 40
    left = whole.n * (whole.score or 0) - sum(one.n * (one.score or 0) for one in parts.values())
    assert left == pytest.approx(0)


# ---- what the database holds


def test_counts_only_grow_and_only_while_the_round_is_open(cast: Cast, pilot: Pilot) -> None:
    pulse = ask(cast, pilot)
    for _n in range(5):
        answer(pulse, [2, 2, 2, 2, 2])
    for table in (AnswerTally, ScoreTally):
        with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
            table.objects.filter(round=pulse).update(n=4)
        with pytest.raises(DatabaseError, match="Cannot delete"), transaction.atomic():
            table.objects.filter(round=pulse).delete()
    item = pulse.instrument.items.all()[0]
    with pytest.raises(IntegrityError, match="no such answer"), transaction.atomic():
        AnswerTally.objects.create(round=pulse, item=item, value=6, n=1)
    with pytest.raises(IntegrityError, match="no such score"), transaction.atomic():
        ScoreTally.objects.create(round=pulse, points=4, n=1)
    closed(cast, pulse)
    assert not SurveySlip.objects.exists()
    for table in (AnswerTally, ScoreTally):
        with pytest.raises(IntegrityError, match="is closed"), transaction.atomic():
            table.objects.filter(round=pulse).update(n=50)


def test_what_was_asked_stays(cast: Cast, pilot: Pilot) -> None:
    pulse = ask(cast, pilot)
    with pytest.raises(IntegrityError, match="so it stays"), transaction.atomic():
        InstrumentItem.objects.filter(instrument=pulse.instrument, position=1).update(text="Else?")
    with pytest.raises(IntegrityError, match="so it stays"), transaction.atomic():
        InstrumentItem.objects.create(instrument=pulse.instrument, position=6, text="More?")
    with pytest.raises(IntegrityError, match="so it stays"), transaction.atomic():
        Instrument.objects.filter(pk=pulse.instrument_id).update(highest=7)
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        SurveyRound.objects.filter(pk=pulse.pk).update(asked=6)


def test_no_table_of_the_room_joins_a_person_to_an_answer() -> None:
    """Only who is asked refers to a person beside those who opened and closed, and it has no time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_name IN "
            "('pilots_answertally', 'pilots_scoretally', 'pilots_surveyslip', 'pilots_askedperson')"
        )
        columns: Iterable[tuple[str, str]] = cursor.fetchall()
    assert {name for table, name in columns if table == "pilots_answertally"} == {
        "id", "round_id", "item_id", "value", "n",
    }  # fmt: skip
    assert {name for _table, name in columns} & {"at", "person", "answered_at"} == set()
