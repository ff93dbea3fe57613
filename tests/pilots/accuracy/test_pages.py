"""The pages of a silent run as its team, those who decide and the outsider meet them; and the API."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from innovation.people.models import User
from pilots.accuracy import actions as accuracy
from pilots.accuracy.models import SilentRunResult
from pilots.lifecycle.models import Pilot
from tests.factories import accuracy as make_run
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def silent(cast: Cast) -> Pilot:
    return make_run.silent_pilot(cast)


def seen(client: Client, user: User, name: str, pk: int) -> str:
    client.force_login(user)
    answer = client.get(reverse(f"pilots:{name}", args=[pk]))
    assert answer.status_code == 200, answer.status_code
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def typed(**fields: Any) -> dict[str, Any]:
    return {
        "period_from": "2026-10-26",
        "period_until": "2026-11-01",
        "reference": "Two reviewers.",
        "true_positive": "95",
        "false_positive": "105",
        "false_negative": "5",
        "true_negative": "795",
        **fields,
    }


def test_page_before_anything_is_recorded_says_what_comes_next(
    client: Client, cast: Cast, silent: Pilot
) -> None:
    text = seen(client, cast.jonas, "accuracy", silent.pk)
    assert "Nothing has been recorded of its silent run yet." in text
    assert "Nothing recorded yet" in text and "at least 90%" in text
    assert "Record a result" in text
    assert "Record a result" not in seen(client, cast.ana, "accuracy", silent.pk)


def test_page_of_a_pilot_without_advice_says_that_it_has_no_silent_run(
    client: Client, cast: Cast
) -> None:
    pilot = make.run(cast, make.open_pilot(cast), make.make_fund(cast))
    text = seen(client, cast.jonas, "accuracy", pilot.pk)
    assert "no silent run to be judged by" in text
    assert "Accuracy in the silent run" not in seen(client, cast.jonas, "pilot-detail", pilot.pk)


def test_jonas_records_a_week_and_reads_the_verdict(
    client: Client, cast: Cast, silent: Pilot
) -> None:
    client.force_login(cast.jonas)
    answer = client.post(reverse("pilots:accuracy-record", args=[silent.pk]), typed())
    assert answer.status_code == 302
    text = seen(client, cast.ana, "accuracy", silent.pk)
    assert "Whether the silent run meets what was promised cannot be told yet: sensitivity" in text
    assert "Sensitivity 95% (86% to 99%)" in text
    assert "About 170 cases with the condition more would answer" in text
    assert "Positive predictive value 48%" in text and "promised is met" in text
    assert "88.8% to 97.8%" in text  # Wilson's interval of the one look
    assert "A running count, from 26 October 2026 to 1 November 2026 so far." in text
    assert "2.1 who are flagged are looked at for one" in text
    panel = seen(client, cast.ana, "pilot-detail", silent.pk)
    assert "Sensitivity 95% (86% to 99%)" in panel


def test_form_that_cannot_be_taken_says_why_and_keeps_what_was_typed(
    client: Client, cast: Cast, silent: Pilot
) -> None:
    client.force_login(cast.jonas)
    url = reverse("pilots:accuracy-record", args=[silent.pk])
    answer = client.post(url, typed(true_negative="", bins="0, 0.3, x"))
    assert answer.status_code == 400
    html = answer.content.decode()
    assert "Line 1: give from, to, cases, events" in html
    assert "Two reviewers." in html and 'value="105"' in html
    answer = client.post(url, typed(true_negative=""))
    assert "A 2 × 2 table has all four counts" in answer.content.decode()
    answer = client.post(url, typed(period_from="2026-10-19"))
    assert answer.status_code == 409
    assert "The silent run began on 26 October 2026" in answer.content.decode()
    assert not SilentRunResult.objects.exists()


def test_file_is_taken_whole_or_shown_again_with_what_to_put_right(
    client: Client, cast: Cast, silent: Pilot
) -> None:
    client.force_login(cast.jonas)
    url = reverse("pilots:accuracy-upload", args=[silent.pk])
    head = "from,until,true_positive,false_positive,false_negative,true_negative\n"
    good, bad = "2026-10-26,2026-11-01,9,11,1,79\n", "2026-11-02,2026-11-08,9,,1,79\n"
    early = "2026-10-01,2026-10-07,9,11,1,79\n"

    def send(text: str) -> Any:
        file = SimpleUploadedFile("weeks.csv", text.encode())
        return client.post(url, {"reference": "Two reviewers.", "file": file})

    answer = send(head + good + bad)
    html = answer.content.decode()
    assert answer.status_code == 400 and "Row 3: A 2 × 2 table has all four counts" in html
    assert "2026-11-02,2026-11-08,9,,1,79" in html and "Two reviewers." in html
    answer = send(head + good + early)
    assert "Row 3: The silent run began on 26 October 2026" in answer.content.decode()
    assert not SilentRunResult.objects.exists()
    assert send(head + good).status_code == 302
    assert SilentRunResult.objects.get().entered_by == "file"
    answer = client.post(url, {"reference": "Two reviewers.", "rows": head + good})
    assert "Row 2: There is a result from 26 October 2026" in answer.content.decode()
    answer = send("\x00\x01")
    assert answer.status_code == 400 and "This is no text" in answer.content.decode()


def test_subgroups_alone_are_shown_and_judge_nothing(
    client: Client, cast: Cast, silent: Pilot
) -> None:
    for place, (name, table) in enumerate(
        {"75 and over": (60, 90, 40, 400), "under 75": (95, 80, 5, 800)}.items()
    ):
        given = make_run.given(
            *table, grouping="Age", subgroup=name, threshold=Decimal(30), week=place
        )
        make_run.record(cast, silent, given)
    text = seen(client, cast.ana, "accuracy", silent.pk)
    assert "Only subgroups were recorded" in text and "Nothing recorded yet" not in text
    assert "differs most between under 75 (95%) and 75 and over (60%)" in text
    row = SilentRunResult.objects.first()
    assert row is not None
    assert "Threshold in use 30 " in seen(client, cast.ana, "accuracy-result", row.pk)
    text = seen(client, cast.helen, "pilot-show-output", silent.pk)
    assert "Nothing has been recorded of its accuracy" in text


def test_score_bins_are_drawn_and_said(client: Client, cast: Cast, silent: Pilot) -> None:
    given = make_run.given(bins=make_run.RISKS, score_scale="risk", threshold=Decimal("0.3"))
    make_run.record(cast, silent, given)
    client.force_login(cast.ana)
    html = client.get(reverse("pilots:accuracy", args=[silent.pk])).content.decode()
    assert html.count('class="chart-wide"') == 2
    assert "AUROC 0.8" in html and "Do its risks come true?" in html
    assert "Is it worth acting on?" in html
    assert "its table is that at the threshold" in html


def test_correction_is_read_beside_what_stood_before(
    client: Client, cast: Cast, silent: Pilot
) -> None:
    (row,) = make_run.record(cast, silent, make_run.given(95, 105, 5, 795))
    client.force_login(cast.jonas)
    url = reverse("pilots:accuracy-correct", args=[row.pk])
    assert 'value="105"' in client.get(url).content.decode()
    answer = client.post(url, typed(false_positive="104", true_negative="796"))
    assert answer.status_code == 400  # no reason
    told = typed(false_positive="104", true_negative="796", reason="One chart was read twice.")
    answer = client.post(url, told)
    assert answer.status_code == 302
    made = SilentRunResult.objects.current().get()
    assert "What stood here before" in seen(client, cast.ana, "accuracy-result", made.pk)
    text = seen(client, cast.ana, "accuracy-result", row.pk)
    assert "It counts no more" in text and "One chart was read twice." in text
    assert "1 result that was corrected" in seen(client, cast.ana, "accuracy", silent.pk)


def test_taken_back_result_is_told_with_its_reason(
    client: Client, cast: Cast, silent: Pilot
) -> None:
    (row,) = make_run.record(cast, silent, make_run.given(95, 105, 5, 795))
    client.force_login(cast.jonas)
    url = reverse("pilots:accuracy-take-back", args=[row.pk])
    assert client.post(url, {"reason": "Another ward."}).status_code == 302
    assert "Another ward." in seen(client, cast.ana, "accuracy", silent.pk)


def test_helen_sees_the_accuracy_where_she_ends_the_silent_run_and_says_why_against_it(
    client: Client, cast: Cast, silent: Pilot
) -> None:
    make_run.record(cast, silent, make_run.given(60, 105, 40, 795))
    text = seen(client, cast.helen, "pilot-show-output", silent.pk)
    assert "short of the 90% promised" in text and "Why although this is missing" in text
    url = reverse("pilots:pilot-show-output", args=[silent.pk])
    assert client.post(url, {"reason": "It helps."}).status_code == 400
    answer = client.post(url, {"reason": "It helps.", "against": "Nobody finds more."})
    assert answer.status_code == 302
    text = seen(client, cast.ana, "accuracy", silent.pk)
    assert "Although something was missing" in text and "Nobody finds more." in text


def test_promise_that_was_changed_after_approval_is_marked_and_judged_both_ways(
    client: Client, cast: Cast, silent: Pilot
) -> None:
    make_run.record(cast, silent, make_run.given(160, 200, 40, 2600))
    client.force_login(cast.helen)
    answer = client.post(
        reverse("pilots:accuracy-promise", args=[silent.pk]),
        {
            "least_sensitivity": "70",
            "least_ppv": "30",
            "planned_cases": "200",
            "reason": "Two reviewers miss a quarter.",
        },
    )
    assert answer.status_code == 302
    text = seen(client, cast.ana, "accuracy", silent.pk)
    assert "Changed after it was approved" in text and "Two reviewers miss a quarter." in text
    assert "the 70% promised is met" in text
    assert "By what was approved: Sensitivity 80%" in text and "short of the 90% promised" in text


def test_outsider_and_the_other_hospital_see_nothing(
    client: Client, cast: Cast, silent: Pilot
) -> None:
    (row,) = make_run.record(cast, silent, make_run.given(95, 105, 5, 795))
    for person in (cast.victor, cast.hugo):
        client.force_login(person)
        for name, pk in (("accuracy", silent.pk), ("accuracy-result", row.pk)):
            assert client.get(reverse(f"pilots:{name}", args=[pk])).status_code in (403, 404)
        answer = client.get(reverse("pilots:api-accuracy", args=[silent.pk]))
        assert answer.status_code in (403, 404)


# The API


def test_program_records_corrects_and_takes_back(client: Client, cast: Cast, silent: Pilot) -> None:
    client.force_login(cast.jonas)
    url = reverse("pilots:api-accuracy-results", args=[silent.pk])
    sent = {
        "period_from": "2026-10-26",
        "period_until": "2026-11-01",
        "reference": "Two reviewers.",
        "threshold": "0.3",
        "score_scale": "risk",
        "bins": [
            {"lower": "0", "upper": "0.3", "cases": 600, "events": 8},
            {"lower": "0.3", "upper": "1", "cases": 200, "events": 92, "mean_score": "0.5"},
        ],
        "alerts": 210,
        "patient_days": "1400",
    }

    def post(where: str, body: dict[str, Any]) -> Any:
        return client.post(where, body, content_type="application/json")

    answer = post(url, {**sent, "threshold": "0.2", "true_positive": 3})
    assert answer.status_code == 400 and "all four counts" in answer.content.decode()
    answer = post(url, sent)
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert (made["entered_by"], made["version"], len(made["bins"])) == ("api", 1, 2)
    assert post(url, sent).status_code == 409
    sent["alerts"] = 211
    correct = reverse("pilots:api-accuracy-correct", args=[made["id"]])
    assert post(correct, sent).status_code == 400  # without a reason
    answer = post(correct, {**sent, "reason": "One alert came late."})
    assert answer.status_code == 201
    again = answer.json()
    assert (again["replaces"], again["version"], again["alerts"]) == (made["id"], 2, 211)
    said = client.get(reverse("pilots:api-accuracy", args=[silent.pk])).json()
    assert said["table"] == {
        "true_positive": 92, "false_positive": 108, "false_negative": 8, "true_negative": 592,
    }  # fmt: skip
    assert [one["state"] for one in said["judged"]] == ["open", "met"]
    back = reverse("pilots:api-accuracy-take-back", args=[again["id"]])
    answer = post(back, {"reason": "Another ward."})
    assert answer.status_code == 200 and answer.json()["superseded_by"] == "Jonas Park"
    rows = client.get(url).json()["results"]
    assert [row["superseded_at"] is not None for row in rows] == [True, True]


def test_page_asks_as_few_statements_for_a_year_of_weeks_as_for_one(
    client: Client, cast: Cast, silent: Pilot, django_assert_max_num_queries: Any
) -> None:
    Pilot.objects.filter(pk=silent.pk).update(went_live_on=make_run.LIVE - timedelta(weeks=52))
    silent.refresh_from_db()
    weeks = [make_run.given(9, 11, 1, 79, week=week) for week in range(-52, 3)]
    accuracy.record(silent, weeks, entered_by="file", by=cast.jonas, at=NOW)
    client.force_login(cast.ana)
    with django_assert_max_num_queries(20):
        client.get(reverse("pilots:accuracy", args=[silent.pk]))
