"""Prometheus, by answers as 2.42 gave them, and the program itself where it is installed."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilots.connectors.errors import BadAnswer, BadConfig, SourceError
from pilots.connectors.http import HttpClient
from pilots.connectors.kind import Visit
from pilots.connectors.measurement import Cadence, Measurement, Rejected, RowCounts, Window
from pilots.connectors.prometheus import KIND
from pilots.connectors.prometheus.reading import PERIODS_AT_ONCE, query_problem
from tests.fakes.canned_client import CannedClient
from tests.patience import PATIENCE

CONFIG = {
    "base_url": "https://prometheus.example.org/",
    "series": "logins_total",
    "value": "sum(increase(logins_total[{period}]))",
}
WEEKS = Window(date(2026, 8, 31), date(2026, 9, 28), date(2026, 9, 30), UTC)
DAY = 86_400


def epoch(day: date, hour: int = 0) -> int:
    return int(datetime(day.year, day.month, day.day, hour, tzinfo=UTC).timestamp())


class Server:
    """Answers `query_range` as Prometheus does: points at start, start + step … up to end, where the
    query gives any. `there` is from when until when the series have samples."""

    def __init__(self, value: Callable[[int, int], str | None]) -> None:
        self.value = value
        self.there = (epoch(date(2020, 1, 1)), epoch(date(2030, 1, 1)))
        self.asked: list[dict[str, str]] = []

    def __call__(self, url: str) -> Any:
        parts = urlsplit(url)
        assert parts.path == "/api/v1/query_range"
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.asked.append(asked)
        start, end, step = (int(asked[name]) for name in ("start", "end", "step"))
        assert (end - start) // step < 11_000
        points = []
        for moment in range(start, end + 1, step):
            said = self._said(asked["query"], moment, step)
            if said is not None:
                points.append([moment, said])
        result = [{"metric": {}, "values": points}] if points else []
        return {"status": "success", "data": {"resultType": "matrix", "result": result}}

    def _said(self, query: str, moment: int, step: int) -> str | None:
        begins, ends = max(self.there[0], moment - step), min(self.there[1], moment)
        if begins > ends:
            return None
        if "timestamp(" in query:
            return str(begins if "min_over" in query else ends)
        return self.value(moment, step)


def observe(
    answers: Callable[[str], Any],
    window: Window = WEEKS,
    counts: RowCounts | None = None,
    **more: Any,
) -> list[Measurement | Rejected]:
    measure, cadence = more.pop("measure", "value"), more.pop("cadence", "week")
    config = {**KIND.clean({}, scope="metric"), **CONFIG, **more}
    found = KIND.observe(
        config,
        window,
        cadence=cadence,
        measure=measure,
        client=CannedClient(answers),
        counts=counts,
    )
    return list(found)


def refusal(answers: Callable[[str], Any], **more: Any) -> SourceError:
    with pytest.raises(SourceError) as caught:
        observe(answers, **more)
    return caught.value


def test_one_number_for_each_period_at_its_end() -> None:
    server = Server(lambda moment, _step: str(moment // DAY))
    found = observe(server)
    assert [one.period for one in found if isinstance(one, Measurement)] == [
        date(2026, 8, 31), date(2026, 9, 7), date(2026, 9, 14), date(2026, 9, 21),
    ]  # fmt: skip
    first = found[0]
    assert isinstance(first, Measurement) and first.value == epoch(date(2026, 9, 7)) // DAY
    assert server.asked[0] == {
        "query": "sum(increase(logins_total[604800s]))",
        "start": str(epoch(date(2026, 9, 7))), "end": str(epoch(date(2026, 9, 28))),
        "step": "604800",
    }  # fmt: skip
    assert len(server.asked) == 3  # the value, and when its series begin and end


def test_part_of_a_period_is_refused_although_a_number_came() -> None:
    """What `increase` makes of three days, and a last value that is given for five minutes more."""
    server = Server(lambda _moment, _step: "8")
    server.there = (epoch(date(2026, 9, 2)), epoch(date(2026, 9, 27), 12))
    refused = [one for one in observe(server) if isinstance(one, Rejected)]
    assert [(one.line, one.reason[:36]) for one in refused] == [
        ("2026-08-31", "The data begins on 2026-09-02 at 00:"),
        ("2026-09-21", "The data ends on 2026-09-27 at 12:00"),
    ]
    server.there = (epoch(date(2026, 9, 8)), epoch(date(2026, 9, 9)))
    assert {one.line for one in observe(server) if isinstance(one, Rejected)} == {"2026-09-07"}


def test_period_in_which_nothing_was_there_is_no_zero() -> None:
    counts = RowCounts()
    server = Server(lambda _moment, _step: "8")
    server.there = (epoch(date(2026, 1, 1)), epoch(date(2026, 2, 1)))
    assert observe(server, counts=counts) == [] and counts.received == 0


@pytest.mark.parametrize("said", ["NaN", "+Inf", "-Inf"])
def test_what_is_no_number_is_refused(said: str) -> None:
    found = observe(Server(lambda _moment, _step: said))
    assert len(found) == 4
    assert all(isinstance(one, Rejected) and "not a number" in one.reason for one in found)


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("3.125", "3.125"),
        ("1.7e+06", "1700000"),
        ("1.234", "1.234"),
        ("0", "0"),
        ("5e-07", "0.0000005"),
    ],
)
def test_numbers_are_read_as_prometheus_writes_them(said: str, value: str) -> None:
    found = observe(Server(lambda _moment, _step: said))
    assert {one.value for one in found if isinstance(one, Measurement)} == {Decimal(value)}


def test_parts_of_a_proportion_are_asked_one_by_one_and_are_whole() -> None:
    parts: dict[str, Any] = {"value": "", "numerator": "late", "denominator": "seen"}

    def value(_moment: int, _step: int) -> str:
        return {"late": "3", "seen": "40"}.get(server.asked[-1]["query"], "0")

    server = Server(value)
    found = observe(server, measure="proportion", **parts)
    assert all(isinstance(one, Measurement) and one.n == 40 for one in found) and len(found) == 4
    server.value = lambda _moment, _step: "2.98"
    found = observe(server, measure="proportion", **parts)
    assert all(isinstance(one, Rejected) and "no parts of one" in one.reason for one in found)


def test_days_are_the_installations_also_when_clocks_change() -> None:
    london = ZoneInfo("Europe/London")
    server = Server(lambda _moment, step: str(step // 3600))
    window = Window(date(2026, 10, 23), date(2026, 10, 28), date(2026, 10, 30), london)
    found = observe(server, window, cadence="day")
    hours = {str(one.period): one.value for one in found if isinstance(one, Measurement)}
    assert hours == {
        "2026-10-23": 24, "2026-10-24": 24, "2026-10-25": 25, "2026-10-26": 24, "2026-10-27": 24,
    }  # fmt: skip
    starts = [int(one["start"]) for one in server.asked if "timestamp" not in one["query"]]
    assert starts[0] == epoch(date(2026, 10, 23), 23)  # midnight in London in summer


def test_days_are_the_sources_own_where_it_says_its_zone() -> None:
    server = Server(lambda _moment, _step: "1")
    window = Window(date(2026, 7, 1), date(2026, 7, 2), date(2026, 7, 9), UTC)
    observe(server, window, cadence="day", time_zone="America/New_York")
    assert {one["end"] for one in server.asked} == {str(epoch(date(2026, 7, 2), 4))}


@given(
    st.dates(date(2001, 1, 1), date(2040, 1, 1)),
    st.integers(1, 40),
    st.sampled_from(list(Cadence)),
    st.sampled_from(["UTC", "Europe/London", "America/New_York", "Australia/Lord_Howe"]),
)
def test_every_period_is_asked_for_once_at_its_own_end(
    start: date, count: int, cadence: Cadence, zone: str
) -> None:
    start = cadence.starts(start)
    end = start
    for _ in range(count):
        end = cadence.next(end)
    server = Server(lambda _moment, _step: "1")
    server.there = (0, 2**33)
    observe(server, Window(start, end, end, ZoneInfo(zone)), cadence=cadence)
    moments = [
        moment
        for one in server.asked
        if "timestamp" not in one["query"]
        for moment in range(int(one["start"]), int(one["end"]) + 1, int(one["step"]))
    ]
    wanted = [
        int(datetime(last.year, last.month, last.day, tzinfo=ZoneInfo(zone)).timestamp())
        for _first, last in cadence.periods(Window(start, end))
    ]
    assert moments == wanted


def test_long_history_stays_below_the_points_of_an_answer() -> None:
    assert KIND.at_once({}) == PERIODS_AT_ONCE < 11_000


MATRIX = {"resultType": "matrix", "result": []}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"status": "success", "data": {"resultType": "matrix", "result": [
            {"metric": {"site": "a"}, "values": []}, {"metric": {"site": "b"}, "values": []},
        ]}}, "gives 2 series"),
        ({"status": "success", "data": {"resultType": "vector", "result": []}}, "“vector”"),
        ({"status": "success", "data": MATRIX, "warnings": ["store gone"]}, "may not be whole"),
        ({"status": "success", "data": {"resultType": "matrix", "result": [
            {"metric": {}, "histograms": [[1, {}]]},
        ]}}, "no plain numbers"),
        ({"status": "success", "data": {"resultType": "matrix", "result": [
            {"metric": {}, "values": [[12, "1"]]},
        ]}}, "other moments"),
        ({"status": "success", "data": {"resultType": "matrix", "result": [
            {"metric": {}, "values": [["soon", 1]]},
        ]}}, "would not say"),
        ({"status": "success", "data": {"resultType": "matrix", "result": "x"}}, "would not say"),
        ({"status": "error", "error": "x"}, "would not say"),
        ({"rows": []}, "would not say"),
        ([], "would not say"),
        ("x", "would not say"),
    ],
)  # fmt: skip
def test_answer_that_is_not_one_number_a_period_is_refused(body: Any, said: str) -> None:
    error = refusal(lambda _url: body)
    assert isinstance(error, BadAnswer) and said in error.sentence


def test_reason_of_the_server_is_told() -> None:
    body = {"status": "error", "errorType": "bad_data", "error": "1:8: parse error: unexpected EOF"}
    error = refusal(lambda _url: (400, body))
    assert "parse error" in error.sentence
    assert refusal(lambda _url: (503, {"error": "query timed out"})).retry


@pytest.mark.parametrize("query", ["sum(x", "x[5m", 'x{a="b"', "x)"])
def test_query_without_its_partner_is_refused_before_it_is_asked(query: str) -> None:
    assert "without its partner" in query_problem(query)
    assert isinstance(refusal(lambda _url: None, value=query), BadConfig)


SCRAPS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["status", "data", "result", "resultType", "values", "metric", "warnings"]),
        inner | st.sampled_from(["success", "matrix"]), max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@given(SCRAPS)
def test_any_answer_is_refused_with_a_sentence_or_read(body: Any) -> None:
    try:
        observe(lambda _url: body)
    except SourceError as error:
        assert error.sentence.endswith(".") or error.sentence


# ---- the program itself


PROGRAM, TOOL = shutil.which("prometheus"), shutil.which("promtool")


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if not PROGRAM or not TOOL:
        pytest.skip("Prometheus is not installed (Debian: apt-get install prometheus)")
    place = tmp_path_factory.mktemp("prometheus")
    start, end = epoch(date(2026, 9, 6), 23), epoch(date(2026, 10, 1), 12)
    lines = ["# TYPE logins counter"]
    for site in "ab":
        lines += (
            f'logins_total{{site="{site}"}} {2 * number} {moment}'
            for number, moment in enumerate(range(start, end, 300))
        )
    (place / "metrics").write_text("\n".join([*lines, "# EOF", ""]))
    (place / "p.yml").write_text("global: {scrape_interval: 60s}\n")
    data = str(place / "data")
    made = [TOOL, "tsdb", "create-blocks-from", "openmetrics", str(place / "metrics"), data]
    subprocess.run(made, check=True, capture_output=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [
            PROGRAM, f"--config.file={place / 'p.yml'}", f"--storage.tsdb.path={data}",
            "--storage.tsdb.retention.time=100y", f"--web.listen-address=127.0.0.1:{port}",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                KIND.test(Visit({"base_url": url}, HttpClient(allowed_hosts=["127.0.0.1"]), {}))
                break
            except SourceError:
                assert time.monotonic() < deadline
                time.sleep(0.2)
        yield url
    finally:
        process.terminate()
        process.wait(PATIENCE)


def test_prometheus_itself_gives_whole_weeks_and_no_part_of_one(prometheus: str) -> None:
    config = {**KIND.clean({}, scope="metric"), **CONFIG, "base_url": prometheus}
    found = list(
        KIND.observe(
            config,
            Window(date(2026, 8, 31), date(2026, 10, 5), date(2026, 10, 6), UTC),
            cadence="week",
            measure="value",
            client=HttpClient(allowed_hosts=["127.0.0.1"]),
        )
    )
    kept = {str(one.period): one.value for one in found if isinstance(one, Measurement)}
    assert kept == {"2026-09-07": 8064, "2026-09-14": 8064, "2026-09-21": 8064}
    assert {one.line for one in found if isinstance(one, Rejected)} == {"2026-08-31", "2026-09-28"}
