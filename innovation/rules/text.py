"""What a reader sees of a text: its hidden characters decide nothing, and are kept nowhere.

Sources: Default_Ignorable_Code_Point of Unicode (DerivedCoreProperties.txt), the other characters of
category Cf that have no shape, and the blanks that count as letters or symbols. Those that real writing
needs stay where it needs them: joiners in scripts whose letters join and between emoji, marks of direction
in text from right to left, selectors after what they vary. Overrides and isolates of direction go
everywhere: with them a text reads otherwise than it is.
"""

from __future__ import annotations

import re

# No shape anywhere, and nothing that writing needs.
_NOTHING = (
    "\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b"
    "\u202a-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb\U00013430-\U0001343f\U00016fe4"
    "\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
)
_MARKS = "\u061c\u200e\u200f"  # of direction
_JOINERS = "\u200c\u200d"
_SELECTORS = "\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
_LINES = "\x0b\x0c\x1c-\x1e\x85"  # end a line, and are drawn by no browser
_BLANKS = "\u2800\u3164\uffa0"  # take room, as a space does

_EMOJI = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u27ff\u2900-\u2bff\u3030\u303d\u3297\u3299"
    "\U0001f000-\U0001faff"
)
_JOINED = "\u0600-\u061b\u061d-\u167f\u1681-\u180a\u1810-\u1cff"  # Arabic to the scripts of India and Mongolia
_IDEOGRAPHS = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_FROM_RIGHT = re.compile(
    "[\u0590-\u061b\u061d-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)

_UNSEEN = re.compile(f"[{_NOTHING}]+")
_HIDDEN = re.compile(f"[{_NOTHING}{_MARKS}{_JOINERS}{_SELECTORS}]")
_HIDDEN_OR_BLANK = re.compile(f"[{_NOTHING}{_MARKS}{_JOINERS}{_SELECTORS}{_BLANKS}]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f]")
_BEYOND_ASCII = re.compile("[^\x00-\x7f]+")
_NEEDED = re.compile(
    f"((?<=[{_JOINED}])[{_JOINERS}]"
    f"|(?:(?<=[{_EMOJI}])|(?<=[{_EMOJI}]\ufe0f))\u200d(?=[{_EMOJI}])"
    f"|(?<=[{_EMOJI}])[\ufe0e\ufe0f]|(?<=[#*0-9])\ufe0f(?=\u20e3)"
    f"|(?<=[{_IDEOGRAPHS}])[\ufe00-\ufe0f\U000e0100-\U000e01ef]"
    f"|(?<=[\u1820-\u18aa])[\u180b-\u180d\u180f])"
    f"|[{_JOINERS}{_SELECTORS}]"
)
_ANY_MARK = re.compile(f"[{_MARKS}]")
_AROUND = (
    "\t\n\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    f"\u2028\u2029\u202f\u205f\u3000{_MARKS}"
)
_LINE = re.compile(f"\r(?!\n)|[{_LINES}]")
_BLANK = re.compile(f"[{_BLANKS}]")


def visible(text: str) -> str:
    """The text as its readers see it, without white space around it; empty where they see nothing.

    >>> visible(" \\u200b\\u2800 ")
    ''
    """
    return without_hidden(text).strip(_AROUND)


def without_hidden(text: str) -> str:
    """The same with the white space around it, which a table needs."""
    if text.isascii() and text.isprintable():
        return text
    text = _BLANK.sub(" ", _LINE.sub("\n", _UNSEEN.sub("", text)))
    if not _FROM_RIGHT.search(text):
        text = _ANY_MARK.sub("", text)
    return _NEEDED.sub(lambda found: found[1] or "", text)


def has_hidden(text: str) -> bool:
    """Whether something in it is hidden, or a blank."""
    if _CONTROL.search(text):
        return True
    return _HIDDEN_OR_BLANK.search("".join(_BEYOND_ASCII.findall(text))) is not None


def is_hidden(character: str) -> bool:
    """Whether nobody sees it, even where writing needs it."""
    return _HIDDEN.match(character) is not None


def is_blank(character: str) -> bool:
    """Whether it looks like a space and counts as a letter or a symbol."""
    return _BLANK.match(character) is not None
