"""The kind table: every kind is complete, and its settings are checked before anyone is asked."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilots.connectors import kinds
from pilots.connectors.fields import FieldType
from pilots.connectors.kind import SourceKind
from pilots.connectors.kinds import KINDS

EVERY = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


def test_kinds_are_these_in_this_order() -> None:
    assert list(KINDS) == [
        "csv_upload", "csv_url", "sftp", "rest_json", "fhir_counts", "fhir_measures", "sql", "prometheus", "push",
        "by_hand", "group_answers",
    ]  # fmt: skip
    assert all(kinds.get(key).key == key for key in KINDS)
    with pytest.raises(KeyError):
        kinds.get("telepathy")


@EVERY
def test_kind_has_words_for_everything_a_form_shows(kind: SourceKind) -> None:
    assert kind.label and kind.description.endswith(".")
    names = [field.name for field in kind.fields]
    assert len(set(names)) == len(names)
    assert set(kind.source_fields) | set(kind.metric_fields) == set(kind.fields)
    for field in kind.fields:
        assert field.label and field.scope in ("source", "metric")
        assert field.type in get_args(FieldType)
        assert (field.type == "choice") == bool(field.choices)
        if field.choices:
            assert field.default in dict(field.choices)
        if field.only_if:
            assert field.only_if[0] in names
        if field.secret:
            assert field.scope == "source"


FULL: dict[str, dict[str, Any]] = {
    "csv_upload": {"date": "month", "numerator": "late", "denominator": "all"},
    "csv_url": {"url": "https://x.org/a.csv", "date": "m", "numerator": "l", "denominator": "a"},
    "sftp": {
        "host": "files.example.org:2022",
        "pattern": "falls_{year}-{month}.csv",
        "username": "pilotlight",
        "auth": "key",
        "finished": "marker",
        "marker": "{name}.done",
        "date": "m",
        "numerator": "l",
        "denominator": "a",
    },
    "rest_json": {
        "base_url": "https://x.org/api",
        "path": "/weekly",
        "rows": "rows",
        "period": "week",
        "numerator": "late",
        "denominator": "all",
    },
    "fhir_counts": {
        "base_url": "https://x.org/fhir",
        "numerator_query": "Claim?x=1&created=ge{start}&created=lt{end}",
        "denominator_query": "Claim?created=ge{start}&created=lt{end}",
    },
    "sql": {
        "system": "postgresql",
        "host": "warehouse.example.org:5433",
        "database": "reporting",
        "username": "reader",
        "tls": "verified",
        "statement": "SELECT week, late, seen FROM t WHERE week >= :start AND week < :end",
        "period": "week",
        "numerator": "late",
        "denominator": "seen",
    },
    "fhir_measures": {"base_url": "https://x.org/fhir", "measure": "CMS146"},
    "prometheus": {
        "base_url": "https://x.org",
        "series": "logins_total",
        "numerator": "late",
        "denominator": "seen",
    },
    "push": {"per": "1000"},
    "by_hand": {"per": "1000"},
    "group_answers": {"reading": "adkar.1", "group": "4 West"},
}
# Answers have a mean, and no share.
MEASURES = {"group_answers": "value"}


@EVERY
def test_problems_of_a_full_set_up_are_none(kind: SourceKind) -> None:
    measure = MEASURES.get(kind.key, "proportion")
    assert kind.problems(FULL[kind.key], measure=measure) == {}
    cleaned = {
        **kind.clean(FULL[kind.key], scope="source"),
        **kind.clean(FULL[kind.key], scope="metric"),
    }
    assert kind.problems(cleaned, measure=measure) == {}
    assert {name: cleaned[name] for name in FULL[kind.key]} == FULL[kind.key]


@EVERY
def test_problems_of_an_empty_form_name_what_is_needed(kind: SourceKind) -> None:
    required = {field.name for field in kind.fields if field.required}
    assert required <= set(kind.problems({}))
    for scope in ("source", "metric"):
        names = {field.name for field in kind.fields if field.scope == scope}
        assert set(kind.problems({}, scope=scope, measure="proportion")) <= names


def test_problems_of_a_proportion_without_its_parts_name_them() -> None:
    upload = kinds.get("csv_upload")
    found = upload.problems({"date": "month", "value": "x"}, scope="metric", measure="proportion")
    assert found == {
        "numerator": "A proportion needs a numerator.",
        "denominator": "A proportion needs a denominator.",
    }
    half = {"date": "month", "numerator": "x"}
    assert "denominator" in upload.problems(half, scope="metric", measure="value")


def test_problems_of_a_filter_without_column_and_entity_without_column() -> None:
    config = {
        **FULL["csv_upload"],
        "filters": [{"equals": "1"}],
        "entity_value": "RF4",
    }
    assert set(kinds.get("csv_upload").problems(config)) == {"filters", "entity_column"}


def test_clean_strips_fills_up_and_keeps_secrets_out() -> None:
    kind = kinds.get("csv_url")
    entered = {
        "url": " https://x.org/a.csv ",
        "auth": "basic",
        "username": "pilot",
        "password": " secret ",
        "token": "",
        "unknown": "x",
    }
    assert kind.clean(entered, scope="source") == {
        "url": "https://x.org/a.csv",
        "auth": "basic",
        "username": "pilot",
        "client_id": "",
        "client_auth": "header",
        "token_url": "",
        "scope": "",
        "signing_algorithm": "RS384",
        "ca_certificate": "",
        "client_certificate": "",
        "time_zone": "",
    }
    assert kind.secrets(entered) == {"password": "secret"}
    metric = kind.clean(
        {"negative_ok": "on", "filters": [{"column": " type ", "equals": 1}, {"column": ""}]},
        scope="metric",
    )
    assert metric["negative_ok"] is True
    assert metric["filters"] == [{"column": "type", "equals": "1"}]
    assert (metric["per"], metric["date_format"], metric["several_rows"]) == ("1", "iso", "refuse")


ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(max_size=20),
    st.lists(st.text(max_size=3) | st.dictionaries(st.text(max_size=6), st.text(), max_size=2)),
    st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3),
)


@given(st.sampled_from(list(KINDS)), st.data())
def test_problems_of_anything_are_sentences(key: str, data: st.DataObject) -> None:
    kind = KINDS[key]
    values = data.draw(
        st.fixed_dictionaries({}, optional={field.name: ANYTHING for field in kind.fields})
    )
    for measure in ("proportion", "value", None):
        for sentence in kind.problems(values, measure=measure).values():
            assert sentence.endswith(".")
