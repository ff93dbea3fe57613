"""Which names fit: against the shell's own rules, and dates that stand in them."""

from __future__ import annotations

import time
from datetime import datetime
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilots.connectors.sftp import host_keys, keys, names
from pilots.connectors.sftp.names import Pattern

LETTERS = st.text("ab.", min_size=1, max_size=8)


@given(pattern=st.text("ab.*?", min_size=1, max_size=7), name=LETTERS)
def test_name_fits_as_the_shell_has_it(pattern: str, name: str) -> None:
    want = fnmatchcase(name, pattern) and not name.startswith(".")
    assert (Pattern.of(pattern).dated(name) is not None) == want


@given(days=st.lists(st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31)), min_size=1))  # noqa: DTZ001
def test_newest_date_in_a_name_is_the_newest(days: list[datetime]) -> None:
    for text, written in (
        ("x_{year}{month}{day}T{hour}{minute}.csv", "x_%Y%m%dT%H%M.csv"),
        ("{day}.{month}.{yy} {hour}{minute}*", "%d.%m.%y %H%M late"),
        ("*-{year}-{week}*", "late-%G-%V.csv"),
    ):
        found = max(days, key=lambda day: Pattern.of(text).dated(day.strftime(written)) or ())
        assert found.strftime(written.replace("%d.%m.%y", "%y%m%d")) == max(
            day.strftime(written.replace("%d.%m.%y", "%y%m%d")) for day in days
        )


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        ("a/b.csv", "directory has a field"),
        ("{month}.csv", "needs its year"),
        ("{year}{year}.csv", "twice"),
        ("{year}{yy}.csv", "twice"),
        ("{year}{day}.csv", "needs its month"),
        ("{year}{month}{week}.csv", "by month or by week"),
        ("{date}.csv", "“{date}” is not known"),
        ("{year.csv", "without its partner"),
        ("a" * 300, "255"),
    ],
)
def test_pattern_that_means_nothing_is_refused(pattern: str, sentence: str) -> None:
    assert sentence in names.problem(pattern)


@pytest.mark.parametrize(
    "name", ["x_20261301.csv", "x_20260230.csv", "x_2026.csv", ".x_20260101.csv", "x_20260101.csv.part"]
)  # fmt: skip
def test_what_is_no_date_or_not_finished_does_not_fit(name: str) -> None:
    assert Pattern.of("x_{year}{month}{day}.csv*").dated(name) is None


def test_long_names_and_many_stars_take_no_time() -> None:
    began = time.monotonic()
    assert Pattern.of("*a" * 60 + "b").dated("a" * 255) is None
    assert time.monotonic() - began < 0.5


def test_marker_names_the_file_that_is_finished() -> None:
    assert names.marked(["a.csv", "a.csv.done", ".done", "OK_b"], "{name}.done") == {"a.csv"}
    assert names.marked(["OK_b.csv", "OK_"], "OK_{name}") == {"b.csv"}
    assert "{name}" in names.marker_problem("done") and names.marker_problem("{name}")


def test_line_of_a_key_is_found_in_what_people_paste() -> None:
    line = keys.public(keys.new_key("ssh-ed25519"))
    for text in (line, f"{line} root@files", f"files.example.org,10.0.0.7 {line}\n"):
        assert host_keys.line_of(text) == line and not host_keys.problem(text)
    for text in ("", "ssh-ed25519", "ssh-ed25519 AAAA", f"ssh-rsa {line.split()[1]}", "SHA256:abc"):
        assert host_keys.problem(text)
    assert host_keys.fingerprint(line).startswith("SHA256:")
    assert host_keys.algorithms("ssh-rsa AAAA")[:2] == ["rsa-sha2-512", "rsa-sha2-256"]
