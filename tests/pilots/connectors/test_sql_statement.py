"""One SELECT: what is refused before a database is asked, and that quotes and comments hide nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from pilots.connectors.errors import BadConfig
from pilots.connectors.sql.statement import prepared, problem

DAYS = " WHERE day >= :start AND day < :end"


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT day, n FROM t" + DAYS,
        "select day, n from t" + DAYS + ";",
        "WITH late AS (SELECT * FROM t) SELECT day, count(*) FROM late" + DAYS,
        "SELECT day, 'two; DELETE' AS n FROM t" + DAYS,
        'SELECT day, "update" AS n FROM t' + DAYS,
        "SELECT day, n -- not ; DROP TABLE t\nFROM t /* nor ; /* this */ one */" + DAYS,
        "SELECT day, updated_at, replace(n, ',', '') FROM t" + DAYS,
        "SELECT day, E'it\\'s' AS n FROM t" + DAYS,
    ],
)
def test_statement_that_only_reads_is_taken(statement: str) -> None:
    assert problem(statement) == ""


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("", "begins with SELECT or WITH"),
        ("DELETE FROM t" + DAYS, "begins with SELECT or WITH"),
        ("PRAGMA writable_schema=1" + DAYS, "begins with SELECT or WITH"),
        ("SELECT 1; SELECT day FROM t" + DAYS, "Only one can be asked"),
        ("SELECT day FROM t" + DAYS + "; DROP TABLE t", "Only one can be asked"),
        ("WITH i AS (INSERT INTO t VALUES (1) RETURNING 1) SELECT * FROM i" + DAYS, "“INSERT”"),
        ("SELECT day INTO other FROM t" + DAYS, "“INTO”"),
        ("SELECT day FROM t" + DAYS + " FOR UPDATE", "“UPDATE”"),
        ("SELECT day FROM t", "must hold :start and :end"),
        ("SELECT day FROM t WHERE day >= :start", "must hold :start and :end"),
        ("SELECT day, ':start :end' FROM t", "must hold :start and :end"),
        ("SELECT day FROM t WHERE day >= :from", "“:from” is not known"),
        ("SELECT 'open FROM t" + DAYS, "never closed"),
        ("SELECT 1 /* open" + DAYS, "never closed"),
        ("SELECT $$a$$ FROM t" + DAYS, "single quotes"),
    ],
)
def test_statement_that_could_not_be_meant_is_refused(statement: str, said: str) -> None:
    assert said in problem(statement)


def test_only_the_two_days_are_parameters_whatever_colons_there_are() -> None:
    given_ = "SELECT day::text, ':x', \":y\", a[1:2] FROM t WHERE day >= :start::date AND day<:end"
    bound = text(prepared(given_))
    assert set(bound.compile().params) == {"start", "end"}
    assert "a[1:2]" in str(bound) and "(:start)::date" in str(bound)


def test_comments_are_not_sent() -> None:
    assert prepared("SELECT 1 /* a -- b */ -- c\n" + DAYS) == (
        "SELECT 1    \n WHERE day >= (:start) AND day < (:end)"
    )


@given(st.text(alphabet="'\"`$-/*;:selct \nE\\a[]", max_size=40))
def test_anything_is_prepared_or_refused_with_a_sentence(tail: str) -> None:
    try:
        asked = prepared(f"SELECT {tail}" + DAYS)
    except BadConfig as error:
        assert error.sentence
    else:
        assert set(text(asked).compile().params) == {"start", "end"}
