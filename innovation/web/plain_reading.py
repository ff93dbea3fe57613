"""A text as the eye reads it, for whoever looks for words in it: what nobody sees is gone, a wide or an
ornate letter is the plain one (NFKC), and a letter and its accent are one. Each character keeps its place.
"""

from __future__ import annotations

import unicodedata

from innovation.rules.text import has_hidden, is_blank, is_hidden


def as_read(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The text as it is read, and from where to where in the given one each of its characters stands; no places
    where both are the same.

    >>> as_read("M\\u200br")
    ('Mr', [(0, 1), (2, 3)])
    """
    if not has_hidden(text) and unicodedata.is_normalized("NFKC", text):
        return text, []
    read: list[str] = []
    places: list[tuple[int, int]] = []
    for at, character in enumerate(text):
        if is_hidden(character):
            continue
        if read and unicodedata.combining(character):
            both = unicodedata.normalize("NFC", read[-1] + character)
            if len(both) == 1:
                read[-1], places[-1] = both, (places[-1][0], at + 1)
                continue
        plain = " " if is_blank(character) else _plain(character)
        read += plain
        places += [(at, at + 1)] * len(plain)
    said = "".join(read)
    return (text, []) if said == text else (said, places)


def _plain(character: str) -> str:
    """Letters, digits, signs and spaces that have a plain one; a fraction or three dots stay what they are."""
    if character.isascii():
        return character
    plain = unicodedata.normalize("NFKC", character)
    if plain.isalnum() or plain == " " or "\uff01" <= character <= "\uffee":
        return plain
    return character
