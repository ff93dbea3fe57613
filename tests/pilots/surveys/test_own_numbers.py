"""A pilot follows what its groups said as a number: what is shown of closed rounds, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from innovation.audit.models import Event
from innovation.rules.refusal import NotAllowed, Refused
from pilots.connectors.measurement import Cadence
from pilots.lifecycle.models import Pilot
from pilots.metrics import actions as metrics
from pilots.metrics import queries as measuring
from pilots.metrics.models import Metric, Observation, Pull, Source
from pilots.surveys import actions, own_numbers
from pilots.surveys.models import SurveyRound
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.factories.surveys import answer, ask, ask_by_name, closed
from tests.pilots.surveys.test_rounds import entered

pytestmark = pytest.mark.django_db
# Weeks before today, so that the weeks of their waves have ended.
EARLIER = NOW - timedelta(weeks=8)
MONDAY = date(2026, 9, 28)


def asked(
    cast: Cast, pilot: Pilot, *, at: datetime = EARLIER, values: Sequence[int] = (), n: int = 6,
    **fields: Any,
) -> SurveyRound:  # fmt: skip
    """Asked for two weeks, answered by so many, and closed."""
    until = (at + timedelta(days=13)).date()
    survey = ask(cast, pilot, at=at, closes_on=until, **fields)
    for _n in range(n):
        answer(survey, values or [4, 3, 2, 2, 4], at=at)
    return closed(cast, survey)


def follow(cast: Cast, pilot: Pilot, reading: str = "adkar", **fields: Any) -> Metric:
    source = metrics.keep_inside_source("group_answers", pilot, by=cast.jonas, at=NOW)
    return metrics.create_metric(
        by=cast.jonas,
        at=NOW,
        pilot=pilot,
        source=source,
        **{
            "name": "Readiness",
            "definition": "Mean of what people answered",
            "kind": "value",
            "measure_unit": "points",
            "direction": "higher",
            "dimension": "adoption",
            "cadence": "week",
            "pull_from": date(2026, 1, 5),
            "binding": {"reading": reading, "group": fields.pop("group", "")},
            **fields,
        },
    )


def pulled(metric: Metric, *, at: datetime = NOW) -> Pull:
    found = metrics.run_pull(metric.pulls.under_way().get().pk, at=at)
    assert found is not None
    return found


def known(metric: Metric) -> list[tuple[date, Decimal | None, int | None]]:
    return list(Observation.objects.filter(metric=metric).values_list("period", "value", "n"))


def test_a_reading_becomes_an_observation_that_names_its_round(cast: Cast, pilot: Pilot) -> None:
    first = asked(cast, pilot)
    score, ability = follow(cast, pilot), follow(cast, pilot, "adkar.4", name="Ability")
    assert score.binding == {"reading": "adkar", "group": ""}
    pull = pulled(score)
    pulled(ability)
    assert (pull.status, pull.added, pull.quarantined) == ("done", 1, 0)
    assert f"round {first.pk}, closed on" in pull.origin
    assert pull.origin.startswith("Readiness pulse")
    assert any(f"round {first.pk}," in note for note in pull.notes)
    assert known(score) == [(MONDAY, Decimal(3), 6)]
    assert known(ability) == [(MONDAY, Decimal(2), 6)]
    # Twice brings nothing twice.
    metrics.request_pull(score, at=NOW)
    again = pulled(score)
    assert (again.added, again.revised, again.unchanged) == (0, 0, 1)
    assert known(score) == [(MONDAY, Decimal(3), 6)]
    assert measuring.freshness(score, NOW).state == "late"
    assert measuring.freshness(score, EARLIER + timedelta(weeks=2)).state == "fresh"


def test_closing_a_round_asks_for_what_follows_it(cast: Cast, pilot: Pilot) -> None:
    asked(cast, pilot, label="4 West")
    score, other = follow(cast, pilot), follow(cast, pilot, "hours", name="Felt")
    for one in (score, other):
        pulled(one)
    later = asked(cast, pilot, at=EARLIER + timedelta(weeks=4), values=[5, 4, 4, 4, 4])
    assert not other.pulls.under_way().exists()
    pull = pulled(score)
    assert pull.requested_by is None and (pull.added, pull.unchanged) == (1, 1)
    assert str(later.pk) in pull.origin
    assert [one[1] for one in known(score)] == [Decimal(3), Decimal("4.2")]


def test_what_the_clock_closes_is_asked_for_as_well(cast: Cast, pilot: Pilot) -> None:
    score = follow(cast, pilot)
    pulled(score)
    survey = ask(cast, pilot, at=EARLIER, closes_on=(EARLIER + timedelta(days=13)).date())
    for _n in range(5):
        answer(survey, [4, 4, 4, 4, 4], at=EARLIER)
    assert known(score) == []
    actions.close_due(at=NOW)
    pulled(score)
    assert known(score) == [(MONDAY, Decimal(4), 5)]


def test_nothing_hidden_is_in_any_number(cast: Cast, pilot: Pilot) -> None:
    """Of the same wave: two groups are shown, one is too small, one is still asked."""
    asked(cast, pilot, label="Night", values=[5, 5, 5, 5, 5], n=5)
    everyone, night = follow(cast, pilot), follow(cast, pilot, group="Night", name="Night")
    with pytest.raises(Refused, match="No group of this name"):
        follow(cast, pilot, group="Clinic", name="Clinic")
    asked(cast, pilot, label="Clinic", values=[1, 1, 1, 1, 1], n=4)
    clinic = follow(cast, pilot, group="clinic", name="Clinic")
    open_one = ask(cast, pilot, label="Ward", at=EARLIER, closes_on=make.TODAY)
    for _n in range(9):
        answer(open_one, [1, 1, 1, 1, 1], at=EARLIER)
    for one in (everyone, night, clinic):
        pulled(one)
    assert known(everyone) == known(night) == [(MONDAY, Decimal(5), 5)]
    assert known(clinic) == []
    assert Pull.objects.get(metric=clinic).received == 0
    # A second group that is shown joins the wave: the difference is its own reading.
    asked(cast, pilot, label="Day", values=[3, 3, 3, 3, 3], n=10)
    pull = pulled(everyone)
    assert (pull.revised, known(everyone)) == (1, [(MONDAY, Decimal("3.7"), 15)])


def test_a_hidden_question_gives_no_number_and_no_score(cast: Cast, pilot: Pilot) -> None:
    """Four of five left the third one out, so it is hidden, and the score with it."""
    stress = entered(cast)
    survey = ask(
        cast, pilot, instrument_key=stress.key, at=EARLIER,
        closes_on=(EARLIER + timedelta(days=13)).date(),
    )  # fmt: skip
    for values in ({1: 4, 2: 0, 3: 2}, *({1: 4, 2: 0},) * 4):
        answer(survey, values, at=EARLIER)
    closed(cast, survey)
    numbers = [follow(cast, pilot, f"stress{at}", name=f"Stress{at}") for at in ("", ".1", ".3")]
    for one in numbers:
        pulled(one)
    assert [known(one) for one in numbers] == [[], [(MONDAY, Decimal(4), 5)], []]


def test_of_a_group_the_last_reading_of_a_period_counts(cast: Cast, pilot: Pilot) -> None:
    start = datetime.combine(date(2026, 9, 1), EARLIER.time(), EARLIER.tzinfo)
    asked(cast, pilot, at=start, values=[2, 2, 2, 2, 2])
    asked(cast, pilot, label="4 WEST", at=start + timedelta(days=20), values=[4, 4, 4, 4, 4])
    month = follow(cast, pilot, cadence="month", group="4 west")
    pulled(month)
    assert known(month) == [(date(2026, 9, 1), Decimal(4), 6)]


def test_all_that_is_given_follows_from_what_is_shown(cast: Cast, pilot: Pilot) -> None:
    """Rounded as the pages round it, so that no sum of answers can be worked out."""
    survey = ask(cast, pilot, at=EARLIER, closes_on=(EARLIER + timedelta(days=13)).date())
    for values in ([5, 4, 2, 2, 3],) * 3 + ([3, 4, 1, 2, 3],) * 2:
        answer(survey, values, at=EARLIER)
    closed(cast, survey)
    score = follow(cast, pilot)
    found = json.loads(
        own_numbers.GroupAnswers().numbers(pilot, score.binding, Cadence.WEEK).content
    )
    assert [(one["value"], one["n"]) for one in found] == [("3.0", 5)]


def test_of_another_pilot_nothing_is_read(cast: Cast, pilot: Pilot) -> None:
    asked(cast, pilot)
    other = make.open_pilot(cast, title="Another")
    score = follow(cast, other)
    pulled(score)
    assert known(score) == []


def test_what_cannot_be_followed_is_said(cast: Cast, pilot: Pilot) -> None:
    for reading in ("", "adkar.9", "adkar.x", "hours.2", "nothing"):
        with pytest.raises(Refused):
            follow(cast, pilot, reading)
    with pytest.raises(Refused, match="no share"):
        follow(cast, pilot, kind="proportion")
    source = metrics.keep_inside_source("group_answers", pilot, by=cast.jonas, at=NOW)
    with pytest.raises(Refused, match="Only a metric of a pilot"):
        metrics.create_metric(
            by=cast.jonas, at=NOW, unit=cast.brigid, source=source, name="x", definition="x",
            kind="value", direction="higher", dimension="adoption", pull_from=date(2026, 1, 5),
            binding={"reading": "adkar"},
        )  # fmt: skip
    with pytest.raises(NotAllowed):
        metrics.keep_inside_source("group_answers", pilot, by=cast.ana, at=NOW)


def test_a_round_that_closes_during_a_pull_is_not_missed(
    cast: Cast, pilot: Pilot, monkeypatch: pytest.MonkeyPatch
) -> None:
    score = follow(cast, pilot)
    usual = own_numbers.GroupAnswers.numbers
    late: list[int] = []

    def closing(self: own_numbers.GroupAnswers, *given: Any) -> Any:
        found = usual(self, *given)
        if len(late) == 1:  # after it was read, before it is kept
            late.append(2)
            asked(cast, pilot)
        elif not late:
            late.append(1)
        return found

    monkeypatch.setattr(own_numbers.GroupAnswers, "numbers", closing)
    first = metrics.run_pull(score.pulls.get().pk, at=NOW)
    assert first is not None and first.status == "waiting"
    pulled(score)
    assert known(score) == [(MONDAY, Decimal(3), 6)]


def test_from_the_button_to_the_chart(cast: Cast, pilot: Pilot, client: Client) -> None:
    survey = asked(cast, pilot)
    client.force_login(cast.ana)  # sees the pilot, and plans nothing
    page = client.get(survey.get_absolute_url()).content.decode()
    assert "Follow this as a number" not in page
    here = reverse("pilots:survey-follow", args=[pilot.pk])
    assert client.post(here, {"reading": "adkar"}).status_code == 403
    client.force_login(cast.jonas)
    page = client.get(survey.get_absolute_url()).content.decode()
    assert "Follow this as a number" in page and "Readiness pulse: the score of all" in page
    assert client.post(here, {"reading": "nothing"}).status_code == 400
    sent = client.post(here, {"reading": "adkar.2", "group": "4 West"})
    assert sent.status_code == 302
    form = client.get(sent["Location"]).context["form"]
    names = (
        "name", "reading", "group", "kind", "cadence", "measure_unit", "dimension", "role",
        "definition", "direction", "pull_from",
    )  # fmt: skip
    begun = {name: form[name].value() for name in names}
    assert begun["name"] == "Readiness pulse: Desire, 4 West"
    assert (begun["reading"], begun["group"], begun["role"]) == ("adkar.2", "4 West", "secondary")
    planned = client.post(sent["Location"], {**begun, "pull_from": "2026-01-05"})
    assert planned.status_code == 302, planned.context["form"].errors
    metric = Metric.objects.get()
    assert metric.pilot == pilot and metric.source.kind == "group_answers"
    pulled(metric)
    assert known(metric) == [(MONDAY, Decimal(3), 6)]
    page = client.get(planned["Location"]).content.decode()
    assert "Questions to groups, asked here" in page
    for name in ("metric-edit", "metric-detail"):
        assert client.get(reverse(f"pilots:{name}", args=[metric.pk])).status_code == 200
    # The source is connected once, and told in the log.
    client.post(here, {"reading": "adkar"})
    source = Source.objects.get(kind="group_answers")
    assert Event.objects.filter(type="source.created").count() == 1
    for name in ("source-detail", "source-edit"):
        assert client.get(reverse(f"pilots:{name}", args=[source.pk])).status_code == 200


def test_a_form_is_tried_before_it_is_planned(
    cast: Cast, pilot: Pilot, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pilots.metrics.actions.checks.wait", make.answered)
    asked(cast, pilot)
    client.force_login(cast.jonas)
    source = metrics.keep_inside_source("group_answers", pilot, by=cast.jonas, at=NOW)
    plan = f"{reverse('pilots:metric-create', args=[pilot.pk])}?source={source.pk}"
    typed = {
        "name": "Readiness", "definition": "Mean", "kind": "value", "measure_unit": "points",
        "direction": "higher", "dimension": "adoption", "cadence": "week", "role": "secondary",
        "pull_from": "2026-01-05", "reading": "adkar", "group": "",
    }  # fmt: skip
    dry = client.post(plan, {**typed, "try": "1"}).context["dry_run"].dry_run
    assert [one.value for one in dry.last] == [Decimal(3)]
    assert not Metric.objects.exists()
    tested = client.post(reverse("pilots:source-test-connection", args=[source.pk]), follow=True)
    assert "kept here" in tested.content.decode()


def test_by_name_a_round_closes_at_once_and_is_kept_when_its_week_has_ended(
    cast: Cast, pilot: Pilot
) -> None:
    people = [cast.ana, cast.ingrid, cast.rosa, cast.maya, cast.amara]
    score = follow(cast, pilot)
    pulled(score)
    survey = ask_by_name(cast, pilot, people)
    for person in people:
        answer(survey, [4, 4, 4, 4, 4], person=person)
    closed(cast, survey)
    pulled(score)
    assert known(score) == []  # no number for a week that goes on
