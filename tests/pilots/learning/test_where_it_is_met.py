"""A card is met where the same is begun again: while a need is typed, at the charter, on the review."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from innovation.people.models import User
from innovation.rules.refusal import NotAllowed, Refused
from okrs.reviews import queries as reviews
from pilots.gates import actions as gates
from pilots.learning import actions, panels, queries
from pilots.learning.models import CardRead, LearningCard
from pilots.lifecycle.models import Pilot
from tests.factories import learning as make_learning
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db

TYPED = {"problem": "I finish my notes at the kitchen table, long after the shift."}


def as_(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def test_typing_a_similar_need_shows_the_card_in_the_whole_system_and_to_nobody_else(
    cast: Cast,
) -> None:
    card = make_learning.learned(cast)
    url = reverse("innovation:need-similar")
    for reader in (cast.ana, cast.hugo):  # he is at the other hospital
        shown = as_(reader).post(url, TYPED).content.decode()
        assert "Somebody tried something like this" in shown
        assert card.get_absolute_url() in shown
        assert "Ended before its outcome was decided" in shown
    assert card.title not in as_(cast.victor).post(url, TYPED).content.decode()
    other = as_(cast.ana).post(url, {"problem": "The linen cupboard is empty at night."})
    assert card.title not in other.content.decode()
    ana = as_(cast.ana)
    ana.post(url, TYPED)
    with CaptureQueriesContext(connection) as captured:
        ana.post(url, TYPED)
    asked = [
        one["sql"] for one in captured if "to_tsvector" in one["sql"] or "tsquery" in one["sql"]
    ]
    # The words, needs, needs answered with a no, and cards: each once.
    assert len(asked) == 4, "\n".join(asked)


def test_a_draft_is_shown_to_nobody_who_types(cast: Cast, pilot: Pilot) -> None:
    gates.stop(pilot, reason="Nobody has the room for it.", by=cast.jonas, at=NOW)
    shown = as_(cast.ana).post(reverse("innovation:need-similar"), TYPED).content.decode()
    assert "Somebody tried something like this" not in shown


def test_without_script_the_form_shows_the_card_once_before_it_goes_out(cast: Cast) -> None:
    card = make_learning.learned(cast)
    given = {
        **TYPED, "population": "All of us", "outcome": "Home on time", "setting": "ward",
        "frequency": "daily", "unit": cast.four_west.pk,
    }  # fmt: skip
    page = as_(cast.ana).post(reverse("innovation:need-create"), given).content.decode()
    assert card.get_absolute_url() in page
    assert "Send it anyway" in page


def test_whoever_writes_an_idea_and_reads_the_need_meets_the_card(cast: Cast) -> None:
    need = make.make_need(cast)
    card = make_learning.learned(cast, needs=[need])
    again = make.make_need(cast)
    ana = as_(cast.ana)
    idea = ana.get(f"{reverse('innovation:idea-create')}?need={again.pk}").content.decode()
    assert card.get_absolute_url() in idea
    assert "What was learned from trying" in ana.get(need.get_absolute_url()).content.decode()
    assert card.get_absolute_url() not in ana.get(again.get_absolute_url()).content.decode()


def test_the_next_team_presses_read_it_before_it_proposes(cast: Cast) -> None:
    assert make_learning.learned(cast).version == 1
    card = LearningCard.objects.get()
    pilot = make.open_pilot(cast, title="Ambient notes again", lead=cast.priya)
    make.shape(cast, pilot, make.make_fund(cast))
    make.serve(cast, pilot)
    pilot = Pilot.objects.get(pk=pilot.pk)
    with pytest.raises(Refused, match="Read what they learned: “Ambient notes in primary care”"):
        gates.propose(pilot, by=cast.priya, at=NOW)
    priya = as_(cast.priya)
    charter = reverse("pilots:charter", args=[pilot.pk])
    shown = priya.get(charter).content.decode()
    assert "One pilot tried something like this" in shown
    assert 'id="learned"' in shown
    press = reverse("pilots:learning-read", args=[pilot.pk, card.pk])
    assert press in shown
    priya.get(card.get_absolute_url())  # looking, or a browser that fetches ahead, is no reading
    assert priya.get(press).status_code == priya.head(press).status_code == 405
    assert not CardRead.objects.exists()
    for outsider in (cast.maya, cast.victor, cast.hugo):
        assert as_(outsider).post(press).status_code in (403, 404)
    with pytest.raises(NotAllowed, match="its team"):
        actions.mark_read(card, pilot=pilot, by=cast.maya, at=NOW)
    assert priya.post(press).url == card.get_absolute_url()  # type: ignore[attr-defined]
    priya.post(press)
    assert [one.person for one in CardRead.objects.all()] == [cast.priya]
    assert "Read by Priya Raman" in priya.get(charter).content.decode()
    review = gates.propose(Pilot.objects.get(pk=pilot.pk), by=cast.priya, at=NOW)
    shown = as_(cast.amara).get(review.get_absolute_url()).content.decode()
    assert "What the team read before" in shown
    assert "Priya Raman" in shown
    with pytest.raises(Refused, match="while a pilot is shaped"):
        actions.mark_read(card, pilot=review.pilot, by=cast.priya, at=NOW)
    api = reverse("pilots:api-pilot-learning", args=[pilot.pk])
    assert priya.post(api, {"card": card.pk}).status_code == 409
    gates.decide_resources(review, approve=True, by=cast.amara, at=NOW)
    checks = {one["key"]: one["sentence"] for one in review.known["checks"]}
    assert checks["learned"] == "The team read what 1 pilot before it learned."


def test_nothing_is_asked_where_nothing_resembles_it(cast: Cast) -> None:
    make_learning.learned(cast)
    need = make.make_need(cast, title="Linen is missing at night", problem="The porter is late.")
    pilot = make.open_pilot(
        cast, title="Linen by demand", summary="Cupboards count themselves.", needs=[need]
    )
    assert queries.to_read(pilot) == []
    assert panels.to_read(cast.jonas, pilot) is None
    own = make.open_pilot(cast, title="Another")
    own_card = make_learning.learned(cast)
    assert own_card.pk in [one.card.pk for one in queries.to_read(own)]
    assert own_card.pk not in [one.card.pk for one in queries.to_read(own_card.pilot)]


def test_stops_by_rule_stand_on_the_leadership_review_with_what_they_spared(
    cast: Cast, pilot: Pilot
) -> None:
    card = make_learning.stop_by_rule(cast, pilot)
    make_learning.learned(cast, title="Given up early")
    (found,) = reviews.review(cast.amara, at=NOW).stops
    assert (found.card, found.money, found.hours) == (card, card.spared_money, card.spared_hours)
    amara = as_(cast.amara)
    page = amara.get(reverse("okrs:review")).content.decode()
    assert "Stopped by their rule, and what that spared" in page
    assert "It spared $68,000 and 103 hours" in page
    (told,) = amara.get(reverse("okrs:api-review")).json()["stops"]
    assert (told["pilot"], told["money"], told["hours"]) == (pilot.pk, "68000.00", "103.4")
    assert reviews.review(cast.hugo, at=NOW).stops == ()
