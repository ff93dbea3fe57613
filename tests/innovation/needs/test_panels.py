"""What waits for whom, and what a search finds."""

from __future__ import annotations

from datetime import timedelta

from innovation.needs import actions as needs
from innovation.needs import panels, queries
from tests.factories.cast import NOW, Cast
from tests.factories.needs import make_need


def test_waiting_shows_the_office_its_queue_oldest_first_and_the_rest_as_one(cast: Cast) -> None:
    made = [make_need(cast.ana, at=NOW + timedelta(hours=n), title=f"Need {n}") for n in range(11)]
    items = panels.waiting(cast.maya)
    assert [item.title for item in items] == [
        *(need.title for need in made[:8]),
        "And 3 more needs",
    ]
    assert items[0].since == NOW
    assert items[-1].url == "/triage/"
    for nobody in (cast.ana, cast.hugo, cast.victor, cast.amara):
        assert panels.waiting(nobody) == []


def test_waiting_shows_the_author_a_question_until_it_is_answered(cast: Cast) -> None:
    need = make_need(cast.ana, anonymous=True)
    needs.ask(need, by=cast.maya, at=NOW, reason="Where?")
    (item,) = panels.waiting(cast.ana)
    assert (item.title, item.url, item.action_label) == (
        need.title, need.get_absolute_url(), "Answer",
    )  # fmt: skip
    assert panels.waiting(cast.maya) == []
    needs.answer(need, by=cast.ana, at=NOW, reason="Here.")
    assert panels.waiting(cast.ana) == []
    assert len(panels.waiting(cast.maya)) == 1


def test_search_finds_words_and_parts_of_titles_within_reach(cast: Cast) -> None:
    need = make_need(cast.ana)
    assert [hit.url for hit in panels.search_hits(cast.ben, "vital sign")] == [
        need.get_absolute_url()
    ]
    assert [hit.url for hit in panels.search_hits(cast.ben, "ital sig")] == [
        need.get_absolute_url()
    ]
    for text in ("linen", "\x00", "' OR 1=1 --", "!!!", "x" * 5000):
        assert panels.search_hits(cast.ben, text) == []
    assert panels.search_hits(cast.hugo, "vital sign") == []
    assert panels.search_hits(cast.victor, "vital sign") == []


def test_queue_counts_only_what_the_person_may_answer(cast: Cast) -> None:
    make_need(cast.ana)
    make_need(cast.hugo)
    late = NOW + timedelta(days=1)
    assert queries.queue_of(cast.maya, late_before=late).late == 2
    assert queries.queue_of(cast.hugo, late_before=late).first == 1
    assert queries.queue_of(cast.ana, late_before=late).first == 0
    assert not queries.queue_of(cast.maya, late_before=late, limit=1).exact
