"""A title for a need whose author gave none: what they said first."""

import re

LONGEST = 160
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+(?=\S)|\n+")
# An abbreviation's dot ends no sentence: "approx. 30 a day", "e.g. the monitor", "Dr. on call".
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|approx|etc|vs|no|nr|dr|mr|mrs|ms|prof|st|pt|pts|dept|min|hr|hrs)|\b[a-z])\.$",
    re.IGNORECASE,
)


def title_from(problem: str, *, longest: int = LONGEST) -> str:
    """The first sentence of `problem`, without its full stop, cut at a word where it is long."""
    sentence = ""
    for part in _SENTENCE_END.split(problem.strip()):
        sentence = f"{sentence} {part}".strip()
        if sentence and not _ABBREVIATION.search(sentence[-20:]):
            break
    sentence = " ".join(sentence.split()).rstrip(". ")
    if len(sentence) <= longest:
        return sentence
    cut = sentence[: longest - 1]
    at_a_word = cut[: cut.rfind(" ")] if " " in cut[longest // 2 :] else cut
    return at_a_word.rstrip(" ,;:–-") + "…"
