"""What has a beginning and an end is counted once, in the zone of the installation; and the fake server that
shows it searches as the specification says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilots.connectors import kinds, placeholders
from pilots.connectors.errors import BadAnswer, BadConfig
from pilots.connectors.fhir_counts import reading
from pilots.connectors.measurement import Cadence, Measurement, RowCounts, Window
from tests.fakes.canned_client import CannedClient
from tests.fakes.fhir_server import FhirServer, fits
from tests.probes import examples

FIRST_QUARTER = Window(date(2025, 1, 1), date(2025, 4, 1))
BY_START = "Encounter?status=finished&date=sa{before}&date=lt{end}"
BY_END = "Encounter?status=finished&date=ge{start}&date=eb{end}"
BY_TOUCH = "Encounter?status=finished&date=ge{start}&date=lt{end}"
STAYS = [
    ("2025-01-03", "2025-01-05"),
    ("2025-01-30", "2025-02-02"),
    ("2025-02-10", "2025-02-12"),
    ("2025-02-27", "2025-03-01"),
    ("2025-03-05", "2025-03-06"),
    ("2025-01-15", "2025-03-20"),
    ("2025-03-30", None),
]


def stay(start: str, end: str | None) -> dict[str, Any]:
    period = {"start": start, "end": end} if end else {"start": start}
    return {"resourceType": "Encounter", "status": "finished", "period": period}


def server(stays: list[tuple[str, str | None]] = STAYS, **options: Any) -> FhirServer:
    searched = {"status": "status", "date": "period"}
    return FhirServer([stay(*one) for one in stays], searched, **options)


def counted(
    fake: FhirServer,
    query: str,
    *,
    window: Window = FIRST_QUARTER,
    cadence: str = "month",
    counts: RowCounts | None = None,
) -> dict[date, int]:
    items = kinds.get("fhir_counts").observe(
        {"base_url": "https://fhir.example.org/r4", "numerator_query": query},
        window,
        cadence=cadence,
        measure="value",
        client=CannedClient(fake.answer),
        counts=counts,
    )
    found = {}
    for item in items:
        assert isinstance(item, Measurement) and item.value is not None
        found[item.period] = int(item.value)
    return found


# The fake, against the table of R4, 3.1.1.4.5


@pytest.mark.parametrize(
    ("value", "element", "found"),
    [
        ("eq2013-01-14", "2013-01-14T00:00:00Z", True),
        ("eq2013-01-14", "2013-01-14T10:00:00Z", True),
        ("eq2013-01-14", "2013-01-15T00:00:00Z", False),
        ("ne2013-01-14", "2013-01-15T00:00:00Z", True),
        ("ne2013-01-14", "2013-01-14T00:00:00Z", False),
        ("ne2013-01-14", "2013-01-14T10:00:00Z", False),
        ("lt2013-01-14T10:00", "2013-01-14", True),
        ("lt2013-01-14T10:00", {"start": "2013-01-13T12:00", "end": "2013-01-14T12:00"}, True),
        ("lt2013-01-14T10:00", {"start": "2013-01-14T08:00", "end": "2013-01-15T08:00"}, True),
        ("gt2013-01-14T10:00", "2013-01-14", True),
        ("gt2013-01-14T10:00", {"start": "2013-01-13T12:00", "end": "2013-01-14T12:00"}, True),
        ("gt2013-01-14T10:00", {"start": "2013-01-14T12:00", "end": "2013-01-15T12:00"}, True),
        ("ge2013-03-14", {"start": "2013-01-21"}, True),
        ("le2013-03-14", {"start": "2013-01-21"}, True),
        ("sa2013-03-14", {"start": "2013-03-15"}, True),
        ("sa2013-03-14", {"start": "2013-01-21"}, False),
        ("sa2013-03-14", {"end": "2013-01-21"}, False),
        ("eb2013-03-14", {"start": "2013-03-15"}, False),
        ("eb2013-03-14", {"start": "2013-01-21"}, False),
        ("eb2013-03-14", {"end": "2013-01-21"}, True),
    ],
)
def test_fake_finds_what_the_specification_says(value: str, element: Any, found: bool) -> None:
    assert fits(value, element) is found


def test_fake_counts_a_stay_in_each_month_that_it_touches_as_real_servers_do() -> None:
    months = [
        ("2025-01-01", "2025-02-01"),
        ("2025-02-01", "2025-03-01"),
        ("2025-03-01", "2025-04-01"),
    ]
    fake = server()
    totals = [
        fake.answer(f"https://x/Encounter?date=ge{start}&date=lt{end}")["total"]
        for start, end in months
    ]
    assert totals == [3, 4, 4]


# What is proposed


def test_what_the_form_proposes_counts_each_stay_in_one_month() -> None:
    (field,) = [one for one in kinds.get("fhir_counts").fields if one.name == "denominator_query"]
    assert field.placeholder == BY_START
    assert list(counted(server(), field.placeholder).values()) == [3, 2, 2]
    assert list(counted(server(), BY_END).values()) == [1, 2, 3]


def test_search_by_touching_is_refused_with_the_right_forms() -> None:
    with pytest.raises(BadConfig, match="in every period that it touches") as caught:
        counted(server(), BY_TOUCH)
    assert "date=sa{before}&date=lt{end}" in caught.value.sentence
    assert "date=ge{start}&date=eb{end}" in caught.value.sentence


@pytest.mark.parametrize("query", [BY_START, BY_END])
def test_server_that_compares_by_touching_all_the_same_is_not_believed(query: str) -> None:
    with pytest.raises(BadAnswer, match="counts 7 from 2025-01-01 on and 11 in the periods"):
        counted(server(touches=True), query)


def test_what_may_be_a_span_and_is_one_is_not_counted_twice() -> None:
    seen = {
        "resourceType": "Observation",
        "effective": {"start": "2025-01-30", "end": "2025-02-02"},
    }
    fake = FhirServer([seen], {"date": "effective"})
    with pytest.raises(BadAnswer, match="counts 1 from 2025-01-01 on and 2 in the periods"):
        counted(fake, "Observation?date=ge{start}&date=lt{end}")
    assert list(counted(fake, "Observation?date=ge{start}&date=eb{end}").values()) == [0, 1, 0]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (BY_START, ""),
        (BY_END, ""),
        ("Encounter?date-start=ge{start}&date-start=lt{end}", ""),
        ("Claim?created=ge{start}&created=lt{end}", ""),
        ("Observation?date=ge{start}&date=lt{end}", ""),
        ("Encounter?date=ge{start}&date=le{last}", "With ge and le"),
        ("Encounter?date=gt{before}&date=lt{end}", "With gt and lt"),
        ("EpisodeOfCare?date=ge{start}&date=lt{end}", "in every period that it touches"),
        ("Encounter?date=sa{before}&date=eb{end}", "counts in none"),
        ("Claim?created=ge{start},lt{end}", "means “or”"),
    ],
)
def test_query_problem_of_spans(query: str, words: str) -> None:
    found = reading.query_problem(query)
    assert words in found
    assert bool(found) == bool(words)


def test_search_of_what_may_be_a_span_is_noted() -> None:
    counts = RowCounts()
    seen = {"resourceType": "Observation", "effective": "2025-02-03"}
    fake = FhirServer([seen], {"date": "effective"})
    found = counted(fake, "Observation?date=ge{start}&date=lt{end}", counts=counts)
    assert list(found.values()) == [0, 1, 0]
    assert "Where date of Observation has a beginning and an end" in counts.notes[0]


# In the zone of the installation


@pytest.mark.parametrize(
    ("zone", "asked"),
    [
        ("UTC", "ge2026-03-29T00:00:00Z lt2026-03-30T00:00:00Z sa2026-03-28T23:59:59Z"),
        (
            "Europe/Berlin",  # the clock goes forward within the day
            "ge2026-03-29T00:00:00%2B01:00 lt2026-03-30T00:00:00%2B02:00"
            " sa2026-03-28T23:59:59%2B01:00",
        ),
        (
            "America/New_York",
            "ge2026-03-29T00:00:00-04:00 lt2026-03-30T00:00:00-04:00 sa2026-03-28T23:59:59-04:00",
        ),
        (
            "Asia/Beirut",  # at midnight itself, so that the day begins at one
            "ge2026-03-29T01:00:00%2B03:00 lt2026-03-30T00:00:00%2B03:00"
            " sa2026-03-28T23:59:59%2B02:00",
        ),
    ],
)
def test_moments_are_sent_with_their_offsets(zone: str, asked: str) -> None:
    template = "ge{start} lt{end} sa{before}"
    day = date(2026, 3, 29)
    found = placeholders.filled_with_moments(template, day, day + timedelta(days=1), ZoneInfo(zone))
    assert found == asked


def test_days_are_sent_where_days_are_wanted() -> None:
    template = "{start_day} {end_day} {last_day} {start}T06:00:00Z {last}"
    found = placeholders.filled_with_moments(
        template, date(2026, 3, 1), date(2026, 4, 1), ZoneInfo("Europe/Berlin")
    )
    assert found == (
        "2026-03-01 2026-04-01 2026-03-31 2026-03-01T06:00:00Z 2026-03-31T23:59:59%2B02:00"
    )


ZONES = st.sampled_from(
    ["UTC", "Europe/Berlin", "America/New_York", "America/Havana", "Asia/Beirut", "Asia/Kolkata",
     "Australia/Lord_Howe", "Pacific/Chatham"]
)  # fmt: skip


@examples(60)
@given(
    zone=ZONES,
    cadence=st.sampled_from(list(Cadence)),
    stays=st.lists(
        st.tuples(
            st.integers(0, 60 * 24 * 3600),
            st.none() | st.integers(0, 30 * 24 * 3600),
            st.sampled_from([0, 60, -300, 345]),
        ),
        max_size=6,
    ),
    autumn=st.booleans(),
)
def test_any_stay_counts_once_on_the_day_on_which_it_began_or_ended_here(
    zone: str, cadence: Cadence, stays: list[tuple[int, int | None, int]], autumn: bool
) -> None:
    here = ZoneInfo(zone)
    window = Window(
        *(
            (date(2026, 9, 1), date(2026, 12, 1))
            if autumn
            else (date(2026, 2, 1), date(2026, 5, 1))
        ),
        zone=here,
    )
    midnight = datetime.combine(window.start, datetime.min.time(), UTC)
    written: list[tuple[str, str | None]] = []
    begun: dict[date, int] = {}
    ended: dict[date, int] = {}
    for start, length, minutes in stays:
        offset = timedelta(minutes=minutes)
        begin = midnight + timedelta(seconds=start)
        end = None if length is None else begin + timedelta(seconds=length)
        written.append((_at(begin, offset), None if end is None else _at(end, offset)))
        for moment, into in ((begin, begun), (end, ended)):
            if moment is not None:
                period = cadence.starts(moment.astimezone(here).date())
                into[period] = into.get(period, 0) + 1
    for query, right in ((BY_START, begun), (BY_END, ended)):
        found = counted(server(written), query, window=window, cadence=cadence)
        assert found == {first: right.get(first, 0) for first, _after in cadence.periods(window)}


def _at(moment: datetime, offset: timedelta) -> str:
    sign, minutes = ("-" if offset < timedelta(0) else "+"), abs(offset) // timedelta(minutes=1)
    local = (moment + offset).replace(tzinfo=None).isoformat()
    return f"{local}{sign}{minutes // 60:02}:{minutes % 60:02}"


# Parameters that a server does not know

MISSPELT = "Encounter?staus=finished&date=sa{before}&date=lt{end}"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"unknown": "refuse"}, "Unknown search parameter staus"),
        ({"unknown": "ignore"}, "Is “status” meant?"),
        ({"unknown": "zero"}, "this 0 cannot be believed"),
        ({"unknown": "ignore", "lists": False}, "counts the same whatever"),
        ({"unknown": "ignore", "lists": False, "echoes": True}, "counts the same whatever"),
        ({"unknown": "zero", "lists": False, "links": False}, "this 0 cannot be believed"),
    ],
)
def test_misspelt_parameter_is_noticed_whatever_the_server_makes_of_it(
    options: dict[str, Any], words: str
) -> None:
    with pytest.raises(BadAnswer, match=words):
        counted(server(**options), MISSPELT)


def test_parameter_that_is_listed_and_left_out_is_noticed_by_the_link() -> None:
    fake = server()
    statement = fake.statement()
    statement["rest"][0]["resource"][0]["searchParam"].append({"name": "staus"})
    fake.statement = lambda: statement  # type: ignore[method-assign]
    with pytest.raises(BadAnswer, match="counted without “staus”") as caught:
        counted(fake, MISSPELT)
    assert caught.value.code == "parameter"


@pytest.mark.parametrize("unknown", ["refuse", "ignore", "zero"])
@pytest.mark.parametrize("links", [True, False])
def test_server_that_lists_nothing_is_believed_once_controls_show_that_it_knows(
    unknown: Any, links: bool
) -> None:
    fake = server(unknown=unknown, lists=False, links=links)
    assert list(counted(fake, BY_START).values()) == [3, 2, 2]
    none = server([], unknown=unknown, lists=False, links=links)
    assert list(counted(none, BY_START).values()) == [0, 0, 0]


@pytest.mark.parametrize("unknown", ["refuse", "ignore", "zero"])
def test_zero_is_believed_where_the_server_knows_what_it_is_asked_by(unknown: Any) -> None:
    query = BY_START.replace("finished", "planned")
    assert list(counted(server(unknown=unknown, lists=False), query).values()) == [0, 0, 0]


def test_server_that_lists_what_it_knows_is_asked_nothing_more() -> None:
    fake = server()
    counted(fake, BY_START)
    assert len(fake.asked) == 4  # each month, and the whole


def test_statement_that_cannot_be_had_leaves_the_controls() -> None:
    fake = server()
    for refused in ((403, b""), (404, b""), b"<html>no</html>", {"resourceType": "Bundle"}):
        fake.statement = lambda refused=refused: refused  # type: ignore[misc, method-assign]
        assert list(counted(fake, BY_START).values()) == [3, 2, 2]


def test_link_of_the_servers_own_making_says_nothing() -> None:
    fake = server()
    plain = fake.answer

    def answer(url: str) -> Any:
        found = plain(url)
        if "link" in found:
            found["link"] = [{"relation": "self", "url": "https://x/r4?_getpages=7f3&_offset=0"}]
        return found

    fake.answer = answer  # type: ignore[method-assign]
    assert list(counted(fake, BY_START).values()) == [3, 2, 2]


# An answer to _summary=count as some servers give it


def test_answer_without_a_type_is_read() -> None:
    body = {
        "resourceType": "Bundle", "id": "x", "meta": {"tag": [{"code": "SUBSETTED"}]}, "total": 17,
    }  # fmt: skip
    fake = server()
    statement = fake.statement()
    items = kinds.get("fhir_counts").observe(
        {"base_url": "https://fhir.example.org/r4", "numerator_query": BY_START},
        Window(date(2025, 1, 1), date(2025, 2, 1)),
        cadence="month",
        measure="value",
        client=CannedClient(lambda url: statement if "metadata" in url else body),
    )
    assert [item.value for item in items if isinstance(item, Measurement)] == [17]
    assert list(counted(server(typed=False), BY_START).values()) == [3, 2, 2]
