"""What a source answers, and an expression makes of it, stays within bounds."""

import pytest

from pilots.connectors.answer import MOST_VALUES, HttpAnswer
from pilots.connectors.errors import TooLarge
from pilots.connectors.rest_json.reading import compiled, expression_problem


@pytest.mark.parametrize(
    "expression",
    [
        "[@,@][]" + " | [@,@][]" * 6,
        "[[@,@][],[@,@][]][]" + " | [@,@,@][]" * 3,
        "{a: [@,@], b: [@,@]}" + ".[a,b,a,b]" * 2 + ".[@,@]",
        "join(to_string(@), rows)",
        "join('" + "x" * 100 + "', rows)",
        "[" + ",".join(["@"] * 65) + "][]",
    ],
)
def test_expression_that_multiplies_its_rows_is_refused(expression: str) -> None:
    assert "more than 64 times over" in expression_problem(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "data.rows",
        "data[?unit=='4W'].{period: p, value: v, n: n, low: l, high: h}",
        "[a, b, c][]",
        "join('-', [year, month])",
        "rows[*].[a, b] | [].{x: @[0], y: @[1]}",
        "sum(rows[].value)",
    ],
)
def test_expression_that_chooses_is_taken(expression: str) -> None:
    assert expression_problem(expression) == ""


def test_expression_makes_no_more_copies_than_are_allowed() -> None:
    found = compiled("[@,@][]" + " | [@,@][]" * 5).search([1])
    assert isinstance(found, list)
    assert len(found) == 64


def test_answer_of_too_many_values_is_refused_before_it_is_read() -> None:
    content = b"[" + b"[]," * MOST_VALUES + b"0]"
    answer = HttpAnswer("data.example", "https://data.example/", 200, {}, content)
    with pytest.raises(TooLarge, match="more than 3,000,000 values"):
        answer.json()
