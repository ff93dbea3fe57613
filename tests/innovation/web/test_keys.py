import pytest

from innovation.web.keys import LARGEST, key_of


@pytest.mark.parametrize(
    "text", ["", "-1", "²", "٣", " 1", "1.0", None, str(LARGEST + 1), "9" * 30]
)
def test_key_of_what_names_no_row_is_none(text: str | None) -> None:
    assert key_of(text) is None


@pytest.mark.parametrize("text", ["0", "12", 12, str(LARGEST)])
def test_key_of_digits_is_their_number(text: str | int) -> None:
    assert key_of(text) == int(text)
