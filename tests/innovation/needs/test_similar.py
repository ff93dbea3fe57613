"""What "others have said something like this" finds, and what it leaves alone."""

from __future__ import annotations

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from innovation.needs import actions as needs
from innovation.needs import queries
from innovation.needs.models import Need
from tests.factories.cast import NOW, Cast
from tests.factories.needs import make_need

WARD = {
    "vitals": (
        "Vitals are copied by hand from bedside monitors",
        "Nurses write vital signs from the monitor on paper and type them into the record later.",
    ),
    "pressure": (
        "Double entry of blood pressure in ED triage",
        "Blood pressure is typed into the triage form and again into the record.",
    ),
    "interpreters": (
        "Interpreters arrive after the consultation has ended",
        "Families who speak little English wait for an interpreter who comes too late.",
    ),
    "letters": (
        "Discharge letters wait for a signature over weekends",
        "The family doctor hears of the discharge on Tuesday.",
    ),
    "quiet": (
        "No quiet place to tell a family bad news",
        "We tell families bad news in the corridor of intensive care.",
    ),
    "portals": (
        "Prior authorisation is re-keyed into three portals",
        "Clerks type the same request for authorisation into each insurer's portal.",
    ),
    "pumps": (
        "Infusion pump library is updated by walking",
        "Somebody walks to every infusion pump with a cable to update the drug library.",
    ),
    "handover": (
        "Handover is interrupted by the bell",
        "At shift change the bell rings every few minutes and things get lost.",
    ),
}


@pytest.fixture
def ward(cast: Cast) -> dict[str, Need]:
    made = {
        key: make_need(cast.ana, title=title, problem=problem, population="Us", outcome="Better")
        for key, (title, problem) in WARD.items()
    }
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE innovation_need")
    return made


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We type vital signs twice because the monitor does not talk to the record", "vitals"),
        ("the monitors do not send the vital signs", "vitals"),
        ("blood pressures get typed two times in triage", "pressure"),
        ("An interpreter came two hours late", "interpreters"),
        ("waiting for the doctor's signature under a discharge letter", "letters"),
        ("I had to tell a family terrible news in a corridor", "quiet"),
        ("insurer portals for authorisations", "portals"),
        ("updating infusion pumps", "pumps"),
        ("the bell during handover", "handover"),
    ],
)
def test_similar_text_in_other_words_finds_the_need_first(
    cast: Cast, ward: dict[str, Need], text: str, expected: str
) -> None:
    found = queries.similar(cast.ben, text)
    assert found
    assert found[0] == ward[expected]


@pytest.mark.parametrize(
    "text",
    [
        "The printer on our floor is always out of paper toner",
        "Visitors cannot find the car park",
        "",
        "the and of it is",
        "\x00",
        "' | !( & :* <-> \\",
        "🩺",
    ],
)
def test_similar_text_about_something_else_finds_nothing(
    cast: Cast, ward: dict[str, Need], text: str
) -> None:
    assert queries.similar(cast.ben, text) == []


def test_similar_needs_out_of_reach_or_closed_are_left_out(
    cast: Cast, ward: dict[str, Need]
) -> None:
    text = WARD["vitals"][1]
    assert queries.similar(cast.hugo, text) == []
    assert queries.similar(cast.victor, text) == []
    assert queries.similar(cast.ben, text, but=ward["vitals"]) == []
    needs.decline(ward["vitals"], by=cast.maya, at=NOW, reason="Solved.")
    assert queries.similar(cast.ben, text) == []


def test_similar_needs_of_equal_closeness_come_by_voices(cast: Cast) -> None:
    quiet = make_need(cast.ana, title="Linen runs out at night")
    loud = make_need(cast.ana, title="Linen runs out at night")
    make_need(cast.ana, title="Linen runs out at night")
    needs.add_voice(loud, by=cast.ben, at=NOW)
    found = queries.similar(cast.ben, "linen runs out at night")
    assert found[0] == loud
    assert quiet in found


def test_similar_words_with_quotes_and_hyphens_are_found_as_they_stand(cast: Cast) -> None:
    need = make_need(
        cast.ana, title="X-ray requests o'clock-bound", problem="e-mail/fax at 5 o'clock"
    )
    assert queries.similar(cast.ben, "e-mail/fax x-ray o'clock-bound requests") == [need]


def test_similar_costs_two_queries(
    cast: Cast, ward: dict[str, Need], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    cast.ben.reach()
    with django_assert_num_queries(2):
        queries.similar(cast.ben, "vital signs of the monitor in the record")


def test_similar_on_a_young_site_where_everybody_speaks_of_one_thing(cast: Cast) -> None:
    """Half of a handful of needs say the same words; that makes the words no less telling."""
    known = make_need(cast.ana, title="Vital signs are typed twice", problem="No monitor writes.")
    for number in range(4):
        make_need(cast.ana, title=f"Vital signs typed twice, ward {number}", problem="Twice.")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE innovation_need")
    text = "We type the vital signs twice: the monitor writes nowhere."
    assert queries.similar(cast.ben, text)[0] == known


def test_needs_answered_with_a_no_come_with_the_reason_to_who_may_read_them(
    cast: Cast, ward: dict[str, Need], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    needs.decline(
        ward["vitals"], by=cast.maya, at=NOW, reason="The new monitors write by themselves."
    )
    like = queries.likeness("We type the vital signs of the monitor into the record twice")
    cast.ben.reach()
    with django_assert_num_queries(2):
        (found,) = queries.answered_no(cast.ben, like)
    assert found.need == ward["vitals"]
    assert found.reason is not None
    assert found.reason.reason == "The new monitors write by themselves."
    assert queries.answered_no(cast.hugo, like) == []
    assert queries.answered_no(cast.victor, like) == []
    assert queries.answered_no(cast.ben, queries.likeness("")) == []
    needs.reopen(ward["vitals"], by=cast.maya, at=NOW, reason="They do not.")
    assert queries.answered_no(cast.ben, like) == []
