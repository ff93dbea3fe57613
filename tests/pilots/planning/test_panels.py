"""A metric panel: asked, rated alone, agreed or not, recorded, and never changed after that."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from innovation.audit.models import Event
from innovation.notices.models import Notice
from innovation.rules.refusal import Conflict, Malformed, NotAllowed, Refused
from innovation.web import panels
from pilots.funding.models import Fund
from pilots.gates import actions as gates
from pilots.lifecycle.models import Pilot
from pilots.planning import actions as planning
from pilots.planning import queries
from pilots.planning.agreement import Agreed
from pilots.planning.models import MetricPanel, PanelCandidate, PanelRating, PanelSeat
from tests.factories import pilots as make
from tests.factories import planning as make_plan
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def panel(cast: Cast, pilot: Pilot) -> MetricPanel:
    """One planned metric and one in words, put to Ana, Priya and Ben."""
    make_plan.share_metric(cast, pilot)
    panel = make_plan.open_panel(cast, pilot)
    planning.add_candidate(
        panel,
        name="Minutes with the patient",
        definition="Minutes facing the patient ÷ visits",
        by=cast.jonas,
        at=NOW,
    )
    return panel


def test_panel_is_opened_by_the_lead_and_waits_for_those_invited(
    cast: Cast, panel: MetricPanel
) -> None:
    assert [one.name for one in panel.candidates.all()] == [
        "Notes finished after the shift",
        "Minutes with the patient",
    ]
    assert Notice.objects.filter(person=cast.ana, kind="pilots").exists()
    kinds = [item.kind for item in panels.waiting_for(cast.ana)]
    assert "Metric panel" in kinds
    assert "Metric panel" not in [item.kind for item in panels.waiting_for(cast.maya)]
    make_plan.rate_all(panel, cast.ana, 8, 9)
    assert "Metric panel" not in [item.kind for item in panels.waiting_for(cast.ana)]


def test_ratings_show_agreement_and_may_be_changed_until_it_is_closed(
    cast: Cast, panel: MetricPanel
) -> None:
    make_plan.rate_all(panel, cast.ana, 1, 9, comment="This is what we miss.")
    make_plan.rate_all(panel, cast.priya, 9, 8)
    make_plan.rate_all(panel, cast.ben, 9, 7)
    first, second = queries.rated(panel, cast.ana)
    assert [one.candidate.name for one in (first, second)] == [
        "Notes finished after the shift",
        "Minutes with the patient",
    ]
    assert first.agreement.agreed is Agreed.DISAGREE
    assert second.agreement.agreed is Agreed.IMPORTANT
    assert second.own is not None and second.own.score == 9
    make_plan.rate_all(panel, cast.ana, 9, 9)
    changed = queries.rated(panel)
    assert {one.agreement.agreed for one in changed} == {Agreed.IMPORTANT}
    assert PanelRating.objects.count() == 6


def test_closing_records_the_set_with_its_reason_for_good(cast: Cast, panel: MetricPanel) -> None:
    second = panel.candidates.all()[1]
    with pytest.raises(Refused, match="Nobody has rated"):
        planning.close(panel, chosen=[second.pk], reason="It counts.", by=cast.jonas, at=NOW)
    make_plan.rate_all(panel, cast.ana, 2, 9)
    with pytest.raises(Malformed):
        planning.close(panel, chosen=[], reason="It counts.", by=cast.jonas, at=NOW)
    with pytest.raises(Malformed):
        planning.close(panel, chosen=[second.pk], reason=" ", by=cast.jonas, at=NOW)
    planning.close(panel, chosen=[second.pk], reason="It counts.", by=cast.jonas, at=NOW)
    told = Event.objects.get(type="panel.closed")
    assert told.details["chosen"] == "Minutes with the patient"
    assert [one.chosen for one in panel.candidates.all()] == [False, True]
    with pytest.raises(Refused, match="closed"):
        make_plan.rate_all(panel, cast.ana, 9, 9)
    with pytest.raises(Refused, match="closed"):
        planning.add_candidate(panel, name="Late", definition="x", by=cast.jonas, at=NOW)


@pytest.mark.parametrize("what", ["panel", "candidate", "seat", "rating"])
def test_the_database_keeps_a_closed_panel_as_it_is(
    cast: Cast, panel: MetricPanel, what: str
) -> None:
    make_plan.rate_all(panel, cast.ana, 2, 9)
    planning.close(
        panel, chosen=[panel.candidates.all()[1].pk], reason="It counts.", by=cast.jonas, at=NOW
    )
    changes: dict[str, Callable[[], object]] = {
        "panel": lambda: MetricPanel.objects.update(reason="Another."),
        "candidate": lambda: PanelCandidate.objects.update(chosen=True),
        "seat": lambda: PanelSeat.objects.create(
            panel=panel, person=cast.ingrid, invited_at=NOW, invited_by=cast.jonas
        ),
        "rating": lambda: PanelRating.objects.update(score=9),
    }
    with pytest.raises(DatabaseError), transaction.atomic():
        changes[what]()
    for model in (PanelRating, PanelSeat, PanelCandidate, MetricPanel):
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.all().delete()


def test_ratings_are_of_their_own_panel_and_from_1_to_9(cast: Cast, panel: MetricPanel) -> None:
    other = make.open_pilot(cast)
    elsewhere = make_plan.open_panel(cast, other, [cast.ana])
    strange = planning.add_candidate(
        elsewhere, name="Something else", definition="x", by=cast.jonas, at=NOW
    )
    with pytest.raises(Malformed):
        planning.rate(panel, ratings={strange.pk: (5, "")}, by=cast.ana, at=NOW)
    with pytest.raises(Malformed):
        make_plan.rate_all(panel, cast.ana, 10, 5)
    with pytest.raises(DatabaseError), transaction.atomic():
        PanelRating.objects.create(
            candidate=strange, seat=panel.seats.get(person=cast.ana), score=5, at=NOW
        )


def test_who_may_and_who_may_not(cast: Cast, pilot: Pilot, panel: MetricPanel) -> None:
    with pytest.raises(NotAllowed):
        make_plan.rate_all(panel, cast.maya, 5, 5)  # the office runs it and was not invited
    with pytest.raises(NotAllowed):
        planning.invite(panel, person=cast.ingrid, by=cast.ana, at=NOW)
    with pytest.raises(Conflict):
        planning.invite(panel, person=cast.ana, by=cast.jonas, at=NOW)
    with pytest.raises(Conflict):
        make_plan.open_panel(cast, pilot)
    planning.invite(panel, person=cast.ingrid, by=cast.maya, at=NOW)


def test_whoever_has_yet_to_rate_is_not_led_by_the_others(
    cast: Cast, panel: MetricPanel, client: Client
) -> None:
    make_plan.rate_all(panel, cast.ana, 1, 9)
    url = reverse("pilots:api-metric-panel", args=[panel.pk])
    client.force_login(cast.priya)
    assert [one["median"] for one in client.get(url).json()] == [None, None]
    make_plan.rate_all(panel, cast.priya, 3, 9)
    assert [one["median"] for one in client.get(url).json()] == [9.0, 2.0]
    client.force_login(cast.otto)  # reads all, and was not invited
    assert [one["ratings"] for one in client.get(url).json()] == [2, 2]


def test_panel_opens_only_while_the_pilot_is_shaped(cast: Cast, pilot: Pilot, fund: Fund) -> None:
    make.propose(cast, pilot, fund)
    with pytest.raises(Refused, match="being shaped"):
        make_plan.open_panel(cast, pilot)


def test_pages_of_a_panel_from_asking_to_the_record(
    cast: Cast, pilot: Pilot, client: Client
) -> None:
    make_plan.share_metric(cast, pilot)
    client.force_login(cast.jonas)
    opened = client.post(
        reverse("pilots:metric-panel-open", args=[pilot.pk]), {"people": [cast.ana.pk]}
    )
    panel = MetricPanel.objects.get()
    url = panel.get_absolute_url()
    assert opened.headers["Location"] == url
    assert (
        client.post(
            reverse("pilots:metric-panel-add", args=[panel.pk]),
            {"name": "Minutes with the patient", "definition": "Minutes ÷ visits"},
        ).status_code
        == 302
    )
    assert (
        client.post(
            reverse("pilots:metric-panel-invite", args=[panel.pk]), {"person": cast.ben.pk}
        ).status_code
        == 302
    )
    client.force_login(cast.ana)
    shown = client.get(url).content.decode()
    assert "What the others said is shown once you have rated." in shown
    first, second = panel.candidates.all()
    client.post(
        url, {f"score-{first.pk}": "3", f"score-{second.pk}": "8", f"comment-{second.pk}": "Yes"}
    )
    assert "What the others said" not in client.get(url).content.decode()
    client.force_login(cast.jonas)
    close = reverse("pilots:metric-panel-close", args=[panel.pk])
    assert client.post(close, {"chosen": [second.pk]}).status_code == 400
    assert (
        client.post(close, {"chosen": [second.pk], "reason": "Patients say so."}).status_code == 302
    )
    charter = client.get(reverse("pilots:charter", args=[pilot.pk])).content.decode()
    assert "Minutes with the patient. Recorded by Jonas" in charter
    told = client.get(reverse("pilots:api-metric-panel", args=[panel.pk])).json()
    assert [(one["name"], one["chosen"]) for one in told] == [
        ("Minutes with the patient", True),
        ("Notes finished after the shift", False),
    ]
    client.force_login(cast.victor)
    assert client.get(url).status_code in (403, 404)


def test_approver_sees_the_chosen_set(cast: Cast, pilot: Pilot, fund: Fund, client: Client) -> None:
    make.shape(cast, pilot, fund)
    make.serve(cast, pilot)
    panel = make_plan.open_panel(cast, pilot, [cast.ana])
    make_plan.rate_all(panel, cast.ana, 9, 7)
    chosen = [panel.candidates.all()[0].pk]
    planning.close(panel, chosen=chosen, reason="It decides.", by=cast.jonas, at=NOW)
    review = gates.propose(pilot, by=cast.jonas, at=NOW + timedelta(hours=1), case="")
    client.force_login(cast.amara)
    shown = client.get(reverse("pilots:gate-decide", args=[review.pk])).content.decode()
    assert "Chosen by a panel" in shown
