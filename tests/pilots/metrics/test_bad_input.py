"""Every kind of bad input: a sentence that says what to do, the good rows kept, the bad listed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from pilots.metrics import actions, collect
from pilots.metrics.models import Metric, Observation, Pull, PullStatus, QuarantinedRow
from tests.factories.cast import NOW, Cast
from tests.patience import PATIENCE
from tests.pilots.metrics import server

pytestmark = pytest.mark.django_db

GOOD = "week,late,all\n2026-09-07,12,100\n2026-09-14,9,90\n"
MAPPING = {"date": "week", "numerator": "late", "denominator": "all"}


def pulled(cast: Cast, content: bytes, **mapping: Any) -> Pull:
    """A pull of the good file, then one of this content on the same metric."""
    source = actions.create_source(
        by=cast.jonas, at=NOW, unit=cast.brigid, name="A file", kind="csv_upload", config={}
    )
    actions.upload_file(source, name="good.csv", content=GOOD.encode(), by=cast.jonas, at=NOW)
    metric = actions.create_metric(
        by=cast.jonas,
        at=NOW,
        unit=cast.brigid,
        source=source,
        name="Late notes",
        definition="late ÷ all",
        kind="proportion",
        direction="lower",
        dimension="workflow",
        binding={**MAPPING, **mapping},
        pull_from=date(2026, 9, 7),
    )
    actions.run_pull(metric.pulls.get().pk, at=NOW)
    # What a person may not upload may still arrive: the row is written as an old one would be.
    source.files.create(
        name="next.csv", content=content, sha256="0", uploaded_at=NOW, uploaded_by=cast.jonas
    )
    waiting = actions.request_pull(metric, at=NOW)
    done = actions.run_pull(waiting.pk, at=NOW + timedelta(hours=1))
    assert done is not None
    return done


def known(pull: Pull) -> dict[str, tuple[int, int]]:
    return {
        str(one.period): (int(one.numerator or 0), int(one.denominator or 0))
        for one in Observation.objects.filter(metric=pull.metric_id)
    }


BEFORE = {"2026-09-07": (12, 100), "2026-09-14": (9, 90)}


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("someday,1,2", "date"),
        ("2026-13-45,1,2", "no such day"),
        ("2026-09-21,1,0", "denominator"),
        ("2026-09-21,3,2", "numerator"),
        ("2026-09-21,-1,2", "negative"),
        ("2026-09-21,one,2", "numerator"),
        ("2026-09-21,,2", "numerator"),
        ("2026-09-21,1", ""),
        ("2026-09-21,NaN,2", ""),
        ("2026-09-21,1e309,2", ""),
        ("2026-09-21,1,Infinity", ""),
        ("2030-01-07,1,2", "future"),
        ("2026-09-21,1.5e400,2e400", ""),
        ("\x00,1,2", ""),
    ],
)
def test_a_bad_row_is_listed_with_its_reason_and_the_good_ones_are_kept(
    cast: Cast, line: str, says: str
) -> None:
    content = f"week,late,all\n2026-09-07,12,100\n{line}\n2026-09-28,7,70\n".encode()
    done = pulled(cast, content)
    assert done.status == PullStatus.PARTLY
    assert (done.unchanged, done.added, done.quarantined) == (1, 1, 1)
    assert known(done) == {**BEFORE, "2026-09-28": (7, 70)}
    row = QuarantinedRow.objects.get(pull=done)
    assert row.line == "3"
    assert says in row.reason
    assert row.reason.endswith(".")
    assert "\x00" not in row.raw


def test_a_period_that_comes_twice_with_different_numbers_is_refused_whole(cast: Cast) -> None:
    content = b"week,late,all\n2026-09-21,1,10\n2026-09-21,2,10\n2026-09-28,7,70\n"
    done = pulled(cast, content)
    assert done.quarantined == 2
    assert "2026-09-21" not in known(done)
    assert done.received == done.added + done.revised + done.unchanged + done.quarantined


@pytest.mark.parametrize(
    ("content", "says", "who"),
    [
        (b"", "empty", "source"),
        (b"\n\n\n", "", "source"),
        (b"<html><body>Please sign in</body></html>", "web page", "source"),
        (b"week,tardy,all\n2026-09-07,12,100\n", "no column", "metric"),
        (b'{"rows": []}', "", ""),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "", ""),
        (("a," * 20_000).encode(), "", ""),
    ],
    ids=["empty", "blank", "html", "columns", "json", "png", "wide"],
)
def test_a_bad_file_says_what_to_do_and_nothing_that_was_there_is_lost(
    cast: Cast, content: bytes, says: str, who: str
) -> None:
    done = pulled(cast, content)
    assert done.status == PullStatus.FAILED
    assert says in done.problem
    assert done.problem.endswith(".")
    assert who in done.who_can_fix
    assert known(done) == BEFORE
    assert Metric.objects.get().failures == 1


def test_a_file_with_a_head_and_no_rows_says_that_nothing_came(cast: Cast) -> None:
    done = pulled(cast, b"week,late,all\n")
    assert (done.status, done.received) == (PullStatus.DONE, 0)
    assert "no number for these days" in " ".join(done.notes)
    assert known(done) == BEFORE


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "windows-1252"])
def test_a_file_in_another_encoding_is_read_and_said_so(cast: Cast, encoding: str) -> None:
    content = "week,late,all,wärd\n2026-09-21,1,10,Süd\n".encode(encoding)
    done = pulled(cast, content)
    assert done.status == PullStatus.DONE
    assert known(done) == {**BEFORE, "2026-09-21": (1, 10)}
    if encoding == "windows-1252":
        assert "Windows-1252" in " ".join(done.notes)


def test_more_bad_rows_than_are_listed_are_all_counted(cast: Cast) -> None:
    bad = "".join(f"day {n},1,2\n" for n in range(700))
    done = pulled(cast, f"week,late,all\n2026-09-21,1,10\n{bad}".encode())
    assert (done.added, done.quarantined, done.received) == (1, 700, 701)
    assert done.quarantine.count() == 500


def test_a_server_that_never_answers_is_left_in_time(
    metric: Metric, hospital: server.Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collect, "PULL_SECONDS", 1)
    monkeypatch.setattr(collect.collect, "__kwdefaults__", {"seconds": 1})
    hospital.gate.clear()
    done = actions.run_pull(metric.pulls.get().pk, at=NOW)
    assert done is not None
    assert done.status == PullStatus.FAILED
    assert "did not finish answering" in done.problem
    assert done.will_retry
    assert done.finished_at is not None
    assert timedelta(seconds=0.9) < done.finished_at - NOW < timedelta(seconds=PATIENCE / 2)


def test_a_stumble_of_our_own_is_said_and_changes_nothing(
    metric: Metric, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def stumble(*_args: Any, **_kwargs: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(collect, "collect", stumble)
    done = actions.run_pull(metric.pulls.get().pk, at=NOW)
    assert done is not None
    assert done.status == PullStatus.FAILED
    assert "a fault of its own" in done.problem
    assert done.who_can_fix == "a Pilotlight administrator"
    assert "ZeroDivisionError" in caplog.text
