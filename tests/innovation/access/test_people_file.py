"""A file of people is read however a spreadsheet wrote it, and its columns are guessed."""

from __future__ import annotations

import pytest

from innovation.access import people_file
from innovation.access.people_file import FileEntry
from innovation.rules.refusal import Malformed

TEXT = "E-mail;First name;Last_Name;Ward;Role\nnadia@x.example;Nadia;Petrović;4 West;Staff\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_file_is_read_in_the_encodings_that_spreadsheets_write(encoding: str) -> None:
    table = people_file.read(TEXT.encode(encoding))
    mapping = people_file.guess(table.columns)
    (number, cells), *more = table.rows
    assert (number, more) == (2, [])
    assert people_file.entry(cells, mapping) == FileEntry(
        email="nadia@x.example", name="Nadia Petrović", unit="4 West", role="Staff"
    )


def test_file_of_windows_is_read() -> None:
    table = people_file.read("email,name\nj@x.example,Jörg Müller\n".encode("cp1252"))
    assert table.rows == [(2, ["j@x.example", "Jörg Müller"])]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "first line"),
        (b"email,name\n", "first line"),
        (b"PK\x03\x04rest", "spreadsheet"),
        (b"email,name\na\x00b,c\n", "characters"),
        (b"email\n" + b"a@x.example\n" * 5_001, "5,000"),
        (b"e," * 70 + b"\nx\n", "60 columns"),
        (b"x" * (people_file.MOST_BYTES + 1), "2 MB"),
        (b'email\n"' + b"x" * 200_000 + b'"\n', "cannot be read as a table"),
    ],
)
def test_file_that_is_no_table_is_refused_with_what_to_do(content: bytes, sentence: str) -> None:
    with pytest.raises(Malformed, match=sentence):
        people_file.read(content)


@pytest.mark.parametrize("column", ["", "9", "-1", "²", "9" * 40])
def test_column_that_is_not_there_says_nothing(column: str) -> None:
    assert people_file.entry(["a@x.example"], {"email": column}) == FileEntry(email="")
