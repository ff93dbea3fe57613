"""Measure reports: those that a server keeps and those that it works out; summaries, and nothing of a patient."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilots.connectors import kinds
from pilots.connectors.errors import BadAnswer, BadConfig, Busy, SourceError
from pilots.connectors.measurement import Measurement, Rejected, RowCounts, Window
from tests.fakes.canned_client import CannedClient
from tests.fakes.measure_server import (
    CMS146,
    HIV,
    MeasureServer,
    cms146,
    hiv_indicators,
    individual,
    populations,
)
from tests.probes import examples

WINDOW = Window(date(2014, 1, 1), date(2014, 4, 1), zone=UTC)


def group(*counts: int, score: Any = None, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"population": populations(*counts), **more}
    return found if score is None else {**found, "measureScore": score}


def month(number: int, *groups: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The report of a month of 2014."""
    last = {1: 31, 2: 28, 3: 31}[number]
    return cms146(
        f"2014-{number:02}-01", f"2014-{number:02}-{last}",
        **{"group": list(groups) or [group(50, 20, 50, 0)], **more},
    )  # fmt: skip


def read(
    server: MeasureServer | Callable[[str], Any],
    *,
    measure: str = "proportion",
    window: Window = WINDOW,
    counts: RowCounts | None = None,
    measure_address: str = CMS146,
    **config: Any,
) -> tuple[list[Measurement], list[Rejected], CannedClient]:
    client = CannedClient(server.answer if isinstance(server, MeasureServer) else server)
    items = list(
        kinds.get("fhir_measures").observe(
            {"base_url": "https://fhir.example.org/r4", "measure": measure_address, **config},
            window,
            cadence="month",
            measure=measure,
            client=client,
            counts=counts,
        )
    )
    return (
        [item for item in items if isinstance(item, Measurement)],
        [item for item in items if isinstance(item, Rejected)],
        client,
    )


def shares(found: list[Measurement]) -> dict[int, tuple[int, int]]:
    return {
        one.period.month: (int(one.numerator), int(one.denominator))
        for one in found
        if one.numerator is not None and one.denominator is not None
    }


def only(server_report: dict[str, Any], **config: Any) -> str:
    """Why a report was refused."""
    found, refused, _ = read(MeasureServer([server_report]), **config)
    assert found == [] and len(refused) == 1
    return refused[0].reason


# Reports that are kept


def test_stored_reports_of_the_window_are_read() -> None:
    before = cms146("2013-12-01", "2013-12-31", group=[group(9, 9, 9, 0)])
    server = MeasureServer([month(1), month(2, group(60, 30, 60, 0)), before])
    found, refused, client = read(server)
    assert (shares(found), refused) == ({1: (20, 50), 2: (30, 60)}, [])
    (asked,) = client.asked
    assert "MeasureReport?measure=http%3A%2F%2Fexample.org%2Ffhir%2FMeasure%2FCMS146&" in asked
    assert "_elements=status,type,measure,subject,period,date,reporter,group" in asked


def test_example_of_the_specification_is_a_quarter() -> None:
    assert "is of 2014-01-01 to 2014-03-31, where a month is wanted" in only(cms146())


@pytest.mark.parametrize("size", [1, 2, 3, 50])
def test_pages_are_followed_to_the_end(size: int) -> None:
    server = MeasureServer([month(1), month(2), month(3)], page_size=size)
    assert list(shares(read(server)[0])) == [1, 2, 3]


def test_reports_of_another_measure_are_none_of_ours() -> None:
    other = month(2, measure="http://example.org/fhir/Measure/OTHER")
    lenient = MeasureServer([month(1), other])
    assert list(shares(read(lenient)[0])) == [1]
    # A server that leaves the parameter out.
    assert list(shares(read(lambda url: lenient.answer(url.replace("measure=", "x=")))[0])) == [1]


def test_version_of_a_measure_is_kept_to_where_it_is_given() -> None:
    server = MeasureServer([month(1, measure=f"{CMS146}|2"), month(2, measure=f"{CMS146}|3")])
    plain = server.answer
    assert list(shares(read(server)[0])) == [1, 2]
    server.answer = lambda url: plain(url.replace("%7C3", ""))  # type: ignore[method-assign]
    found, _, _ = read(server, measure_address=f"{CMS146}|3")
    assert list(shares(found)) == [2]


def test_report_that_was_made_last_counts_and_the_others_are_counted_as_left_out() -> None:
    counts = RowCounts()
    server = MeasureServer(
        [
            month(1, group(50, 10, 50, 0), date="2014-02-01"),
            month(1, group(50, 20, 50, 0), date="2014-03-01T00:00:00+01:00"),
            month(1, group(50, 30, 50, 0), date="2014-04-01", status="pending"),
        ]
    )
    found, refused, _ = read(server, counts=counts)
    assert (shares(found), refused) == ({1: (20, 50)}, [])
    assert (counts.received, counts.accepted, counts.filtered) == (3, 1, 2)
    assert "made last counts" in counts.notes[0]


def test_two_that_were_made_at_once_and_differ_are_refused() -> None:
    server = MeasureServer([month(1, group(50, 10, 50, 0)), month(1, group(50, 20, 50, 0))])
    found, refused, _ = read(server)
    assert found == [] and len(refused) == 2


def test_several_reporters_are_asked_for() -> None:
    north = month(1, group(50, 10, 50, 0), reporter={"reference": "Organization/north"})
    south = month(1, group(50, 20, 50, 0), reporter={"reference": "Organization/south"})
    found, refused, _ = read(MeasureServer([north, south]))
    assert found == [] and "2 reporters report of this period" in refused[0].reason
    found, refused, _ = read(MeasureServer([north, south]), reporter="Organization/south")
    assert (shares(found), refused) == ({1: (20, 50)}, [])


@pytest.mark.parametrize(
    ("start", "end", "zone", "right"),
    [
        ("2014-02", "2014-02", "UTC", True),
        ("2014-02-01T00:00:00+01:00", "2014-02-28T23:59:59+01:00", "Europe/Berlin", True),
        ("2014-01-31T23:00:00Z", "2014-02-28T22:59:59.999Z", "Europe/Berlin", True),
        ("2014-01-31T23:00:00Z", "2014-02-28T23:00:00Z", "Europe/Berlin", True),
        ("2014-01-31T23:00:00Z", "2014-02-28T22:59:59Z", "UTC", False),
        ("2014-02-01", "2014-03-01", "UTC", False),
        ("2014-02-02", "2014-02-28", "UTC", False),
        ("2014", "2014", "UTC", False),
        ("soon", "2014-02-28", "UTC", False),
    ],
)
def test_period_is_that_of_the_zone_and_of_the_cadence_alone(
    start: str, end: str, zone: str, right: bool
) -> None:
    report = month(2) | {"period": {"start": start, "end": end}}
    bundle = {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": report}]}
    window = Window(WINDOW.start, WINDOW.end, zone=ZoneInfo(zone))
    found, refused, _ = read(lambda _: bundle, window=window)
    assert [one.period for one in found] == ([date(2014, 2, 1)] if right else [])
    assert len(refused) == (0 if right else 1)


# What is in a report


@pytest.mark.parametrize(
    ("groups", "config", "right"),
    [
        ([group(500, 200, 500, 0)], {}, (200, 500)),
        ([group(500, 200, 500, 100)], {"exclusions": "taken_off"}, (200, 500)),
        ([group(500, 200, 500, 100)], {"exclusions": "to_take_off"}, (200, 400)),
        ([group(500, 200, 500, 100, score={"value": 0.5})], {}, (200, 400)),
        ([group(500, 200, 500, 100, score={"value": 0.4})], {}, (200, 500)),
        ([group(500, 200, 500, 100, score={"value": 40, "unit": "%"})], {}, (200, 500)),
        ([group(500, 200, 500, 100, score={"value": 50.0, "code": "%"})], {}, (200, 400)),
        ([group(500, 200, 500, 100, score={"value": 50})], {}, (200, 400)),
        ([group(500, 200, 500, 4, score={"value": 0.4})], {}, (200, 500)),
        ([group(7, 3, 7, 0, score={"value": 0.42857142857142855})], {}, (3, 7)),
        ([group(9, 9, 9, 0, id="a"), group(8, 4, 8, 0, id="b")], {"group": "b"}, (4, 8)),
        ([group(9, 8, 9, 0, code={"text": "Late"})], {"group": "Late"}, (8, 9)),
        ([group(50, 20, 40, 0)], {"denominator_code": "initial-population"}, (20, 50)),
    ],
)
def test_counts_of_a_report(
    groups: list[dict[str, Any]], config: dict[str, Any], right: tuple[int, int]
) -> None:
    found, refused, _ = read(MeasureServer([month(1, *groups)]), **config)
    assert (shares(found), refused) == ({1: right}, [])


@pytest.mark.parametrize(
    ("report", "config", "words"),
    [
        (month(1, group(500, 200, 500, 100)), {}, "no score shows whether they are taken off"),
        (month(1, group(500, 200, 500, 0, score={"value": 0.9})), {}, "is not that of 200 of 500"),
        (
            month(1, group(500, 200, 500, 100, score={"value": 0.4})),
            {"exclusions": "to_take_off"},
            "is not that of 200 of 400",
        ),
        (month(1, group(9, 9, 9, 0), group(8, 4, 8, 0)), {}, "2 groups"),
        (month(1, group(9, 9, 9, 0, id="a")), {"group": "b"}, "no group “b”. It has: “a”"),
        (month(1), {"numerator_code": "numer"}, "no count of “numer”. It has: initial-population"),
        (month(1, status="pending"), {}, "not complete (pending)"),
        (month(1, group(50, 51, 50, 0)), {}, "larger than the denominator"),
        (month(1, group(0, 0, 0, 0)), {}, "nothing to count"),
        (month(1) | {"group": []}, {}, "0 groups (none)"),
        (month(1) | {"period": {"start": "2014-01-01"}}, {}, "does not say of which period"),
    ],
)
def test_report_that_cannot_be_read_says_why(
    report: dict[str, Any], config: dict[str, Any], words: str
) -> None:
    assert words in only(report, **config)


def test_parts_of_a_split_as_in_the_example() -> None:
    report = cms146("2014-01-01", "2014-01-31")
    female: dict[str, Any] = {
        "stratifier": "stratifier-gender",
        "stratum": "female",
        "exclusions": "to_take_off",
    }
    assert shares(read(MeasureServer([report]), **female)[0]) == {1: (100, 200)}
    assert "more than one part “true”" in only(report, stratum="true")
    assert "no part “purple”" in only(report, stratifier="stratifier-gender", stratum="purple")
    assert "nothing to count" in only(report, **{**female, "stratum": "other"})
    with pytest.raises(BadConfig, match="which part of the split"):
        read(MeasureServer([report]), stratifier="stratifier-gender")


@pytest.mark.parametrize(
    ("config", "value"),
    [
        ({"group": "QRPH_ADX_ART1_N"}, 7),
        ({"group": "QRPH_ADX_ART1", "stratifier": "AGE_SEX", "stratum": "P1Y--P5Y:F"}, 3),
        ({"group": "QRPH_ADX_ART1_N", "stratum": "AGE_GROUP=P1Y--P5Y; SEX=F"}, 4),
        ({"group": "QRPH_ADX_ART1_N", "stratum": "SEX=F;AGE_GROUP=P0Y--P1Y"}, 0),
    ],
)
def test_scores_as_in_the_other_example(config: dict[str, Any], value: int) -> None:
    window = Window(date(2018, 1, 1), date(2018, 2, 1))
    client = CannedClient(MeasureServer([hiv_indicators()]).answer)
    items = kinds.get("fhir_measures").observe(
        {"base_url": "https://fhir.example.org/r4", "measure": HIV, **config},
        window, cadence="month", measure="value", client=client,
    )  # fmt: skip
    assert [one.value for one in items if isinstance(one, Measurement)] == [value]


def test_value_is_the_score_with_its_population_or_a_count() -> None:
    scored = month(1, group(500, 200, 500, 0, score={"value": 12.5, "unit": "min"}))
    found, _, _ = read(MeasureServer([scored]), measure="value")
    assert [(str(one.value), one.n) for one in found] == [("12.5", 500)]
    counted: dict[str, Any] = {"value_of": "count", "numerator_code": "initial-population"}
    assert [one.value for one in read(MeasureServer([scored]), measure="value", **counted)[0]] == [
        500
    ]
    assert "has no score" in only(month(1), measure="value")
    r5 = month(1) | {"group": [{"measureScoreQuantity": {"value": 3}}]}
    assert [one.value for one in read(MeasureServer([r5]), measure="value")[0]] == [3]


# Nothing of a patient


@pytest.mark.parametrize(
    "report",
    [
        individual(),
        individual(type="subject-list", subject=None),
        individual(type="data-collection"),
        month(1, subject={"reference": "Patient/ada-low"}),
        month(1, subject={"reference": "https://x.org/Patient/ada-low"}),
        month(1, subject={"reference": "#ada-low"}),
        month(1, subject={"reference": "Practitioner/ada-low"}),
        month(1, subject={"identifier": {"value": "ada-low"}}),
        month(1, subject="ada-low"),
    ],
)
def test_report_of_a_person_is_refused_unread(report: dict[str, Any]) -> None:
    found, refused, _ = read(MeasureServer([month(2), report | {"period": month(1)["period"]}]))
    assert list(shares(found)) == [2]
    assert [one.raw for one in refused] == [""]
    assert "was not read" in refused[0].reason
    with pytest.raises(BadAnswer, match="report of patients") as caught:
        read(MeasureServer(works_out=lambda *_: report), way="evaluate")
    assert caught.value.code == "patient_rows"
    assert "ada" not in f"{refused}{caught.value.sentence}"


def test_summary_of_a_group_is_read() -> None:
    report = month(1, subject={"reference": "Group/everybody"})
    assert list(shares(read(MeasureServer([report]))[0])) == [1]


def test_records_among_reports_drop_all_of_it() -> None:
    patient = {"resourceType": "Patient", "name": "Ada Low", "measure": CMS146, "period": {}}
    server = MeasureServer([month(1)])
    bundle = server.answer("https://fhir.example.org/r4/MeasureReport")
    bundle["entry"].append({"resource": patient, "search": {"mode": "include"}})
    with pytest.raises(BadAnswer, match="other records than reports") as caught:
        read(lambda _: bundle)
    assert caught.value.code == "patient_rows"
    assert "Ada" not in caught.value.sentence


# One that is worked out


def worked_out(first: str, last: str) -> dict[str, Any]:
    number = int(first[5:7])
    return cms146(first, last, group=[group(50, number, 50, 0)])


@pytest.mark.parametrize("wrapped", ["", "Parameters", "Bundle"])
@pytest.mark.parametrize("looks", [0, 3])
def test_report_is_worked_out_for_each_period_at_once_or_later(wrapped: str, looks: int) -> None:
    server = MeasureServer(works_out=worked_out, wrapped=wrapped, looks=looks)
    way = "background" if looks else "evaluate"
    found, refused, client = read(server, way=way)
    assert (shares(found), refused) == ({1: (1, 50), 2: (2, 50), 3: (3, 50)}, [])
    assert client.asked[0].endswith(
        "/Measure/$evaluate-measure?measure=http%3A%2F%2Fexample.org%2Ffhir%2FMeasure%2FCMS146"
        "&periodStart=2014-01-01&periodEnd=2014-01-31&reportType=population"
    )
    assert len(client.asked) == 3 * (1 + looks)
    assert ("Prefer" in client.sent[0]) is bool(looks)
    assert client.waited == [1.0, 2.0, 4.0] * (3 if looks else 0)


def test_measure_may_be_named_by_its_id_on_the_server() -> None:
    server = MeasureServer(works_out=worked_out)
    client = CannedClient(server.answer)
    config = {"base_url": "https://fhir.example.org/r4", "measure": "CMS146", "way": "evaluate"}
    items = kinds.get("fhir_measures").observe(
        config, WINDOW, cadence="month", measure="proportion", client=client
    )
    assert len([one for one in items if isinstance(one, Measurement)]) == 3
    assert "/Measure/CMS146/$evaluate-measure?periodStart=" in client.asked[0]


def test_server_says_how_long_to_wait_within_bounds() -> None:
    server = MeasureServer(works_out=worked_out, looks=4, waits=["7", "0", "86400", "nonsense"])
    window = Window(date(2014, 1, 1), date(2014, 2, 1))
    _, _, client = read(server, way="background", window=window)
    assert client.waited == [7.0, 2.0, 60.0, 8.0]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((202, b"", {}), "does not say where the report will be"),
        ((202, b"", {"Content-Location": "https://elsewhere.org/1"}), "another server than"),
        ((400, b""), "does not understand"),
        ((503, b"", {"Retry-After": "30"}), "tried again in 30 seconds"),
        ({"resourceType": "OperationOutcome", "issue": [{"code": "exception"}]}, "exception"),
        ({"resourceType": "Bundle", "entry": []}, "0 resources where one report"),
        ({"resourceType": "Patient"}, "0 resources where one report"),
        (cms146(measure="http://example.org/fhir/Measure/OTHER"), "another measure"),
        (b"<html>", "web page"),
    ],
)
def test_evaluation_that_fails_takes_nothing(answer: Any, words: str) -> None:
    with pytest.raises(SourceError, match=words) as caught:
        read(lambda _: answer, way="background")
    assert caught.value.sentence.startswith("The report from 2014-01-01 on: ")
    assert isinstance(caught.value, Busy) or not caught.value.retry


def test_report_of_another_period_than_asked_for_is_refused() -> None:
    found, refused, _ = read(MeasureServer(works_out=lambda *_: month(1)), way="evaluate")
    assert list(shares(found)) == [1]
    assert "was asked for from 2014-02-01 on" in refused[0].reason


@pytest.mark.parametrize("measure", ["", "a b", "Measure/x?y", "javascript:x", "../Patient"])
def test_measure_that_is_none_is_refused_before_asking(measure: str) -> None:
    client = CannedClient(lambda _: {})
    with pytest.raises(BadConfig):
        list(
            kinds.get("fhir_measures").observe(
                {"base_url": "https://x.org", "measure": measure},
                WINDOW, cadence="month", measure="proportion", client=client,
            )
        )  # fmt: skip
    assert client.asked == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 99) | st.floats() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "code",
                    "count",
                    "coding",
                    "text",
                    "value",
                    "population",
                    "stratum",
                    "start",
                    "end",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@examples(300)
@given(
    changes=st.dictionaries(
        st.sampled_from(
            [
                "status",
                "type",
                "measure",
                "date",
                "reporter",
                "period",
                "group",
                "subject",
                "resourceType",
            ]
        ),
        JSON,
        max_size=3,
    ),
    inner=st.dictionaries(
        st.sampled_from(["code", "id", "population", "measureScore", "stratifier"]),
        JSON,
        max_size=3,
    ),
    way=st.sampled_from(["stored", "evaluate"]),
    measure=st.sampled_from(["proportion", "value"]),
)
def test_any_report_is_read_or_refused(
    changes: dict[str, Any], inner: dict[str, Any], way: str, measure: str
) -> None:
    report = {**month(1, group(50, 20, 50, 0) | inner), **changes}
    answer: Any = report
    if way == "stored":
        answer = {"resourceType": "Bundle", "entry": [{"resource": report}]}
    counts = RowCounts()
    try:
        found, refused, _ = read(
            lambda _: json.dumps(answer).encode(), way=way, measure=measure, counts=counts,
            window=Window(date(2014, 1, 1), date(2014, 2, 1)),
        )  # fmt: skip
    except SourceError as error:
        assert error.sentence
        return
    assert counts.received == counts.accepted + counts.refused + counts.outside + counts.filtered
    assert counts.refused == len(refused)
    assert len(found) <= 1


# The fake, as R4 defines the operation and the search


def test_fake_keeps_to_the_definition_of_the_operation() -> None:
    server = MeasureServer(works_out=worked_out)
    base = "https://x/r4/Measure/CMS146/$evaluate-measure"
    for query in (
        "periodStart=2014-01-01",
        "periodStart=2014-01-01&periodEnd=2014-01-31&reportType=all",
    ):
        assert server.answer(f"{base}?{query}")[0] == 400
    report = server.answer(
        f"{base}?periodStart=2014-01-01&periodEnd=2014-01-31&reportType=population"
    )
    for needed in ("status", "type", "measure", "period"):  # 1..1 of R4
        assert report[needed]


def test_fake_has_the_numbers_of_the_example() -> None:
    (found,) = cms146()["group"]
    assert [one["count"] for one in found["population"]] == [500, 200, 500, 100]
    gender = found["stratifier"][2]
    assert [one["value"]["text"] for one in gender["stratum"]] == [
        "male",
        "female",
        "other",
        "unknown",
    ]
    assert [one["count"] for one in gender["stratum"][1]["population"]] == [250, 100, 250, 50]
