"""What of the settings is hidden, and that nothing gets lost between hiding and finding it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilots.connectors import hidden
from pilots.connectors.csv_url import KIND as CSV
from pilots.connectors.fields import MARK
from pilots.connectors.rest_json import KIND as REST
from pilots.connectors.target import under

ADDRESS = "https://reports.example/x.csv?key=k-77&from={start}&key=second&bare"
TEXT = st.text(st.characters(exclude_characters="?&="), max_size=8)


def test_values_of_a_query_are_hidden_but_for_days() -> None:
    config, behind = hidden.veil(CSV.fields, {"url": ADDRESS, "auth": "none"})
    assert config["url"] == (
        f"https://reports.example/x.csv?key={MARK}&from={{start}}&key={MARK}&{MARK}"
    )
    assert sorted(behind.values()) == ["bare", "k-77", "second"]
    assert config["auth"] == "none"
    assert hidden.is_veiled(CSV.fields, config)
    assert hidden.unveil(CSV.fields, config, behind)["url"] == ADDRESS


def test_values_of_headers_are_hidden() -> None:
    given_config = {"headers": {"X-Api-Key": "k-77", "Accept-Language": "en"}}
    config, behind = hidden.veil(REST.fields, given_config)
    assert config["headers"] == {"X-Api-Key": MARK, "Accept-Language": MARK}
    assert hidden.unveil(REST.fields, config, behind) == given_config
    # Written in another case it is the same header; of another nothing is known.
    other = {"headers": {"x-api-key": MARK, "X-Other": MARK}}
    found = hidden.unveil(REST.fields, other, behind)
    assert found["headers"] == {"x-api-key": "k-77", "X-Other": MARK}


@given(parts=st.lists(st.one_of(TEXT, st.tuples(TEXT, TEXT).map("=".join)), max_size=5))
def test_any_address_comes_back_as_it_was(parts: list[str]) -> None:
    url = "https://reports.example/" + ("?" + "&".join(parts) if parts else "")
    config, behind = hidden.veil(CSV.fields, {"url": url})
    assert hidden.unveil(CSV.fields, config, behind) == {"url": url}
    assert hidden.veil(CSV.fields, config)[0] == config


def test_what_the_base_address_asks_with_is_asked_with_each_time() -> None:
    base = "https://reports.example/api?key=k-77"
    assert under(base, "/weekly?from=1") == "https://reports.example/api/weekly?key=k-77&from=1"
    assert under(base, "weekly") == "https://reports.example/api/weekly?key=k-77"
    assert under(base, "?from=1") == "https://reports.example/api?key=k-77&from=1"
    assert under(base, "") == base
    assert under("https://reports.example", "weekly") == "https://reports.example/weekly"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("weekly?from={start}&api_key=abc", "api_key"),
        ("weekly?Access-Token=abc&to={end}", "Access-Token"),
        ("weekly?key=AIzaSyD4f9c2b1e7a8", "key"),
        ("weekly?key=bed_occupancy_of_wards", ""),
        ("weekly?code=4W&token={start}&signature=", ""),
        ("token/weekly", ""),
    ],
)
def test_key_in_a_path_is_found_by_its_name(path: str, name: str) -> None:
    assert hidden.key_in(path) == name
