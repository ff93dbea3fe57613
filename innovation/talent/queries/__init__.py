"""What people can do and have done, and the calls for help that somebody may see."""

from innovation.talent.queries.calls import (
    Called,
    calls_about,
    fitting,
    open_calls,
    own_offers,
    subject_of,
    subjects,
    to_answer,
)
from innovation.talent.queries.people import (
    MOST_FOUND,
    FoundPerson,
    Sought,
    earned,
    find,
    known_skills,
    labels_of,
    offered_skills,
    profile_of,
    shown,
)

__all__ = [
    "Called",
    "FoundPerson",
    "MOST_FOUND",
    "Sought",
    "calls_about",
    "earned",
    "find",
    "fitting",
    "known_skills",
    "labels_of",
    "offered_skills",
    "open_calls",
    "own_offers",
    "profile_of",
    "shown",
    "subject_of",
    "subjects",
    "to_answer",
]
